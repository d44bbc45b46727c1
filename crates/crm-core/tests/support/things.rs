//! A list of numbers, page after page, with a token in the query.

use crm_core::{Call, LimitIn, Next, PageContext, Paged, Position};
use serde_json::Value;

pub(crate) struct Things;

impl Paged for Things {
    type Page = Value;
    type Item = u64;
    const LIMIT: Option<(&'static str, LimitIn)> = Some(("limit", LimitIn::Query));

    fn seek(call: Call<Value>, at: &Position) -> Call<Value> {
        match at {
            Position::Token(token) => call.set_query("after", token),
            _ => call,
        }
    }

    fn advance(page: &Value, cx: &PageContext<'_>) -> Next {
        cx.token(page["next"].as_str(), None)
    }

    fn items(page: Value) -> Vec<u64> {
        numbers(&page)
    }

    fn count(page: &Value) -> Option<usize> {
        Some(numbers(page).len())
    }
}

/// The items of a page.
pub(crate) fn numbers(page: &Value) -> Vec<u64> {
    page["items"].as_array().into_iter().flatten().filter_map(Value::as_u64).collect()
}
