use super::*;
use crate::catalogue::{Api, find};

#[test]
fn every_description_is_small() {
    let mut longest = 0;
    for found in Api::all().flat_map(Api::operations) {
        let text = answer(&found, None).unwrap();
        assert!(text.len() <= MOST_BYTES && text.ends_with('\n'), "{}: {} bytes", found.words(), text.len());
        assert!(text.starts_with(&found.words()), "{text}");
        longest = longest.max(text.len());
    }
    println!("measured bytes of the longest description: {longest}");
}

#[test]
fn every_resource_is_listed_in_a_small_text() {
    for vendor in crate::apis::vendors() {
        for (_, name, operations) in crate::catalogue::resources(vendor) {
            let text = named(&Named::Resource(operations), None).unwrap();
            assert!(text.len() <= MOST_BYTES && text.starts_with(vendor), "{vendor} {name}: {} bytes", text.len());
        }
    }
    let Named::Resource(objects) = crate::catalogue::named(&["hubspot", "objects"]).unwrap() else { panic!() };
    let text = named(&Named::Resource(objects), None).unwrap();
    for line in [
        "  invoices  read: crm.objects.invoices.read; write: crm.objects.invoices.write\n",
        "  notes  read: crm.objects.contacts.read; write: crm.objects.contacts.write\n",
        "  contracts  read: crm.objects.contracts.read\n",
        "  commerce-subscriptions  read: crm.objects.subscriptions.read; write: crm.objects.subscriptions.write\n",
    ] {
        assert!(text.contains(line), "{line} is missing in:\n{text}");
    }
}

#[test]
fn a_description_says_what_to_send() {
    let found = find(&["hubspot", "contacts", "create"]).unwrap();
    let text = answer(&found, None).unwrap();
    for part in ["hubspot contacts create  (writes)", "POST /crm/objects/", "  properties*: {text}", "Reply: "] {
        assert!(text.contains(part), "{part} is missing in:\n{text}");
    }
    let found = find(&["hubspot", "contacts", "search"]).unwrap();
    let text = answer(&found, None).unwrap();
    assert!(text.contains("(reads)") && text.contains("operator*: ") && text.contains("limit `search`"), "{text}");
    assert!(answer(&found, Some("Filte")).unwrap_err().contains("did you mean \"Filter"));
    assert!(answer(&found, Some("Filter")).is_ok_and(|text| text.contains("propertyName")));
}
