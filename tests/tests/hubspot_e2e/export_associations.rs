//! Exports of records with more associations than the list returns with a record.

use std::collections::HashSet;

use crm_fake::Fault;
use hubspot_client::types::{
    AssociatedIdPage, DefaultAssociationBatchCreate, DefaultAssociationCreate, ObjectWithAssociations, PublicObjectId,
};
use serde_json::json;

use super::Rig;

/// Inserts a company with this number of contacts.
async fn company(rig: &Rig, contacts: usize) -> (String, HashSet<String>) {
    let company = rig.fake.insert("companies", json!({"name": "Acme"}));
    let contacts: HashSet<String> = (0..contacts).map(|_| rig.fake.insert("contacts", json!({}))).collect();
    let pair = |id: &str| DefaultAssociationCreate::new(PublicObjectId::new(&*company), PublicObjectId::new(id));
    let pairs: Vec<_> = contacts.iter().map(|id| pair(id)).collect();
    let pairs = DefaultAssociationBatchCreate::new(pairs);
    rig.client.associations().batch_create_default("companies", "contacts", pairs).send().await.unwrap();
    (company, contacts)
}

async fn exported(rig: &Rig) -> Vec<ObjectWithAssociations> {
    let mut export = rig.client.companies().export().associations(["contacts"]);
    let mut all = Vec::new();
    while let Some(record) = export.next().await {
        all.push(record.unwrap());
    }
    all
}

fn contacts(record: &ObjectWithAssociations) -> &AssociatedIdPage {
    record.associations.get("contacts").unwrap()
}

#[tokio::test]
async fn associations_that_the_list_does_not_return_are_read() {
    let rig = Rig::new().await;
    let (small, few) = company(&rig, 100).await;
    let (large, many) = company(&rig, 1_203).await;
    let listed = rig.client.companies().get(&large).associations(["contacts"]).send().await.unwrap();
    assert_eq!((contacts(&listed).results.len(), contacts(&listed).paging.is_some()), (100, true));

    let records = exported(&rig).await;
    assert_eq!(records.len(), 2);
    for record in &records {
        let wanted = if record.id.as_ref() == Some(&large) { &many } else { &few };
        let page = contacts(record);
        let ids: HashSet<String> = page.results.iter().filter_map(|one| one.id.clone()).collect();
        assert_eq!((page.results.len(), &page.paging, &ids), (wanted.len(), &None, wanted));
        assert_eq!(page.results.iter().filter(|one| one.type_.is_some()).count(), 100);
    }
    // 500 per request, and none for the company whose contacts are all in the list.
    let asked = rig.requests("associations.list");
    assert_eq!((asked.len(), asked.iter().any(|one| one.path.contains(&small))), (3, false));
    rig.assert_accepted();
}

#[tokio::test]
async fn a_record_that_is_archived_meanwhile_is_left_out_and_any_other_error_ends_the_export() {
    let rig = Rig::new().await;
    company(&rig, 101).await;
    rig.fake.fail(Fault::status(404).on("associations.list"));
    rig.fake.fail(Fault::status(404).on("companies.get"));
    assert!(exported(&rig).await.is_empty());
    // The record is still there.
    rig.fake.fail(Fault::status(404).on("associations.list"));
    let mut export = rig.client.companies().export().associations(["contacts"]);
    let error = export.next().await.unwrap().unwrap_err();
    assert_eq!((error.status(), error.operation()), (Some(404), "associations.list"));
    rig.fake.fail(Fault::status(403).on("associations.list"));
    let mut export = rig.client.companies().export().associations(["contacts"]);
    let error = export.next().await.unwrap().unwrap_err();
    assert_eq!((error.status(), error.operation()), (Some(403), "associations.list"));
}
