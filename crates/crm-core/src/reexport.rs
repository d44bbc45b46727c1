//! What generated code and the macros of this crate need of others. Not for direct use.

pub use bytes;
pub use futures_core;
pub use http;
#[cfg(feature = "schemars")]
pub use schemars;
pub use serde;
pub use serde_json;
