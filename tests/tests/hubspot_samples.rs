//! Every documented sample decodes, or contains the reason why it does not have to.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crm_core::codec;
use hubspot_client::Map;
use hubspot_client::types::{
    AnalyticsReport, AssociationSpecWithLabel, AssociationSpecWithLabelList, BatchReply, BlogPost, CallDisposition,
    ExternalMarketingEvent, LabelsBetweenObjectPair, MarketingEventDefaultReply, MarketingEventPublicDefaultReply,
    MembershipsUpdateReply, Object, ObjectChange, ObjectWithAssociations, OwnerPage, PipelineList,
    SubscriptionTimelineEntry,
};
use serde_json::{Value, json};

/// Reshaped by an integration product: not what the API sends or takes.
const DRESSED: &str = "connector dressing";

/// The samples that are not decoded, with the reason.
const SKIPPED: &[(&str, &str)] = &[
    ("add_contact_to_list_input", DRESSED),
    ("archive_property", DRESSED),
    ("archive_property_group", DRESSED),
    ("archive_property_group_input", DRESSED),
    ("associate_crm_objects_input", DRESSED),
    ("batch_create_products_input", DRESSED),
    ("contact_exists_with_email", DRESSED),
    ("create_company_input", DRESSED),
    ("create_deal_input", DRESSED),
    ("create_or_update_contact_input", DRESSED),
    ("create_task_engagement_input", DRESSED),
    ("delete_blog_post", DRESSED),
    ("delete_comment", DRESSED),
    ("delete_deal", DRESSED),
    ("list_call_engagement_dispositions_ddl", DRESSED),
    ("list_call_engagement_properties_ddl_input", DRESSED),
    ("list_call_engagements_input", DRESSED),
    ("list_changes_for_line_items_input", DRESSED),
    ("list_comments_ddl", DRESSED),
    ("list_comments_ddl_input", DRESSED),
    ("list_comments_input", DRESSED),
    ("list_companies_ddl", DRESSED),
    ("list_companies_ddl_input", DRESSED),
    ("list_company_properties_ddl_input", DRESSED),
    ("list_contacts_ddl", DRESSED),
    ("list_crm_object_types_ddl", DRESSED),
    ("list_email_engagements_input", DRESSED),
    ("list_owner_ids_ddl_input", DRESSED),
    ("list_properties_input", DRESSED),
    ("list_property_groups_ddl", DRESSED),
    ("list_task_engagement_properties_ddl_input", DRESSED),
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/hubspot")
}

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name).with_extension("json")).unwrap()
}

