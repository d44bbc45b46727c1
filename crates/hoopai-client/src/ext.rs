//! Convenience methods on the generated calls.

#[cfg(feature = "contacts")]
mod changes;
#[cfg(feature = "contacts")]
mod contacts;
mod duplicate;
#[cfg(feature = "contacts")]
mod export;
#[cfg(feature = "contacts")]
mod following;

#[cfg(feature = "contacts")]
pub use changes::ContactChanges;
pub use duplicate::existing_contact;
#[cfg(feature = "contacts")]
pub use export::ContactExport;
