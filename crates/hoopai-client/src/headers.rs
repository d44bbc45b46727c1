//! What the headers of a reply say about the limits.

use std::time::{Duration, UNIX_EPOCH};

use crm_core::RawReply;

/// A header that is a whole number.
pub(crate) fn number(reply: &RawReply, name: &str) -> Option<u64> {
    reply.header(name)?.trim().parse().ok()
}

/// A header that is a time in milliseconds.
pub(crate) fn millis(reply: &RawReply, name: &str) -> Option<Duration> {
    number(reply, name).map(Duration::from_millis)
}

/// `X-RateLimit-Reset`, which the vendor's documents do not know and HoopAI's pages show: as
/// seconds since 1970, or as seconds from now. Nothing if it has passed.
pub(crate) fn reset(reply: &RawReply) -> Option<Duration> {
    const EPOCH_FROM: u64 = 1_000_000_000;
    let seconds = number(reply, "x-ratelimit-reset")?;
    let wait = Duration::from_secs(seconds);
    let wait = if seconds < EPOCH_FROM { wait } else { reply.until(UNIX_EPOCH.checked_add(wait)?) };
    Some(wait).filter(|wait| !wait.is_zero())
}
