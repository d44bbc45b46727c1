//! Ergonomics on top of the generated calls.

mod new_lead;
mod upsert;
