//! Units of numbers.

use anyhow::{Context, Result};
use heck::ToSnakeCase;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The unit of a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// A point in time, in milliseconds since 1970-01-01 UTC.
    UnixMilliseconds,
    /// A point in time, in seconds since 1970-01-01 UTC.
    UnixSeconds,
    /// A length of time in milliseconds.
    Milliseconds,
    /// A length of time in seconds.
    Seconds,
    /// A length of time in minutes.
    Minutes,
    /// A length of time in the unit that another member of the same record names.
    NamedBy(String),
    /// No unit: the name only looks like a time.
    None,
}

impl Unit {
    /// The unit of a schema or a parameter, if the document, a correction or the dictionary has one.
    pub(crate) fn of(schema: &Value) -> Result<Option<Self>> {
        let Some(unit) = schema.get("x-crm-unit") else { return Ok(None) };
        serde_json::from_value(unit.clone()).map(Some).with_context(|| format!("`x-crm-unit` is not a unit: {unit}"))
    }

    /// The sentence for the documentation.
    pub(crate) fn sentence(&self) -> Option<String> {
        Some(match self {
            Self::UnixMilliseconds => "In milliseconds since 1970-01-01 UTC.".to_owned(),
            Self::UnixSeconds => "In seconds since 1970-01-01 UTC.".to_owned(),
            Self::Milliseconds => "In milliseconds.".to_owned(),
            Self::Seconds => "In seconds.".to_owned(),
            Self::Minutes => "In minutes.".to_owned(),
            Self::NamedBy(member) => format!("In the unit of `{member}`."),
            Self::None => return None,
        })
    }

    /// Returns true if a number of this name is a time, so that its unit must be known.
    pub(crate) fn is_needed(name: &str) -> bool {
        let words = name.to_snake_case();
        let last = words.rsplit('_').next().unwrap_or_default();
        matches!(
            last,
            "date" | "time" | "timestamp" | "at" | "duration" | "interval" | "timeout" | "delay" | "expiry" | "since"
        )
    }
}
