#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "oauth")]
mod app;
mod client;
mod ext;
#[rustfmt::skip]
#[allow(deprecated, clippy::manual_map, clippy::needless_borrows_for_generic_args, clippy::too_many_arguments)]
mod generated;
#[cfg(feature = "webhook-receiver")]
pub mod receiver;
#[cfg(feature = "schema-check")]
pub mod schema;
mod vendor;

#[cfg(feature = "oauth")]
pub use app::{App, Machine};
#[cfg(feature = "beta")]
pub use client::Beta;
pub use client::{BASE_URL, Client};
pub use ext::*;
pub use generated::limits::Tier;
pub use generated::*;

#[cfg(feature = "oauth")]
#[doc(inline)]
pub use crm_core::facade::oauth::*;
#[cfg(feature = "redis")]
#[doc(inline)]
pub use crm_core::facade::redis::*;
#[doc(inline)]
pub use crm_core::facade::shared::*;

/// Items that the macros of this crate use. Not for direct use.
#[cfg(feature = "objects")]
#[doc(hidden)]
pub mod reexport {
    pub use crate::ext::typed::declare::{Declared, NO_OPTION, Settable, put, read, write};
    pub use crm_core::open_enum;
    pub use crm_core::reexport::serde;
}

/// Reading of HubSpot's replies, for tests that need no connection.
#[doc(hidden)]
#[must_use]
pub fn vendor() -> impl crm_core::Vendor {
    vendor::HubSpot
}
