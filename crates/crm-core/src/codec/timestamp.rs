//! Points in time, as the vendors write them.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, NaiveDate, SecondsFormat};
use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use super::{AsText, Wire};

/// A point in time that keeps the text it was sent as.
///
/// Vendors write times as RFC 3339 with or without milliseconds, with a space in place of the
/// `T`, as a bare date, and as epoch seconds or milliseconds, sometimes in one reply. Reading
/// one never fails; [`unix_millis`](Self::unix_millis) understands all of these forms.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Timestamp(Box<str>);

impl Timestamp {
    /// A time from milliseconds since 1970, written as RFC 3339 in UTC.
    /// Beyond the years that RFC 3339 can write, the number itself is kept.
    #[must_use]
    pub fn from_unix_millis(millis: i64) -> Self {
        let text = match DateTime::from_timestamp_millis(millis) {
            Some(time) => time.to_rfc3339_opts(SecondsFormat::Millis, true),
            None => millis.to_string(),
        };
        Self(text.into())
    }

    /// The text as it was sent or given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Milliseconds since 1970, or `None` where the text is not a time.
    /// A bare date is its midnight in UTC; a number below 100,000,000,000 is taken as seconds.
    #[must_use]
    pub fn unix_millis(&self) -> Option<i64> {
        const SECONDS_BELOW: i64 = 100_000_000_000;
        let text = self.0.trim();
        if let Ok(number) = text.parse::<i64>() {
            return if number.abs() < SECONDS_BELOW { number.checked_mul(1000) } else { Some(number) };
        }
        if let Ok(time) = DateTime::parse_from_rfc3339(text) {
            return Some(time.timestamp_millis());
        }
        let date: NaiveDate = text.parse().ok()?;
        Some(date.and_hms_opt(0, 0, 0)?.and_utc().timestamp_millis())
    }

    /// The same as the standard library's type.
    #[must_use]
    pub fn system_time(&self) -> Option<SystemTime> {
        let millis = self.unix_millis()?;
        let distance = Duration::from_millis(millis.unsigned_abs());
        if millis < 0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) }
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

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Timestamp(…)")
    }
}

impl crate::Param for Timestamp {
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
