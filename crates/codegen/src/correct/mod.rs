//! Our corrections of the vendors' documents, each with its evidence.

pub(crate) mod overlay;
pub mod stale;
pub(crate) mod versions;
