//! A thread owned by the library, with a runtime that is always driven.
//!
//! A program may stop driving a runtime while work is under way in it: a blocking wrapper does so after
//! each call. A task of another runtime that waits for that work would wait forever. Work that callers
//! share therefore does not run in the runtime of one of them.

use std::io;
use std::sync::Mutex;
use std::thread;

use tokio::runtime::{Builder, Handle};

use crate::sync::lock;

/// Number of threads for work that blocks: file stores on disk and host name lookups.
const BLOCKING: usize = 32;

/// A thread that is started when first needed and lives as long as the process.
pub(crate) struct OwnThread {
    name: &'static str,
    handle: Mutex<Option<Handle>>,
}

impl OwnThread {
    pub(crate) const fn new(name: &'static str) -> Self {
        Self { name, handle: Mutex::new(None) }
    }

    /// Returns the runtime to spawn on.
    pub(crate) fn runtime(&self) -> io::Result<Handle> {
        let mut own = lock(&self.handle);
        if let Some(handle) = &*own {
            return Ok(handle.clone());
        }
        let runtime = Builder::new_current_thread().enable_all().max_blocking_threads(BLOCKING).build()?;
        let handle = runtime.handle().clone();
        let drive = move || runtime.block_on(std::future::pending::<()>());
        thread::Builder::new().name(self.name.to_owned()).spawn(drive)?;
        Ok(own.insert(handle).clone())
    }
}
