//! The vendor's limits.

use std::time::Duration;

use crm_core::{Quotas, Window};

/// What the vendor publishes: 100 requests in 10 seconds and 200,000 in a day, for each location
/// or company, and 5 token requests in a minute.
///
/// They are counted for each credential, which for a location's token is the same. See
/// [`Client::with`](crate::Client::with) for an agency's.
#[must_use]
pub fn quotas() -> Quotas {
    Quotas::new([
        Window::new("burst", 100, Duration::from_secs(10)),
        Window::new("daily", 200_000, Duration::from_secs(86_400)),
    ])
    .class("token", [Window::new("token", 5, Duration::from_secs(60))])
}
