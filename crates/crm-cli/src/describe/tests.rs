use super::*;
use crate::catalogue::{Api, find};

#[test]
fn every_description_is_small() {
    for found in Api::all().flat_map(Api::operations) {
        let text = answer(&found, None).unwrap();
        assert!(text.len() <= MOST_BYTES && text.ends_with('\n'), "{}: {} bytes", found.words(), text.len());
        assert!(text.starts_with(&found.words()), "{text}");
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
