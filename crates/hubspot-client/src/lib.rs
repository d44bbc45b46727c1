#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod client;
mod ext;
#[rustfmt::skip]
#[allow(clippy::needless_borrows_for_generic_args)]
mod generated;
mod quotas;
mod vendor;

pub use client::{BASE_URL, Client};
pub use ext::{Many, ReadMany, Report, ReportCall, TotalsPages};
pub use generated::{
    analytics, association_labels, associations, lists, object_types, objects, operations, owners, pipelines,
    properties, schemas, types,
};
pub use quotas::Tier;

pub use crm_core::{
    Anonymous, Authorization, Backoff, Batch, BatchReport, BodyStream, BoxFuture, Call, CallOptions, ChunkOutcome,
    ClientBuilder, Clock, Credentials, Cursor, Error, ErrorKind, Exponential, Feedback, FieldError, Grant,
    LimitRefusal, LimitScope, LocalLimiter, Map, OpMeta, Pages, Paginator, PagingKind, Permit, Poll, PollPolicy,
    Poller, Position, Quotas, RateLimiter, RawReply, RetryPolicy, Secret, Sent, StaticToken, Stats, Status,
    SystemClock, Timestamp, VendorDetail, Window,
};
pub use {http, serde_json};

/// How this crate reads HubSpot's replies, for tests that need no connection.
#[doc(hidden)]
#[must_use]
pub fn vendor() -> impl crm_core::Vendor {
    vendor::HubSpot
}
