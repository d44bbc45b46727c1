//! The checked-in documents of a vendor: what they are, how they are read, corrected and imported.

pub(crate) mod document;
pub(crate) mod evidence;
mod foreign;
pub(crate) mod import;
pub(crate) mod limits;
pub(crate) mod overlay;
pub(crate) mod schema;
pub(crate) mod vendor;
pub(crate) mod versions;
pub(crate) mod words;
