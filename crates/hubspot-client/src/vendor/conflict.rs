//! How HubSpot says that a record, or one with the same unique value, is there already.

#[cfg(feature = "objects")]
use crm_core::VendorDetail;
#[cfg(feature = "objects")]
use serde_json::Value;

use super::ErrorBody;
#[cfg(feature = "objects")]
use super::texts;

/// What follows the id of the record that has the value.
const HAS_IT: &str = " already has that value";
/// What goes before the id of the record that exists.
#[cfg(feature = "objects")]
const EXISTING: &str = "Existing ID:";

/// Whether an error is about a record that is there already, whatever its category: HubSpot gives
/// conflicts of unique properties that of wrong input.
pub(super) fn is_conflict(body: &ErrorBody) -> bool {
    let mut fields = body.fields.iter().peekable();
    body.code.as_deref().is_some_and(is_code)
        || body.message.as_deref().is_some_and(|message| message.contains(HAS_IT))
        || (fields.peek().is_some()
            && fields.all(|field| field.code.as_deref().is_some_and(is_code) || field.message.contains(HAS_IT)))
}

fn is_code(code: &str) -> bool {
    matches!(code, "CONTACT_EXISTS" | "PROPERTY_EXISTS" | "UNIQUE_VALUE_CONFLICT" | "CONFLICTING_UNIQUE_VALUE")
}

/// Hides the value that is in conflict: it may be personal, and the body keeps it.
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

/// The id of the record that is there already, as far as the error names it.
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
