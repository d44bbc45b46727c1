//! Every sample payload of HoopAI is read into its type. All are in the shape of the API.

mod samples;

use crm_core::{RawReply, Vendor};
use hoopai_client::operations::CONTACTS_CREATE;
use hoopai_client::types::{ContactFilterOperator, ContactSearch, ContactsSearchReply, CreateContact};
use http::{HeaderMap, StatusCode};
use samples::Samples;

#[test]
fn every_sample() {
    let samples = Samples::of("hoopai");

    let contact: CreateContact = samples.input("create_contact_input");
    assert_eq!(contact.location_id.as_deref(), Some("LOC_ID"));
    assert_eq!(contact.tags.unwrap(), ["lead", "website"]);

    let search: ContactSearch = samples.input("search_contacts_input");
    assert_eq!((search.page, search.page_limit), (Some(1), Some(20)));
    assert_eq!(search.filters.unwrap()[0].operator, Some(ContactFilterOperator::Contains));

    let page: ContactsSearchReply = samples.read("list_contacts");
    assert_eq!(page.contacts[0].first_name.as_deref(), Some("Ada"));
    assert_eq!(page.contacts[1].phone, None);
    let meta = page.meta.unwrap();
    assert_eq!((meta.start_after, meta.start_after_id.as_deref()), (Some(20.0), Some("abc123")));

    let body = samples.bytes("error_validation");
    let reply = RawReply::new(StatusCode::UNPROCESSABLE_ENTITY, HeaderMap::new(), body);
    let error = hoopai_client::vendor().read_error(&CONTACTS_CREATE, &reply);
    assert_eq!(error.detail.fields[0].field.as_deref(), Some("email"));

    samples.finish();
}
