//! The keys: one type for each API, so that one cannot be used with another API.

use std::sync::Arc;

use crm_core::reexport::http::HeaderName;
use crm_core::{Error, Secret, StaticToken};

/// A key of the contacts API, created in the App Marketplace of one workspace. `Debug` does not show
/// it.
#[derive(Clone, Debug)]
pub struct ContactsKey(pub(crate) Arc<StaticToken>);

/// A "reporting" key of the bulk export, created in the settings of the organisation. `Debug` does
/// not show it.
#[derive(Clone, Debug)]
pub struct ReportingKey(pub(crate) Arc<StaticToken>);

/// A key of the legacy new-lead API, issued by the vendor's support for one department. `Debug` does not show it.
#[derive(Clone, Debug)]
pub struct DepartmentKey(pub(crate) Arc<StaticToken>);

impl ContactsKey {
    /// Creates a key after checking its form.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the key is empty or contains white space or
    /// other characters that a key cannot contain.
    pub fn new(key: impl Into<Secret>) -> Result<Self, Error> {
        StaticToken::new(key).map(|key| Self(Arc::new(key)))
    }
}

impl ReportingKey {
    /// Creates a key after checking its form.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the key is empty or contains white space or
    /// other characters that a key cannot contain.
    pub fn new(key: impl Into<Secret>) -> Result<Self, Error> {
        StaticToken::new(key).map(|key| Self(Arc::new(key)))
    }
}

impl DepartmentKey {
    /// Creates a key after checking its form. It is sent as `X-API-KEY` (implied).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the key is empty or contains white space or
    /// other characters that a key cannot contain.
    pub fn new(key: impl Into<Secret>) -> Result<Self, Error> {
        StaticToken::in_header(HeaderName::from_static("x-api-key"), key).map(|key| Self(Arc::new(key)))
    }
}
