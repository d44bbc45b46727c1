use serde_json::{Value, json};

use super::super::words::Words;
use super::of;
use crate::catalogue::Types;

const TYPES: &str = r#"{
    "Page": {"fields": [
        {"name": "results", "type": "[Item]", "required": true},
        {"name": "total", "type": "integer"},
        {"name": "at", "type": "time"},
        {"name": "share", "type": "number"},
        {"name": "labels", "type": "{text}"}
    ]},
    "Item": {"fields": [
        {"name": "id", "type": "text", "required": true},
        {"name": "state", "type": "State"},
        {"name": "object", "type": "text", "constant": "item"},
        {"name": "gone", "type": "boolean", "required": true, "nullable": true}
    ]},
    "State": {"values": ["on", "off"]},
    "Open": {"fields": [], "open": true},
    "Others": {"fields": [], "others": "integer"},
    "Tagged": {"tag": "kind", "arms": [{"type": "Item", "texts": ["item"]}]},
    "Either": {"arms": [{"type": "integer"}, {"type": "Item"}]}
}"#;

fn found(ty: &str, reply: &Value) -> Vec<String> {
    let types = Types::read(TYPES);
    let shown = |(difference, count): (super::Difference, usize)| {
        format!("{}: {} / {} x{count}", difference.path, difference.promised, difference.received)
    };
    of(&types, &Words::of([&types]), ty, reply).into_iter().map(shown).collect()
}

#[test]
fn a_reply_that_fits_has_no_differences() {
    let item = json!({"id": "1", "state": "on", "object": "item", "gone": null});
    for (ty, reply) in [
        ("Page", json!({"results": [item], "total": 1, "at": "2026-03-01T00:00:00Z", "labels": {"a": null}})),
        ("Page", json!({"results": [], "total": null, "at": 1_767_225_600_000_i64, "share": 3})),
        ("Open", json!({"any": [1]})),
        ("Either", json!(3)),
        ("Either", item),
        ("[integer]", json!([1, 2])),
        ("json", json!({"a": null})),
        ("Unknown", json!(1)),
        // The vendor adds it to every reply.
        ("Page", json!({"results": [], "traceId": "x"})),
    ] {
        assert_eq!(found(ty, &reply), Vec::<String>::new(), "{ty}");
    }
}

#[test]
fn each_kind_of_difference_has_its_place_and_is_counted() {
    let item = json!({"id": 7, "state": "maybe", "object": "thing"});
    let reply = json!({
        "results": [item, item], "total": "2", "at": "", "share": "x", "labels": {"ann": 1}, "total_state": {"a": "b"},
    });
    assert_eq!(
        found("Page", &reply),
        [
            "at: a time / an empty text x1",
            "labels.{}: text / an integer x1",
            "results[].gone: a value / nothing x2",
            "results[].id: text / an integer x2",
            "results[].object: a known value / another value x2",
            "results[].state: a known value / another value x2",
            "share: a number / text x1",
            "total: an integer / text x1",
            "total_state: no such member / an object x1",
        ]
    );
    for (ty, reply, wanted) in [
        ("Page", json!(null), ".: an object / null x1"),
        ("Page", json!({"results": null}), "results: a value / null x1"),
        ("Page", json!({"results": {}}), "results: a list / an object x1"),
        ("Others", json!({"Ann": "x"}), "{}: an integer / text x1"),
        ("Tagged", json!({"kind": "new"}), "kind: a known value / another value x1"),
        ("Tagged", json!({}), "kind: a known value / nothing x1"),
        ("Either", json!({"id": "1"}), "gone: a value / nothing x1"),
    ] {
        assert_eq!(found(ty, &reply), [wanted]);
    }
}

#[test]
fn names_that_may_be_personal_data_are_hidden() {
    for name in [
        "ann@example.com",
        "janeCanarySmith",
        "canary",
        "state_of_jane",
        "stateOfJane",
        "Ann",
        "Ann Lee",
        "a1b2c3",
        "+491701234567",
        "münchen",
        &"a".repeat(41),
    ] {
        assert_eq!(found("Item", &json!({"id": "1", "gone": true, name: 1})), ["…: no such member / an integer x1"]);
    }
    let mut people: serde_json::Map<String, Value> =
        (b'a'..=b'm').map(|c| (char::from(c).into(), "x".into())).collect();
    people.extend([("id".to_owned(), json!("1")), ("gone".to_owned(), json!(true))]);
    assert_eq!(found("Item", &people.into()), ["…: no such member / text x13"]);
}
