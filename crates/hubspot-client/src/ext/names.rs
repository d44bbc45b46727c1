//! The names by which a record is requested: its id or the value of a unique property, and its
//! former names.

use crm_core::Map;

/// The property that holds a record's id. It is not a unique property: HubSpot rejects it as the
/// `idProperty` of updates and upserts.
const RECORD_ID: &str = "hs_object_id";
const EMAIL: &str = "email";

/// Returns the property, unless it is the record's id.
pub(super) fn unique(property: &str) -> Option<&str> {
    Some(property).filter(|property| !property.is_empty() && *property != RECORD_ID)
}

/// Returns the property that lists the further names of a record, separated by semicolons: the ids of
/// the records that were merged into it, or a contact's secondary addresses.
pub(super) fn further(property: Option<&str>) -> Option<&'static str> {
    match property {
        None => Some("hs_merged_object_ids"),
        Some(EMAIL) => Some("hs_additional_emails"),
        Some(_) => None,
    }
}

/// Returns the main name of a record.
pub(super) fn main<'a>(property: Option<&str>, id: Option<&'a str>, properties: &'a Map<String>) -> Option<&'a str> {
    match property {
        None => id,
        Some(property) => properties.get(property).map(String::as_str),
    }
}

/// Returns the further names of a record that the reply lists.
pub(super) fn others<'a>(property: Option<&str>, properties: &'a Map<String>) -> impl Iterator<Item = &'a str> {
    let listed = further(property).and_then(|name| properties.get(name));
    listed.into_iter().flat_map(|names| names.split(';')).filter(|name| !name.trim().is_empty())
}

/// Returns the normalised name: HubSpot compares e-mail addresses regardless of case.
pub(super) fn key(property: Option<&str>, name: &str) -> String {
    match property {
        Some(EMAIL) => name.trim().to_lowercase(),
        _ => name.trim().to_owned(),
    }
}

/// Returns true if HubSpot treats two values as equal. It trims them and converts e-mail addresses to
/// lower case.
pub(super) fn same(one: &str, other: &str) -> bool {
    one.trim().eq_ignore_ascii_case(other.trim())
}
