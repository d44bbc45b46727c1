//! Replies: every member that a vendor returns can be read.

use hoopai_client::types as hoopai;
use hoopai_client::v3::types as hoopai_v3;
use hubspot_client::types as hubspot;
use serde::Serialize;
use serde_json::{Value, json};

use super::read;

/// Checks that nothing of a body is lost after it was read into its type.
fn keeps<T: crm_core::Wire + Serialize>(body: Value) {
    let kept = serde_json::to_value(read::<T>(body.clone())).unwrap();
    assert!(holds(&kept, &body), "{body} is read as {kept}");
}

/// Checks that a value has all that another one has; lists that were absent may be empty.
fn holds(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            part.iter().all(|(key, part)| whole.get(key).is_some_and(|whole| holds(whole, part)))
        }
        (Value::Array(whole), Value::Array(part)) => {
            whole.len() == part.len() && whole.iter().zip(part).all(|(whole, part)| holds(whole, part))
        }
        (whole, part) => whole == part,
    }
}

/// A body and the type that keeps it.
type Row = (&'static str, fn());

const ROWS: &[Row] = &[
    ("a custom field of an opportunity of each kind", || {
        let fields = json!([
            {"id": "a", "type": "array", "fieldValueArray": ["red", "blue"]},
            {"id": "b", "type": "number", "fieldValueNumber": 3.5},
            {"id": "c", "type": "date", "fieldValueDate": 1_720_396_800_000_i64},
            {"id": "d", "type": "date", "fieldValueDate": "2024-07-08"},
            {"id": "e", "type": "files", "fieldValueFiles": [{"url": "https://example.com/a.pdf", "meta": {"name": "a.pdf"}}]},
            {"id": "f", "type": "boolean", "fieldValueBoolean": true},
            {"id": "g", "key": "colour", "field_value": "red"},
            {"id": "h", "fieldValue": "red", "fieldValueNew": 1},
        ]);
        let body = json!({"opportunities": [{"id": "o", "customFields": fields}]});
        keeps::<hoopai::OpportunitiesSearchReply>(body.clone());
        keeps::<hoopai_v3::OpportunitiesSearchReply>(body);
    }),
    ("the kinds of an association, each with both object types", || {
        let kind = json!({
            "category": "USER_DEFINED", "typeId": 36, "label": "x", "fromObjectTypeId": "0-1", "toObjectTypeId": "0-2",
        });
        keeps::<hubspot::AssociationPage>(json!({"results": [{"toObjectId": "9", "associationTypes": [kind]}]}));
    }),
    ("`_id` beside `id`", || {
        keeps::<hoopai::Schedule>(json!({"_id": "a"}));
        keeps::<hoopai::Schedule>(json!({"_id": "a", "id": "b"}));
        keeps::<hoopai::TemplateListReply>(json!({"_id": "a", "id": "b"}));
    }),
    ("the scopes of a user as a list, in both versions", || {
        let body = json!({"id": "u", "scopes": ["contacts.write", "campaigns.readonly"]});
        keeps::<hoopai::UserReply>(body.clone());
        keeps::<hoopai_v3::UserReply>(body.clone());
        keeps::<hoopai_v3::User>(body);
    }),
    ("a message, wrapped and as documented", || {
        let message = json!({"id": "m", "body": "hi", "direction": "inbound"});
        keeps::<hoopai::MessageReply>(message.clone());
        keeps::<hoopai_v3::MessageReply>(message.clone());
        keeps::<hoopai::MessageReply>(json!({"message": message, "traceId": "t"}));
    }),
    ("an association and a template where a list is usual", || {
        let association = json!({"id": "a", "key": "k", "locationId": "l"});
        keeps::<hoopai::Associations>(association.clone());
        keeps::<hoopai::Relations>(association.clone());
        keeps::<hoopai_v3::Associations>(association.clone());
        keeps::<hoopai_v3::Relations>(association.clone());
        keeps::<hoopai::Associations>(json!({"associations": [association]}));
        keeps::<hoopai::BuilderTemplates>(json!({"id": "t", "name": "Welcome"}));
    }),
    ("one funnel page where a list is usual", || {
        let pages: Vec<hoopai::FunnelPageReply> = read(json!({"_id": "p", "name": "Home"}));
        assert_eq!(pages[0].name.as_deref(), Some("Home"));
    }),
];

#[test]
fn what_a_vendor_answers_is_kept() {
    let failed: Vec<&str> =
        ROWS.iter().filter(|(_, row)| std::panic::catch_unwind(row).is_err()).map(|(name, _)| *name).collect();
    assert_eq!(failed, [] as [&str; 0]);
}
