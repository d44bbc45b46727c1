//! Convenience methods for searches of contacts.

use crm_core::reexport::serde_json::Value;

use crate::types::{ContactFilter, ContactFilterGroup, ContactFilterOperator, ContactSort, ContactSortDirection};

impl ContactFilter {
    /// Creates a condition on one field.
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

    /// Matches contacts whose field has a value.
    #[must_use]
    pub fn exists(field: impl Into<String>) -> Self {
        Self::default().field(field).operator(ContactFilterOperator::Exists)
    }

    /// Matches contacts that match all of these filters.
    #[must_use]
    pub fn all(filters: impl IntoIterator<Item = Self>) -> Self {
        Self::default().group(ContactFilterGroup::And).filters(filters)
    }

    /// Matches contacts that match at least one of these filters.
    #[must_use]
    pub fn any(filters: impl IntoIterator<Item = Self>) -> Self {
        Self::default().group(ContactFilterGroup::Or).filters(filters)
    }
}

impl ContactSort {
    /// Sorts the smallest value first.
    #[must_use]
    pub fn ascending(field: impl Into<String>) -> Self {
        Self::new(field).direction(ContactSortDirection::Asc)
    }

    /// Sorts the largest value first.
    #[must_use]
    pub fn descending(field: impl Into<String>) -> Self {
        Self::new(field).direction(ContactSortDirection::Desc)
    }
}
