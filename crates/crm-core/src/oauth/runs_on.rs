//! The runtime that drives renewals.
//!
//! The reply with the only copy of new tokens must not stay in the socket of a runtime that is no
//! longer driven. Renewals therefore have their own thread.

use tokio::runtime::Handle;

use crate::error::Error;
use crate::own_thread::OwnThread;

static RENEWALS: OwnThread = OwnThread::new("crm-renewals");

/// The runtime on which renewals run.
#[derive(Debug, Clone, Copy)]
pub(super) enum RunsOn {
    /// On the thread that the process has for all renewals.
    OwnThread,
    /// On the runtime of the caller, for clocks that must observe all waiting tasks.
    Caller,
}

impl RunsOn {
    /// Returns the runtime to spawn a renewal on.
    pub(super) fn runtime(self) -> Result<Handle, Error> {
        match self {
            Self::OwnThread => RENEWALS
                .runtime()
                .map_err(|error| Error::config("the thread that renews tokens cannot be started").with_source(error)),
            Self::Caller => Handle::try_current()
                .map_err(|error| Error::config("renewing a token needs a tokio runtime").with_source(error)),
        }
    }
}
