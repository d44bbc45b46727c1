//! HubSpot's published limits.

use std::time::Duration;

use crm_core::{Quotas, Window};

const TEN_SECONDS: Duration = Duration::from_secs(10);
const DAY: Duration = Duration::from_secs(86_400);

/// What limits an account has, by plan and kind of app.
///
/// The burst window is an app's own. The day's calls are shared by all apps of the account; what
/// others use is learnt from the headers of replies. CRM search has a window of its own, five a
/// second for each account, and counts for the day but not for the burst.
///
/// | tier | in 10 seconds | a day |
/// |---|---|---|
/// | [`Free`](Self::Free), [`Starter`](Self::Starter) | 100 | 250,000 |
/// | [`Professional`](Self::Professional) | 190 | 625,000 |
/// | [`Enterprise`](Self::Enterprise) | 190 | 1,000,000 |
/// | [`ApiIncrease`](Self::ApiIncrease) | 250 | 1,625,000 |
/// | [`OauthApp`](Self::OauthApp) | 110 for each account | no limit |
///
/// For other numbers build [`Quotas`] with the same names: `burst`, `search` and `day`, and the
/// class `search`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Tier {
    /// A private app or service key of a free account. The default, because it suits everyone.
    #[default]
    Free,
    /// A private app or service key of a Starter account.
    Starter,
    /// A private app or service key of a Professional account.
    Professional,
    /// A private app or service key of an Enterprise account.
    Enterprise,
    /// A private app or service key with one API limit increase. The day's calls are those of
    /// Professional and a million more; Enterprise, or a second increase, has more than that.
    ApiIncrease,
    /// A public app, for each account that installed it.
    OauthApp,
}

impl Tier {
    /// The limits, for [`ClientBuilder::quotas`](crate::ClientBuilder::quotas).
    #[must_use]
    pub fn quotas(self) -> Quotas {
        let (burst, day) = match self {
            Self::Free | Self::Starter => (100, Some(250_000)),
            Self::Professional => (190, Some(625_000)),
            Self::Enterprise => (190, Some(1_000_000)),
            Self::ApiIncrease => (250, Some(1_625_000)),
            Self::OauthApp => (110, None),
        };
        let day = day.map(|limit| Window::new("day", limit, DAY));
        let burst = Window::new("burst", burst, TEN_SECONDS);
        let search = Window::new("search", 5, Duration::from_secs(1));
        Quotas::new(std::iter::once(burst).chain(day.clone())).class("search", std::iter::once(search).chain(day))
    }
}
