//! The existing contact behind a conflict.

use crm_core::reexport::serde_json::{self, Map, Value};
use crm_core::{Error, ErrorKind};

use crate::errors;

/// Returns the id of the existing contact if a create or an update failed with
/// [`ErrorKind::Conflict`] because that contact has the same e-mail address or phone number, and the reply
/// contains the id.
///
/// ```
/// # async fn run(client: hoopai_client::Client) -> Result<(), hoopai_client::Error> {
/// use hoopai_client::{existing_contact, types::CreateContact};
///
/// let new = CreateContact::new("location").email("ada@example.com");
/// let id = match client.contacts().create(new).send().await {
///     Ok(reply) => reply.contact.and_then(|contact| contact.id),
///     Err(error) => Some(existing_contact(&error).ok_or(error)?),
/// };
/// # let _ = id; Ok(()) }
/// ```
#[must_use]
pub fn existing_contact(error: &Error) -> Option<String> {
    if error.kind() != ErrorKind::Conflict {
        return None;
    }
    let body: Map<String, Value> = serde_json::from_slice(error.body()).ok()?;
    errors::duplicate(&body).map(str::to_owned)
}
