//! Ergonomics on top of the generated calls.

mod upsert;
