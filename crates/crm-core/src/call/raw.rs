//! Requests that no generated operation covers.

use http::Method;

use super::Call;
use crate::meta::{OpMeta, Rules};
use crate::pipeline::Pipeline;
use crate::request::path;

macro_rules! raw_ops {
    ($($name:ident: $idempotent:literal),*) => {
        $(static $name: OpMeta = OpMeta {
            id: "raw",
            spec_id: "",
            method: Method::$name,
            path: "{raw}",
            idempotent: $idempotent,
            limit_class: "",
            paging: None,
            rules: Rules { may_be_empty: true, ..Rules::PLAIN },
            long_running: false,
            batch_max: None,
            scopes: &[],
            version: None,
            deprecated: false,
        };)*
        const RAW: &[&OpMeta] = &[$(&$name),*];
    };
}

raw_ops!(GET: true, HEAD: true, OPTIONS: true, PUT: true, DELETE: true, POST: false, PATCH: false);

impl Call<serde_json::Value> {
    /// Creates a call of any path of the vendor's host, through the same pipeline as all others. The path
    /// starts with a slash and may contain a query; it is sent unchanged, so its values must be
    /// escaped already. Hosts, `..` and fragments are errors.
    ///
    /// GET, HEAD, OPTIONS, PUT and DELETE count as idempotent, POST and PATCH do not; see
    /// [`CallOptions::idempotent`](crate::CallOptions::idempotent).
    pub fn raw(pipeline: &Pipeline, method: Method, path: &str) -> Self {
        let op = RAW.iter().copied().find(|op| op.method == method);
        let mut call = Self::new(pipeline, op.unwrap_or(&GET));
        call.request.raw_path = Some(path.to_owned());
        let fault = if op.is_none() { Some("this method is not supported") } else { fault(path) };
        if let Some(fault) = fault {
            call.request.mistake(|| fault.to_owned());
        }
        call
    }
}

fn fault(target: &str) -> Option<&'static str> {
    let before_query = target.split('?').next().unwrap_or(target);
    if !target.starts_with('/') {
        Some("a raw path starts with a slash and has no host")
    } else if target.starts_with("//") || target.contains('\\') {
        Some("a raw path has no host")
    } else if target.contains('#') {
        Some("a raw path has no fragment")
    } else if target.chars().any(|character| character.is_whitespace() || character.is_control()) {
        Some("a raw path holds no white space or control characters")
    } else if path::relative(before_query) {
        Some("a raw path is not relative")
    } else {
        None
    }
}
