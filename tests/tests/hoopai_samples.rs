//! Every sample payload of HoopAI is read into its type. All are in the shape of the API.

use crate::samples::Samples;
use crm_core::{RawReply, Vendor, Wire, codec};
use hoopai_client::operations::CONTACTS_CREATE;
use hoopai_client::types::{
    AppointmentReply, ContactFilterOperator, ContactSearch, ContactsByIdReply, ContactsSearchReply, CreateContact,
    FoundContacts, GetLocationAccessTokenReply, LocationsCustomField, MarketplaceListChargesResponse, MessageReply,
    MessagesReply, OpportunitiesSearchReply, SucceededReply,
};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

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

fn read<T: Wire>(value: Value) -> T {
    codec::decode(value.to_string().as_bytes()).unwrap_or_else(|error| panic!("{value}: {error}"))
}

/// A reply that differs from the document, and its values after reading.
type Odd = (&'static str, fn());

/// The mismatches of shape on record.
const ODD: &[Odd] = &[
    ("messages nested in `messages`", || {
        let page = json!({"lastMessageId": "m1", "nextPage": true, "messages": [{"id": "m1", "body": "Hello"}]});
        let page = read::<MessagesReply>(json!({"messages": page, "traceId": "t"})).messages.unwrap();
        assert_eq!((page.next_page, page.messages[0].body.as_deref()), (Some(true), Some("Hello")));
    }),
    ("a message wrapped in `message`, with `meta.call`, and without attachments", || {
        let message = json!({"id": "m1", "type": 1, "meta": {"call": {"duration": 42, "status": "completed"}}});
        let message = read::<MessageReply>(json!({"message": message, "traceId": "t"})).message.unwrap();
        let call = message.meta.unwrap().call.unwrap();
        assert_eq!((call.duration, call.status.as_deref()), (Some(42.0), Some("completed")));
        assert!(message.attachments.is_empty());
    }),
    ("a found contact with more than is declared, and a number for its day of birth", || {
        let contact = json!({
            "id": "c1", "address": "1 Main Street", "companyName": "Acme", "dateOfBirth": 631_152_000_000_i64,
            "phoneLabel": null, "validEmail": true, "searchAfter": [1_700_000_000_000_i64, "c1"],
            "dndSettings": {"Email": {"status": "active", "code": "x"}},
        });
        let found: FoundContacts = read(json!({"contacts": [contact], "total": "1", "traceId": "t"}));
        let contact = &found.contacts[0];
        assert_eq!((found.total, contact.date_of_birth.as_deref()), (Some(1), Some("631152000000")));
        assert_eq!((contact.search_after.len(), contact.extra.get("validEmail")), (2, Some(&json!(true))));
    }),
    ("a contact with other addresses, and nulls where it came from", || {
        let from = json!({"medium": "form", "mediumId": null, "url": null, "sessionSource": "Direct traffic"});
        let contact = json!({"id": "c1", "additionalEmails": [{"email": "b@example.com"}], "attributionSource": from});
        let contact = read::<ContactsByIdReply>(json!({"contact": contact, "traceId": "t"})).contact.unwrap();
        let from = contact.attribution_source.unwrap();
        assert_eq!((from.medium.as_deref(), from.medium_id, from.url), (Some("form"), None, None));
        assert_eq!(contact.additional_emails[0]["email"], "b@example.com");
    }),
    ("values of any kind for custom fields, without a key", || {
        let values = [json!("text"), json!(7), json!(["a", "b"]), json!({"url": "x"}), json!(true)];
        let fields: Vec<Value> = values.iter().map(|value| json!({"id": "f", "value": value})).collect();
        let page: ContactsSearchReply = read(json!({"contacts": [{"id": "c1", "customFields": fields}]}));
        let read: Vec<Value> = page.contacts[0].custom_fields.iter().filter_map(|field| field.value.clone()).collect();
        assert_eq!(read, values);
    }),
    ("a custom field of an opportunity by its kind", || {
        let fields = json!([{"id": "f", "type": "string", "fieldValueString": "red"}, {"id": "g", "fieldValue": [1]}]);
        let page: OpportunitiesSearchReply = read(json!({"opportunities": [{"id": "o1", "customFields": fields}]}));
        let fields = &page.opportunities[0].custom_fields;
        assert_eq!((fields[0].field_value_string.as_deref(), &fields[0].field_value), (Some("red"), &None));
        assert_eq!(fields[1].field_value, Some(json!([1])));
    }),
    ("a refresh token for a location", || {
        let token = json!({"access_token": "a", "refresh_token": "r", "expires_in": 86_399, "locationId": "l1"});
        let token: GetLocationAccessTokenReply = read(token);
        assert_eq!(token.refresh_token.as_deref(), Some("r"));
        assert!(!format!("{token:?}").contains("\"r\""), "{token:?}");
    }),
    ("`succeded` for a custom field that is gone", || {
        assert_eq!(read::<SucceededReply>(json!({"succeded": true})).succeded, Some(true));
    }),
    ("an appointment without the times of its record", || {
        let appointment: AppointmentReply = read(json!({"id": "a1", "calendarId": "k1", "title": "Fitting"}));
        assert_eq!((appointment.date_added, appointment.date_updated), (None, None));
        assert_eq!(appointment.calendar_id.as_deref(), Some("k1"));
    }),
    ("charges with a count, a trace and pages", || {
        let charges: MarketplaceListChargesResponse =
            read(json!({"charges": [{"chargeId": "x"}], "count": 1, "traceId": "t", "pagination": {"total": 1}}));
        assert_eq!((charges.count, charges.pagination.unwrap().total), (Some(1.0), Some(1.0)));
    }),
    ("a custom field of a location with its folder", || {
        let field: LocationsCustomField = read(json!({"id": "f", "fieldKey": "contact.colour", "parentId": "p"}));
        assert_eq!((field.field_key.as_deref(), field.parent_id.as_deref()), (Some("contact.colour"), Some("p")));
    }),
    ("no contacts at all", || {
        assert!(read::<FoundContacts>(json!({"contacts": null, "total": 0})).contacts.is_empty());
    }),
];

#[test]
fn odd_replies() {
    for (name, check) in ODD {
        println!("{name}");
        check();
    }
}
