//! The runtime behind the generated CRM clients.
//!
//! Every call of every client, generated or raw, takes one way: a [`Call`] is built, the
//! [`Pipeline`] fetches a credential, takes a permit from the [`RateLimiter`], sends, reads,
//! classifies and, where it is safe, repeats. What comes out is a typed reply or one [`Error`]
//! that tells everything.
//!
//! Users of a client need this crate only for its types, which each client re-exports. It knows
//! no vendor: what differs between vendors sits behind the [`Vendor`] trait.
//!
//! | module | concern |
//! |---|---|
//! | [`call`] | building a request; [`Param`], [`Call`], uploads and downloads |
//! | [`page`] | lists as streams of items or pages, with a storable [`Cursor`] |
//! | [`poll`] | answers that take a while |
//! | [`batch`] | many inputs in chunks, one report |
//! | [`limit`] | window-safe rate limits |
//! | [`retry`] | what is repeated, when, and how often |
//! | [`auth`] | credentials |
//! | [`error`] | the one error type |
//! | [`vendor`] | what a vendor crate implements |
//! | [`clock`] | time, replaceable in tests |
//! | `oauth` | credentials that renew themselves, and stores for them |
//! | `webhook` | what receivers of webhooks are made of |
//! | [`codec`] | tolerant reading and exact writing of JSON |
//!
//! # Features
//!
//! - `rustls` (default): HTTPS through rustls and ring.
//! - `rustls-aws-lc-rs`: HTTPS through rustls and aws-lc-rs.
//! - `native-tls`: HTTPS through the TLS of the system, unless rustls is on too.
//! - `ring`, `aws-lc-rs`: cryptography for `oauth` and `webhook-receiver` without rustls.
//! - `redis`: `RedisLimiter`, quotas that several processes share through Redis.
//! - `redis-cluster`: the same with a Redis Cluster.
//! - `schemars`: [`schema`], JSON Schemas of the generated types.
//! - `oauth`: `oauth`, credentials that renew themselves.
//! - `webhook-receiver`: `webhook`, signatures of what vendors send.
//! - `test-util`: `ManualClock`, a clock that tests move by hand.

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
pub use pipeline::{ClientBuilder, Pipeline, Stats};
pub use poll::{Poll, PollPolicy, Poller, Status};
pub use request::{BeforeSend, BodyStream, Progress, Upload};
pub use retry::{Backoff, Exponential, RetryPolicy};
pub use sync::BoxFuture;
pub use vendor::{Advice, Feedback, RawReply, Vendor, VendorError};

#[doc(hidden)]
pub use reexport as __private;
