//! A vendor in the process of a test.

use crm_fake::{Builder, Fake};
use serde_json::json;

use super::{File, seed};

/// A fake, and a runtime that keeps it running.
pub(crate) struct Running(pub(crate) Fake, #[allow(dead_code, reason = "it runs the fake")] tokio::runtime::Runtime);

impl Running {
    pub(crate) fn start(builder: Builder) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        Self(runtime.block_on(builder.start()).unwrap(), runtime)
    }

    /// A file of profiles with the address and the token of the fake.
    pub(crate) fn profile(&self) -> File {
        let entry = json!({"token": self.0.token(), "base_url": self.0.base_url()});
        seed(&json!({"default": {self.0.vendor().name(): entry}}).to_string())
    }
}
