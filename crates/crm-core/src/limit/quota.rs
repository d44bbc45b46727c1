//! The limits that a vendor publishes.

use std::fmt;
use std::time::Duration;

use super::{Acquire, LimitRefusal};
use crate::error::Error;

/// Up to this limit every grant is stored exactly; above it the window is divided into this many
/// slices, and a grant counts as made at the end of its slice, which errs on the safe side.
const EXACT: u64 = 1_000;

/// At most `limit` requests in any interval of length `per`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    name: &'static str,
    limit: u64,
    per: Duration,
    guard: Duration,
}

impl Window {
    /// Creates a window of at most `limit` requests per `per`. The name identifies the window: windows of
    /// the same name in several classes share one counter.
    #[must_use]
    pub fn new(name: &'static str, limit: u64, per: Duration) -> Self {
        Self { name, limit, per, guard: per / 1_000 }
    }

    /// Sets the margin that is added to the length, because the vendor's clock may run a little
    /// slower than this one. The default is one thousandth of the length.
    #[must_use]
    pub fn guard(mut self, guard: Duration) -> Self {
        self.guard = guard;
        self
    }

    /// The name. Windows with the same name share one counter.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Maximum number of requests in one window.
    #[must_use]
    pub fn limit(&self) -> u64 {
        self.limit
    }

    /// The length of the window, without the margin.
    #[must_use]
    pub fn per(&self) -> Duration {
        self.per
    }

    /// The length with the margin.
    pub(super) fn span(&self) -> Duration {
        self.per.saturating_add(self.guard)
    }

    /// The length of the slices to which times are rounded up; zero if they are exact.
    pub(super) fn slice(&self) -> Duration {
        if self.limit <= EXACT {
            return Duration::ZERO;
        }
        let nanos = (self.per.as_nanos() / u128::from(EXACT)).max(1);
        u64::try_from(nanos).map_or(Duration::MAX, Duration::from_nanos)
    }

    /// The calls per second that those of up to a minute allow.
    pub(crate) fn rate(windows: &[Self]) -> Option<f64> {
        let short = windows.iter().filter(|window| window.per <= Duration::from_secs(60));
        #[allow(clippy::cast_precision_loss, reason = "limits are far below 2^53")]
        let rates = short.map(|window| window.limit as f64 / window.per.as_secs_f64());
        rates.min_by(f64::total_cmp)
    }

    /// When a grant stops counting.
    pub(super) fn expiry(&self, granted: Duration) -> Duration {
        let slice = self.slice();
        if slice.is_zero() {
            return granted.saturating_add(self.span());
        }
        let nanos = (granted.as_nanos() / slice.as_nanos() + 1).saturating_mul(slice.as_nanos());
        u64::try_from(nanos).map_or(granted, Duration::from_nanos).saturating_add(self.span())
    }
}

/// `burst` of 10 per 30 s.
impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` of {} per {} s", self.name, self.limit, self.per.as_secs_f64())
    }
}

/// The limits of an account: windows of time with a maximum number of requests each, by class of operation.
///
/// Each client has the limits that its vendor publishes. Give it others by `quotas` of its builder if those of the account
/// differ. An operation counts in all windows of its class; most operations have no class and count in the windows
/// of the default class.
///
/// ```
/// # use crm_core as hubspot_client;
/// use std::time::Duration;
/// use hubspot_client::{Quotas, Window};
///
/// // Searches count in two windows, and all other operations in `burst` and `day`.
/// let day = Window::new("day", 250_000, Duration::from_secs(86_400));
/// let quotas = Quotas::new([Window::new("burst", 190, Duration::from_secs(10)), day.clone()])
///     .class("search", [Window::new("search", 5, Duration::from_secs(1)), day]);
/// # let _ = quotas;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quotas {
    pub(super) windows: Vec<Window>,
    /// Name and indices of the windows; the default class, named "", comes first.
    pub(super) classes: Vec<(&'static str, Vec<usize>)>,
}

impl Quotas {
    /// Returns quotas without limits. For the limits of the vendor, do not call `quotas` of the builder.
    #[must_use]
    pub fn none() -> Self {
        Self { windows: Vec::new(), classes: vec![("", Vec::new())] }
    }

    /// Creates quotas with the windows of the default class, the shortest window first: headers and refusals (429) that
    /// name no window are applied to the first one.
    #[must_use]
    pub fn new(windows: impl IntoIterator<Item = Window>) -> Self {
        Self::none().class("", windows)
    }

