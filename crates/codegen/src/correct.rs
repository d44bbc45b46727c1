//! Corrections of the vendors' documents, and how the clients present them.

pub mod corrections;
pub mod stale;
pub mod surface;
pub(crate) mod versions;
