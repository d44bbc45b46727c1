//! A parameter of an operation.

use serde_json::Value;

/// Position of a parameter.
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
    /// True if the value may contain unescaped slashes.
    pub(crate) slashes: bool,
    pub(crate) schema: Value,
}
