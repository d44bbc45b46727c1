//! The checked-in documents of a vendor and our files beside them: how they are imported and read.

pub mod checkout;
pub(crate) mod content;
pub mod document;
pub(crate) mod effect;
pub(crate) mod evidence;
pub mod foreign;
pub mod import;
pub(crate) mod items;
pub(crate) mod limits;
pub(crate) mod line;
pub mod lock;
mod place;
pub(crate) mod prune;
pub(crate) mod references;
mod repair;
pub mod source;
mod strip;
pub(crate) mod unit;
pub mod vendor;
pub(crate) mod version;
pub(crate) mod words;
