//! The client id and secret of an OAuth app.

use std::time::Duration;

use crate::auth::{Anonymous, Secret};
use crate::error::Error;
use crate::options::CallOptions;
use crate::pipeline::ClientBuilder;

/// The id and the secret of an OAuth app, for the apps of vendor crates. `Debug` shows only the id.
#[derive(Debug, Clone)]
pub struct AppKeys {
    id: String,
    secret: Secret,
}

impl AppKeys {
    /// The maximum time of a token call without its time in the queue. Both together are shorter than the time in which a
    /// renewal must be over.
    pub const TIMEOUT: Duration = Duration::from_secs(30);
    /// The maximum time of a token call in the queue for the rate limit.
    pub const QUEUE_TIMEOUT: Duration = Duration::from_secs(25);

    /// Creates keys from the values in the vendor's settings.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if one of them is empty.
    pub fn new(id: impl Into<String>, secret: impl Into<Secret>) -> Result<Self, Error> {
        let keys = Self { id: id.into(), secret: secret.into() };
        if keys.id.is_empty() || keys.secret.expose().is_empty() {
            return Err(Error::config("an app needs a client id and a client secret"));
        }
        Ok(keys)
    }

    /// The id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The secret.
    #[must_use]
    pub fn secret(&self) -> &str {
        self.secret.expose()
    }

    /// Creates a client for token calls, which contain the keys in their body, and all calls of the app share
    /// one limit.
    ///
    /// # Errors
    ///
    /// Those of [`ClientBuilder::build`].
    pub fn client<C>(&self, builder: ClientBuilder<C>) -> Result<C, Error> {
        let options = CallOptions::new().timeout(Self::TIMEOUT).queue_timeout(Self::QUEUE_TIMEOUT);
        builder.credentials(Anonymous).limit_key(format!("app-{}", self.id)).options(options).build()
    }
}
