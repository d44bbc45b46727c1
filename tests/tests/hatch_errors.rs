//! Every error body of Hatch on record, as the clients read it.

use crate::error_table::{reply, survive, table};
use crm_core::Vendor;
use hatch_client::bulk_export::operations::EXPORTS_DOWNLOAD;
use hatch_client::contacts::operations::CONTACTS_UPSERT;
use hatch_client::vendor;

#[test]
fn every_body_on_record() {
    let vendor = vendor();
    let of = |name: &str| -> (&dyn Vendor, _) {
        (&vendor, if name.starts_with("export") { &EXPORTS_DOWNLOAD } else { &CONTACTS_UPSERT })
    };
    insta::assert_snapshot!(table(include_str!("../fixtures/errors/hatch.json"), of));
}

#[test]
fn nothing_makes_reading_fail() {
    const MEMBERS: &[&str] = &["errors", "title", "detail", "source", "pointer"];
    survive(&vendor(), &CONTACTS_UPSERT, MEMBERS);
    survive(&vendor(), &EXPORTS_DOWNLOAD, MEMBERS);
}

#[test]
fn a_pointer_becomes_the_name_of_a_field() {
    let field = |pointer: &str| {
        let body = serde_json::json!({"errors": [{"title": "t", "detail": "d", "source": {"pointer": pointer}}]});
        vendor().read_error(&CONTACTS_UPSERT, &reply(422, &[], body.to_string())).detail.fields[0].field.clone()
    };
    assert_eq!(field("/source").as_deref(), Some("source"));
    assert_eq!(field("/details/a~1b~0c").as_deref(), Some("details.a/b~c"));
    assert_eq!(field(""), None);
}
