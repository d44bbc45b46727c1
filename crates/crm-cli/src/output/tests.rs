use serde_json::json;

use super::flat::Columns;
use super::{indented, table};

#[test]
fn members_of_members_are_columns() {
    let rows = [
        json!({"id": "1", "properties": {"email": "a,b", "n": 1}}),
        json!({"id": "2", "tags": ["x"], "note": "a \"b\"\nc"}),
    ];
    let columns = Columns::of(&rows);
    assert_eq!(columns.0, ["id", "properties.email", "properties.n", "note", "tags"]);
    let mut text = Vec::new();
    columns.csv(&rows, &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert_eq!(
        text,
        "id,properties.email,properties.n,note,tags\r\n1,\"a,b\",1,,\r\n2,,,\"a \"\"b\"\"\nc\",\"[\"\"x\"\"]\"\r\n"
    );
}

#[test]
fn a_row_with_one_empty_cell_is_a_row() {
    let rows = [json!({"a": "x"}), json!({"a": null}), json!({"a": ""})];
    let mut text = Vec::new();
    Columns::of(&rows).csv(&rows, &mut text).unwrap();
    assert_eq!(String::from_utf8(text.clone()).unwrap(), "a\r\nx\r\n\"\"\r\n\"\"\r\n");
    assert_eq!(csv::Reader::from_reader(text.as_slice()).records().count(), 3);
}

#[test]
fn names_with_dots_are_columns_of_their_own() {
    let rows = [json!({"a.b": 1, "a": {"b": 2}})];
    let columns = Columns::of(&rows);
    assert_eq!(columns.0, ["a.b", "a\\.b"]);
    assert_eq!(columns.row(&rows[0]), [Some("2".to_owned()), Some("1".to_owned())]);
}

#[test]
fn a_table_fits_its_width() {
    let rows = [json!({"a": "x".repeat(50), "b": 1, "c": "y\u{1b}[2J"}), json!({"a": 2})];
    let text = table::rows_within(&rows, 44);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0].split_whitespace().collect::<Vec<_>>(), ["a", "b", "c"]);
    assert!(lines[1].starts_with(&"x".repeat(31)) && lines[1].contains('…') && !text.contains('\u{1b}'), "{text}");
    assert!(table::rows_within(&rows, 36).contains("(1 more columns from c on"));
    assert_eq!(table::rows_within(&[], 80), "");
    assert_eq!(table::record(&json!({"a": 1, "bb": {"c": null}})), "a     1\nbb.c\n");
}

#[test]
fn a_table_of_records_has_the_id_and_the_properties_first() {
    let record = json!({"archived": false, "createdAt": "t", "id": "1", "note": 1, "properties":
        {"createdate": "t", "firstname": "Ada", "note": "x"}});
    let text = table::rows_within(&[record], 80);
    let heads: Vec<&str> = text.lines().next().unwrap_or_default().split_whitespace().collect();
    assert_eq!(heads, ["id", "firstname", "properties.note", "note", "createdate", "archived", "createdAt"]);
}

#[test]
fn json_is_indented() {
    assert_eq!(indented(&json!({"a": 1}), "  "), "  {\n    \"a\": 1\n  }");
}
