//! What a parameter of an operation is.

use serde_json::Value;

/// Where a parameter sits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Path,
    Query,
    Header,
    Body,
}

#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) place: Place,
    pub(crate) required: bool,
    /// The value may hold slashes that are not escaped.
    pub(crate) slashes: bool,
    pub(crate) schema: Value,
}
