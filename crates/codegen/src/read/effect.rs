//! The effect of an operation on the data of the vendor.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The effect of an operation on the vendor's data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// Changes nothing.
    Reads,
    /// Creates or changes data.
    Writes,
    /// Removes data.
    Destroys,
}

impl Effect {
    /// The effect of a method in capitals, unless the surface has another one.
    pub(crate) fn of(method: &str) -> Self {
        match method {
            "GET" | "HEAD" | "OPTIONS" => Self::Reads,
            "DELETE" => Self::Destroys,
            _ => Self::Writes,
        }
    }

    /// The effect in words, for reports.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Reads => "reads",
            Self::Writes => "writes",
            Self::Destroys => "destroys data",
        }
    }
}
