//! Lists to choose from: the requests for each, and the result.

use std::future::Future;

use crm_fake::Fault;
use hubspot_client::types::{FolderInput, ListCreateRequest};
use hubspot_client::{Choice, Choices, Error};
use serde_json::{Value, json};

use super::Rig;

/// The choices, as pairs of value and label, and the request that they come from.
async fn check<F>(rig: &Rig, choices: impl FnOnce(Choices) -> F, line: &str, expected: &[(&str, &str)])
where
    F: Future<Output = Result<Vec<Choice>, Error>>,
{
    let choices = choices(rig.client.options()).await.unwrap();
    rig.sent(line);
    let pairs: Vec<_> =
        choices.iter().map(|choice| (choice.value.as_deref().unwrap(), choice.label.as_deref().unwrap())).collect();
    assert_eq!(pairs, expected, "{line}");
}

/// The records of a type, with the requested properties.
async fn records(kind: &str, properties: Value, asked: &[&str], label: &str) {
    let rig = Rig::new().await;
    let id = rig.insert(kind, properties);
    let nameless = rig.insert(kind, json!({}));
    let asked: String = asked.iter().map(|name| format!("&properties={name}")).collect();
    let line = format!("GET /crm/objects/2026-03/{kind}?limit=100{asked}");
    check(
        &rig,
        |options| async move { options.records_of(kind).await },
        &line,
        &[(&id, label), (&nameless, &nameless)],
    )
    .await;
}

#[tokio::test]
async fn companies() {
    records("companies", json!({"name": "Acme"}), &["name", "domain"], "Acme").await;
}

#[tokio::test]
async fn contacts() {
    let ada = json!({"firstname": "Ada", "lastname": "Byron"});
    records("contacts", ada, &["firstname", "lastname", "email"], "Ada Byron").await;
}

#[tokio::test]
async fn deals() {
    records("deals", json!({"dealname": "Bridge"}), &["dealname"], "Bridge").await;
}

#[tokio::test]
async fn line_items() {
    records("line_items", json!({"name": "Chair"}), &["name", "hs_name"], "Chair").await;
}

#[tokio::test]
async fn calls() {
    records("calls", json!({"hs_call_title": "Hello"}), &["hs_call_title"], "Hello").await;
}

#[tokio::test]
async fn tasks() {
    records("tasks", json!({"hs_task_subject": "Call back"}), &["hs_task_subject"], "Call back").await;
}

/// The properties of a type, one of which is known.
async fn properties(kind: &str, name: &str) {
    let rig = Rig::new().await;
    let choices = rig.client.options().properties_of(kind).await.unwrap();
    rig.sent(&format!("GET /crm/properties/2026-03/{kind}"));
    let known = choices.iter().find(|choice| choice.value.as_deref() == Some(name)).unwrap();
    assert!(known.label.as_deref().is_some_and(|label| !label.is_empty()), "{kind}");
}

#[tokio::test]
async fn properties_of_calls() {
    properties("calls", "hs_object_id").await;
}

#[tokio::test]
async fn properties_of_companies() {
    properties("companies", "domain").await;
}

#[tokio::test]
async fn properties_of_contacts() {
    properties("contacts", "email").await;
}

#[tokio::test]
async fn properties_of_meetings() {
    properties("meetings", "hs_object_id").await;
}

#[tokio::test]
async fn properties_of_tasks() {
    properties("tasks", "hs_object_id").await;
}

#[tokio::test]
async fn property_groups() {
    let rig = Rig::new().await;
    let groups =
        json!({"results": [{"name": "looks", "label": "Looks"}, {"name": "", "label": "?"}, {"name": "bare"}]});
    rig.fake.fail(Fault::Body(groups));
    let line = "GET /crm/properties/2026-03/contacts/groups";
    check(
        &rig,
        |options| async move { options.property_groups_of("contacts").await },
        line,
        &[("looks", "Looks"), ("bare", "bare")],
    )
    .await;
}

#[tokio::test]
async fn association_labels() {
    let rig = Rig::new().await;
    let kinds = json!([{"typeId": 4, "label": null}, {"typeId": 1001, "label": "Buyer"}]);
    rig.fake.fail(Fault::Body(json!({"results": kinds})));
    let line = "GET /crm/associations/2026-03/contacts/deals/labels";
    check(
        &rig,
        |options| async move { options.association_labels("contacts", "deals").await },
        line,
        &[("4", "4"), ("1001", "Buyer")],
    )
    .await;
}

#[tokio::test]
async fn associations() {
    let rig = Rig::new().await;
    let kinds = json!([{"category": "USER_DEFINED", "typeId": 1001, "label": "Buyer"}]);
    rig.fake.fail(Fault::Body(json!({"results": [{"toObjectId": 7, "associationTypes": kinds}]})));
    let line = "GET /crm/objects/2026-03/contacts/51/associations/deals?limit=500";
    check(&rig, |options| async move { options.associations("contacts", 51, "deals").await }, line, &[("7", "Buyer")])
        .await;
}

