//! Differences between vendors: quotas, error shapes, headers, and the operations with state.

use http::HeaderName;
use serde_json::Value;

use crate::call::Call;
use crate::document::Operation;
use crate::fault::Policy;
use crate::quota::Reading;
use crate::reply::Reply;
use crate::state::World;
use crate::validate::Problem;

/// A request that is not served.
pub(crate) enum Refusal<'a> {
    NoToken,
    /// An Authorization header that is not a bearer token.
    BadToken,
    WrongToken,
    /// A token that was valid earlier.
    ExpiredToken,
    NoRoute,
    WrongMethod,
    Invalid(&'a [Problem]),
    Limited(&'a Exceeded),
    /// Any other status, because of a fault.
    Status(u16),
}

/// A limit that was exceeded.
pub(crate) struct Exceeded {
    pub(crate) policy: Policy,
}

pub(crate) trait Dialect: Send + Sync {
    /// The class of a request for the limits.
    fn class<'a>(&self, call: &Call<'a>) -> &'a str {
        call.operation.limit_class.as_deref().unwrap_or_default()
    }

    /// Returns the key of the quota. Requests with the same key share their windows.
    fn quota_key(&self, call: &Call<'_>, token: &str) -> String {
        let _ = call;
        token.to_owned()
    }

    /// Returns the limit that a quota of this name belongs to.
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

    /// Checks rules that no document contains.
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

    /// Returns the reply of an operation with state; `None` requests a sample.
    fn handle(&self, call: &Call<'_>, world: &mut World) -> Option<Reply>;

    /// Headers on every reply, such as a request id.
    fn finish(&self, reply: &mut Reply, world: &mut World) {
        let _ = (reply, world);
    }

    fn seed(&self, world: &mut World) {
        let _ = world;
    }

    /// Adds a record from a test and returns its identifier.
    fn adopt(&self, collection: &str, value: Value, world: &mut World) -> String;

    /// Defines the properties that a record has and its type of object does not.
    fn define(&self, collection: &str, record: &Value, world: &mut World) {
        let _ = (collection, record, world);
    }

    /// Returns the internal name of a collection.
    fn collection(&self, name: &str) -> String {
        name.to_owned()
    }

    /// The types of objects that share operations, by the names that the vendor's documents give them.
    fn object_types(&self) -> &'static [&'static str] {
        &[]
    }

    /// Returns true if operations and records of this type of object exist, in this world if there is one already.
    fn is_object_type(&self, name: &str, world: Option<&World>) -> bool {
        let _ = (name, world);
        false
    }

    /// Returns true if the collection has definitions of a type of object, for example `properties:contacts`.
    fn is_of_definitions(&self, name: &str) -> bool {
        let _ = name;
        false
    }

    /// Returns true if single rows of a request of this operation can fail.
    fn has_rows(&self, operation: &Operation) -> bool {
        let _ = operation;
        false
    }

    /// The collections that a test may fill.
    fn collections(&self) -> &'static [&'static str];

    /// Returns true if a stored record still counts.
    fn is_live(&self, record: &Value) -> bool {
        let _ = record;
        true
    }

    /// Dotted places of page cursors and the parameters that they are sent in.
    fn cursors(&self) -> &'static [(&'static str, &'static str)];
}
