#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "oauth")]
mod app;
mod client;
mod errors;
mod ext;
#[rustfmt::skip]
#[allow(deprecated, clippy::manual_map, clippy::needless_borrows_for_generic_args, clippy::too_many_arguments)]
mod generated;
mod headers;
#[cfg(feature = "webhook-receiver")]
pub mod receiver;
mod vendor;
mod version;

#[cfg(feature = "oauth")]
pub use app::{App, LocationTokens, UserType};
#[cfg(feature = "v3")]
pub use client::V3;
pub use client::{BASE_URL, Client};
pub use ext::existing_contact;
pub use generated::limits::quotas;
pub use generated::*;
pub use version::ApiVersion;

#[doc(hidden)]
pub use vendor::vendor;

#[cfg(all(feature = "oauth", feature = "redis"))]
pub use crm_core::RedisStore;
pub use crm_core::reexport::http::Method;
pub use crm_core::reexport::serde_json::{Value, json};
pub use crm_core::{
    Anonymous, Authorization, Backoff, Batch, BatchReport, BodyStream, BoxFuture, Call, CallOptions, ClientBuilder,
    Clock, Credentials, Cursor, End, Error, ErrorKind, Exponential, FieldError, Grant, LimitRefusal, LimitScope,
    LocalLimiter, Map, NotATime, Pages, Paginator, Param, Permit, PollPolicy, Poller, Progress, Quotas, RateLimiter,
    RawReply, RetryPolicy, Secret, Sent, StaticToken, Stats, Status, SystemClock, Time, Timestamp, Upload,
    VendorDetail, Window,
};
#[cfg(feature = "oauth")]
pub use crm_core::{
    Authorize, BeforeSend, Consent, ConsentRequest, FileStore, MemoryStore, OAuthCredentials, Pkce, StoreLock,
    StoredTokens, TokenSet, TokenSource, TokenStore,
};
#[cfg(feature = "redis")]
pub use crm_core::{RedisLimiter, RedisLimiterBuilder, WhenAway};
