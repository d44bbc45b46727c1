//! Short ways to say what contacts are searched for.

use crm_core::reexport::serde_json::Value;

use crate::types::{ContactFilter, ContactFilterGroup, ContactFilterOperator, ContactSort, ContactSortDirection};

impl ContactFilter {
    /// A condition on one field.
    ///
    /// ```
    /// use hoopai_client::types::{ContactFilter, ContactFilterOperator, ContactSearch, ContactSort};
    ///
    /// let tagged = ContactFilter::on("tags", ContactFilterOperator::Contains, "lead");
    /// let reachable = ContactFilter::any([ContactFilter::exists("email"), ContactFilter::exists("phone")]);
    /// let search = ContactSearch::new("location", 100)
    ///     .filters([tagged, reachable])
    ///     .sort([ContactSort::descending("dateAdded")]);
    /// # let _ = search;
    /// ```
    #[must_use]
    pub fn on(field: impl Into<String>, operator: ContactFilterOperator, value: impl Into<Value>) -> Self {
        Self::default().field(field).operator(operator).value(value)
    }

    /// The field holds something.
    #[must_use]
    pub fn exists(field: impl Into<String>) -> Self {
        Self::default().field(field).operator(ContactFilterOperator::Exists)
    }

    /// All of these hold.
    #[must_use]
    pub fn all(filters: impl IntoIterator<Item = Self>) -> Self {
        Self::default().group(ContactFilterGroup::And).filters(filters)
    }

    /// At least one of these holds.
    #[must_use]
    pub fn any(filters: impl IntoIterator<Item = Self>) -> Self {
        Self::default().group(ContactFilterGroup::Or).filters(filters)
    }
}

impl ContactSort {
    /// The smallest first.
    #[must_use]
    pub fn ascending(field: impl Into<String>) -> Self {
        Self::new(field).direction(ContactSortDirection::Asc)
    }

    /// The largest first.
    #[must_use]
    pub fn descending(field: impl Into<String>) -> Self {
        Self::new(field).direction(ContactSortDirection::Desc)
    }
}
