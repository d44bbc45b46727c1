//! The names of members whose values `Debug` shows.
//!
//! Names are those of Rust and are compared by their last words: `owner_id` is an id, because `id` is in the list, and
//! `tax_id` is not, because `tax_id` is in the list of personal data, which counts first.

/// The use of a text that may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Text {
    /// An id of the vendor, for example `12`, `0-1` or `ocQHyuzHvysMo5N5VsXc`.
    Id,
    /// An id that another system assigns, which may be a phone number or the name of an account.
    ForeignId,
    /// A time in a form that [`Timestamp`](super::Timestamp) reads.
    Time,
    /// One of the vendor's terms, for example `EUR`, `text/csv` or `HAS_PROPERTY`.
    Term,
    /// The name of a property.
    Property,
}

/// The name of the members that contain properties.
pub(super) const PROPERTIES: &str = "properties";

/// The member with the property that ids are values of. HubSpot takes and returns e-mail addresses as ids if it is set.
pub(super) const PROPERTY_OF_ID: &str = "id_property";

/// The last words of members whose texts are shown.
const TEXTS: &[(&str, Text)] = &[
    ("id", Text::Id),
    ("ids", Text::Id),
    ("guid", Text::Id),
    ("uuid", Text::Id),
    ("activity", Text::Time),
    ("added", Text::Time),
    ("at", Text::Time),
    ("created", Text::Time),
    ("date", Text::Time),
    ("end", Text::Time),
    ("start", Text::Time),
    ("time", Text::Time),
    ("timestamp", Text::Time),
    ("updated", Text::Time),
    ("category", Text::Term),
    ("change_flag", Text::Term),
    ("change_source", Text::Term),
    ("currency", Text::Term),
    ("currency_code", Text::Term),
    ("direction", Text::Term),
    ("kind", Text::Term),
    ("mimetype", Text::Term),
    ("operator", Text::Term),
    ("priority", Text::Term),
    ("status", Text::Term),
    ("type", Text::Term),
    ("types", Text::Term),
    ("unit", Text::Term),
    ("associations", Text::Property),
    (PROPERTIES, Text::Property),
    ("properties_with_history", Text::Property),
    ("property", Text::Property),
    ("property_name", Text::Property),
    ("property_names", Text::Property),
];

/// The last words of maps whose entries are values of properties.
const VALUES: &[&str] = &["custom_fields", PROPERTIES, "properties_with_history", "values"];

/// The last words of members that are personal or secret, whatever their type.
const PERSONAL: &[&str] = &[
    "address",
    "age",
    "birthdate",
    "birthday",
    "coordinates",
    "cvc",
    "cvv",
    "date_of_birth",
    "default_value",
    "dob",
    "fax",
    "field_value",
    "field_value_boolean",
    "field_value_date",
    "field_value_number",
    "gender",
    "house_number",
    "income",
    "lat",
    "latitude",
    "lng",
    "lon",
    "longitude",
    "mobile",
    "mobile_number",
    "national_id",
    "otp",
    "passport_number",
    "password",
    "phone",
    "phone_number",
    "phone_numbers",
    "phones",
    "pin",
    "postal_code",
    "religion",
    "salary",
    "secret",
    "sex",
    "skype_id",
    "ssn",
    "tax_id",
    "telephone",
    "token",
    "vat_id",
    "whatsapp",
    "zip",
    "zip_code",
];

/// The words that make an id one of another system.
const FOREIGN_WORDS: &[&str] = &["external", "integration", "reference", "trace"];

/// The members whose ids are those of another system, although their names do not say so.
const FOREIGN: &[&str] = &["hs_engagement_source_id"];

/// The same for a member of one record.
const FOREIGN_IN: &[(&str, &str)] = &[("NewLead", "contact_id"), ("NewLead", "id")];

/// The names of personal members that other names may end with.
const PERSONAL_ALONE: &[&str] = &["double_data", "value", "values"];

/// The words that make a member personal wherever they are in its name.
const PERSONAL_WORDS: &[&str] = &["birth"];

/// Returns true if the name is `end`, or ends with its words.
fn ends(name: &str, end: &str) -> bool {
    name.strip_suffix(end).is_some_and(|before| before.is_empty() || before.ends_with('_'))
}

