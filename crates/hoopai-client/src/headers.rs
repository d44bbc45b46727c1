//! Limits in the headers of a reply.

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

/// Reads `X-RateLimit-Reset`, which HoopAI's pages show but the vendor's documents do not contain. Its unit is not
/// documented, and the vendor's other limit headers are in milliseconds, so the size of the number decides: since 1970
/// or from now, in seconds or in milliseconds. A value from now belongs to a window of ten seconds. Returns `None` if
/// the time has passed.
pub(crate) fn reset(reply: &RawReply) -> Option<Duration> {
    const MOST_SECONDS: u64 = 100;
    const SINCE_1970: u64 = 1_000_000_000;
    const SINCE_1970_IN_MILLIS: u64 = 1_000_000_000_000;
    let number = number(reply, "x-ratelimit-reset")?;
    let wait = match number {
        0..=MOST_SECONDS => Duration::from_secs(number),
        SINCE_1970_IN_MILLIS.. => reply.until(UNIX_EPOCH.checked_add(Duration::from_millis(number))?),
        SINCE_1970.. => reply.until(UNIX_EPOCH.checked_add(Duration::from_secs(number))?),
        _ => Duration::from_millis(number),
    };
    Some(wait).filter(|wait| !wait.is_zero())
}
