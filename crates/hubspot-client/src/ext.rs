//! Convenience methods on the generated calls, one concern per file.

#[cfg(feature = "analytics")]
mod analytics;
#[cfg(feature = "objects")]
mod changes;
#[cfg(feature = "objects")]
mod check;
#[cfg(feature = "objects")]
mod existing;
#[cfg(feature = "objects")]
mod export;
#[cfg(feature = "files")]
mod files;
#[cfg(feature = "objects")]
mod find;
#[cfg(feature = "objects")]
mod found;
#[cfg(feature = "objects")]
mod many;
#[cfg(all(feature = "lists", feature = "objects"))]
mod membership;
#[cfg(feature = "objects")]
mod names;
#[cfg_attr(not(feature = "full"), allow(dead_code, unused_imports, reason = "the features determine the lists"))]
mod options;
#[cfg(feature = "objects")]
mod order;
#[cfg(feature = "objects")]
mod pairing;
#[cfg(feature = "objects")]
mod properties;
#[cfg(feature = "objects")]
mod read;
#[cfg(any(feature = "files", feature = "objects"))]
mod row_errors;
#[cfg(feature = "objects")]
mod rows;
#[cfg(feature = "objects")]
mod search;
#[cfg(feature = "objects")]
mod search_all;
#[cfg(feature = "objects")]
mod silence;
#[cfg(feature = "objects")]
pub(crate) mod typed;
#[cfg(feature = "objects")]
mod window;
#[cfg(feature = "objects")]
mod write;

#[cfg(feature = "analytics")]
pub use analytics::{Report, ReportCall, TotalsPages};
#[cfg(feature = "objects")]
pub use changes::{Change, Changes};
#[cfg(feature = "objects")]
pub use existing::existing_record;
#[cfg(feature = "objects")]
pub use export::Export;
#[cfg(feature = "objects")]
pub use many::Many;
#[cfg(all(feature = "lists", feature = "objects"))]
pub use membership::ListAddition;
pub use options::{Choice, Choices};
#[cfg(feature = "objects")]
pub use read::ReadMany;
#[cfg(feature = "objects")]
pub use search_all::SearchAll;
#[cfg(feature = "objects")]
pub use typed::{Listed, Record, RecordList, RecordPage, Typed};
