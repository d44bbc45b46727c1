use serde_json::json;

use super::*;
use crate::catalogue::find;

fn body(words: &str, pairs: &[(&str, &str)]) -> Value {
    let found = find(&words.split(' ').collect::<Vec<_>>()).unwrap();
    let ty = found.operation.body.as_ref().unwrap().ty;
    let mut body = json!({});
    for (name, value) in pairs {
        set(found.api.types(), Ty::of(ty), &mut body, name, value).unwrap();
    }
    body
}

#[test]
fn members_are_set_by_dotted_names() {
    let made = body("hubspot contacts create", &[("properties.email", "ada@example.com"), ("properties.age", "7")]);
    assert_eq!(made, json!({"properties": {"email": "ada@example.com", "age": "7"}}));
    let made =
        body("hoopai contacts create", &[("firstName", "Ada"), ("tags", "a,b"), ("customFields", "[{\"id\": \"x\"}]")]);
    assert_eq!(made, json!({"firstName": "Ada", "tags": ["a", "b"], "customFields": [{"id": "x"}]}));
}

#[test]
fn a_member_below_a_value_is_an_error() {
    let mut body = json!({"a": "text"});
    let found = find(&["hubspot", "contacts", "create"]).unwrap();
    assert!(set(found.api.types(), Ty::Json, &mut body, "a.b", "c").is_err());
    assert!(pair("email").is_err() && pair("=x").is_err());
    assert_eq!(pair("a=b=c").ok(), Some(("a", "b=c")));
}

#[test]
fn a_name_with_many_dots_is_refused() {
    let found = find(&["hubspot", "contacts", "create"]).unwrap();
    let set = |dots: usize| set(found.api.types(), Ty::Json, &mut json!({}), &format!("{}a", "a.".repeat(dots)), "x");
    set(MOST_DOTS).unwrap();
    let refused = set(200_000).unwrap_err().to_string();
    assert!(refused.contains("too many dots"), "{refused}");
}
