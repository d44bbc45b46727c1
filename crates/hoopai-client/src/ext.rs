//! Ergonomics on top of the generated calls.

#[cfg(feature = "contacts")]
mod contacts;
mod duplicate;
#[cfg(feature = "contacts")]
mod export;

pub use duplicate::existing_contact;
#[cfg(feature = "contacts")]
pub use export::ContactExport;
