//! The existing record that a conflict is about.

use crm_core::{Error, ErrorKind};
use serde_json::Value;

use crate::vendor::existing;

/// Returns the id of the record that made a create, an update or a row of a batch fail with
/// [`ErrorKind::Conflict`]: it has the same unique value, for example the e-mail address of a
/// contact.
///
/// The id is in the text of HubSpot's error, in more than one form. Returns `None` if the text
/// has no id.
///
/// ```
/// # async fn example(client: hubspot_client::Client) -> Result<(), hubspot_client::Error> {
/// use hubspot_client::{Map, existing_record, types::ObjectCreate};
///
/// let new = ObjectCreate::new(Map::from([("email", "ada@example.com")]));
/// let id = match client.contacts().create(new).send().await {
///     Ok(contact) => contact.id,
///     Err(error) => Some(existing_record(&error).ok_or(error)?),
/// };
/// # let _ = id; Ok(()) }
/// ```
#[must_use]
pub fn existing_record(error: &Error) -> Option<String> {
    if error.kind() != ErrorKind::Conflict {
        return None;
    }
    let body: Value = serde_json::from_slice(error.body()).unwrap_or_default();
    existing(&body, error.vendor()?)
}
