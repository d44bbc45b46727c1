//! The clients, one for each API.

use std::time::Duration;

use crm_core::reexport::http::Method;
use crm_core::reexport::serde_json::Value;
use crm_core::{Call, CallOptions, ClientBuilder, Error, Pipeline, Stats};

use crate::generated::limits;
use crate::keys::{ContactsKey, DepartmentKey, ReportingKey};
use crate::legacy_leads::types::NewLead;
use crate::vendor::Hatch;

/// The address of the contacts API.
pub const CONTACTS_URL: &str = "https://api.usehatchapp.com";
/// The address of the bulk export.
pub const BULK_EXPORT_URL: &str = "https://bulk-export-api.usehatchapp.com";

/// The address of the legacy new-lead API for most departments.
pub const LEGACY_LEADS_URL: &str = "https://app.usehatchapp.com";
/// The address of the legacy new-lead API for departments whose ID has eight digits.
pub const LEGACY_LEADS_EIGHT_DIGITS_URL: &str = "https://prod.usehatchapp.com";

const USER_AGENT: &str = concat!("hatch-client/", env!("CARGO_PKG_VERSION"));

/// Client for the contacts API. It is cheap to clone, and all clones share one limiter.
#[derive(Clone, Debug)]
pub struct Client {
    pub(crate) pipeline: Pipeline,
}

impl Client {
    /// Creates a client with the vendor's address and limit.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the HTTP client cannot be set up.
    pub fn new(key: ContactsKey) -> Result<Self, Error> {
        Self::builder(key).build()
    }

    /// Returns a builder with the vendor's address and limit.
    pub fn builder(key: ContactsKey) -> ClientBuilder<Self> {
        ClientBuilder::new(Hatch, CONTACTS_URL, limits::contacts::quotas(), |pipeline| Self { pipeline })
            .credentials(key.0)
            .user_agent(USER_AGENT)
    }

    /// Returns the same client with other settings; everything else is shared.
    #[must_use]
    pub fn with(&self, options: CallOptions) -> Self {
        Self { pipeline: self.pipeline.with(options) }
    }

    /// Returns this client with another key. Connections, settings and counters are shared; limits and the budget for
    /// retries are counted for each key. A client takes less than a kilobyte, so one client is enough for many
    /// workspaces.
    #[must_use]
    pub fn with_account(&self, key: ContactsKey) -> Self {
        Self { pipeline: self.pipeline.with_account(key.0) }
    }

    /// Returns a request that no operation covers, through the same pipeline. The path starts with a
    /// slash and may contain a query. It is sent unchanged, so its values must be escaped already.
    pub fn raw(&self, method: Method, path: &str) -> Call<Value> {
        Call::raw(&self.pipeline, method, path)
    }

    /// Ends the hold that a refusal of the vendor put on the calls of this account, for all processes that share its
    /// limiter. A hold ends by itself at the time that the vendor states, but after at most six lengths of its window
    /// (a minute if the window is ten seconds) and one day. Call this if you know that the refusal is over earlier, for
    /// example because the vendor raised the limit. Calls that wait for a quota of this client still wait.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Other`](crate::ErrorKind::Other) if the limiter is shared and Redis cannot be reached. Call it
    /// again later.
    pub async fn lift_hold(&self) -> Result<(), Error> {
        self.pipeline.lift_hold().await
    }

    /// Returns the counters of the requests sent so far, for all clones together.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.pipeline.stats()
    }
}

/// Client for the bulk export. It is cheap to clone, and all clones share one limiter.
///
/// The vendor limits the exports of each organisation; the limits are in the README. A second
/// export waits for its turn, up to 15 minutes, and reports it as a `tracing` event of the target
/// `crm_core::wait`. Give the call less time in the queue ([`CallOptions::queue_timeout`], zero for none) to have it
/// fail at once with [`ErrorKind::LocalLimit`](crate::ErrorKind::LocalLimit) and the wait in
/// [`Error::retry_after`](crate::Error::retry_after). The timeout of a call without its time in the queue is 15
/// minutes here too, and that of an attempt, which includes the time the vendor takes to prepare the file, is
/// 5 minutes.
#[derive(Clone, Debug)]
pub struct BulkExport {
    pub(crate) pipeline: Pipeline,
}

impl BulkExport {
    /// Creates a client with the vendor's address and limits.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the HTTP client cannot be set up.
    pub fn new(key: ReportingKey) -> Result<Self, Error> {
        Self::builder(key).build()
    }

    /// Returns a builder with the vendor's address and limits.
    pub fn builder(key: ReportingKey) -> ClientBuilder<Self> {
        ClientBuilder::new(Hatch, BULK_EXPORT_URL, limits::bulk_export::quotas(), |pipeline| Self { pipeline })
            .credentials(key.0)
            .timeout(Duration::from_secs(900))
            .attempt_timeout(Duration::from_secs(300))
            .user_agent(USER_AGENT)
    }

    /// Returns the same client with other settings; everything else is shared.
    #[must_use]
    pub fn with(&self, options: CallOptions) -> Self {
        Self { pipeline: self.pipeline.with(options) }
    }

