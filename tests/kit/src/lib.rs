//! Shared parts of the tests and tools.

#[cfg(feature = "calls")]
pub mod calls;
pub mod forwarder;
pub mod fuzz;
pub mod redis_server;
#[cfg(feature = "specs")]
pub mod specs;
pub mod traces;

// The generated calls name them from here.
#[cfg(feature = "calls")]
use calls::{Entry, made, paged, streamed};
