//! Property values: all of them text on the wire, whatever they mean.

use std::fmt::Display;

use crm_core::{Map, Timestamp};

use crate::types::{
    BatchCreateRow, BatchUpdateRow, BatchUpsertRow, Object, ObjectCreate, ObjectUpdate, ObjectWithAssociations,
    UpsertObject,
};

macro_rules! readable {
    ($($record:ty),*) => {$(
        impl $record {
            /// The value of a property; `None` where it is null or was not asked for.
            #[must_use]
            pub fn property(&self, name: &str) -> Option<&str> {
                self.properties.get(name).map(String::as_str)
            }

            /// The value as a number; `None` also where it is none.
            #[must_use]
            pub fn number(&self, name: &str) -> Option<f64> {
                self.property(name)?.trim().parse().ok()
            }

            /// The value as a boolean; `None` also where it is neither `true` nor `false`.
            #[must_use]
            pub fn flag(&self, name: &str) -> Option<bool> {
                self.property(name)?.trim().to_ascii_lowercase().parse().ok()
            }

            /// Returns the value as a time, or `None` if the property has no value: it is null,
            /// empty or was not asked for. A number is in milliseconds since 1970, and a date is
            /// its midnight in UTC. A text that is not a time is kept:
            /// [`read`](Timestamp::read) returns it in an error.
            #[must_use]
            pub fn time(&self, name: &str) -> Option<Timestamp> {
                self.property(name).filter(|text| !text.trim().is_empty()).map(Timestamp::from)
            }

            /// The values of a property that holds several, which HubSpot joins with semicolons.
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
            /// Sets a property, to a text, a number or a boolean. An empty text clears it.
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
        /// From pairs of property and value.
        impl<K: Into<std::sync::Arc<str>>, V: Display, const N: usize> From<[(K, V); N]> for $record {
            fn from(pairs: [(K, V); N]) -> Self {
                pairs.into_iter().collect()
            }
        }

        /// From pairs of property and value.
        impl<K: Into<std::sync::Arc<str>>, V: Display> FromIterator<(K, V)> for $record {
            fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
                Self::new(pairs.into_iter().map(|(name, value)| (name, value.to_string())).collect::<Map<String>>())
            }
        }
    )*};
}

from_pairs!(ObjectCreate, ObjectUpdate, BatchCreateRow);
