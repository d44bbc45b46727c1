//! Further members of a legacy lead.

use std::sync::Arc;

use crm_core::reexport::serde_json::Value;

use crate::legacy_leads::types::NewLead;

impl NewLead {
    /// Adds a member that has no field, or replaces it. The vendor accepts further members (implied).
    ///
    /// ```
    /// use hatch_client::legacy_leads::types::NewLead;
    ///
    /// let lead = NewLead::default().first_name("Ada").member("rooms", 4);
    /// assert_eq!(lead.extra.get("rooms").and_then(|rooms| rooms.as_i64()), Some(4));
    /// ```
    #[must_use]
    pub fn member(mut self, name: impl Into<Arc<str>>, value: impl Into<Value>) -> Self {
        self.extra.insert(name, value.into());
        self
    }
}
