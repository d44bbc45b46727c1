//! Settings of a worker, read from its environment.

use std::env::var;
use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use hubspot_client::{Quotas, Window};

/// The settings of one worker.
pub(crate) struct Settings {
    pub(crate) hubspot_token: String,
    pub(crate) hubspot_url: Option<String>,
    pub(crate) hoopai_token: String,
    pub(crate) hoopai_url: Option<String>,
    pub(crate) location: String,
    /// Directory of the workers' shared state.
    pub(crate) state: PathBuf,
    pub(crate) redis: Option<String>,
    /// Number of workers that share the quotas.
    pub(crate) workers: u32,
    /// Requests per second instead of the published limits, for the fakes.
    pub(crate) per_second: Option<u64>,
}

impl Settings {
    pub(crate) fn from_environment() -> Result<Self, Box<dyn Error>> {
        let needed = |name: &str| var(name).map_err(|_| format!("set {name}"));
        Ok(Self {
            hubspot_token: needed("HUBSPOT_TOKEN")?,
            hubspot_url: var("HUBSPOT_URL").ok(),
            hoopai_token: needed("HOOPAI_TOKEN")?,
            hoopai_url: var("HOOPAI_URL").ok(),
            location: needed("HOOPAI_LOCATION")?,
            state: needed("SYNC_STATE")?.into(),
            redis: var("REDIS_URL").ok(),
            workers: var("SYNC_WORKERS").map_or(Ok(2), |count| count.parse())?,
            per_second: var("SYNC_PER_SECOND").ok().map(|count| count.parse()).transpose()?,
        })
    }

    pub(crate) fn quotas(&self, published: Quotas) -> Quotas {
        match self.per_second {
            Some(limit) => {
                let window = Window::new("burst", limit, Duration::from_secs(1));
                let windows = [window.guard(Duration::from_millis(50))];
                // The classes of both vendors.
                Quotas::new(windows.clone()).class("search", windows.clone()).class("token", windows)
            }
            None => published,
        }
    }
}
