//! Ergonomics on top of the generated calls.

#[cfg(feature = "contacts")]
mod contacts;
mod duplicate;

pub use duplicate::existing_contact;
