//! The limits a vendor publishes.

use std::time::Duration;

/// "So many in any stretch of so long."
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    name: &'static str,
    limit: u64,
    per: Duration,
    guard: Duration,
}

impl Window {
    /// At most `limit` in any window of length `per`. The name tells windows apart: windows of
    /// one name in several classes are one counter.
    #[must_use]
    pub fn new(name: &'static str, limit: u64, per: Duration) -> Self {
        Self { name, limit, per, guard: per / 200 }
    }

    /// Sets the safety margin that is added to the length, because the time a request takes to
    /// arrive varies. Half a percent of the length if not set.
    #[must_use]
    pub fn guard(mut self, guard: Duration) -> Self {
        self.guard = guard;
        self
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The most that is let through in one window.
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
}

/// The windows of an account, by class of operation.
///
/// ```
/// use std::time::Duration;
/// use crm_core::{Quotas, Window};
///
/// let day = Window::new("day", 250_000, Duration::from_secs(86_400));
/// let quotas = Quotas::new([Window::new("burst", 190, Duration::from_secs(10)), day.clone()])
///     .class("search", [Window::new("search", 5, Duration::from_secs(1)), day]);
/// # let _ = quotas;
/// ```
#[derive(Debug, Clone, Default)]
pub struct Quotas {
    pub(super) windows: Vec<Window>,
    /// Name and indices of the windows; the default class, named "", comes first.
    pub(super) classes: Vec<(&'static str, Vec<usize>)>,
}

impl Quotas {
    /// No limits.
    #[must_use]
    pub fn none() -> Self {
        Self { windows: Vec::new(), classes: vec![("", Vec::new())] }
    }

    /// The windows of the default class. The first is the one that plain limit headers speak of.
    #[must_use]
    pub fn new(windows: impl IntoIterator<Item = Window>) -> Self {
        Self::none().class("", windows)
    }

    /// The windows of another class, all of them: a window of the default class that also counts
    /// these operations is given again. Where a window of that name exists, the first one given
    /// stands. Operations of a class without windows of its own fall under the default class.
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

    /// The index of a class, or of the default class.
    pub(super) fn class_index(&self, name: &str) -> usize {
        self.classes.iter().position(|class| class.0 == name).unwrap_or(0)
    }

    pub(super) fn windows_of(&self, class: usize) -> &[usize] {
        self.classes.get(class).map_or(&[], |class| class.1.as_slice())
    }
}
