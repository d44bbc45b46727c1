//! What differs from vendor to vendor: quotas, error shapes, headers, and the operations with state.

use http::HeaderName;
use serde_json::Value;

use crate::call::Call;
use crate::fault::Policy;
use crate::quota::Reading;
use crate::reply::Reply;
use crate::state::World;
use crate::validate::Problem;

/// A request that is not served.
pub(crate) enum Refusal<'a> {
    NoToken,
    /// An Authorization header that is no bearer token.
    BadToken,
    WrongToken,
    /// A token that was good once.
    ExpiredToken,
    NoRoute,
    WrongMethod,
    Invalid(&'a [Problem]),
    Limited(&'a Exceeded),
    /// Any other status, on a fault's account.
    Status(u16),
}

/// A limit that was passed.
pub(crate) struct Exceeded {
    pub(crate) policy: Policy,
}

pub(crate) trait Dialect: Send + Sync {
    /// The class of a request for the limits.
    fn class<'a>(&self, call: &Call<'a>) -> &'a str {
        call.operation.limit_class.as_deref().unwrap_or_default()
    }

    /// Requests with one key share their windows.
    fn quota_key(&self, call: &Call<'_>, token: &str) -> String {
        let _ = call;
        token.to_owned()
    }

    /// The limit that a quota of this name stands for.
    fn policy(&self, quota: &str) -> Policy {
        match quota {
            "daily" | "day" => Policy::Daily,
            "search" => Policy::Search,
            _ => Policy::Burst,
        }
    }

    fn refuse(&self, refusal: &Refusal<'_>, world: &mut World) -> Reply;

    /// The vendor's headers about its limits.
    fn rate_headers(
        &self,
        class: &str,
        readings: &[Reading],
        exceeded: Option<&Exceeded>,
    ) -> Vec<(&'static str, String)> {
        readings.iter().flat_map(|reading| reading.headers(class, exceeded.is_some())).collect()
    }

    /// Rules that no document states.
    fn check(&self, call: &Call<'_>, problems: &mut Vec<Problem>) {
        let _ = (call, problems);
    }

    /// Returns the header that contains the token. In `Authorization` it follows `Bearer`.
    fn token_header(&self) -> HeaderName {
        http::header::AUTHORIZATION
    }

    fn needs_token(&self, call: &Call<'_>) -> bool {
        !call.operation.open
    }

    /// The reply of an operation with state; `None` asks for a sample.
    fn handle(&self, call: &Call<'_>, world: &mut World) -> Option<Reply>;

    /// Headers on every reply, such as a request id.
    fn finish(&self, reply: &mut Reply, world: &mut World) {
        let _ = (reply, world);
    }

    fn seed(&self, world: &mut World) {
        let _ = world;
    }

    /// Takes a record from a test; returns its identifier.
    fn adopt(&self, collection: &str, value: Value, world: &mut World) -> String;

    /// The name a collection has inside.
    fn collection(&self, name: &str) -> String {
        name.to_owned()
    }

    /// The types of objects that share operations, by the names that the vendor's documents give them.
    fn object_types(&self) -> &'static [&'static str] {
        &[]
    }

    /// Whether operations and records of this type of object can be asked for, in this world if there is one already.
    fn is_object_type(&self, name: &str, world: Option<&World>) -> bool {
        let _ = (name, world);
        false
    }

    /// The collections that a test may fill.
    fn collections(&self) -> &'static [&'static str];

    /// Whether a stored record still counts.
    fn is_live(&self, record: &Value) -> bool {
        let _ = record;
        true
    }

    /// Dotted places of page cursors and the parameters they go into.
    fn cursors(&self) -> &'static [(&'static str, &'static str)];
}
