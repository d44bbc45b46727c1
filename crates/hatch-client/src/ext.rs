//! Convenience methods on the generated calls.

mod new_lead;
mod upsert;
