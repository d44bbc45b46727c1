//! The items that clients re-export, in one list, so that all clients export the same names at their
//! root. A client takes `shared` and, behind its features of the same names, `oauth` and `redis`.

/// The items that every client re-exports.
pub mod shared {
    pub use crate::{
        Acquire, Anonymous, Authorization, Backoff, Batch, BatchReport, BodyStream, BoxFuture, Call, CallOptions,
        ChunkOutcome, ClientBuilder, Clock, Credentials, Cursor, End, Error, ErrorKind, Exponential, Feedback,
        FieldError, Integer, LimitRefusal, LimitScope, LocalLimiter, Map, NotATime, OpMeta, Pages, Paginator, Paging,
        PagingKind, Param, Permit, Poll, PollPolicy, Poller, Position, Progress, Quotas, RateLimiter, RawReply,
        RetryPolicy, Secret, Sending, Sent, SentIn, StaticToken, Stats, Status, SystemClock, Time, Timestamp, Upload,
        VendorDetail, Window,
    };
    pub use http::{self, Method};
    pub use serde_json::{self, Value, json};
}

/// The further items of a client with credentials that renew themselves.
#[cfg(feature = "oauth")]
pub mod oauth {
    #[cfg(feature = "redis")]
    pub use crate::RedisStore;
    pub use crate::{
        Authorize, BeforeSend, Consent, ConsentRequest, FileStore, MemoryStore, OAuthCredentials, Pkce, StoreLock,
        StoredTokens, TokenSet, TokenSource, TokenStore,
    };
}

/// The further items of a client with shared quotas.
#[cfg(feature = "redis")]
pub mod redis {
    pub use crate::{RedisLimiter, RedisLimiterBuilder, WhenAway};
}
