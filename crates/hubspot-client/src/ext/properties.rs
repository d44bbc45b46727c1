//! Property values, which HubSpot sends as text regardless of their type.

use std::fmt::Display;

use crm_core::{Map, Timestamp};

use crate::types::{
    BatchCreateRow, BatchUpdateRow, BatchUpsertRow, Object, ObjectCreate, ObjectUpdate, ObjectWithAssociations,
    UpsertObject,
};

macro_rules! readable {
    ($($record:ty),*) => {$(
        impl $record {
            /// Returns the value of a property, or `None` if it is null or was not requested.
            #[must_use]
            pub fn property(&self, name: &str) -> Option<&str> {
                self.properties.get(name).map(String::as_str)
            }

            /// Returns the value as a number, or `None` if there is no value or it is not a number.
            #[must_use]
            pub fn number(&self, name: &str) -> Option<f64> {
                self.property(name)?.trim().parse().ok()
            }

            /// Returns the value as a boolean, or `None` if there is no value or it is neither `true` nor `false`.
            #[must_use]
            pub fn flag(&self, name: &str) -> Option<bool> {
                self.property(name)?.trim().to_ascii_lowercase().parse().ok()
            }

            /// Returns the value as a time, or `None` if the property has no value: it is null,
            /// empty or was not requested. A number is in milliseconds since 1970, and a date is
            /// midnight in UTC. A text that is not a time is kept:
            /// [`read`](Timestamp::read) returns it in an error.
            #[must_use]
            pub fn time(&self, name: &str) -> Option<Timestamp> {
                self.property(name).filter(|text| !text.trim().is_empty()).map(Timestamp::from)
            }

            /// Returns the values of a property that has several, which HubSpot joins with semicolons.
            pub fn choices(&self, name: &str) -> impl Iterator<Item = &str> {
                self.property(name).unwrap_or_default().split(';').map(str::trim).filter(|value| !value.is_empty())
            }
        }
    )*};
}

readable!(Object, ObjectWithAssociations, UpsertObject);

macro_rules! writable {
    ($($record:ty),*) => {$(
        impl $record {
            /// Sets a property to a text, a number or a boolean. An empty text clears it.
            #[must_use]
            pub fn set(mut self, name: &str, value: impl Display) -> Self {
                self.properties.get_or_insert_with(Map::new).insert(name, value.to_string());
                self
            }

            /// Clears a property.
            #[must_use]
            pub fn clear(self, name: &str) -> Self {
                self.set(name, "")
            }
        }
    )*};
}

writable!(ObjectCreate, ObjectUpdate, BatchCreateRow, BatchUpdateRow, BatchUpsertRow);

macro_rules! from_pairs {
    ($($record:ty),*) => {$(
        /// Creates the map from pairs of property and value.
        impl<K: Into<std::sync::Arc<str>>, V: Display, const N: usize> From<[(K, V); N]> for $record {
            fn from(pairs: [(K, V); N]) -> Self {
                pairs.into_iter().collect()
            }
        }

        /// Creates the map from pairs of property and value.
        impl<K: Into<std::sync::Arc<str>>, V: Display> FromIterator<(K, V)> for $record {
            fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
                Self::new(pairs.into_iter().map(|(name, value)| (name, value.to_string())).collect::<Map<String>>())
            }
        }
    )*};
}

from_pairs!(ObjectCreate, ObjectUpdate, BatchCreateRow);
