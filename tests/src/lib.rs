//! Tests across crates; the examples of the workspace's README are compiled here too.

#![doc = include_str!("../../README.md")]
