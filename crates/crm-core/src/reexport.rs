//! Items of other crates that generated code and this crate's macros use. Not for direct use.

pub use bytes;
pub use futures_core;
pub use http;
#[cfg(feature = "schemars")]
pub use schemars;
pub use serde;
pub use serde_json;
