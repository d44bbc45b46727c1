//! One module per vendor: its quotas, error shapes and operations with state.

pub(crate) mod account_intelligence;
pub(crate) mod hatch;
pub(crate) mod hoopai;
pub(crate) mod hubspot;
mod oauth;
pub(crate) mod revenue_agents;
