//! Points in time, in the forms that vendors send.

use std::cmp::Ordering;
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use super::{AsText, Param, Wire};

mod calendar;
mod read;

pub use read::{NotATime, Time};

/// A time that keeps its original text.
///
/// Vendors write times as RFC 3339, with or without seconds, a fraction or a colon in the offset,
/// with a space instead of the `T`, without a zone, as a date, and as a number, sometimes in one
/// reply. Any text can be read: [`read`](Self::read) returns its meaning, or [`NotATime`] with the
/// text.
///
/// A number is in milliseconds since 1970, whatever its size.
///
/// Times are ordered by their point in time, to the millisecond, and then by their text, because only equal texts are
/// equal. Texts that are not a [point in time](Self::unix_millis) come before all others.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Timestamp(Box<str>);

impl Timestamp {
    /// Creates a time from milliseconds since 1970, written as RFC 3339 in UTC. Outside the years
    /// 0 to 9999, which RFC 3339 cannot express, the number itself is kept.
    #[must_use]
    pub fn from_unix_millis(millis: i64) -> Self {
        const YEARS_0_TO_9999: std::ops::RangeInclusive<i64> = -62_167_219_200_000..=253_402_300_799_999;
        const DAY: i64 = 86_400_000;
        if !YEARS_0_TO_9999.contains(&millis) {
            return Self(millis.to_string().into());
        }
        let (year, month, day) = calendar::date(millis.div_euclid(DAY));
        let millis = millis.rem_euclid(DAY);
        let (seconds, millis) = (millis / 1_000, millis % 1_000);
        let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        Self(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z").into())
    }

    /// Returns the text as it was sent or given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the meaning of the text; a number is in milliseconds since 1970.
    ///
    /// ```
    /// # use crm_core as hubspot_client;
    /// use hubspot_client::{Time, Timestamp};
    ///
    /// let read = |text: &str| Timestamp::from(text).read();
    /// assert_eq!(read("1747958400000.0"), Ok(Time::Instant(1_747_958_400_000)));
    /// assert_eq!(read("2025-05-23T02:00+0200"), Ok(Time::Instant(1_747_958_400_000)));
    /// assert!(matches!(read("2025-05-23"), Ok(Time::Date { year: 2025, month: 5, day: 23, .. })));
    /// // There is no time zone, so this is not a point in time.
    /// assert!(matches!(read("2025-05-23 10:00:00"), Ok(Time::Local { hour: 10, minute: 0, .. })));
    /// assert_eq!(read("next week").unwrap_err().text(), "next week");
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotATime`] if the text is in none of these forms. An empty text is not a time either.
    pub fn read(&self) -> Result<Time, NotATime> {
        read::read(&self.0, 1).ok_or_else(|| NotATime(self.0.clone()))
    }

    /// Returns the meaning of the text if the vendor documents numbers in seconds since 1970 for this
    /// field. Everything else is read as by [`read`](Self::read).
    ///
    /// # Errors
    ///
    /// The same as for [`read`](Self::read).
    pub fn read_seconds(&self) -> Result<Time, NotATime> {
        read::read(&self.0, 1000).ok_or_else(|| NotATime(self.0.clone()))
    }

    /// Returns the milliseconds since 1970, or `None` if the text is not a point in time. A date
    /// without a clock time is its midnight in UTC; a clock time without a zone is not a point in
    /// time. [`read`](Self::read) returns the reason.
    #[must_use]
    pub fn unix_millis(&self) -> Option<i64> {
        self.read().ok()?.unix_millis()
    }

    /// Returns the point in time as the standard library's type, or `None` like
    /// [`unix_millis`](Self::unix_millis).
    #[must_use]
    pub fn system_time(&self) -> Option<SystemTime> {
        let millis = self.unix_millis()?;
        let distance = Duration::from_millis(millis.unsigned_abs());
        if millis < 0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) }
    }
}

impl Ord for Timestamp {
    fn cmp(&self, other: &Self) -> Ordering {
        let point = self.unix_millis().cmp(&other.unix_millis());
        point.then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for Timestamp {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl From<&str> for Timestamp {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Timestamp {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        let millis = match time.duration_since(UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_millis()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |millis| -millis),
        };
        Self::from_unix_millis(millis)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Shows a time of day with its date. A date alone is only shown as a member of a record, because it may be somebody's
/// birthday, which only the name of the member shows.
impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.read() {
            Ok(Time::Instant(_) | Time::Local { .. }) => &self.0,
            Ok(Time::Date { .. }) | Err(_) => "Timestamp(…)",
        })
    }
}

impl Param for Timestamp {
    fn each(&self, f: &mut dyn FnMut(&str)) {
        f(&self.0);
    }
}

impl Wire for Timestamp {
    type Form = AsText;
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        super::read(deserializer)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}
