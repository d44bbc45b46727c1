//! Placeholder.

#[rustfmt::skip]
#[allow(missing_docs)]
pub mod generated;

/// A client.
#[derive(Clone, Debug)]
pub struct AccountIntelligence {
    pub(crate) pipeline: crm_core::Pipeline,
}

/// A client.
#[derive(Clone, Debug)]
pub struct RevenueAgents {
    pub(crate) pipeline: crm_core::Pipeline,
}
