#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod agents;
#[rustfmt::skip]
#[allow(clippy::manual_map, clippy::module_inception)]
mod generated;
mod headers;
mod intelligence;
mod tokens;

pub use agents::{Owner, REVENUE_AGENTS_URL, RevenueAgents};
pub use generated::{account_intelligence, revenue_agents};
pub use intelligence::{ACCOUNT_INTELLIGENCE_URL, AccountIntelligence, Domain, Fields, Refusal, ResearchQuery};
pub use tokens::{AccountIntelligenceToken, RevenueAgentsToken};

pub use crm_core::reexport::http::Method;
pub use crm_core::reexport::serde_json::{Value, json};
pub use crm_core::{
    Authorization, Backoff, Batch, BatchReport, BodyStream, BoxFuture, Call, CallOptions, ClientBuilder, Clock,
    Credentials, Cursor, End, Error, ErrorKind, Exponential, FieldError, Grant, LimitRefusal, LimitScope, LocalLimiter,
    Map, NotATime, Pages, Paginator, Param, Permit, PollPolicy, Poller, Progress, Quotas, RateLimiter, RawReply,
    RetryPolicy, Secret, Sent, Stats, Status, SystemClock, Time, Timestamp, Upload, VendorDetail, Window,
};
#[cfg(feature = "redis")]
pub use crm_core::{RedisLimiter, RedisLimiterBuilder, WhenAway};
