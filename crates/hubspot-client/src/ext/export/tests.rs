//! Exports whose replies or calls are out of order.

use std::time::Duration;

use crm_core::Error;
use crm_fake::{Fake, Fault, Vendor};
use serde_json::json;

use super::Export;
use crate::types::ObjectWithAssociations;
use crate::{Client, ErrorKind};

async fn fake() -> (Fake, Client) {
    let fake = Fake::builder(Vendor::HubSpot).no_quota().latency(Duration::from_millis(100)).start().await.unwrap();
    let client = Client::builder().token(fake.token()).base_url(fake.base_url()).build().unwrap();
    (fake, client)
}

#[tokio::test]
async fn borders_of_parts_that_do_not_ascend_are_an_error() {
    for ids in [["20", "20"], ["20", "7"]] {
        let (fake, client) = fake().await;
        fake.script(ids.map(|id| Fault::Body(json!({"total": 30_000, "results": [{"id": id}]}))));
        let error = client.contacts().export().documented_only().parts().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Paging, "{error}");
        assert_eq!(error.operation(), "contacts.search");
    }
}

#[tokio::test]
async fn documented_only_keeps_the_part_that_is_resumed() {
    let (fake, client) = fake().await;
    fake.script([Fault::Body(json!({"total": 30_000, "results": [{"id": "20"}]}))]);
    let parts = client.contacts().export().documented_only().parts().await.unwrap();
    assert_eq!(parts.len(), 2);
    for part in parts {
        let resumed = client.contacts().export().documented_only().resume(part.clone()).unwrap().documented_only();
        assert_eq!(resumed.cursor().to_string(), part.to_string());
    }
}

#[tokio::test]
async fn a_record_that_cannot_be_read_stops_the_pages_under_way() {
    let (fake, client) = fake().await;
    for n in 0..9 {
        fake.insert("contacts", json!({"email": format!("c{n}@example.com")}));
    }
    let read = |record: ObjectWithAssociations| match record.property("email") {
        Some("c2@example.com") => Err(Error::validation("it is not readable")),
        _ => Ok(record),
    };
    let mut export = Export::new(client.contacts(), read).limit(3);
    for _ in 0..2 {
        export.next().await.unwrap().unwrap();
    }
    assert_eq!(export.reading.under_way(), 1, "the second page");
    assert!(export.next().await.unwrap().is_err());
    assert_eq!(export.reading.under_way(), 0);
    assert!(export.next().await.is_none());
}
