//! The limiter that clients of one process share.

use std::sync::{Arc, Mutex, Weak};

use super::{LocalLimiter, Quotas};
use crate::clock::Clock;
use crate::sync::lock;

/// The limiters that at least one client still uses.
static KNOWN: Mutex<Vec<Known>> = Mutex::new(Vec::new());

struct Known {
    base_url: String,
    limiter: Weak<LocalLimiter>,
}

/// Returns the limiter of all clients in this process that use one address with the same quotas and the
/// same clock. It counts each account separately, so two clients of one token share its quota. It is
/// dropped with its last client.
pub(crate) fn shared(base_url: &str, quotas: Quotas, clock: &Arc<dyn Clock>) -> Arc<LocalLimiter> {
    let mut known = lock(&KNOWN);
    known.retain(|known| known.limiter.strong_count() > 0);
    let mut same = known.iter().filter(|known| known.base_url == base_url);
    if let Some(limiter) = same.find_map(|known| known.limiter.upgrade().filter(|it| it.is_for(&quotas, clock))) {
        return limiter;
    }
    let limiter = Arc::new(LocalLimiter::new(quotas, Arc::clone(clock)));
    known.push(Known { base_url: base_url.to_owned(), limiter: Arc::downgrade(&limiter) });
    limiter
}
