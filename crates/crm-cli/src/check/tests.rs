use serde_json::{Value, json};

use super::*;
use crate::catalogue::find;

fn found(words: &str) -> Found {
    find(&words.split(' ').collect::<Vec<_>>()).unwrap()
}

fn faults(words: &str, arguments: Value, body: Option<Value>) -> (String, Input) {
    let arguments = arguments.as_object().cloned().unwrap_or_default();
    let mut input = Input { arguments, body, ..Input::default() };
    let faults = input.check(&found(words));
    (sentence(&faults), input)
}

#[test]
fn arguments_are_checked_with_path_and_suggestion() {
    for (words, arguments, sentence) in [
        ("hubspot contacts list", json!({"limt": 5}), "limt: is not an argument; did you mean \"limit\"?"),
        ("hubspot contacts list", json!({"limit": "many"}), "limit: must be an integer, but is text"),
        ("hubspot contacts list", json!({"archived": "yes"}), "archived: must be true or false, but is text"),
        ("hubspot contacts list", json!({"properties": {}}), "properties: must be a list, but is an object"),
        (
            "hubspot contacts list",
            json!({"properties": ["email", {}]}),
            "properties[1]: must be text, but is an object",
        ),
        ("hubspot contacts get", json!({}), "objectId: is required"),
        // The two spellings of one argument.
        ("hubspot contacts get", json!({"object-id": 1, "objectId": 2}), "objectId: is given twice"),
        ("hubspot contacts list", json!({"limit": 5, "archived": "true", "properties": "email"}), ""),
        ("hubspot contacts list", json!({"limit": null}), ""),
    ] {
        let (found, _) = faults(words, arguments.clone(), None);
        assert!(found.starts_with(sentence) && found.is_empty() == sentence.is_empty(), "{arguments}: {found}");
    }
}

#[test]
fn bodies_are_checked_with_path_and_suggestion() {
    let none = json!({});
    for (words, body, sentence) in [
        (
            "hubspot contacts create",
            json!({"property": {}}),
            "body.property: is not a member; did you mean \"properties\"?",
        ),
        ("hubspot contacts create", json!([]), "body: must be an object, but is a list"),
        (
            "hubspot contacts create",
            json!({"properties": {"email": {}}}),
            "body.properties.email: must be text, but is an object",
        ),
        (
            "hubspot contacts search",
            json!({"filterGroups": [{"filters": [{"propertyName": "a", "operator": "EQUALS"}]}]}),
            "body.filterGroups[0].filters[0].operator: ",
        ),
        (
            "hubspot contacts batch-read",
            json!({"inputs": vec![json!({"id": "1"}); 101], "properties": [], "propertiesWithHistory": []}),
            "body.inputs: has 101 entries, and a request takes at most 100",
        ),
        ("hatch contacts upsert", json!({"email": "ada@example.com"}), "body.source: is required"),
    ] {
        let (found, _) = faults(words, none.clone(), Some(body.clone()));
        assert!(found.contains(sentence), "{body}: {found}");
    }
    let (missing, _) = faults("hatch contacts upsert", none.clone(), None);
    assert_eq!(missing, "body: is required: an object with source");
    let (unasked, _) = faults("hubspot contacts get", json!({"objectId": "1"}), Some(json!({})));
    assert_eq!(unasked, "body: is not taken by this operation; leave it out");
    // No fault shows a value, or a name that may be one.
    for (words, arguments, body) in [
        ("hubspot contacts create", none.clone(), json!({"Ada Lovelace": 1})),
        ("hubspot contacts create", none.clone(), json!({"properties": {"+1 555 123 4567": {}}})),
        ("hubspot contacts create", json!({"Ada Lovelace": 1}), none.clone()),
    ] {
        let (found, _) = faults(words, arguments, Some(body));
        assert!(found.contains('…') && !found.contains("Ada") && !found.contains("555"), "{found}");
    }
    let (found, _) = faults("hubspot contacts create", none, Some(json!({"properties": {"email": ["canary"]}})));
    assert!(!found.is_empty() && !found.contains("canary"), "{found}");
}

#[test]
fn values_get_the_form_that_is_sent() {
    let (none, input) = faults("hubspot contacts list", json!({"limit": "5", "archived": "false"}), None);
    assert_eq!(
        (none.as_str(), &input.arguments["limit"], &input.arguments["archived"]),
        ("", &json!(5), &json!(false))
    );
    let (none, input) = faults("hubspot contacts create", json!({}), Some(json!({"properties": {"age": 7}})));
    assert_eq!((none.as_str(), input.body), ("", Some(json!({"properties": {"age": "7"}}))));
    for number in ["1.10", "123456789012345678901"] {
        let body = format!(r#"{{"properties": {{"age": {number}}}}}"#);
        let (found, _) = faults("hubspot contacts create", json!({}), serde_json::from_str(&body).ok());
        assert_eq!(found, "body.properties.age: write it as a text, in quotes");
    }
    let (none, input) = faults("hubspot contacts get", json!({"object-id": 17}), None);
    assert_eq!((none.as_str(), &input.arguments["objectId"]), ("", &json!("17")));
    let (none, input) =
        faults("hubspot blog-tags create", json!({}), Some(json!({"name": "a", "created": "2026-01-01"})));
    assert_eq!((none.as_str(), input.body), ("", Some(json!({"name": "a"}))));
}

#[test]
fn a_number_keeps_the_digits_that_were_written() {
    let long = "is a number with more digits than JSON numbers keep; write";
    let (text, fewer) = (format!("{long} it as a text, in quotes"), format!("{long} fewer digits"));
    for (members, sent) in [
        (r#""monetaryValue": 12345678901234567890123"#, Err(format!("body.monetaryValue: {fewer}"))),
        (r#""monetaryValue": "9007199254740993""#, Err(format!("body.monetaryValue: {fewer}"))),
        (r#""monetaryValue": "0.12345678901234567891""#, Err(format!("body.monetaryValue: {fewer}"))),
        (r#""customFields": [{"value": [-1e19]}]"#, Err(format!("body.customFields[0].value[0]: {text}"))),
        (r#""monetaryValue": 9007199254740993"#, Ok(json!(9_007_199_254_740_993_i64))),
        (r#""monetaryValue": "-0019.990""#, Ok(json!(-19.99))),
        (r#""monetaryValue": "1.5e3""#, Ok(json!(1500.0))),
        (r#""customFields": [{"value": "12345678901234567890123"}]"#, Ok(Value::Null)),
    ] {
        let body = format!(
            r#"{{"contactId": "a", "locationId": "a", "name": "a", "pipelineId": "a", "status": "open", {members}}}"#
        );
        let body = serde_json::from_str(&body).ok();
        let (found, input) = faults("hoopai opportunities create", json!({}), body);
        match sent {
            Ok(sent) => assert_eq!((found.as_str(), &input.body.unwrap()["monetaryValue"]), ("", &sent), "{members}"),
            Err(fault) => assert_eq!(found, fault, "{members}"),
        }
    }
    let (found, _) = faults("hubspot contacts list", serde_json::from_str(r#"{"limit": 1e30}"#).unwrap(), None);
    assert_eq!(found, format!("limit: {fewer}"));
}

#[test]
fn long_texts_and_numbers_of_an_input_are_those_that_messages_hide() {
    let body = serde_json::json!({"phone": 4_711_474_747_i64, "rows": [{"name": "Ada Lee", "age": 36, "on": true}]});
    let input = Input { body: Some(body), ..Input::default() };
    assert_eq!(input.texts(), ["4711474747", "Ada Lee"]);
}
