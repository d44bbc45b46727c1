//! Permits of a limiter that has plenty.

use std::hint::black_box;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use crm_core::{Acquire, End, LocalLimiter, Quotas, RateLimiter, SystemClock, Window};
use futures::FutureExt;
use governor::{Quota, RateLimiter as Governor};

const ACCOUNT: &str = "an account";

/// A window that is counted exactly and so short that it is never full.
pub(crate) fn ours() -> impl FnMut() {
    let window = Window::new("burst", 1_000, Duration::from_micros(50));
    let limiter = LocalLimiter::new(Quotas::new([window]), Arc::new(SystemClock::new()));
    move || {
        let acquire = Acquire::new(ACCOUNT, "");
        let permit = black_box(limiter.acquire(&acquire).now_or_never().expect("no wait").expect("a permit"));
        limiter.finish(&acquire, &permit, End::Over);
    }
}

fn quota() -> Quota {
    let most = NonZeroU32::new(1_000_000).expect("not zero");
    Quota::with_period(Duration::from_nanos(1)).expect("not zero").allow_burst(most)
}

/// A limiter that distinguishes accounts, as ours does.
pub(crate) fn keyed() -> impl FnMut() {
    let limiter = Governor::keyed(quota());
    move || {
        let account = ACCOUNT.to_owned();
        black_box(limiter.until_key_ready(&account).now_or_never()).expect("no wait");
    }
}

/// One that does not.
pub(crate) fn direct() -> impl FnMut() {
    let limiter = Governor::direct(quota());
    move || {
        black_box(limiter.until_ready().now_or_never()).expect("no wait");
    }
}
