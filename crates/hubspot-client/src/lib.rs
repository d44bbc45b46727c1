#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "oauth")]
mod app;
mod client;
mod ext;
#[rustfmt::skip]
#[allow(deprecated, clippy::manual_map, clippy::needless_borrows_for_generic_args, clippy::too_many_arguments)]
mod generated;
#[cfg(feature = "webhook-receiver")]
pub mod receiver;
mod vendor;

#[cfg(feature = "oauth")]
pub use app::{App, Machine};
pub use client::{BASE_URL, Client};
pub use ext::*;
pub use generated::limits::Tier;
pub use generated::*;

#[cfg(all(feature = "oauth", feature = "redis"))]
pub use crm_core::RedisStore;
pub use crm_core::{
    Anonymous, Authorization, Backoff, Batch, BatchReport, BodyStream, BoxFuture, Call, CallOptions, ChunkOutcome,
    ClientBuilder, Clock, Credentials, Cursor, End, Error, ErrorKind, Exponential, Feedback, FieldError, Grant,
    LimitRefusal, LimitScope, LocalLimiter, Map, NotATime, OpMeta, Pages, Paginator, Paging, PagingKind, Permit, Poll,
    PollPolicy, Poller, Position, Progress, Quotas, RateLimiter, RawReply, RetryPolicy, Secret, Sent, SentIn,
    StaticToken, Stats, Status, SystemClock, Time, Timestamp, Upload, VendorDetail, Window,
};
#[cfg(feature = "oauth")]
pub use crm_core::{
    Authorize, BeforeSend, Consent, ConsentRequest, FileStore, MemoryStore, OAuthCredentials, Pkce, StoreLock,
    StoredTokens, TokenSet, TokenSource, TokenStore,
};
#[cfg(feature = "redis")]
pub use crm_core::{RedisLimiter, RedisLimiterBuilder, WhenAway};
pub use serde_json::json;
pub use {http, serde_json};

/// How this crate reads HubSpot's replies, for tests that need no connection.
#[doc(hidden)]
#[must_use]
pub fn vendor() -> impl crm_core::Vendor {
    vendor::HubSpot
}
