#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "oauth")]
mod app;
mod client;
mod errors;
mod ext;
#[rustfmt::skip]
#[allow(deprecated, clippy::manual_map, clippy::needless_borrows_for_generic_args, clippy::too_many_arguments)]
mod generated;
mod headers;
#[cfg(feature = "webhook-receiver")]
pub mod receiver;
mod vendor;
mod version;

#[cfg(feature = "oauth")]
pub use app::{App, LocationTokens, UserType};
#[cfg(feature = "v3")]
pub use client::V3;
pub use client::{BASE_URL, Client};
pub use ext::*;
pub use generated::limits::quotas;
pub use generated::*;
pub use version::ApiVersion;

#[doc(hidden)]
pub use vendor::vendor;

#[cfg(feature = "oauth")]
#[doc(inline)]
pub use crm_core::facade::oauth::*;
#[cfg(feature = "redis")]
#[doc(inline)]
pub use crm_core::facade::redis::*;
#[doc(inline)]
pub use crm_core::facade::shared::*;
