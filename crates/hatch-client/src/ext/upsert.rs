//! Short ways to fill a contact.

use crm_core::Error;
use crm_core::reexport::serde_json::{Map, Value};

use crate::types::UpsertContact;

impl UpsertContact {
    /// Adds one fact to the free set of details, or replaces it.
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

    /// Checks that the contact has a phone number or an e-mail address. Hatch finds a contact
    /// again by these two only: without both, every upsert makes a new contact, a repeated one
    /// too. Hatch takes such a contact, so nothing checks this unless you do.
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
            "the contact has neither phone number nor e-mail address, so it would not be found again",
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
