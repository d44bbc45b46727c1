//! What crosses crates: end-to-end tests against the fakes, sample payloads, error tables, and the
//! workspace's README, whose examples are compiled here.

#![doc = include_str!("../../README.md")]

pub mod forwarder;
pub mod fuzz;
pub mod redis_server;
pub mod traces;
