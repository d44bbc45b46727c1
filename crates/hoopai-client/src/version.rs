//! The `Version` header.

use std::borrow::Cow;
use std::fmt;

use crm_core::Error;
use crm_core::reexport::http::HeaderValue;

/// A version of the API, the value of the `Version` header.
///
/// The types of this crate outside of the module `v3` are those of the versions before v3. In v3 the vendor renamed many
/// fields and removed some paths. For its operations use `Client::v3` (feature `v3`), and [`V3`](Self::V3) for raw
/// requests only.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ApiVersion(Cow<'static, str>);

impl ApiVersion {
    /// The version of April 2021, which the documents of calendars and conversations name.
    pub const V2021_04_15: Self = Self(Cow::Borrowed("2021-04-15"));
    /// The version of July 2021, which all other documents name. It is sent if a document names none.
    pub const V2021_07_28: Self = Self(Cow::Borrowed("2021-07-28"));
    /// The version of February 2023, which the vendor's JavaScript SDK sends with every call.
    pub const V2023_02_21: Self = Self(Cow::Borrowed("2023-02-21"));
    /// The version of June 2026. For raw requests only; `Client::v3` (feature `v3`) has its operations.
    pub const V3: Self = Self(Cow::Borrowed("v3"));

    /// Creates a version that this crate has no constant for.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the text is empty or contains characters that a
    /// header cannot contain.
    pub fn new(version: impl Into<String>) -> Result<Self, Error> {
        let version = version.into();
        if version.is_empty() || !version.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::config("the API version is empty or contains characters that a header cannot contain"));
        }
        Ok(Self(Cow::Owned(version)))
    }

    /// The text of the header.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn header(&self) -> HeaderValue {
        // Checked when the version was created, so this cannot fail.
        HeaderValue::from_str(&self.0).unwrap_or_else(|_| HeaderValue::from_static("2021-07-28"))
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