fn sample<T: codec::Wire>(name: &str) -> T {
    codec::decode(&bytes(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn read<T: codec::Wire>(value: &Value) -> T {
    codec::decode(value.to_string().as_bytes()).unwrap_or_else(|error| panic!("{value}: {error}"))
}

fn batch(name: &str, records: usize) -> BatchReply {
    let reply: BatchReply = sample(name);
    assert_eq!(reply.results.len(), records, "{name}");
    assert_eq!(reply.status.as_ref().map(|status| status.as_str()), Some("COMPLETE"), "{name}");
    reply
}

/// Decodes the sample of a name and asserts something of it.
type Check = fn(&str);

/// Each sample that is decoded.
const DECODED: &[(&str, Check)] = &[
    ("analytics_reports_by_breakdown_daily", |name| {
        let AnalyticsReport::AnalyticsTimeline(days) = sample(name) else { panic!("{name}: not by time") };
        assert_eq!(days.len(), 3);
        assert_eq!(days.get("2018-01-02").unwrap()[0].contacts, Some(87));
    }),
    ("analytics_reports_by_breakdown_total", |name| {
        let AnalyticsReport::AnalyticsTotals(totals) = sample(name) else { panic!("{name}: no totals") };
        assert_eq!((totals.offset, totals.total), (Some(6), Some(6)));
        let paid = totals.breakdowns.iter().find(|part| part.breakdown.as_deref() == Some("paid")).unwrap();
        assert_eq!((paid.visits, paid.contacts), (Some(648), None), "nothing to report is absent");
    }),
    ("associate_crm_objects", |name| {
        let pair: LabelsBetweenObjectPair = sample(name);
        assert_eq!(pair.from_object_id.as_deref(), Some("51"), "a number where a text is promised");
        assert_eq!(pair.labels, ["contact_to_deal"]);
    }),
    ("batch_create_contacts_multi_status", |name| {
        let reply = batch(name, 1);
        assert_eq!(reply.num_errors, Some(1));
        assert_eq!(reply.results[0].property("firstname"), None, "null");
        assert_eq!(reply.errors[0].context.get("objectWriteTraceId").unwrap(), &["row-1"]);
    }),
    ("batch_create_line_items", |name| {
        assert_eq!(batch(name, 2).requested_at, None);
    }),
    ("batch_create_products", |name| {
        let reply = batch(name, 2);
        assert!(reply.requested_at.is_some() && reply.results[0].number("price").is_some());
    }),
    ("batch_update_companies", |name| drop(batch(name, 2))),
    ("batch_update_deals", |name| drop(batch(name, 2))),
    ("create_call_engagement", |name| {
        let call: Object = sample(name);
        assert_eq!(call.number("hs_call_duration"), Some(1_800_000.0));
        assert_eq!(call.choices("hs_attachment_ids").collect::<Vec<_>>(), ["789", "790"]);
    }),
    ("create_company", |name| assert!(sample::<Object>(name).property("name").is_some())),
    ("create_marketing_event", |name| {
        let event: MarketingEventDefaultReply = sample(name);
        let property = &event.custom_properties[0];
        assert_eq!(
            (property.timestamp, property.source_vid.as_deref()),
            (Some(1_631_707_200_000), Some(&[123_456][..]))
        );
        assert_eq!((property.is_encrypted, property.data_sensitivity.is_none()), (None, true), "less than is promised");
    }),
    ("create_or_update_marketing_event", |name| {
        let event: MarketingEventPublicDefaultReply = sample(name);
        assert_eq!((event.id, event.created_at, event.updated_at), (None, None, None), "less than is promised");
        assert_eq!(event.custom_properties[1].value.as_deref(), Some("Gardeners"));
    }),
    ("create_product", |name| assert!(sample::<Object>(name).number("price").is_some())),
    ("get_contact_by_id", |name| {
        let contact: ObjectWithAssociations = sample(name);
        assert!(contact.id.is_some() && contact.property("email").is_some());
    }),
    ("get_marketing_event", |name| {
        let event: ExternalMarketingEvent = sample(name);
        assert_eq!((event.registrants, event.no_shows), (Some(500), Some(20)));
        let property = &event.custom_properties[0];
        assert_eq!((property.source_vid.as_deref(), property.timestamp), (Some(&[1234, 5678][..]), None));
    }),
    ("list_association_definitions", |name| {
        let labels: AssociationSpecWithLabelList = sample(name);
        let ids: Vec<Option<i64>> =
            labels.results.iter().map(|label: &AssociationSpecWithLabel| label.type_id).collect();
        assert_eq!(ids, [Some(4), Some(1001), Some(1002)]);
    }),
    ("list_changes_for_products", |name| {
        // Wrapped by the connector: the API answers with the rows alone.
        let wrapped: Value = serde_json::from_slice(&bytes(name)).unwrap();
        let changes: Vec<ObjectChange> = read(&wrapped["results"]);
        assert_eq!((changes[0].timestamp, changes[0].object_id), (Some(1_683_028_800_000), Some(123_456)));
        assert_eq!(changes[1].changes.as_ref().unwrap().changed_properties.len(), 4);
    }),
    ("list_owners", |name| {
        let page: OwnerPage = sample(name);
        assert_eq!(page.results.len(), 2);
        assert!(page.results.iter().all(|owner| owner.id.is_some() && owner.type_.is_none()));
    }),
    ("list_ticket_pipelines_ddl", |name| {
        let pipelines: PipelineList = sample(name);
        assert_eq!(pipelines.results[1].stages.len(), 4);
        assert_eq!(pipelines.results[1].stages[0].label.as_deref(), Some("Sent in"));
        assert_eq!(pipelines.results[0].archived, None, "the old shape has another member for it");
        assert!(
            pipelines.results[0].stages.iter().all(|stage| stage.metadata.is_empty() && stage.created_at.is_none())
        );
    }),
    ("update_blog_post", |name| {
        let post: BlogPost = sample(name);
        assert_eq!((post.id.as_deref(), post.tag_ids.as_deref()), (Some("87654321"), Some(&[1234, 5678][..])));
        assert_eq!((post.password, post.widgets), (None, None), "less than is promised");
    }),
];

/// A reply that differs from the document, and its values after reading.
type Odd = (&'static str, fn());

/// Mismatches on record beside those of the samples.
const ODD: &[Odd] = &[
    ("null for a property's value", || {
        let contact: Object = read(&json!({"id": "1", "properties": {"city": null, "email": "a@example.com"}}));
        assert_eq!((contact.property("city"), contact.property("email")), (None, Some("a@example.com")));
    }),
    ("numbers and booleans for a property's text", || {
        let deal: Object = read(&json!({"id": 7, "properties": {"amount": 99.99, "hs_is_closed": true}}));
        assert_eq!((deal.id.as_deref(), deal.property("amount")), (Some("7"), Some("99.99")));
        assert_eq!(deal.flag("hs_is_closed"), Some(true));
    }),
    ("times with and without a fraction, as a date and as milliseconds", || {
        for (time, millis) in [
            (json!("2023-05-15T14:30:00Z"), 1_684_161_000_000),
            (json!("2023-05-15T14:30:00.250Z"), 1_684_161_000_250),
            (json!("2023-12-31"), 1_703_980_800_000),
            (json!(1_684_161_000_000_i64), 1_684_161_000_000),
        ] {
            let record: Object = read(&json!({"createdAt": time, "properties": {"closedate": time}}));
            assert_eq!(record.created_at.as_ref().and_then(|time| time.unix_millis()), Some(millis), "{time}");
            assert_eq!(record.time("closedate").and_then(|time| time.unix_millis()), Some(millis), "{time}");
        }
    }),
    ("a number for the cursor, and a link to another host", || {
        let link = "https://api.hubspot.com/crm/v3/owners?after=17";
        let page: OwnerPage = read(&json!({"results": [], "paging": {"next": {"after": 17, "link": link}}}));
        assert_eq!(page.paging.unwrap().next.unwrap().after.as_deref(), Some("17"));
    }),
    ("numbers and texts in one list of ids", || {
        let reply: MembershipsUpdateReply = read(&json!({"recordsIdsAdded": [456, 789, "1011"]}));
        assert_eq!(reply.records_ids_added, ["456", "789", "1011"]);
    }),
    ("a batch without the members that come and go", || {
        let reply: BatchReply = read(&json!({"status": "COMPLETE", "results": null, "requestedAt": null}));
        assert!(reply.results.is_empty() && reply.errors.is_empty() && reply.num_errors.is_none());
    }),
    ("an association without a label", || {
        let kinds: AssociationSpecWithLabelList =
            read(&json!({"results": [{"category": "HUBSPOT_DEFINED", "typeId": 279, "label": null}]}));
        assert_eq!((kinds.results[0].type_id, kinds.results[0].label.as_deref()), (Some(279), None));
    }),
    ("a number for a custom property of a marketing event", || {
        let event: ExternalMarketingEvent = read(
            &json!({"id": 5, "customProperties": [{"name": "seats", "value": 500, "timestamp": "1631707200000"}]}),
        );
        let seats = &event.custom_properties[0];
        assert_eq!((seats.value.as_deref(), seats.timestamp), (Some("500"), Some(1_631_707_200_000)));
    }),
    ("numbers for a post's ids, texts for its tags", || {
        let post: BlogPost = read(&json!({"id": 87, "contentGroupId": 98, "tagIds": ["12", 34], "publishDate": 0}));
        assert_eq!((post.id.as_deref(), post.content_group_id.as_deref()), (Some("87"), Some("98")));
        assert_eq!(post.tag_ids.as_deref(), Some(&[12, 34][..]));
    }),
    ("a change that was caused by an e-mail", || {
        let entry: SubscriptionTimelineEntry = read(&json!({
            "timestamp": 1_401_975_207_000_i64, "recipient": "a@example.com",
            "changes": [{"change": "BOUNCED", "causedByEvent": {"id": "x", "created": 1_401_975_206_000_i64}}],
        }));
        let change = &entry.changes[0];
        assert_eq!((change.timestamp, change.change.as_deref()), (None, Some("BOUNCED")));
        assert_eq!(change.caused_by_event.as_ref().unwrap().created, Some(1_401_975_206_000));
    }),
    ("outcomes of calls as a bare list", || {
        let outcomes: Vec<CallDisposition> = read(&json!([{"id": "9d91", "label": "Busy"}, {"id": "73a0"}]));
        assert_eq!((outcomes.len(), outcomes[1].label.as_deref()), (2, None));
    }),
];

#[test]
fn samples_decode() {
    for (name, check) in DECODED {
        check(name);
    }
}

#[test]
fn odd_replies_decode() {
    for (name, check) in ODD {
        println!("{name}");
        check();
    }
}

#[test]
fn no_sample_is_forgotten() {
    let files: BTreeSet<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    let skipped = SKIPPED.iter().map(|(name, _)| (*name).to_owned());
    let decoded = DECODED.iter().map(|(name, _)| (*name).to_owned());
    assert_eq!(files, skipped.chain(decoded).collect());
}

#[test]
fn what_was_read_is_written_and_read_again_alike() {
    let reply: BatchReply = sample("batch_create_products");
    let text = serde_json::to_string(&reply).unwrap();
    assert_eq!(serde_json::from_str::<BatchReply>(&text).unwrap(), reply);
    let shown = format!("{reply:?}");
    let held: &Map<String> = &reply.results[0].properties;
    // The record has the same times as members of its own, which are shown.
    let texts: Vec<_> = held.iter().filter(|(name, value)| !name.ends_with("date") && value.len() >= 8).collect();
    assert!(!texts.is_empty() && texts.iter().all(|(_, value)| !shown.contains(value.as_str())), "{shown}");
}
