//! Settings of one call, or of a scoped clone of a client.

use std::fmt::{self, Display};
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use crate::poll::PollPolicy;
use crate::retry::RetryPolicy;

/// Settings of one call. Settings that are not set keep the client's value.
///
/// ```
/// # use crm_core as hubspot_client;
/// use std::time::Duration;
/// use hubspot_client::{CallOptions, RetryPolicy};
///
/// let options = CallOptions::default()
///     .timeout(Duration::from_secs(10))
///     .retry(RetryPolicy::none());
/// ```
#[non_exhaustive]
#[derive(Clone, Default)]
pub struct CallOptions {
    pub(crate) timeout: Option<Duration>,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) queue_timeout: Option<Duration>,
    pub(crate) retry: Option<RetryPolicy>,
    pub(crate) headers: HeaderMap,
    /// Query parameters and body members that are also sent.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) members: Vec<(String, Value)>,
    pub(crate) limit_key: Option<String>,
    pub(crate) limit_class: Option<&'static str>,
    pub(crate) idempotent: Option<bool>,
    pub(crate) wait: Option<PollPolicy>,
    pub(crate) problem: Option<&'static str>,
}

impl CallOptions {
    /// No settings, the same as `default()`.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the maximum time of the whole call: all attempts and all pauses. The time in the queue for the
    /// rate limit is not part of it; see [`queue_timeout`](Self::queue_timeout). The default is that of the client:
    /// two minutes (15 minutes for Hatch's exports).
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sets the maximum time that the call may wait in the queue for the rate limit, over all its attempts. If
    /// the wait would be longer, the call fails at once with
    /// [`ErrorKind::LocalLimit`](crate::ErrorKind::LocalLimit); with zero it fails instead of waiting.
    /// The default is that of the client: 15 minutes.
    #[must_use]
    pub fn queue_timeout(mut self, timeout: Duration) -> Self {
        self.queue_timeout = Some(timeout);
        self
    }

    /// Sets the maximum time of one attempt, from sending to the end of the reply. While the file of an upload is being
    /// sent, the time starts again if a part of it was sent meanwhile. The default is that of the client: 30 seconds (5
    /// minutes for Hatch's exports).
    #[must_use]
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// Sets the policy for repeated attempts.
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }

    /// Adds a header. It replaces a header of the same name that the client would send. An invalid name or value, and
    /// `Authorization`, `Connection`, `Content-Length`, `Host` and `Transfer-Encoding`, make the call fail with
    /// [`ErrorKind::Validation`](crate::ErrorKind::Validation) before anything is sent.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match (HeaderName::try_from(name), HeaderValue::from_str(value)) {
            (Ok(name), Ok(_)) if is_reserved(&name) => {
                self.problem.get_or_insert("this header is set by the client and cannot be given as an option");
            }
            (Ok(name), Ok(value)) => {
                self.headers.insert(name, value);
            }
            _ => {
                self.problem.get_or_insert("a header given as an option is not valid");
            }
        }
        self
    }

    /// Adds a query parameter that is missing in the vendor's document. A parameter of the same name is
    /// replaced; the same option given twice repeats the parameter.
    ///
    /// ```no_run
    /// # use crm_core as hubspot_client;
    /// # async fn example<T: crm_core::Wire>(call: crm_core::Call<T>) -> Result<(), crm_core::Error> {
    /// use hubspot_client::CallOptions;
    ///
    /// let reply = call.with(CallOptions::new().query("altType", "location")).send().await?;
    /// # drop(reply); Ok(()) }
    /// ```
    #[must_use]
    pub fn query(mut self, name: impl Into<String>, value: impl Display) -> Self {
        self.query.push((name.into(), value.to_string()));
        self
    }

    /// Adds a member of the JSON body or a field of the form that is missing or wrong in the
    /// vendor's document. A member of the same name is replaced. The body must be an object or
    /// absent, otherwise the call fails with
    /// [`ErrorKind::Validation`](crate::ErrorKind::Validation) before anything is sent.
    #[must_use]
    pub fn member(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.members.push((name.into(), value.into()));
        self
    }

    /// Sets the account under which the limiter counts. The default is that of the client:
    /// [`ClientBuilder::limit_key`](crate::ClientBuilder::limit_key), or else the credential's own key.
    #[must_use]
    pub fn limit_key(mut self, key: impl Into<String>) -> Self {
        self.limit_key = Some(key.into());
        self
    }

    /// Sets the class of rate limit, for raw requests with their own class. A class that the
    /// [`Quotas`](crate::Quotas) do not have makes the call fail with
    /// [`ErrorKind::LocalLimit`](crate::ErrorKind::LocalLimit) before anything is sent.
    #[must_use]
    pub fn limit_class(mut self, class: &'static str) -> Self {
        self.limit_class = Some(class);
        self
    }

    /// Sets whether the call may be repeated if its reply is lost, instead of the operation's own rule: for example for
    /// a raw POST that only searches.
    #[must_use]
    pub fn idempotent(mut self, idempotent: bool) -> Self {
        self.idempotent = Some(idempotent);
        self
    }

    /// Makes `send` wait for the result of an operation that answers 202, by polling according to the
    /// policy.
    #[must_use]
    pub fn wait(mut self, policy: PollPolicy) -> Self {
        self.wait = Some(policy);
        self
    }

    /// Returns these settings with those of `over` applied on top.
    #[must_use]
    pub fn merge(mut self, over: Self) -> Self {
        self.timeout = over.timeout.or(self.timeout);
        self.attempt_timeout = over.attempt_timeout.or(self.attempt_timeout);
        self.queue_timeout = over.queue_timeout.or(self.queue_timeout);
        self.retry = over.retry.or(self.retry);
        self.limit_key = over.limit_key.or(self.limit_key);
        self.limit_class = over.limit_class.or(self.limit_class);
        self.idempotent = over.idempotent.or(self.idempotent);
        self.wait = over.wait.or(self.wait);
        self.problem = self.problem.or(over.problem);
        self.query.retain(|(name, _)| !over.query.iter().any(|(other, _)| other == name));
        self.query.extend(over.query);
        self.members.extend(over.members);
        for (name, value) in &over.headers {
            self.headers.insert(name.clone(), value.clone());
        }
        self
    }
}

/// Returns true for headers that belong to the client: one would leak a credential, the others would break the
/// message.
pub(crate) fn is_reserved(name: &HeaderName) -> bool {
    use http::header::{AUTHORIZATION, CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
    [AUTHORIZATION, CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING].contains(name)
}

impl fmt::Debug for CallOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<&str> = self.headers.keys().map(HeaderName::as_str).collect();
        f.debug_struct("CallOptions")
            .field("timeout", &self.timeout)
            .field("attempt_timeout", &self.attempt_timeout)
            .field("queue_timeout", &self.queue_timeout)
            .field("retry", &self.retry)
            .field("headers", &headers)
            .field("query", &self.query.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .field("members", &self.members.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .field("limit_key", &self.limit_key.as_ref().map(|_| "…"))
            .field("limit_class", &self.limit_class)
            .field("idempotent", &self.idempotent)
            .field("wait", &self.wait)
            .finish()
    }
}
