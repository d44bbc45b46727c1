//! Work between the permit of a request and its sending.

use std::fmt;
use std::sync::Arc;

use crate::error::Error;
use crate::sync::BoxFuture;

/// Work that a call does when it is about to send its request: after the wait for the rate limit,
/// before each attempt. If the work fails, nothing is sent and the call returns its error.
///
/// A renewal records in it that the refresh token is about to be sent.
#[derive(Clone)]
pub struct BeforeSend(Arc<dyn Fn() -> BoxFuture<'static, Result<(), Error>> + Send + Sync>);

impl BeforeSend {
    /// Creates it from a function that starts the work.
    pub fn new<F>(work: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), Error>> + Send + 'static,
    {
        Self(Arc::new(move || Box::pin(work())))
    }

    /// Does the work.
    ///
    /// # Errors
    ///
    /// The error of the work. Do not send the request then.
    pub async fn run(&self) -> Result<(), Error> {
        (self.0)().await
    }
}

impl fmt::Debug for BeforeSend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BeforeSend(…)")
    }
}
