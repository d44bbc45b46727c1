//! The checked-in documents of a vendor and our files beside them: how they are imported and read.

pub(crate) mod content;
pub mod document;
pub(crate) mod evidence;
mod foreign;
pub mod import;
pub mod incoming;
pub(crate) mod limits;
pub(crate) mod line;
pub(crate) mod references;
pub(crate) mod unit;
pub mod vendor;
pub(crate) mod words;
