//! Convenience methods for contacts.

use crm_core::Error;
use crm_core::reexport::serde_json::{Map, Value};

use crate::types::UpsertContact;

impl UpsertContact {
    /// Adds a detail to the contact, or replaces it.
    ///
    /// ```
    /// use hatch_client::types::UpsertContact;
    ///
    /// let contact = UpsertContact::new("custom:website")
    ///     .phone_number("+12025550142")
    ///     .detail("postalCode", "12345")
    ///     .detail("rooms", 4);
    /// assert!(contact.check_reachable().is_ok());
    /// ```
    #[must_use]
    pub fn detail(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        let mut details = match self.details.take() {
            Some(Value::Object(details)) => details,
            _ => Map::new(),
        };
        details.insert(key.into(), value.into());
        self.details = Some(Value::Object(details));
        self
    }

    /// Returns an error if the contact has neither a phone number nor an e-mail address. Hatch matches contacts
    /// by these two only: if it has neither, every upsert creates a new contact, even if it is repeated.
    /// Hatch accepts such a contact, and the client does not check it unless you call this.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Validation`](crate::ErrorKind::Validation) if both are missing or blank.
    pub fn check_reachable(&self) -> Result<(), Error> {
        let filled = |value: &Option<String>| value.as_ref().is_some_and(|text| !text.trim().is_empty());
        if filled(&self.phone_number) || filled(&self.email) {
            return Ok(());
        }
        Err(Error::validation(
            "the contact has neither phone number nor e-mail address, so Hatch could not match it again",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crm_core::reexport::serde_json::json;

    #[test]
    fn details_add_up() {
        let contact = UpsertContact::new("custom:a").detail("a", 1).detail("b", "x").detail("a", 2);
        assert_eq!(contact.details, Some(json!({"a": 2, "b": "x"})));
        assert_eq!(
            UpsertContact::new("custom:a").details(json!({"a": 1})).detail("b", true).details,
            Some(json!({"a": 1, "b": true}))
        );
    }

    #[test]
    fn reachable_is_one_of_two() {
        let contact = || UpsertContact::new("custom:a").first_name("Ada");
        assert!(contact().check_reachable().is_err());
        assert!(contact().email(" ").check_reachable().is_err());
        assert!(contact().email("ada@example.com").check_reachable().is_ok());
        assert!(contact().phone_number("+1").check_reachable().is_ok());
    }
}
