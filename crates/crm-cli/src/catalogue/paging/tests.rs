use serde_json::json;

use super::*;

/// Returns the facts of a page for a table of the catalogue.
fn facts(table: &'static str, page: &Value) -> PageFacts {
    let table: PagingTable = serde_json::from_str(table).unwrap();
    table.facts(page)
}

#[test]
fn pages_of_every_kind_report_what_the_generated_code_reports() {
    let token = |text: &str| Some(Position::Token(text.to_owned()));
    let facts_of = |count, next, total, more| PageFacts { count, next, total, more };
    for (table, page, wanted) in [
        (
            r#"{"kind":"token","form":"text","params":["after"],"first":1,"items":"results","next":["paging.next.after"]}"#,
            json!({"results": [1, 2], "paging": {"next": {"after": "x"}}}),
            facts_of(Some(2), token("x"), None, None),
        ),
        (
            r#"{"kind":"offset","form":"number","params":["offset"],"first":1,"items":"lists","next":["offset"],"told":true,"more":"hasMore","more_is_boolean":true}"#,
            json!({"lists": [1], "offset": 25, "hasMore": true}),
            facts_of(Some(1), Some(Position::Offset(25)), None, Some(true)),
        ),
        (
            r#"{"kind":"offset","form":"number","params":["skip"],"first":1,"items":"a.rows","total":"total","more":"next"}"#,
            json!({"a": {"rows": []}, "total": "7"}),
            facts_of(Some(0), None, Some(7), Some(false)),
        ),
        (
            r#"{"kind":"page","form":"counted","params":["page"],"first":1,"items":"","total":"total","more":"more","more_is_boolean":true}"#,
            json!([1, 2, 3]),
            facts_of(Some(3), None, None, None),
        ),
        (
            r#"{"kind":"keyset_id","form":"text","params":["startAfterId"],"first":1,"items":"rows","last":"id"}"#,
            json!({"rows": [{"id": "a"}, {"id": 17}]}),
            facts_of(Some(2), token("17"), None, None),
        ),
        (
            r#"{"kind":"keyset_pair","form":"pair","params":["startAfter","startAfterId"],"first":1,"items":"rows","next":["meta.at","meta.id"]}"#,
            json!({"rows": [1], "meta": {"at": 5, "id": "b"}}),
            facts_of(Some(1), Some(Position::After { value: "5".to_owned(), id: "b".to_owned() }), None, None),
        ),
        (
            r#"{"kind":"search_after","form":"values","params":["searchAfter"],"in_body":true,"first":1,"items":"rows","last":"at"}"#,
            json!({"rows": [{"at": [1, "x"]}]}),
            facts_of(Some(1), Some(Position::Values(vec![json!(1), json!("x")])), None, None),
        ),
        (
            r#"{"kind":"token","form":"text","params":["after"],"first":1,"items":"results","next":["after"]}"#,
            json!({"other": 1}),
            facts_of(None, None, None, None),
        ),
    ] {
        assert_eq!(facts(table, &page), wanted, "{table}");
    }
}

#[test]
fn items_are_taken_out_of_a_page() {
    let table: PagingTable =
        serde_json::from_str(r#"{"kind":"page","form":"counted","params":["page"],"first":1,"items":"a.rows"}"#)
            .unwrap();
    assert_eq!(table.items(json!({"a": {"rows": [1, 2]}})), [json!(1), json!(2)]);
    assert_eq!(table.items(json!({"a": {}})), Vec::<Value>::new());
    assert_eq!(table.items(json!(null)), Vec::<Value>::new());
}
