//! HighLevel's kinds of paging: keyset pairs, page numbers and `searchAfter`.

use serde_json::{Value, json};

use super::errors::Fail;
use crate::call::Call;
use crate::time;

/// Returns the time at which a record was added, in milliseconds.
pub(super) fn added(record: &Value) -> i64 {
    record.get("dateAdded").and_then(Value::as_str).and_then(time::parse_instant).unwrap_or(0)
}

pub(super) fn id(record: &Value) -> &str {
    record.get("id").and_then(Value::as_str).unwrap_or("")
}

/// Returns the requested size, within its bounds.
pub(super) fn size(asked: Option<usize>, default: usize, most: usize) -> Result<usize, Fail> {
    match asked {
        None => Ok(default),
        Some(size) if size == 0 || size > most => Err(Fail::invalid(&format!("the page size must be 1 to {most}"))),
        Some(size) => Ok(size),
    }
}

/// A page by `startAfter` and `startAfterId`. Both or none: one alone returns the first page again, as
/// in the real API.
pub(super) fn by_pair(call: &Call<'_>, all: &[Value], size: usize) -> (Vec<Value>, Value) {
    let pair = call.query("startAfter").zip(call.query("startAfterId"));
    let start = pair.and_then(|(_, after)| all.iter().position(|record| id(record) == after)).map_or(0, |at| at + 1);
    let start = match call.query_number("page") {
        Some(page) if pair.is_none() => (page.max(1) - 1).saturating_mul(size),
        _ => start,
    };
    let page: Vec<Value> = all.iter().skip(start).take(size).cloned().collect();
    let more = start + page.len() < all.len();
    let current = start / size.max(1) + 1;
    let mut meta = json!({
        "total": all.len(),
        "currentPage": current,
        "nextPage": if more { json!(current + 1) } else { Value::Null },
        "prevPage": if current > 1 { json!(current - 1) } else { Value::Null },
        "nextPageUrl": Value::Null,
    });
    if let Some(last) = page.last() {
        let (after, after_id) = (added(last), id(last));
        meta["startAfter"] = json!(after);
        meta["startAfterId"] = json!(after_id);
        if more {
            let path = call.segments.join("/");
            let url = format!("{}/{path}?startAfter={after}&startAfterId={after_id}", call.base_url);
            meta["nextPageUrl"] = json!(url);
        }
    }
    (page, meta)
}

/// A page of a search by `page`, or after `searchAfter`; every item contains its own `searchAfter`.
pub(super) fn by_search(call: &Call<'_>, all: Vec<Value>, size: usize) -> Result<Vec<Value>, Fail> {
    let after = call.list("searchAfter");
    let page = call.number("page");
    if !after.is_empty() && page.is_some_and(|page| page > 1) {
        return Err(Fail::new(400, "page and searchAfter exclude each other"));
    }
    let start = match after.last().and_then(Value::as_str) {
        Some(last) => {
            let at = all.iter().position(|record| id(record) == last);
            at.ok_or_else(|| Fail::new(400, "searchAfter is not from one of our pages"))? + 1
        }
        None => (page.unwrap_or(1).max(1) - 1).saturating_mul(size),
    };
    if after.is_empty() && start.saturating_add(size) > 10_000 {
        return Err(Fail::new(400, "pages end at 10,000 records; use searchAfter beyond"));
    }
    let page = all.into_iter().skip(start).take(size).map(|mut record| {
        record["searchAfter"] = json!([added(&record), id(&record)]);
        record
    });
    Ok(page.collect())
}
