use serde_json::{Value, json};

use super::*;

fn groups(words: &[&str]) -> Result<Vec<Vec<Condition>>, String> {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    read(&words).map_err(|failure| failure.to_string())
}

fn sent(words: &[&str]) -> (Value, Value) {
    let both = || groups(words).unwrap();
    (serde_json::to_value(hubspot(both())).unwrap(), serde_json::to_value(hoopai(both())).unwrap())
}

#[test]
fn a_filter_is_sent_in_the_form_of_each_vendor() {
    let on = |property: &str, operator: &str| json!({"propertyName": property, "operator": operator});
    let field = |field: &str, operator: &str| json!({"field": field, "operator": operator});
    let with = |mut filter: Value, name: &str, value: Value| {
        filter[name] = value;
        filter
    };
    let (eq, in_list) =
        (with(on("a", "EQ"), "value", "b=c".into()), with(on("a", "IN"), "values", json!(["b", "c d"])));
    let each = |operator: &str| {
        json!([with(field("a", operator), "value", "b".into()), with(field("a", operator), "value", "c d".into())])
    };
    let midnight = "2026-01-31T00:00:00.000Z";
    for (word, ours, theirs) in [
        ("a=b=c", eq, with(field("a", "eq"), "value", "b=c".into())),
        (" a != b ", with(on("a", "NEQ"), "value", "b".into()), with(field("a", "not_eq"), "value", "b".into())),
        ("a>1.5", with(on("a", "GT"), "value", "1.5".into()), with(field("a", "range"), "value", json!({"gt": 1.5}))),
        (
            "a>=2026-01-31",
            with(on("a", "GTE"), "value", "1769817600000".into()),
            with(field("a", "range"), "value", json!({"gte": midnight})),
        ),
        ("a<2", with(on("a", "LT"), "value", "2".into()), with(field("a", "range"), "value", json!({"lt": 2}))),
        ("a<=-2", with(on("a", "LTE"), "value", "-2".into()), with(field("a", "range"), "value", json!({"lte": -2}))),
        ("a in b,c d", in_list, json!({"group": "OR", "filters": each("eq")})),
        (
            "a not in b , c d",
            with(on("a", "NOT_IN"), "values", json!(["b", "c d"])),
            json!({"group": "AND", "filters": each("not_eq")}),
        ),
        (
            "a~b",
            with(on("a", "CONTAINS_TOKEN"), "value", "b".into()),
            with(field("a", "contains"), "value", "b".into()),
        ),
        (
            "a!~b",
            with(on("a", "NOT_CONTAINS_TOKEN"), "value", "b".into()),
            with(field("a", "not_contains"), "value", "b".into()),
        ),
        ("has a", on("a", "HAS_PROPERTY"), field("a", "exists")),
        ("not has a", on("a", "NOT_HAS_PROPERTY"), field("a", "not_exists")),
    ] {
        assert_eq!(sent(&[word]), (json!([{"filters": [ours]}]), json!([theirs])), "{word}");
    }
}

#[test]
fn groups_are_joined_by_or() {
    let (hubspot, hoopai) = sent(&["a=1", "has b", "or", "c=2"]);
    let filters = |group: usize| hubspot[group]["filters"].as_array().map(Vec::len);
    assert_eq!((filters(0), filters(1), filters(2)), (Some(2), Some(1), None));
    assert_eq!((&hoopai[0]["group"], hoopai[0]["filters"].as_array().map(Vec::len)), (&json!("OR"), Some(2)));
    assert_eq!(hoopai[0]["filters"][0]["group"], json!("AND"));
    assert_eq!(sent(&[]), (json!([]), json!([])));
}

#[test]
fn a_wrong_filter_is_named_without_its_value() {
    for (words, sentence) in [
        (&["a=1", "canary@example.com"][..], "filter 2: the name of the property has characters other than"),
        (&["canary"], "filter 1: there is no comparison after \"canary\""),
        (&["=canary"], "filter 1: there is no property before the comparison"),
        (
            &["email="],
            "filter 1: there is no value for \"email\"; to find records with or without a value, write: has email",
        ),
        (&["email in canary,,b"], "filter 1: the list for \"email\" has an empty value"),
        (&["createdate>canary"], "filter 1: the value for \"createdate\" is neither a number nor a time"),
        (&["createdate>2026-02-30"], "filter 1: the value for \"createdate\" is neither"),
        (&["createdate>NaN"], "filter 1: the value for \"createdate\" is neither"),
        (&["email==canary"], "filter 1: \"email\" is followed by a comparison that does not exist"),
        (&["not email=canary"], "filter 1: \"not\" must be followed by \"has\""),
        (&["has "], "filter 1: there is no comparison after \"has\""),
        (&["or", "a=1"], "\"or\" must have filters on both sides"),
        (&["a=1", "or"], "\"or\" must have filters on both sides"),
        (&["or"], "\"or\" must have filters on both sides"),
    ] {
        let error = groups(words).unwrap_err();
        assert!(error.starts_with(sentence), "{words:?}: {error}");
        assert!(words == ["canary"] || !error.contains("canary"), "{error}");
    }
}
