//! Replies that users of other clients reported, read by these clients.

use hoopai_client::types as hoopai;
use hubspot_client::types as hubspot;
use serde_json::{Value, json};

use super::read;

/// raycast/extensions#4446: a list with a `null` in the place of a record, and of its properties,
/// ends the program.
#[test]
fn null_in_the_place_of_a_record_or_of_its_properties() {
    let page: hubspot::ObjectPage = read(json!({"results": [null, {"id": "1", "properties": null}]}));
    assert_eq!(page.results.len(), 1);
    assert!(page.results[0].properties.is_empty());
}

/// airbytehq/airbyte#40591: ids that are numbers instead of texts fail the check of hundreds of
/// records.
#[test]
fn numbers_for_ids() {
    let members: Vec<Value> = (0..230).map(|id| json!({"toObjectId": id, "associationTypes": []})).collect();
    let page: hubspot::AssociationPage = read(json!({"results": members}));
    assert!(page.results.iter().enumerate().all(|(id, member)| member.to_object_id == Some(id.to_string())));
}

/// GoHighLevel/highlevel-api-docs#87: the custom fields of an opportunity have a value by kind,
/// and may get more members.
#[test]
fn custom_fields_of_an_opportunity() {
    let field =
        json!({"id": "f", "type": "string", "fieldValueString": "abc", "fieldKey": "contact.mine", "name": "mine"});
    let found: hoopai::SearchOpportunitiesReply = read(json!({"customFields": [field]}));
    let [kept] = &found.custom_fields[..] else { panic!() };
    assert_eq!(kept.field_value_string.as_deref(), Some("abc"));
    assert_eq!(kept.extra.get("fieldKey"), Some(&json!("contact.mine")));
}

/// The free slots of a calendar are a map by date, which HighLevel sends with a `traceId` among the
/// dates: everybody who books was blocked.
#[test]
fn free_slots_beside_a_member_that_is_not_a_date() {
    let slots: crm_core::Map<hoopai::Slots> =
        read(json!({"2024-10-28": {"slots": ["2024-10-28T10:00:00-05:00"]}, "traceId": "9b7e"}));
    assert_eq!(slots.get("2024-10-28").unwrap().slots.len(), 1);
    assert_eq!(slots.odd().collect::<Vec<_>>(), [("traceId", &json!("9b7e"))]);
}

/// NangoHQ/integration-templates#592: a deletion whose reply lacks `succeded` is called a success.
#[test]
fn a_deletion_that_does_not_say_that_it_succeeded() {
    let reply: hoopai::SucceededReply = read(json!({"traceId": "t"}));
    assert_eq!(reply.succeded, None);
}
