//! Building a search.

use std::fmt::Display;

use crate::types::{Filter, FilterGroup, FilterOperator, SearchRequest, SearchSort, SearchSortDirection};

/// Conditions for the records of a search. See [`SearchRequest::and`].
///
/// A point in time is given in milliseconds since 1970:
///
/// ```
/// use hubspot_client::{Timestamp, types::Filter};
///
/// let since = Timestamp::from("2026-01-31T08:00:00Z").unix_millis().ok_or("not a point in time")?;
/// let filter = Filter::gte("createdate", since);
/// # assert_eq!(filter.value.as_deref(), Some("1769846400000"));
/// # Ok::<(), &str>(())
/// ```
impl Filter {
    fn with_value(operator: FilterOperator, property: impl Into<String>, value: impl Display) -> Self {
        Self::new(operator, property).value(value.to_string())
    }

    fn with_values(
        operator: FilterOperator,
        property: impl Into<String>,
        values: impl IntoIterator<Item = impl Display>,
    ) -> Self {
        Self::new(operator, property).values(values.into_iter().map(|value| value.to_string()))
    }

    /// Matches records whose property has this value; texts are compared regardless of case.
    #[must_use]
    pub fn eq(property: impl Into<String>, value: impl Display) -> Self {
        Self::with_value(FilterOperator::Eq, property, value)
    }

    /// Matches records whose property does not have this value.
    #[must_use]
    pub fn neq(property: impl Into<String>, value: impl Display) -> Self {
        Self::with_value(FilterOperator::Neq, property, value)
    }

    /// Matches records whose property is greater than this value. A time is in milliseconds since 1970.
    #[must_use]
    pub fn gt(property: impl Into<String>, value: impl Display) -> Self {
        Self::with_value(FilterOperator::Gt, property, value)
    }

    /// Matches records whose property is greater than or equal to this value. A time is in milliseconds since 1970.
    #[must_use]
    pub fn gte(property: impl Into<String>, value: impl Display) -> Self {
        Self::with_value(FilterOperator::Gte, property, value)
    }

    /// Matches records whose property is less than this value. A time is in milliseconds since 1970.
    #[must_use]
    pub fn lt(property: impl Into<String>, value: impl Display) -> Self {
        Self::with_value(FilterOperator::Lt, property, value)
    }

    /// Matches records whose property is less than or equal to this value. A time is in milliseconds since 1970.
    #[must_use]
    pub fn lte(property: impl Into<String>, value: impl Display) -> Self {
        Self::with_value(FilterOperator::Lte, property, value)
    }

    /// Matches records whose property is between these values, both included. A time is in milliseconds since 1970.
    #[must_use]
    pub fn between(property: impl Into<String>, low: impl Display, high: impl Display) -> Self {
        Self::with_value(FilterOperator::Between, property, low).high_value(high.to_string())
    }

    /// Matches records whose property has one of these values. HubSpot compares texts in lower case here.
    #[must_use]
    pub fn one_of(property: impl Into<String>, values: impl IntoIterator<Item = impl Display>) -> Self {
        Self::with_values(FilterOperator::In, property, values)
    }

    /// Matches records whose property has none of these values.
    #[must_use]
    pub fn none_of(property: impl Into<String>, values: impl IntoIterator<Item = impl Display>) -> Self {
        Self::with_values(FilterOperator::NotIn, property, values)
    }

    /// Matches records whose property contains this word; `*` matches any part of a word.
    #[must_use]
    pub fn contains(property: impl Into<String>, word: impl Display) -> Self {
        Self::with_value(FilterOperator::ContainsToken, property, word)
    }

    /// Matches records whose property does not contain this word.
    #[must_use]
    pub fn contains_not(property: impl Into<String>, word: impl Display) -> Self {
        Self::with_value(FilterOperator::NotContainsToken, property, word)
    }

    /// Matches records whose property has any value.
    #[must_use]
    pub fn known(property: impl Into<String>) -> Self {
        Self::new(FilterOperator::HasProperty, property)
    }

    /// Matches records whose property has no value.
    #[must_use]
    pub fn unknown(property: impl Into<String>) -> Self {
        Self::new(FilterOperator::NotHasProperty, property)
    }
}

/// A search returns at most 10,000 records, page by page. A request for more is refused with
/// [`ErrorKind::Validation`](crate::ErrorKind::Validation); use
/// [`search_all`](crate::objects::Objects::search_all) instead. The index lags behind writes by some
/// seconds, and pages contain at most 200 records.
///
/// ```
/// use hubspot_client::types::{Filter, SearchRequest};
///
/// let request = SearchRequest::default()
///     .filter("lifecyclestage", "EQ", "customer")
///     .and(Filter::known("email"))
///     .or(Filter::contains("company", "acme*"))
///     .sort_by("createdate")
///     .properties(["email", "company"])
///     .limit(200);
/// # let _ = request;
/// ```
impl SearchRequest {
    /// Adds a comparison of a property with a value. The operator is a
    /// [`FilterOperator`] or its text.
    #[must_use]
    pub fn filter(self, property: impl Into<String>, operator: impl Into<FilterOperator>, value: impl Display) -> Self {
        self.and(Filter::with_value(operator.into(), property, value))
    }

    /// Adds a filter that must be true together with all filters since the last [`or`](Self::or).
    #[must_use]
    pub fn and(mut self, filter: Filter) -> Self {
        let groups = self.filter_groups.get_or_insert_default();
        match groups.last_mut() {
            Some(group) => group.filters.get_or_insert_default().push(filter),
            None => groups.push(FilterGroup::new([filter])),
        }
        self
    }

    /// Begins another group of filters. A record is found if it matches any group.
    #[must_use]
    pub fn or(mut self, filter: Filter) -> Self {
        self.filter_groups.get_or_insert_default().push(FilterGroup::new([filter]));
        self
    }

    /// Sorts by a property in ascending order. HubSpot accepts one sort.
    #[must_use]
    pub fn sort_by(self, property: impl Into<String>) -> Self {
        self.sorts([SearchSort::new(property).direction(SearchSortDirection::Ascending)])
    }

    /// Sorts by a property in descending order. HubSpot accepts one sort.
    #[must_use]
    pub fn sort_by_descending(self, property: impl Into<String>) -> Self {
        self.sorts([SearchSort::new(property).direction(SearchSortDirection::Descending)])
    }
}

/// Creates a sort from the short form in HubSpot's documents: `createdate` for ascending order,
/// `-createdate` for descending order.
impl From<&str> for SearchSort {
    fn from(short: &str) -> Self {
        match short.strip_prefix('-') {
            Some(property) => Self::new(property).direction(SearchSortDirection::Descending),
            None => Self::new(short).direction(SearchSortDirection::Ascending),
        }
    }
}
