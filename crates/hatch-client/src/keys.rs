//! The keys: one type for each API, so that one is never sent to the other.

use std::sync::Arc;

use crm_core::reexport::http::HeaderName;
use crm_core::{Error, Secret, StaticToken};

/// A key of the contacts API, made in the App Marketplace of one workspace. `Debug` does not show
/// it.
#[derive(Clone, Debug)]
pub struct ContactsKey(pub(crate) Arc<StaticToken>);

/// A "reporting" key of the bulk export, made in the settings of the organisation. `Debug` does
/// not show it.
#[derive(Clone, Debug)]
pub struct ReportingKey(pub(crate) Arc<StaticToken>);

/// A key of the legacy new-lead API, issued by the vendor's support for one department. `Debug` does not show it.
#[derive(Clone, Debug)]
pub struct DepartmentKey(pub(crate) Arc<StaticToken>);

impl ContactsKey {
    /// Checks and keeps the key.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if it is empty or holds white space or
    /// other characters that no key holds.
    pub fn new(key: impl Into<Secret>) -> Result<Self, Error> {
        StaticToken::new(key).map(|key| Self(Arc::new(key)))
    }
}

impl ReportingKey {
    /// Checks and keeps the key.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if it is empty or holds white space or
    /// other characters that no key holds.
    pub fn new(key: impl Into<Secret>) -> Result<Self, Error> {
        StaticToken::new(key).map(|key| Self(Arc::new(key)))
    }
}

impl DepartmentKey {
    /// Checks and keeps the key. It is sent as `X-API-KEY` (implied).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if it is empty or contains white space or
    /// other characters that no key contains.
    pub fn new(key: impl Into<Secret>) -> Result<Self, Error> {
        StaticToken::in_header(HeaderName::from_static("x-api-key"), key).map(|key| Self(Arc::new(key)))
    }
}
