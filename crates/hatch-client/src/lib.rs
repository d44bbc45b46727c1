#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod client;
mod export;
mod ext;
#[rustfmt::skip]
#[allow(clippy::module_inception)]
mod generated;
mod keys;
#[cfg(feature = "webhook-receiver")]
pub mod receiver;
mod vendor;

pub use client::{
    BULK_EXPORT_URL, BulkExport, CONTACTS_URL, Client, LEGACY_LEADS_EIGHT_DIGITS_URL, LEGACY_LEADS_URL, LegacyLeads,
};
pub use export::{ExportRequest, ExportRow, RowStream};
pub use keys::{ContactsKey, DepartmentKey, ReportingKey};

pub use contacts::types;
pub use generated::{bulk_export, contacts, legacy_leads};

#[doc(hidden)]
pub use vendor::vendor;

#[cfg(feature = "redis")]
#[doc(inline)]
pub use crm_core::facade::redis::*;
#[doc(inline)]
pub use crm_core::facade::shared::*;