    /// Sets the windows of a class, for example `search` of HubSpot. List all windows in which its operations count,
    /// including those of the default class, the shortest window first: headers and refusals (429) that name no window are
    /// applied to the first one. Windows with the same name share one counter, and the first definition of a
    /// name is used. A second call with the same class replaces its list of windows.
    ///
    /// If a class that the vendor's operations use is missing, `build` of the client returns
    /// [`ErrorKind::Config`](crate::ErrorKind::Config), unless there are no limits at all.
    #[must_use]
    pub fn class(mut self, name: &'static str, windows: impl IntoIterator<Item = Window>) -> Self {
        let mut indices = Vec::new();
        for window in windows {
            let known = self.windows.iter().position(|known| known.name == window.name);
            let index = known.unwrap_or_else(|| {
                self.windows.push(window);
                self.windows.len() - 1
            });
            if !indices.contains(&index) {
                indices.push(index);
            }
        }
        match self.classes.iter_mut().find(|class| class.0 == name) {
            Some(class) => class.1 = indices,
            None => self.classes.push((name, indices)),
        }
        self
    }

    /// Returns a class of `others` that these quotas lack. Quotas without a window lack none.
    pub(crate) fn lacks(&self, others: &Self) -> Option<&'static str> {
        others.classes.iter().map(|class| class.0).find(|name| self.class_index(name).is_none())
    }

    /// Returns the index of a class; without a window, every class is the default class.
    pub(super) fn class_index(&self, name: &str) -> Option<usize> {
        // The default class is the first. Comparing two empty texts would take longer than everything else: their
        // pointers lead nowhere, which slows down glibc's `memcmp` for AVX-512.
        if name.is_empty() {
            return Some(0);
        }
        let index = self.classes.iter().position(|class| class.0 == name);
        index.or_else(|| self.windows.is_empty().then_some(0))
    }

    /// The windows of a class.
    pub(super) fn windows(&self, class: &str) -> Vec<Window> {
        self.windows_of_class(class).iter().map(|&index| self.windows[index].clone()).collect()
    }

    /// Returns an error if calls may wait, but not for the length of the shortest window of their class.
    pub(crate) fn can_be_waited_for(&self, wait: Duration) -> Result<(), Error> {
        let shortest =
            |class: &(_, Vec<usize>)| class.1.iter().map(|&index| &self.windows[index]).min_by_key(|it| it.per);
        let longer = |window: &&Window| !wait.is_zero() && wait < window.per;
        let Some(window) = self.classes.iter().filter_map(shortest).find(longer) else { return Ok(()) };
        Err(Error::config(format!(
            "queue_timeout is {} s, but a call may have to wait for the whole window \"{}\" of {} s; set at least that, or zero \
             to fail instead of waiting",
            wait.as_secs_f64(),
            window.name,
            window.per.as_secs_f64()
        )))
    }

    /// Returns the index of a permit's class.
    pub(super) fn class_of(&self, acquire: &Acquire) -> Result<usize, LimitRefusal> {
        self.class_index(acquire.class).ok_or_else(|| {
            let known: Vec<String> = self.classes.iter().map(|class| format!("\"{}\"", class.0)).collect();
            LimitRefusal::new(format!(
                "the quotas have no class \"{}\", only {}; add it with `Quotas::class`, or correct `CallOptions::limit_class`",
                acquire.class,
                known.join(", ")
            ))
        })
    }

    /// Returns the indices of the windows of a class; none if the class is not known.
    pub(super) fn windows_of_class(&self, name: &str) -> &[usize] {
        self.class_index(name).map_or(&[], |class| self.windows_of(class))
    }

    pub(super) fn windows_of(&self, class: usize) -> &[usize] {
        self.classes.get(class).map_or(&[], |class| class.1.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::task::{Context, Poll, Waker};
    use std::time::Duration;

    use super::{Quotas, Window};
    use crate::clock::ManualClock;
    use crate::limit::{Acquire, LocalLimiter, RateLimiter};

    #[test]
    fn a_class_that_the_quotas_lack_is_an_error_and_takes_nothing() {
        let second = Duration::from_secs(1);
        let quotas = Quotas::new([Window::new("burst", 1, second)]).class("search", [Window::new("search", 1, second)]);
        let clock = ManualClock::new();
        let limiter = LocalLimiter::new(quotas, Arc::new(clock.clone()));
        let ask = |limiter: &LocalLimiter, class| {
            let acquire = Acquire::new("key", class);
            let mut future = limiter.acquire(&acquire);
            match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(Ok(_)) => "given".to_owned(),
                Poll::Ready(Err(refusal)) => refusal.reason().to_owned(),
                Poll::Pending => "waits".to_owned(),
            }
        };
        let refusal = "the quotas have no class \"serach\", only \"\", \"search\"; add it with `Quotas::class`, or correct \
                       `CallOptions::limit_class`";
        assert_eq!(ask(&limiter, "serach"), refusal);
        assert_eq!((ask(&limiter, "").as_str(), ask(&limiter, "search").as_str()), ("given", "given"));
        assert_eq!(ask(&limiter, "serach"), refusal, "also while the windows are full");

        let limiter = LocalLimiter::new(Quotas::none(), Arc::new(clock.clone()));
        assert_eq!(ask(&limiter, "any"), "given");
    }
}
