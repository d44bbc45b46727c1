//! The existing record that prevents a write.

use crm_fake::{Fault, Payload};
use hubspot_client::types::{BatchCreateRow, ObjectCreate};
use hubspot_client::{ErrorKind, Map, existing_record};
use serde_json::{Value, json};

use super::{Rig, failed};

fn named(property: &str, value: &str) -> ObjectCreate {
    ObjectCreate::new(Map::from([(property, value)]))
}

#[tokio::test]
async fn the_record_that_exists_is_named_by_the_error() {
    let of = |id: &str| {
        format!(
            "Cannot set PropertyValueCoordinates{{portalId=1, objectTypeId=0-2, propertyName=shop_id, value=12}} on 8. {id} already has that value."
        )
    };
    let cases = [
        (409, json!({"message": "Contact already exists. Existing ID: 51", "category": "CONFLICT"}), Some("51")),
        (409, json!({"message": "Company already exists. Existing ID:52", "category": "CONFLICT"}), Some("52")),
        (
            409,
            json!({"message": "Contact already exists", "error": "CONTACT_EXISTS", "identityProfile": {"vid": 53}}),
            Some("53"),
        ),
        (409, json!({"message": "It exists.", "category": "CONFLICT", "context": {"existingId": ["54"]}}), Some("54")),
        (400, json!({"message": of("55"), "category": "VALIDATION_ERROR"}), Some("55")),
        (400, json!({"message": of("56"), "errorType": "UNIQUE_VALUE_CONFLICT"}), Some("56")),
        (
            400,
            json!({"message": "Wrong.", "category": "VALIDATION_ERROR", "errors": [
            {"message": of("57"), "code": "CONFLICTING_UNIQUE_VALUE", "context": {"propertyName": ["shop_id"]}}]}),
            Some("57"),
        ),
        (
            400,
            json!({"message": format!("Invalid: {}", json!({"message": of("58"), "category": "VALIDATION_ERROR"}))}),
            Some("58"),
        ),
        (409, json!({"message": "A record exists already.", "category": "CONFLICT"}), None),
        (409, json!({"message": "Existing ID: none", "category": "CONFLICT"}), None),
    ];
    let rig = Rig::new().await;
    for (status, body, id) in cases {
        rig.fake.fail(Fault::Status(status, Payload::Json(body.clone())));
        let error = failed(rig.client.companies().create(named("name", "Acme")).send().await);
        assert_eq!((error.kind(), existing_record(&error).as_deref()), (ErrorKind::Conflict, id), "{body}");
        assert!(!error.may_have_happened(), "{error}");
    }
    // Another kind of error contains no record, whatever its text.
    let says = json!({"message": "Existing ID: 51", "category": "VALIDATION_ERROR"});
    rig.fake.fail(Fault::Status(400, Payload::Json(says)));
    let error = failed(rig.client.companies().create(named("name", "Acme")).send().await);
    assert_eq!((error.kind(), existing_record(&error)), (ErrorKind::Validation, None));
}

#[tokio::test]
async fn the_value_of_a_conflict_is_not_shown() {
    let rig = Rig::new().await;
    let said = |value: &str| {
        format!(
            "Cannot set PropertyValueCoordinates{{portalId=1, objectTypeId=0-1, propertyName=badge, value={value}}} on 8. 9 already has that value."
        )
    };
    for value in ["Ada Lovelace", "Ada} on {Lovelace", ""] {
        for body in [
            json!({"message": said(value), "category": "VALIDATION_ERROR"}),
            json!({"message": "Wrong.", "errors": [{"message": said(value), "code": "CONFLICTING_UNIQUE_VALUE"}]}),
        ] {
            rig.fake.fail(Fault::Status(400, Payload::Json(body)));
            let error = failed(rig.client.contacts().create(named("badge", "x")).send().await);
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains("Ada") && !shown.contains("Lovelace"), "{shown}");
            assert!(error.to_string().contains("propertyName=badge"), "{error}");
            assert_eq!(existing_record(&error).as_deref(), Some("9"));
            assert!(std::str::from_utf8(error.body()).unwrap().contains(value), "the body keeps it");
        }
    }
}

#[tokio::test]
async fn rows_of_a_batch_name_it_too() {
    let rig = Rig::new().await;
    let row = |trace: &str, mut error: Value| {
        error["context"]["objectWriteTraceId"] = json!([trace]);
        error
    };
    rig.fake.fail(Fault::Status(207, Payload::Json(json!({"status": "COMPLETE", "results": [], "numErrors": 2, "errors": [
        row("row-1", json!({"category": "CONFLICT", "message": "It exists.", "context": {"existingId": ["7"]}})),
        row("row-0", json!({"category": "VALIDATION_ERROR", "message": "Cannot set PropertyValueCoordinates{} on 1. 8 already has that value."})),
    ]}))));
    let rows = ["a", "b"].map(|name| BatchCreateRow::from([("name", name)]));
    let report = rig.client.companies().create_many(rows).await;
    let found: Vec<_> = report.failed.iter().map(|(row, error)| (*row, error.kind(), existing_record(error))).collect();
    let conflict = |row, id: &str| (row, ErrorKind::Conflict, Some(id.to_owned()));
    assert_eq!(found, [conflict(0, "8"), conflict(1, "7")]);
}

#[tokio::test]
async fn the_fake_answers_as_hubspot_does() {
    let rig = Rig::with_contacts(1).await;
    let id = rig.fake.records("contacts")[0]["id"].as_str().unwrap().to_owned();
    let error = failed(rig.client.contacts().create(named("email", "c0@example.com")).send().await);
    assert_eq!(existing_record(&error), Some(id));
}
