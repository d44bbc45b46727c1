//! Placeholder.

#[rustfmt::skip]
#[allow(missing_docs)]
pub mod generated;

/// A client.
#[derive(Clone, Debug)]
pub struct Client {
    pub(crate) pipeline: crm_core::Pipeline,
}

/// A client.
#[derive(Clone, Debug)]
pub struct BulkExport {
    pub(crate) pipeline: crm_core::Pipeline,
}
