//! Every sample payload of Hatch is read into its type. All are in the shape of the API.

use crate::samples::Samples;
use crm_core::{RawReply, Vendor};
use hatch_client::bulk_export::types::{ContactHistoryRow, ContactStatus, ConversationItemRow};
use hatch_client::contacts::operations::CONTACTS_UPSERT;
use hatch_client::types::{UpsertContact, UpsertErrors, UpsertReply};
use http::{HeaderMap, StatusCode};

#[test]
fn every_sample() {
    let samples = Samples::of("hatch");

    let contact: UpsertContact = samples.input("contacts_upsert_input");
    assert_eq!(contact.source.as_deref(), Some("custom:my-awesome-source"));
    // The vendor's own example has a space instead of the `T`.
    assert_eq!(contact.external_created_at.unwrap().unix_millis(), Some(1_675_705_585_000));
    assert_eq!(contact.details.unwrap()["favoriteColor"], "Blue");

    let reply: UpsertReply = samples.read("contacts_upsert");
    assert_eq!(reply.data.unwrap().id.as_deref(), Some("4856cea1-0fdc-458b-9e76-57b9bbd4c891"));

    let errors: UpsertErrors = samples.read("contacts_upsert_error_validation");
    assert_eq!(errors.errors[0].source.as_ref().unwrap().pointer.as_deref(), Some("/source"));
    let body = samples.bytes("error_object");
    let reply = RawReply::new(StatusCode::UNAUTHORIZED, HeaderMap::new(), body);
    let error = hatch_client::vendor().read_error(&CONTACTS_UPSERT, &reply);
    assert_eq!(error.detail.message.as_deref(), Some("Unauthorized"));

    let row: ContactHistoryRow = samples.read("exports_download_contact_history_row");
    assert_eq!(
        (row.contact_status, row.opted_out, row.appointment_id),
        (Some(ContactStatus::NoReply), Some(false), None)
    );
    let row: ConversationItemRow = samples.read("exports_download_conversation_item_row");
    assert_eq!(row.direction.as_deref(), Some("inbound"));
    assert_eq!(row.extra.get("later_column").and_then(|value| value.as_str()), Some("kept"));

    samples.finish();
}
