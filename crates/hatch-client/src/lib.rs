#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod client;
mod export;
mod ext;
#[rustfmt::skip]
#[allow(clippy::module_inception)]
mod generated;
mod keys;
#[cfg(feature = "webhook-receiver")]
pub mod receiver;
mod vendor;

pub use client::{BULK_EXPORT_URL, BulkExport, CONTACTS_URL, Client};
pub use export::{ExportRequest, ExportRow, RowStream};
pub use keys::{ContactsKey, ReportingKey};

pub use contacts::types;
pub use generated::{bulk_export, contacts};

#[doc(hidden)]
pub use vendor::vendor;

pub use crm_core::reexport::http::Method;
pub use crm_core::reexport::serde_json::{Value, json};
pub use crm_core::{
    Acquire, Authorization, Backoff, Batch, BatchReport, BodyStream, BoxFuture, Call, CallOptions, ClientBuilder,
    Clock, Credentials, Cursor, End, Error, ErrorKind, Exponential, FieldError, LimitRefusal, LimitScope, LocalLimiter,
    Map, NotATime, Pages, Paginator, Param, Permit, PollPolicy, Poller, Progress, Quotas, RateLimiter, RawReply,
    RetryPolicy, Secret, Sent, Stats, Status, SystemClock, Time, Timestamp, Upload, VendorDetail, Window,
};
#[cfg(feature = "redis")]
pub use crm_core::{RedisLimiter, RedisLimiterBuilder, WhenAway};
