//! An operation of the catalogue as the core takes it, so that quotas, retries, paging and errors are those of the
//! generated clients.

use crm_core::{OpMeta, Rules};
use hubspot_client::http::Method;

use super::Operation;

impl Operation {
    /// Returns its metadata, made once.
    pub(crate) fn meta(&'static self) -> &'static OpMeta {
        self.meta.get_or_init(|| OpMeta {
            id: format!("{}.{}", self.resource, self.call).leak(),
            spec_id: "",
            method: Method::from_bytes(self.method.as_bytes()).unwrap_or_default(),
            path: self.path,
            idempotent: self.idempotent,
            limit_class: self.limit_class,
            paging: self.paging.as_ref().map(super::PagingTable::paging),
            rules: Rules {
                items: self.paging.as_ref().map_or(&[], super::PagingTable::steps),
                items_required: self.items_required,
                one_of_parts: &self.one_of_parts,
                idempotent_with: &self.idempotent_with,
                idempotent_without: &self.idempotent_without,
                may_be_empty: self.may_be_empty,
                anonymous: self.anonymous,
                beta: self.beta,
                reads: self.reads() && !matches!(self.method, "GET" | "HEAD"),
            },
            long_running: self.long_running,
            batch_max: self.batch_max,
            scopes: &self.scopes,
            version: self.version,
            deprecated: self.deprecated,
        })
    }
}
