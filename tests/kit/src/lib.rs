//! Shared parts of the tests and tools.

pub mod forwarder;
pub mod fuzz;
pub mod redis_server;
#[cfg(feature = "specs")]
pub mod specs;
pub mod traces;