/// The name without what keeps it apart from a keyword of Rust, or from a member that begins with an underscore.
fn bare(member: &str) -> &str {
    member.trim_end_matches('_')
}

/// Returns true if the values of the member and all that they contain are personal or secret.
pub(super) fn are_personal(member: &str) -> bool {
    let member = bare(member);
    PERSONAL.iter().any(|end| ends(member, end))
        || PERSONAL_ALONE.contains(&member)
        || member.split('_').any(|word| PERSONAL_WORDS.contains(&word))
}

/// Returns true if the entries of the map are values of properties.
pub(super) fn contain_values(map: &str) -> bool {
    VALUES.iter().any(|end| ends(map, end))
}

/// Returns the use of the texts of a member, if they may be shown.
pub(super) fn text(record: &str, member: &str) -> Option<Text> {
    // The property of `Property` is its name.
    if member == "name" && record.contains("Property") {
        return Some(Text::Property);
    }
    let member = bare(member);
    let (_, text) = TEXTS.iter().find(|(end, _)| ends(member, end))?;
    let foreign = member.split('_').any(|word| FOREIGN_WORDS.contains(&word))
        || FOREIGN.contains(&member)
        || FOREIGN_IN.contains(&(record, member));
    Some(if *text == Text::Id && foreign { Text::ForeignId } else { *text })
}

/// The maximum length of a text that is shown, in bytes.
const LONGEST: usize = 64;

fn consists(text: &str, signs: &[u8]) -> bool {
    (1..=LONGEST).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || signs.contains(&byte))
        && !crate::redact::begins_like_a_secret(text)
}

/// Returns true if the text looks like an id, and neither like a name, an address, a phone number nor a secret.
pub(super) fn is_id(text: &str) -> bool {
    consists(text, b"_-:") && text.bytes().any(|byte| byte.is_ascii_digit()) && !is_telephone(text)
}

/// Returns true if the text is a number with separators or a leading zero, also after a scheme such as `tel:`. The types of
/// HubSpot's records, for example `2-3465404`, are ids.
fn is_telephone(text: &str) -> bool {
    let number = match text.split_once(':') {
        Some((scheme, number)) if scheme.bytes().all(|byte| byte.is_ascii_alphabetic()) => number,
        _ => text,
    };
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    if number.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        return false;
    }
    let is_type = number.find('-') == Some(1) && (2..=10).contains(&digits);
    match number.len() - digits {
        0 if number.len() == text.len() => digits > 1 && number.starts_with('0'),
        0 => digits > 6,
        1 => digits > 6 && !is_type,
        _ => true,
    }
}

/// The maximum number of digits in a row that are not taken for a phone number.
const FEW_DIGITS: usize = 6;
/// The minimum length of an id of letters and digits that no person chose.
const GENERATED: usize = 15;

/// Returns true if the text is an id that a program generated: a short number, a UUID, or letters and digits mixed.
pub(super) fn is_generated(text: &str) -> bool {
    let number = text.bytes().all(|byte| byte.is_ascii_digit());
    is_id(text) && ((number && text.len() <= FEW_DIGITS) || is_mixed(text) || is_uuid(text))
}

/// Returns true if letters and digits alternate as they do not in a name with a number, for example a year.
fn is_mixed(text: &str) -> bool {
    let runs = || text.split(|sign: char| !sign.is_ascii_digit()).filter(|run| !run.is_empty());
    let inner = text.trim_matches(|sign: char| sign.is_ascii_digit());
    let has = |is: fn(&u8) -> bool| inner.bytes().any(|byte| is(&byte));
    let cases = has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_digit);
    text.len() >= GENERATED
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && runs().all(|run| run.len() <= FEW_DIGITS)
        && (cases || runs().count() >= 3)
}

fn is_uuid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

/// Returns true if the text looks like a term: one word that begins with a letter.
pub(super) fn is_term(text: &str) -> bool {
    consists(text, b"_-./") && text.starts_with(|first: char| first.is_ascii_alphabetic())
}

/// Returns true if the text looks like the name of a property: a word that begins with a letter or an underscore.
pub(super) fn is_property(text: &str) -> bool {
    consists(text, b"_.") && text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
}
