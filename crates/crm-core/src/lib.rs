//! The runtime behind the generated CRM clients.
//!
//! Every call of every client, generated or raw, follows the same path: a [`Call`] is built, the
//! [`Pipeline`] fetches a credential, takes a permit from the [`RateLimiter`], sends, reads,
//! classifies and, if it is safe, repeats. The result is a typed reply or one [`Error`] with all
//! details.
//!
//! Users of a client need this crate only for its types, which each client re-exports. It contains
//! no code for a particular vendor: vendors implement the [`Vendor`] trait.
//!
//! | module | concern |
//! |---|---|
//! | [`call`] | building a request; [`Param`], [`Call`], uploads and downloads |
//! | [`page`] | lists as streams of items or pages, with a storable [`Cursor`] |
//! | [`poll`] | long-running operations |
//! | [`batch`] | many inputs in chunks, with one report |
//! | [`limit`] | window-safe rate limits |
//! | [`retry`] | conditions and pauses for repeated attempts |
//! | [`auth`] | credentials |
//! | [`error`] | the one error type |
//! | [`vendor`] | the trait that each vendor crate implements |
//! | [`clock`] | time, replaceable in tests |
//! | `oauth` | credentials that renew themselves, and their stores |
//! | `webhook` | building blocks of webhook receivers |
//! | [`codec`] | tolerant reading and exact writing of JSON |
//!
//! # Features
//!
//! - `rustls` (default): HTTPS through rustls and ring.
//! - `rustls-aws-lc-rs`: HTTPS through rustls and aws-lc-rs.
//! - `native-tls`: HTTPS through the TLS of the system, unless rustls is enabled too.
//! - `ring`, `aws-lc-rs`: cryptography for `oauth` and `webhook-receiver` without rustls.
//! - `redis`: `RedisLimiter`, quotas that several processes share through Redis.
//! - `redis-cluster`: the same with a Redis Cluster.
//! - `schemars`: [`schema`], JSON Schemas of the generated types.
//! - `oauth`: `oauth`, credentials that renew themselves.
//! - `webhook-receiver`: `webhook`, verification of webhook deliveries.
//! - `test-util`: `ManualClock`, a clock that tests advance by hand.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod auth;
pub mod batch;
pub mod call;
pub mod clock;
pub mod codec;
#[cfg(any(feature = "oauth", feature = "webhook-receiver"))]
mod crypto;
pub mod error;
#[doc(hidden)]
pub mod events;
#[doc(hidden)]
pub mod facade;
pub mod limit;
pub mod meta;
#[cfg(feature = "oauth")]
pub mod oauth;
pub mod options;
#[cfg(any(feature = "oauth", feature = "redis"))]
mod own_thread;
pub mod page;
pub mod pipeline;
pub mod poll;
mod redact;
#[cfg(feature = "redis")]
mod redis;
#[doc(hidden)]
pub mod reexport;
mod request;
pub mod retry;
#[cfg(feature = "schemars")]
pub mod schema;
mod stable_hash;
mod sync;
pub mod vendor;
mod waiting;
#[cfg(feature = "webhook-receiver")]
pub mod webhook;

pub use auth::{Anonymous, Authorization, Credentials, Secret, StaticToken};
pub use batch::{Batch, BatchReport, ChunkOutcome};
pub use call::{Call, Sending};
#[cfg(feature = "test-util")]
pub use clock::ManualClock;
pub use clock::{Clock, SystemClock};
pub use codec::{Integer, Map, NotATime, Param, Time, Timestamp, Wire};
pub use error::{Error, ErrorKind, FieldError, LimitScope, Sent, VendorDetail};
pub use limit::{Acquire, End, LimitRefusal, LocalLimiter, Permit, Quotas, RateLimiter, Window};
#[cfg(feature = "redis")]
pub use limit::{RedisLimiter, RedisLimiterBuilder, WhenAway};
pub use meta::{Called, OpMeta, Paging, PagingKind, Rules, SentIn};
#[cfg(all(feature = "oauth", feature = "redis"))]
pub use oauth::RedisStore;
#[cfg(feature = "oauth")]
pub use oauth::{
    AppKeys, Authorize, Consent, ConsentRequest, FileStore, MemoryStore, OAuthCredentials, Pkce, StoreLock,
    StoredTokens, TokenSet, TokenSource, TokenStore,
};
pub use options::CallOptions;
pub use page::{Cursor, Next, PageContext, PageFacts, Paged, Pages, Paginator, Position};
pub use pipeline::{ClientBuilder, Pipeline, Preview, Stats};
pub use poll::{Poll, PollPolicy, Poller, Status};
pub use request::{BeforeSend, BodyStream, Progress, Upload};
pub use retry::{Backoff, Exponential, RetryPolicy};
pub use sync::BoxFuture;
pub use vendor::{Advice, Feedback, RawReply, Vendor, VendorError};

#[doc(hidden)]
pub use reexport as __private;
