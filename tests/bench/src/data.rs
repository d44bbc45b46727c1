//! The contacts that are measured: forty properties and about two kilobytes each.

use serde_json::{Map, Value, json};

/// The properties of a contact, by the kind of their value: texts, numbers, flags and times.
const TEXTS: [&str; 24] = [
    "address",
    "annualrevenue_band",
    "city",
    "company",
    "country",
    "email",
    "fax",
    "firstname",
    "hs_email_domain",
    "hs_language",
    "hs_lead_status",
    "hs_persona",
    "hs_timezone",
    "industry",
    "jobtitle",
    "lastname",
    "lifecyclestage",
    "message",
    "mobilephone",
    "phone",
    "salutation",
    "state",
    "website",
    "zip",
];
const NUMBERS: [&str; 8] = [
    "hs_analytics_num_page_views",
    "hs_analytics_num_visits",
    "hs_email_bounce",
    "hs_email_delivered",
    "hs_email_open",
    "num_associated_deals",
    "num_notes",
    "numemployees",
];
const FLAGS: [&str; 4] = ["hs_email_optout", "hs_is_contact", "hs_is_unworked", "hs_marketable"];
const TIMES: [&str; 4] = ["closedate", "createdate", "lastmodifieddate", "notes_last_updated"];

/// The properties of the contact with this number.
fn properties(number: usize) -> Map<String, Value> {
    let texts = TEXTS.iter().map(|name| (*name, format!("the {name} of the contact with the number {number}")));
    let numbers = NUMBERS.iter().map(|name| (*name, (name.len() * 37 + number).to_string()));
    let flags = FLAGS.iter().map(|name| (*name, (name.len() % 2 == 0).to_string()));
    let times = TIMES.iter().map(|name| (*name, "2026-03-14T09:26:53.589Z".to_owned()));
    texts.chain(numbers).chain(flags).chain(times).map(|(name, value)| (name.to_owned(), value.into())).collect()
}

/// A contact as HubSpot sends it.
pub(crate) fn contact(number: usize) -> Value {
    json!({
        "id": number.to_string(),
        "properties": properties(number),
        "createdAt": "2026-03-14T09:26:53.589Z",
        "updatedAt": "2026-03-15T09:26:53.589Z",
        "archived": false,
    })
}

/// A contact as HoopAI sends it, of about the same size.
pub(crate) fn hoopai_contact() -> Value {
    let fields: Vec<Value> =
        TEXTS.iter().map(|name| json!({"id": name, "value": format!("the {name} of the contact")})).collect();
    json!({"contact": {
        "id": "seD4PfOuKoVMLkEZqohJ",
        "name": "Contact 1",
        "locationId": "ve9EPM428h8vShlRW1KT",
        "email": "contact1@example.com",
        "tags": ["customer", "newsletter"],
        "dateAdded": "2026-03-14T09:26:53.589Z",
        "customFields": fields,
    }})
}

/// The first page of contacts, a hundred of them, and the position of the next page.
pub(crate) fn page() -> Value {
    let results: Vec<Value> = (0..100).map(contact).collect();
    json!({"results": results, "paging": {"next": {"after": "100", "link": "https://example.com/?after=100"}}})
}

/// Returns a page of contacts with varied values. The seed is fixed, so every page is the same.
pub(crate) fn varied_page() -> Value {
    let mut random = fastrand::Rng::with_seed(19);
    let mut page = page();
    let contacts = page["results"].as_array_mut().into_iter().flatten();
    for properties in contacts.filter_map(|contact| contact["properties"].as_object_mut()) {
        for value in properties.iter_mut().filter(|(name, _)| TEXTS.contains(&name.as_str())).map(|(_, value)| value) {
            let word =
                |random: &mut fastrand::Rng| (0..random.usize(3..9)).map(|_| random.lowercase()).collect::<String>();
            *value = (0..random.usize(1..4)).map(|_| word(&mut random)).collect::<Vec<_>>().join(" ").into();
        }
        for name in NUMBERS {
            properties[name] = random.u32(0..10_000).to_string().into();
        }
        for name in TIMES {
            let (day, hour, second, milli) =
                (random.u8(1..29), random.u8(0..24), random.u8(0..60), random.u16(0..1000));
            properties[name] = format!("2026-03-{day:02}T{hour:02}:26:{second:02}.{milli:03}Z").into();
        }
    }
    page
}

/// The properties of a hundred contacts to be created.
pub(crate) fn batch() -> Vec<Vec<(String, String)>> {
    let text = |value: Value| value.as_str().unwrap_or_default().to_owned();
    (0..100).map(|number| properties(number).into_iter().map(|(name, value)| (name, text(value))).collect()).collect()
}
