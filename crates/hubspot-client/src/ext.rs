//! Comfort on top of the generated calls, one concern a file.

mod analytics;
mod many;
mod pairing;
mod properties;
mod read;
mod rows;
mod search;
mod write;

pub use analytics::{Report, ReportCall, TotalsPages};
pub use many::Many;
pub use read::ReadMany;
