//! Conflicts: errors because a record, or one with the same unique value, already exists.

#[cfg(feature = "objects")]
use crm_core::VendorDetail;
#[cfg(feature = "objects")]
use serde_json::Value;

use super::ErrorBody;
#[cfg(feature = "objects")]
use super::texts;

/// The text after the id of the record that has the value.
const HAS_IT: &str = " already has that value";
/// The category of invalid input too, if another list has the name.
const LIST_NAME_TAKEN: &str = "ILS.DUPLICATE_LIST_NAMES";
/// The text before the id of the record that exists.
#[cfg(feature = "objects")]
const EXISTING: &str = "Existing ID:";

/// Returns true if the error is about a record that already exists, regardless of its category:
/// HubSpot uses the category of invalid input for conflicts of unique properties.
pub(super) fn is_conflict(body: &ErrorBody) -> bool {
    let mut fields = body.fields.iter().peekable();
    body.code.as_deref().is_some_and(is_code)
        || body.sub_category.as_deref() == Some(LIST_NAME_TAKEN)
        || body.message.as_deref().is_some_and(|message| message.contains(HAS_IT))
        || (fields.peek().is_some()
            && fields.all(|field| field.code.as_deref().is_some_and(is_code) || field.message.contains(HAS_IT)))
}

fn is_code(code: &str) -> bool {
    matches!(code, "CONTACT_EXISTS" | "PROPERTY_EXISTS" | "UNIQUE_VALUE_CONFLICT" | "CONFLICTING_UNIQUE_VALUE")
}

/// Hides the conflicting value, because it may be personal; the body still contains it.
pub(super) fn without_value(message: String) -> String {
    const VALUE: &str = ", value=";
    let hidden = || {
        let (_, after) = message.split_once("PropertyValueCoordinates{")?;
        let start = message.len() - after.len() + after.find(VALUE)? + VALUE.len();
        let end = start + message.get(start..)?.rfind("} on ").or_else(|| message.get(start..)?.rfind('}'))?;
        Some(format!("{}[…]{}", message.get(..start)?, message.get(end..)?))
    };
    hidden().unwrap_or(message)
}

/// Returns the id of the existing record if the error contains it.
#[cfg(feature = "objects")]
pub(crate) fn existing(body: &Value, detail: &VendorDetail) -> Option<String> {
    let member = |name: &str, inner| texts(body.get(name)?, inner).into_iter().next();
    let messages = detail.message.iter().chain(detail.fields.iter().map(|field| &field.message));
    member("context", "existingId")
        .or_else(|| member("identityProfile", "vid"))
        .or_else(|| messages.map(String::as_str).find_map(existing_in))
}

#[cfg(feature = "objects")]
fn existing_in(message: &str) -> Option<String> {
    let digit = |character: &char| character.is_ascii_digit();
    let id: String = match message.split_once(EXISTING) {
        Some((_, after)) => after.trim_start().chars().take_while(digit).collect(),
        None => {
            let (before, _) = message.split_once(HAS_IT)?;
            before[before.trim_end_matches(|character: char| character.is_ascii_digit()).len()..].to_owned()
        }
    };
    (!id.is_empty()).then_some(id)
}
