//! A list of numbers, page after page, with a token in the query.

use crm_core::{PageFacts, Paged, Paging, PagingKind, Position};
use serde_json::Value;

/// The paging of operations with this list.
pub(crate) const BY_TOKEN: Option<&Paging> =
    Some(&Paging { limit: Some("limit"), ..Paging::new(PagingKind::Token, &["after"]) });

pub(crate) struct Things;

impl Paged for Things {
    type Page = Value;
    type Item = u64;

    fn facts(page: &Value) -> PageFacts {
        PageFacts {
            count: Some(numbers(page).len()),
            next: page["next"].as_str().map(|next| Position::Token(next.to_owned())),
            ..PageFacts::default()
        }
    }

    fn items(page: Value) -> Vec<u64> {
        numbers(&page)
    }
}

/// Returns the items of a page.
pub(crate) fn numbers(page: &Value) -> Vec<u64> {
    page["items"].as_array().into_iter().flatten().filter_map(Value::as_u64).collect()
}
