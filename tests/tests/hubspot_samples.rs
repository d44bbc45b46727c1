//! Every sample payload on record decodes, or says why it does not have to.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crm_core::codec;
use hubspot_client::Map;
use hubspot_client::types::{
    AnalyticsReport, AssociationSpecWithLabel, AssociationSpecWithLabelList, BatchReply, LabelsBetweenObjectPair,
    Object, ObjectWithAssociations, OwnerPage, PipelineList,
};

/// Reshaped by an integration product: not what the API sends or takes.
const DRESSED: &str = "connector dressing";
/// Payloads of APIs that this crate does not cover yet.
const ELSEWHERE: &str = "an API that is not part of this crate";

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
    ("create_marketing_event", ELSEWHERE),
    ("create_or_update_contact_input", DRESSED),
    ("create_or_update_marketing_event", ELSEWHERE),
    ("create_task_engagement_input", DRESSED),
    ("delete_blog_post", DRESSED),
    ("delete_comment", DRESSED),
    ("delete_deal", DRESSED),
    ("get_marketing_event", ELSEWHERE),
    ("list_call_engagement_dispositions_ddl", DRESSED),
    ("list_call_engagement_properties_ddl_input", DRESSED),
    ("list_call_engagements_input", DRESSED),
    ("list_changes_for_line_items_input", DRESSED),
    ("list_changes_for_products", DRESSED),
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
    ("update_blog_post", ELSEWHERE),
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/hubspot")
}

fn sample<T: codec::Wire>(name: &str) -> T {
    let body = std::fs::read(folder().join(name).with_extension("json")).unwrap();
    codec::decode(&body).unwrap_or_else(|error| panic!("{name}: {error}"))
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
    ("create_product", |name| assert!(sample::<Object>(name).number("price").is_some())),
    ("get_contact_by_id", |name| {
        let contact: ObjectWithAssociations = sample(name);
        assert!(contact.id.is_some() && contact.property("email").is_some());
    }),
    ("list_association_definitions", |name| {
        let labels: AssociationSpecWithLabelList = sample(name);
        let ids: Vec<Option<i64>> =
            labels.results.iter().map(|label: &AssociationSpecWithLabel| label.type_id).collect();
        assert_eq!(ids, [Some(4), Some(1001), Some(1002)]);
    }),
    ("list_owners", |name| {
        let page: OwnerPage = sample(name);
        assert!(!page.results.is_empty());
        assert!(page.results.iter().all(|owner| owner.id.is_some()));
    }),
    ("list_ticket_pipelines_ddl", |name| {
        let pipelines: PipelineList = sample(name);
        assert_eq!(pipelines.results[1].stages.len(), 4);
        assert_eq!(pipelines.results[1].stages[0].label.as_deref(), Some("Sent in"));
        assert_eq!(pipelines.results[0].archived, None, "the old shape has another member for it");
    }),
];

#[test]
fn samples_decode() {
    for (name, check) in DECODED {
        check(name);
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
    assert!(held.iter().all(|(_, value)| value.len() < 8 || !shown.contains(value.as_str())), "{shown}");
}
