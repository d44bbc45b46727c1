//! The kinds of paging, each with its list and the vendor's replies for it.

use crm_core::{Call, OpMeta, PageFacts, Paged, Paging, PagingKind, Pipeline, Position, SentIn};
use serde_json::{Value, json};

use super::support::op;
use super::vendor::Asked;
use super::{Walks, cursors, walk};

/// A kind of paging: its list, and the vendor's replies for it.
pub(super) struct Kind {
    pub(super) op: &'static OpMeta,
    /// True if a position is a number of pages.
    pub(super) numbered: bool,
    /// Returns what a page reports.
    pub(super) facts: fn(&Value) -> PageFacts,
    /// Returns the first item that a request asks for.
    pub(super) from: fn(&Asked) -> usize,
    /// A parameter and a position at which a caller's own call begins.
    pub(super) own: fn() -> (&'static str, Value),
    /// Stored cursors: at the start, with a page size, with the caller's own start, and at a token.
    pub(super) stored: [&'static str; 4],
}

macro_rules! kinds {
    ($($number:literal => $kind:expr,)+) => {
        pub(super) static KINDS: &[Kind] = &[$($kind),+];
        pub(super) const WALKS: &[Walks] = &[$(walk::<$number>),+];
        pub(super) const CURSORS: &[fn(&Pipeline) -> [String; 4]] = &[$(cursors::<$number>),+];
    };
}

macro_rules! list {
    ($id:literal, $method:ident $path:literal, $paging:expr) => {{
        static PAGING: Paging = $paging;
        op!(LIST, $id, $method, $path, idempotent: true, paging: Some(&PAGING), rules.items: &["items"], rules.items_required: true);
        &LIST
    }};
}

const fn paging(kind: PagingKind, params: &'static [&'static str]) -> Paging {
    Paging { limit: Some("limit"), ..Paging::new(kind, params) }
}

/// Returns the facts of a page that reports only a position.
fn at(next: Option<Position>) -> PageFacts {
    PageFacts { next, ..PageFacts::default() }
}

fn last(page: &Value) -> Option<String> {
    items(page).last().map(u64::to_string)
}

// A new kind needs a row here, with the next number.
kinds! {
    0 => Kind {
        op: list!("things.by_token", GET "/0", paging(PagingKind::Token, &["after"])),
        numbered: false,
        facts: |page| PageFacts { more: page["more"].as_bool(), ..at(page["next"].as_str().map(|next| Position::Token(next.to_owned()))) },
        from: |asked| asked.text("after").map_or(0, |token| token[1..].parse().unwrap()),
        own: || ("after", json!("t1")),
        stored: [
            r#"{"v":2,"vendor":"acme","op":"things.by_token","list":"6f057c485f9e811a","at":"start","used":0,"sum":"4402d2d2"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_token","list":"6f057c485f9e811a","size":3,"at":"start","used":1,"sum":"b310fd84"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_token","list":"79af376f2a9a8521","at":"start","used":0,"sum":"7c2735d3"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_token","list":"6f057c485f9e811a","size":3,"at":{"token":"t9"},"used":2,"sum":"cc959760"}"#,
        ],
    },
    1 => Kind {
        op: list!("things.by_offset", GET "/1", paging(PagingKind::Offset, &["skip"])),
        numbered: false,
        facts: |_| at(None),
        from: |asked| asked.number("skip").unwrap_or(0),
        own: || ("skip", json!(4)),
        stored: [
            r#"{"v":2,"vendor":"acme","op":"things.by_offset","list":"a15831d092273dca","at":"start","used":0,"sum":"39901ea5"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_offset","list":"a15831d092273dca","size":3,"at":"start","used":1,"sum":"47815cab"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_offset","list":"3da126b3febd28d4","at":"start","used":0,"sum":"6dc3e8e2"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_offset","list":"a15831d092273dca","size":3,"at":{"token":"t9"},"used":2,"sum":"b970c903"}"#,
        ],
    },
    2 => Kind {
        op: list!("things.by_page", GET "/2", paging(PagingKind::Page, &["page"])),
        numbered: true,
        facts: |page| PageFacts { total: page["total"].as_u64(), ..at(None) },
        from: |asked| (asked.number("page").unwrap_or(1) - 1) * asked.size,
        own: || ("page", json!(2)),
        stored: [
            r#"{"v":2,"vendor":"acme","op":"things.by_page","list":"51d16dc54521aa6e","at":"start","used":0,"sum":"7309a20d"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_page","list":"51d16dc54521aa6e","size":3,"at":"start","used":1,"sum":"06cc6b72"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_page","list":"3dd40c6075ae0b7d","at":"start","used":0,"sum":"5c094c6d"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_page","list":"51d16dc54521aa6e","size":3,"at":{"token":"t9"},"used":2,"sum":"7abd84c0"}"#,
        ],
    },
    3 => Kind {
        op: list!("things.by_id", GET "/3", paging(PagingKind::KeysetId, &["after"])),
        numbered: false,
        facts: |page| at(last(page).map(Position::Token)),
        from: |asked| asked.number("after").map_or(0, |id| id + 1),
        own: || ("after", json!("5")),
        stored: [
            r#"{"v":2,"vendor":"acme","op":"things.by_id","list":"e1483f9278679c71","at":"start","used":0,"sum":"a2339fdf"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_id","list":"e1483f9278679c71","size":3,"at":"start","used":1,"sum":"e0f5f76d"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_id","list":"041dd71218f49f7f","at":"start","used":0,"sum":"2dbb1f64"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_id","list":"e1483f9278679c71","size":3,"at":{"token":"t9"},"used":2,"sum":"ef20fed7"}"#,
        ],
    },
    4 => Kind {
        op: list!("things.by_pair", GET "/4", paging(PagingKind::KeysetPair, &["value", "id"])),
        numbered: false,
        facts: |page| {
            let more = page["more"].as_bool();
            let last = last(page).filter(|_| more.is_none());
            PageFacts { more, ..at(last.map(|id| Position::After { value: id.clone(), id })) }
        },
        from: |asked| asked.number("id").map_or(0, |id| id + 1),
        own: || ("id", json!("5")),
        stored: [
            r#"{"v":2,"vendor":"acme","op":"things.by_pair","list":"70c89ddbee90fdd7","at":"start","used":0,"sum":"49786d76"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_pair","list":"70c89ddbee90fdd7","size":3,"at":"start","used":1,"sum":"cb91a24c"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_pair","list":"29e1bb741b645cc5","at":"start","used":0,"sum":"157ac2bf"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_pair","list":"70c89ddbee90fdd7","size":3,"at":{"token":"t9"},"used":2,"sum":"a55ed93a"}"#,
        ],
    },
    5 => Kind {
        op: list!("things.by_value", POST "/5", Paging { sent_in: SentIn::Body, ..paging(PagingKind::KeysetValue, &["since"]) }),
        numbered: false,
        facts: |page| at(last(page).map(Position::Token)),
        from: |asked| asked.number("since").map_or(0, |id| id + 1),
        own: || ("since", json!("5")),
        stored: [
            r#"{"v":2,"vendor":"acme","op":"things.by_value","list":"091c2d69e8e13899","at":"start","used":0,"sum":"ad52dbb4"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_value","list":"091c2d69e8e13899","size":3,"at":"start","used":1,"sum":"4567b560"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_value","list":"323ec4fcdfad5b18","at":"start","used":0,"sum":"c954344d"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_value","list":"091c2d69e8e13899","size":3,"at":{"token":"t9"},"used":2,"sum":"0d820157"}"#,
        ],
    },
    6 => Kind {
        op: list!("things.by_values", POST "/6", Paging { sent_in: SentIn::Body, ..paging(PagingKind::SearchAfter, &["searchAfter"]) }),
        numbered: false,
        facts: |page| at(items(page).last().map(|last| Position::Values(vec![json!(*last as f64 / 7.0), json!(last)]))),
        from: |asked| asked.params["searchAfter"][1].as_u64().map_or(0, |id| id as usize + 1),
        own: || ("searchAfter", json!([1, 5])),
        stored: [
            r#"{"v":2,"vendor":"acme","op":"things.by_values","list":"318ba1a6539d3b58","at":"start","used":0,"sum":"28a3b162"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_values","list":"318ba1a6539d3b58","size":3,"at":"start","used":1,"sum":"2b37b022"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_values","list":"73619d8a6a2f72ca","at":"start","used":0,"sum":"cd918b5a"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_values","list":"318ba1a6539d3b58","size":3,"at":{"token":"t9"},"used":2,"sum":"f9cec0b4"}"#,
        ],
    },
}

impl Kind {
    pub(super) fn of(path: &str) -> &'static Self {
        KINDS.iter().find(|kind| kind.op.path == path).expect("a list")
    }

    pub(super) fn sent_in(&self) -> SentIn {
        self.op.paging.expect("it pages").sent_in
    }

    /// Returns a call with a parameter, or a member of the body.
    pub(super) fn set<T>(&self, call: Call<T>, name: &'static str, value: &Value) -> Call<T> {
        match self.sent_in() {
            SentIn::Body => call.set_body_field(name, value.clone()),
            SentIn::Query => call.query(name, &value.as_str().map_or_else(|| value.to_string(), str::to_owned)),
        }
    }
}

/// The list of one kind of paging.
pub(super) struct Things<const KIND: usize>;

impl<const KIND: usize> Paged for Things<KIND> {
    type Page = Value;
    type Item = u64;

    fn facts(page: &Value) -> PageFacts {
        (KINDS[KIND].facts)(page)
    }

    fn items(page: Value) -> Vec<u64> {
        items(&page)
    }
}

pub(super) fn items(page: &Value) -> Vec<u64> {
    page["items"].as_array().into_iter().flatten().filter_map(Value::as_u64).collect()
}
