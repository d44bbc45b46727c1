//! An API, with its client and its fake.

use std::fmt;
use std::sync::Arc;

use crm_core::{ClientBuilder, ManualClock, OpMeta, Pipeline, Quotas};
use crm_fake::{Fake, Vendor};
use serde_json::Value;

use super::{Entry, Made, Sample};

/// An address at which nothing is sent.
const NOWHERE: &str = "http://127.0.0.1:9";

/// One API: its client, its calls, its table of operations.
pub struct Api<C: 'static> {
    /// The name of the document; it begins with that of the vendor. Snapshots have it in their names.
    pub name: &'static str,
    /// The vendor for the fake.
    pub vendor: Vendor,
    /// Returns a client whose time passes by itself: with this token, at this address, with other quotas than its own.
    pub connect: fn(&str, &str, Option<Quotas>) -> C,
    /// Returns the pipeline of a client with this token, at this address.
    pub pipeline: fn(&str, &str) -> Pipeline,
    /// A call of each operation.
    pub calls: &'static [Entry<C>],
    /// The table of operations.
    pub operations: fn() -> Vec<&'static OpMeta>,
}

impl<C> Api<C> {
    /// Returns a client of this fake.
    #[must_use]
    pub fn client(&self, fake: &Fake) -> C {
        (self.connect)(fake.token(), &fake.base_url(), None)
    }

    /// Returns the pipeline of a client that sends nothing. Its vendor reads replies.
    #[must_use]
    pub fn reader(&self) -> Pipeline {
        (self.pipeline)(self.vendor.default_token(), NOWHERE)
    }

    /// Returns the sample arguments of the fake for an operation, if it is in the fake's document.
    #[must_use]
    pub fn arguments(&self, fake: &Fake, op: &OpMeta) -> Option<Value> {
        fake.sample_request_in(self.name, op.method.as_str(), op.path)
    }

    /// Makes the call of an operation with the sample arguments of the fake.
    ///
    /// # Panics
    ///
    /// If there is no call of it, or the fake has no arguments for it.
    #[must_use]
    pub fn sample(&self, fake: &Fake, client: &C, op: &OpMeta) -> Made {
        let (_, make) = self.calls.iter().find(|(name, _)| *name == op.id).expect("a call of it");
        let sample = self.arguments(fake, op).expect("its arguments");
        make(client, &Sample::new(sample))
    }
}

impl<C> fmt::Debug for Api<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Builds a client whose time passes by itself.
pub(crate) fn built<C>(builder: ClientBuilder<C>, url: &str, quotas: Option<Quotas>) -> C {
    let builder = builder.base_url(url).clock(Arc::new(ManualClock::auto()));
    let builder = if let Some(quotas) = quotas { builder.quotas(quotas) } else { builder };
    builder.build().expect("its settings are right")
}

/// Returns the fake of a document.
pub(crate) fn fake(document: &str) -> Vendor {
    Vendor::of_document(document).unwrap_or_else(|| {
        panic!("no fake serves the document `{document}`; add it to `Vendor` in crates/crm-fake/src/vendors.rs")
    })
}
