//! The runtime that drives renewals.
//!
//! A program may stop driving a runtime while a renewal runs in it: a blocking wrapper does so after
//! each call. The reply with the only copy of the new tokens would stay in its socket, and callers
//! in other runtimes would wait for it. So renewals have a thread of their own.

use std::sync::Mutex;
use std::thread;

use tokio::runtime::{Builder, Handle};

use crate::error::Error;
use crate::sync::lock;

/// Threads for the work of file stores, most of which waits for the disk.
const BLOCKING: usize = 32;

static OWN: Mutex<Option<Handle>> = Mutex::new(None);

/// Where renewals run.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    /// On the thread that is there for all renewals of the process.
    OwnThread,
    /// On the runtime of the caller, for clocks that must see all who wait.
    Caller,
}

impl Place {
    /// The runtime to spawn a renewal on.
    pub(super) fn runtime(self) -> Result<Handle, Error> {
        match self {
            Self::OwnThread => own_thread()
                .map_err(|error| Error::config("the thread that renews tokens cannot be started").with_source(error)),
            Self::Caller => Handle::try_current()
                .map_err(|error| Error::config("renewing a token needs a tokio runtime").with_source(error)),
        }
    }
}

/// Starts the thread with the first renewal. It lasts as long as the process.
fn own_thread() -> std::io::Result<Handle> {
    let mut own = lock(&OWN);
    if let Some(handle) = &*own {
        return Ok(handle.clone());
    }
    let runtime = Builder::new_current_thread().enable_all().max_blocking_threads(BLOCKING).build()?;
    let handle = runtime.handle().clone();
    let drive = move || runtime.block_on(std::future::pending::<()>());
    thread::Builder::new().name("crm-renewals".to_owned()).spawn(drive)?;
    Ok(own.insert(handle).clone())
}
