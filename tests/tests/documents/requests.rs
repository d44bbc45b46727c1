//! Requests: what the vendors' own SDKs and examples send can be sent.

use std::collections::BTreeMap;

use crm_calls as calls;
use crm_core::{CallOptions, ClientBuilder, Quotas, codec};
use hoopai_client::types as hoopai;
use hoopai_client::{ApiVersion, Client, V3, v3};
use hubspot_client::types as hubspot;
use serde_json::{Value, json};

use super::read;

/// Checks that a body that was read into its type is sent unchanged.
fn sends<T: crm_core::Wire>(body: Value) {
    let sent = codec::encode(&read::<T>(body.clone())).unwrap_or_else(|error| panic!("{body}: {error}"));
    assert_eq!(serde_json::from_slice::<Value>(&sent).unwrap(), body);
}

/// A body and the type that sends it.
type Row = (&'static str, fn());

const ROWS: &[Row] = &[
    ("the status of a message for each recipient", || {
        let body =
            json!({"status": "delivered", "recipients": [{"emailId": "ada@example.com", "status": "delivered"}]});
        sends::<hoopai::UpdateMessageStatus>(body.clone());
        sends::<v3::types::UpdateMessageStatus>(body);
    }),
    ("a search that is sorted by texts", || sends::<hubspot::SearchRequest>(json!({"sorts": ["-createdate", "name"]}))),
    ("an opportunity without followers", || {
        let body = json!({"locationId": "l", "pipelineId": "p", "name": "Boat"});
        sends::<hoopai::UpsertOpportunity>(body.clone());
        sends::<v3::types::UpsertOpportunity>(body);
    }),
    ("properties by name alone", || sends::<hubspot::PropertyNameBatchRead>(json!({"inputs": [{"name": "email"}]}))),
    ("a type of object without sensitive properties", || {
        sends::<hubspot::ObjectSchemaCreate>(json!({
            "name": "boat", "labels": {"singular": "Boat", "plural": "Boats"}, "associatedObjects": [],
            "properties": [], "requiredProperties": [],
        }));
    }),
    ("a marketing event without properties of one's own", || {
        sends::<hubspot::MarketingEventCreate>(json!({
            "eventName": "Fair", "eventOrganizer": "Ada", "externalAccountId": "a", "externalEventId": "e",
        }));
    }),
    ("an attendance without properties of the contact", || {
        sends::<hubspot::MarketingEventEmailSubscriber>(
            json!({"email": "ada@example.com", "interactionDateTime": 1_700_000_000_000_i64, "properties": {}}),
        );
    }),
    ("a change that names one member", || {
        sends::<hubspot::ExternalMarketingEventUpdate>(json!({"eventName": "Fair"}));
        sends::<hubspot::ObjectSchemaUpdate>(json!({"description": "Afloat"}));
        sends::<hubspot::HubDbTableInput>(json!({"label": "People", "name": "people"}));
    }),
    ("a parameter of a path that has few values", || {
        // The documents have any text in its place, or no parameter at all.
        let sent = [
            hoopai::AddOrRemove::Remove.to_string(),
            hubspot::SourceCodeEnvironment::Published.to_string(),
            hubspot::SubscriberStateChange::Attend.to_string(),
            hubspot::CampaignContactType::InfluencedContacts.to_string(),
        ];
        assert_eq!(sent, ["remove", "published", "attend", "influencedContacts"]);
    }),
    ("a layout as a page was answered", || {
        let section = json!({"name": "dnd_area", "type": "cell", "x": 0, "w": 12, "rows": [{}]});
        sends::<hubspot::Page>(json!({"name": "Home", "layoutSections": {"main": section}}));
        sends::<hubspot::BlogPost>(json!({"name": "News", "translations": {"de": {"id": 1, "name": "Neues"}}}));
    }),
];

#[test]
fn what_a_vendor_takes_is_sent() {
    let failed: Vec<&str> =
        ROWS.iter().filter(|(_, row)| std::panic::catch_unwind(row).is_err()).map(|(name, _)| *name).collect();
    assert_eq!(failed, [] as [&str; 0]);
}

#[tokio::test]
async fn every_operation_of_version_3_is_sent_as_version_3() {
    let sent = |client: fn(ClientBuilder<Client>) -> V3, builder: fn() -> ClientBuilder<Client>| async move {
        let (api, mut versions) = (calls::hoopai_v3(), BTreeMap::new());
        let fake = api.sampled().await;
        let client = client(builder().token(fake.token()).base_url(fake.base_url()).quotas(Quotas::none()));
        for op in (api.operations)() {
            // The fake may not know the version.
            let _ = api.sample(&fake, &client, op).call.send_raw().await;
            let sent = fake.requests().pop().expect("a request");
            *versions.entry(sent.header("version").unwrap_or_default().to_owned()).or_insert(0_usize) += 1;
        }
        (api.calls.len(), versions)
    };
    let plain = |builder: ClientBuilder<Client>| builder.build().unwrap().v3();
    let (all, versions) = sent(plain, Client::builder).await;
    assert_eq!(versions, BTreeMap::from([("v3".to_owned(), all)]));
    // A version that the user names is sent with all of them too.
    let (all, versions) = sent(plain, || Client::builder_with_version(ApiVersion::V2023_02_21)).await;
    assert_eq!(versions, BTreeMap::from([("2023-02-21".to_owned(), all)]));
    let given =
        |builder: ClientBuilder<Client>| builder.build().unwrap().with(CallOptions::new().header("Version", "v4")).v3();
    let (all, versions) = sent(given, Client::builder).await;
    assert_eq!(versions, BTreeMap::from([("v4".to_owned(), all)]));
}

#[test]
fn a_search_is_sorted_by_the_short_form() {
    let request = hubspot::SearchRequest::default().sorts(["-createdate", "name"].map(hubspot::SearchSort::from));
    let sent: Value = serde_json::from_slice(&codec::encode(&request).unwrap()).unwrap();
    let sorts = json!([
        {"propertyName": "createdate", "direction": "DESCENDING"}, {"propertyName": "name", "direction": "ASCENDING"},
    ]);
    assert_eq!(sent, json!({"sorts": sorts}));
}