    /// Returns this client with another key. Connections, settings and counters are shared; limits and the budget for
    /// retries are counted for each key. A client takes less than a kilobyte, so one client is enough for many
    /// organisations.
    #[must_use]
    pub fn with_account(&self, key: ReportingKey) -> Self {
        Self { pipeline: self.pipeline.with_account(key.0) }
    }

    /// Returns a request that no operation covers, through the same pipeline. The path starts with a
    /// slash and may contain a query. It is sent unchanged, so its values must be escaped already.
    pub fn raw(&self, method: Method, path: &str) -> Call<Value> {
        Call::raw(&self.pipeline, method, path)
    }

    /// Ends the hold that a refusal of the vendor put on the calls of this account, for all processes that share its
    /// limiter. A hold ends by itself at the time that the vendor states, but after at most six lengths of its window
    /// (a minute if the window is ten seconds) and one day. Call this if you know that the refusal is over earlier, for
    /// example because the vendor raised the limit. Calls that wait for a quota of this client still wait.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Other`](crate::ErrorKind::Other) if the limiter is shared and Redis cannot be reached. Call it
    /// again later.
    pub async fn lift_hold(&self) -> Result<(), Error> {
        self.pipeline.lift_hold().await
    }

    /// Returns the counters of the requests sent so far, for all clones together.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.pipeline.stats()
    }
}

/// Client for the legacy new-lead API ("Standard") for one department. It is cheap to clone, and all clones share one pipeline.
///
/// The vendor documents that this API exists. Its address, path and members are implied by a public integration, and no
/// limits are published. Prefer [`Client`] unless the vendor's support issued a department ID.
#[derive(Clone, Debug)]
pub struct LegacyLeads {
    pub(crate) pipeline: Pipeline,
    department: String,
}

impl LegacyLeads {
    /// Creates a client for a department, with the vendor's address.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the HTTP client cannot be set up.
    pub fn new(department: impl Into<String>, key: DepartmentKey) -> Result<Self, Error> {
        Self::builder(department, key).build()
    }

    /// Returns a builder with the vendor's address: [`LEGACY_LEADS_EIGHT_DIGITS_URL`] if the department ID has eight
    /// digits, otherwise [`LEGACY_LEADS_URL`] (implied).
    pub fn builder(department: impl Into<String>, key: DepartmentKey) -> ClientBuilder<Self> {
        let department = department.into();
        ClientBuilder::new(Hatch, leads_url(&department), limits::legacy_leads::quotas(), |pipeline| Self {
            pipeline,
            department,
        })
        .credentials(key.0)
        .user_agent(USER_AGENT)
    }

    /// Sends a new lead to the department of this client.
    ///
    /// A success reply with `errors` and without `data` is an error. A lead is not sent again after a lost reply,
    /// because it is not documented whether the vendor detects duplicates;
    /// [`Error::may_have_happened`](crate::Error::may_have_happened) reports this case.
    pub fn create_lead(&self, lead: impl Into<NewLead>) -> Call<Value> {
        self.leads(&self.department).create(lead)
    }

    /// Returns the same client with other settings; everything else is shared.
    #[must_use]
    pub fn with(&self, options: CallOptions) -> Self {
        Self { pipeline: self.pipeline.with(options), department: self.department.clone() }
    }

    /// Returns a request that no operation covers, through the same pipeline. The path starts with a
    /// slash and may contain a query. It is sent unchanged, so its values must be escaped already.
    pub fn raw(&self, method: Method, path: &str) -> Call<Value> {
        Call::raw(&self.pipeline, method, path)
    }

    /// Ends the hold that a refusal of the vendor put on the calls of this account, for all processes that share its
    /// limiter. A hold ends by itself at the time that the vendor states, but after at most six lengths of its window
    /// (a minute if the window is ten seconds) and one day. Call this if you know that the refusal is over earlier, for
    /// example because the vendor raised the limit. Calls that wait for a quota of this client still wait.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Other`](crate::ErrorKind::Other) if the limiter is shared and Redis cannot be reached. Call it
    /// again later.
    pub async fn lift_hold(&self) -> Result<(), Error> {
        self.pipeline.lift_hold().await
    }

    /// Returns the counters of the requests sent so far, for all clones together.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.pipeline.stats()
    }
}

/// The address for a department.
fn leads_url(department: &str) -> &'static str {
    let eight_digits = department.len() == 8 && department.bytes().all(|byte| byte.is_ascii_digit());
    if eight_digits { LEGACY_LEADS_EIGHT_DIGITS_URL } else { LEGACY_LEADS_URL }
}

#[cfg(test)]
mod tests {
    use super::{LEGACY_LEADS_EIGHT_DIGITS_URL, LEGACY_LEADS_URL, leads_url};

    #[test]
    fn the_host_of_a_department_depends_on_the_digits_of_its_id() {
        assert_eq!(leads_url("12345678"), LEGACY_LEADS_EIGHT_DIGITS_URL);
        for id in ["1234", "123456789", "1234567a", ""] {
            assert_eq!(leads_url(id), LEGACY_LEADS_URL);
        }
    }
}
