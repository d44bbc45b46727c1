//! One walk through each of the other resources.

use hubspot_client::types::{
    AssociationSpec, ListCreateRequest, ObjectCreate, ObjectUpdate, PipelineInput, PipelineStageInput, PropertyCreate,
};
use hubspot_client::{ErrorKind, Map};

use super::{Rig, failed};

#[tokio::test]
async fn one_record_from_its_creation_to_its_end() {
    let rig = Rig::new().await;
    let deals = rig.client.deals();
    let deal = deals.create(ObjectCreate::from([("dealname", "Bridge")]).set("amount", 99.5)).send().await.unwrap();
    let id = deal.id.as_deref().unwrap();
    assert_eq!((deal.property("dealname"), deal.number("amount")), (Some("Bridge"), Some(99.5)));
    let changed = deals.update(id, ObjectUpdate::from([("amount", 120)]).clear("dealname")).send().await.unwrap();
    assert_eq!((changed.number("amount"), changed.property("dealname")), (Some(120.0), None));
    let read = deals.get(id).properties(["amount", "dealstage"]).send().await.unwrap();
    assert_eq!((read.property("amount"), read.property("dealstage")), (Some("120"), None));
    deals.archive(id).send().await.unwrap();
    assert_eq!(failed(deals.get(id).send().await).kind(), ErrorKind::NotFound);
    assert_eq!(deals.list().archived(true).send().await.unwrap().results[0].id.as_deref(), Some(id));
    rig.assert_accepted();
}

#[tokio::test]
async fn associations_are_made_listed_and_taken_away() {
    let rig = Rig::with_contacts(1).await;
    let contact = rig.fake.records("contacts")[0]["id"].as_str().unwrap().to_owned();
    let deals: Vec<String> = (0..3).map(|n| rig.fake.insert("deals", serde_json::json!({"dealname": n}))).collect();
    let associations = rig.client.associations();
    for deal in &deals {
        associations
            .create("contacts", &contact, "deals", deal, vec![AssociationSpec::new("HUBSPOT_DEFINED", 4)])
            .send()
            .await
            .unwrap();
    }
    let linked = associations.list("contacts", &contact, "deals").limit(2).items().try_collect().await.unwrap();
    let ids: Vec<String> = linked.iter().filter_map(|link| link.to_object_id.clone()).collect();
    assert_eq!(ids, deals);
    associations.delete("contacts", &contact, "deals", &deals[0]).send().await.unwrap();
    associations.create_default("contacts", &contact, "deals", &deals[0]).send().await.unwrap();
    let read = rig.client.contacts().get(&contact).associations(["deals"]).send().await.unwrap();
    assert_eq!(read.associations.get("deals").unwrap().results.len(), 3);
    let labels = rig.client.association_labels().list("contacts", "deals").send().await.unwrap();
    assert_eq!(labels.results[0].type_id, Some(4));
    rig.assert_accepted();
}

#[tokio::test]
async fn pipelines_owners_and_properties() {
    let rig = Rig::new().await;
    let pipelines = rig.client.pipelines("tickets");
    let stage = |order: i64, label: &str| {
        PipelineStageInput::new(order, label, Map::from_iter([("ticketState", "OPEN".to_owned())]))
    };
    let made =
        pipelines.create(PipelineInput::new(1, "Repairs", vec![stage(0, "In"), stage(1, "Out")])).send().await.unwrap();
    let id = made.id.as_deref().unwrap();
    assert_eq!(made.stages.len(), 2);
    pipelines.create_stage(id, stage(2, "Gone")).send().await.unwrap();
    assert_eq!(pipelines.get(id).send().await.unwrap().stages.len(), 3);
    assert!(pipelines.list().send().await.unwrap().results.iter().any(|pipeline| pipeline.id.as_deref() == Some(id)));

    let owners = rig.client.owners().list().limit(2).items().try_collect().await.unwrap();
    assert_eq!(owners.len(), 3);
    let owner = rig.client.owners().get(owners[0].id.as_deref().unwrap()).send().await.unwrap();
    assert_eq!(owner.email, owners[0].email);

    let properties = rig.client.properties("contacts");
    let colour = PropertyCreate::default()
        .name("colour")
        .label("Colour")
        .group_name("contactinformation")
        .type_("string")
        .field_type("text");
    properties.create(colour.clone()).send().await.unwrap();
    let error = failed(properties.create(colour.clone()).send().await);
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert_eq!(properties.get("colour").send().await.unwrap().label.as_deref(), Some("Colour"));
    properties.archive("colour").send().await.unwrap();
    assert_eq!(failed(properties.get("colour").send().await).kind(), ErrorKind::NotFound);
    assert!(!properties.list().send().await.unwrap().results.is_empty());
    rig.client.schemas().list().send().await.unwrap();
    rig.assert_accepted();
}

#[tokio::test]
async fn lists_and_who_is_in_them() {
    let rig = Rig::with_contacts(5).await;
    let ids: Vec<String> = rig.fake.records("contacts").iter().map(|c| c["id"].as_str().unwrap().to_owned()).collect();
    let lists = rig.client.lists();
    let made = lists.create(ListCreateRequest::new("Friends", "0-1", "MANUAL")).send().await.unwrap();
    let id = made.list.unwrap().list_id.unwrap();
    lists.add_memberships(&id, ids.clone()).send().await.unwrap();
    let members = lists.list_memberships(&id).limit(2).items().try_collect().await.unwrap();
    assert_eq!(members.len(), 5);
    for n in 0..4 {
        lists.create(ListCreateRequest::new(format!("More {n}"), "0-1", "MANUAL")).send().await.unwrap();
    }
    let search = hubspot_client::types::ListSearchRequest::default().count(2);
    assert_eq!(lists.search(search).items().try_collect().await.unwrap().len(), 5, "paged by offset in the body");
    lists.delete(&id).send().await.unwrap();
    assert_eq!(failed(lists.get(&id).send().await).kind(), ErrorKind::NotFound);
    rig.assert_accepted();
}