#[tokio::test]
async fn lists() {
    let rig = Rig::new().await;
    let made = rig.client.lists().create(ListCreateRequest::new("Friends", "0-1", "MANUAL")).send().await.unwrap();
    let choices = rig.client.options().lists().await.unwrap();
    rig.sent_with("POST /crm/lists/2026-03/search", json!({"count": 500}));
    assert_eq!((&choices[0].value, choices[0].label.as_deref()), (&made.list.unwrap().list_id, Some("Friends")));
}

#[tokio::test]
async fn object_types() {
    let rig = Rig::new().await;
    let boats = json!({"objectTypeId": "2-7", "name": "boat", "labels": {"singular": "Boat", "plural": "Boats"}});
    rig.fake.fail(Fault::Body(json!({"results": [boats]})));
    let choices = rig.client.options().object_types().await.unwrap();
    rig.sent("GET /crm-object-schemas/2026-03/schemas");
    let label = |value: &str| {
        let choice = choices.iter().find(|choice| choice.value.as_deref() == Some(value));
        choice.and_then(|choice| choice.label.as_deref())
    };
    let labels = ["contacts", "0-3", "line_items", "2-7"].map(label);
    assert_eq!(labels, [Some("Contacts"), Some("Deals"), Some("Line items"), Some("Boats")]);
}

async fn folder(rig: &Rig) -> String {
    rig.client.files().create_folder(FolderInput::new("logos")).send().await.unwrap().id.unwrap()
}

#[tokio::test]
async fn folder_ids() {
    let rig = Rig::new().await;
    let id = folder(&rig).await;
    let line = "GET /files/2026-03/folders/search?limit=100";
    check(&rig, |options| async move { options.folder_ids().await }, line, &[(&id, "/logos")]).await;
}

#[tokio::test]
async fn folder_paths() {
    let rig = Rig::new().await;
    folder(&rig).await;
    let line = "GET /files/2026-03/folders/search?limit=100";
    check(&rig, |options| async move { options.folder_paths().await }, line, &[("/logos", "/logos")]).await;
}

#[tokio::test]
async fn owners() {
    let rig = Rig::new().await;
    let line = "GET /crm/owners/2026-03?limit=500";
    check(
        &rig,
        |options| async move { options.owners().await },
        line,
        &[
            ("71000", "Ada Owner (ada@example.com)"),
            ("71001", "Grace Owner (grace@example.com)"),
            ("71002", "Mary Owner (mary@example.com)"),
        ],
    )
    .await;
}

#[tokio::test]
async fn ticket_pipelines() {
    let rig = Rig::new().await;
    rig.fake.fail(Fault::Body(json!({"results": [{"id": "0", "label": "Support"}, {"id": "12"}]})));
    let line = "GET /crm/pipelines/2026-03/tickets";
    check(
        &rig,
        |options| async move { options.pipelines_of("tickets").await },
        line,
        &[("0", "Support"), ("12", "12")],
    )
    .await;
}

#[tokio::test]
async fn blog_posts() {
    let rig = Rig::new().await;
    let next = json!({"next": {"after": "MQ"}});
    rig.fake.fail(Fault::Body(json!({"total": 2, "results": [{"id": 1, "name": "Bridges"}], "paging": next})));
    rig.fake.fail(Fault::Body(json!({"total": 2, "results": [{"id": "2", "name": null}]})));
    let line = "GET /cms/blogs/2026-03/posts?limit=100&after=MQ";
    check(&rig, |options| async move { options.blog_posts().await }, line, &[("1", "Bridges"), ("2", "2")]).await;
}

#[tokio::test]
async fn blog_comments() {
    let rig = Rig::new().await;
    let comments = json!([{"id": 1, "comment": "Nice"}, {"id": 2, "comment": " "}, {"comment": "nobody's"}]);
    rig.fake.fail(Fault::Body(json!({"objects": comments, "offset": 0, "limit": 100, "total": 3})));
    let line = "GET /comments/v3/comments?limit=100";
    check(&rig, |options| async move { options.blog_comments().await }, line, &[("1", "Nice"), ("2", "2")]).await;
}

#[tokio::test]
async fn call_dispositions() {
    let rig = Rig::new().await;
    rig.fake.fail(Fault::Body(json!([{"id": "9d91", "label": "Busy"}, {"id": "73a0", "label": "Wrong number"}])));
    let line = "GET /calling/v1/dispositions";
    check(
        &rig,
        |options| async move { options.call_dispositions().await },
        line,
        &[("9d91", "Busy"), ("73a0", "Wrong number")],
    )
    .await;
}
