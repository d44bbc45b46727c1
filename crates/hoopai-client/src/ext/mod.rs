//! Ergonomics on top of the generated calls.

mod contacts;
mod duplicate;

pub use duplicate::existing_contact;
