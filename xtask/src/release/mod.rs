//! `cargo xtask release`: what a release is called, what its changelog says, and whether it can go out.

pub(crate) mod changelog;
pub(crate) mod version;
