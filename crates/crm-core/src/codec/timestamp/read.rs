//! Reads a time from its text.

use std::fmt;

use super::calendar::{days, days_in};

/// A time as it was written: a point in time, a date, or a date and a clock time without a zone.
/// [`Timestamp::read`](super::Timestamp::read) returns it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Time {
    /// A point in time, in milliseconds since 1970 in UTC.
    Instant(i64),
    /// A date without a clock time.
    #[non_exhaustive]
    Date {
        /// The year, from 0 to 9999.
        year: u16,
        /// The month, from 1 to 12.
        month: u8,
        /// The day of the month, from 1 to 31.
        day: u8,
    },
    /// A date and a clock time without a zone. It is a point in time only together with the zone
    /// that the vendor's document names for the field.
    #[non_exhaustive]
    Local {
        /// The year, from 0 to 9999.
        year: u16,
        /// The month, from 1 to 12.
        month: u8,
        /// The day of the month, from 1 to 31.
        day: u8,
        /// The hour, from 0 to 23.
        hour: u8,
        /// The minute, from 0 to 59.
        minute: u8,
        /// The second, from 0 to 60; 60 is a leap second.
        second: u8,
        /// The millisecond, from 0 to 999.
        millisecond: u16,
    },
}

impl Time {
    /// Returns the milliseconds since 1970, or `None` if there is a clock time without a zone. A
    /// date without a clock time is its midnight in UTC.
    #[must_use]
    pub fn unix_millis(&self) -> Option<i64> {
        match self {
            Self::Local { .. } => None,
            Self::Instant(_) | Self::Date { .. } => Some(self.utc_millis()),
        }
    }

    /// Returns the milliseconds since 1970 and takes a clock time without a zone to be in UTC. Use
    /// it only if the vendor's document declares the field to be in UTC.
    #[must_use]
    pub fn utc_millis(&self) -> i64 {
        match *self {
            Self::Instant(millis) => millis,
            Self::Date { year, month, day } => days(year, month, day) * 86_400_000,
            Self::Local { year, month, day, hour, minute, second, millisecond } => {
                let minutes = (days(year, month, day) * 24 + i64::from(hour)) * 60 + i64::from(minute);
                (minutes * 60 + i64::from(second)) * 1000 + i64::from(millisecond)
            }
        }
    }
}

/// Does not show a date alone, which may be somebody's birthday.
impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Instant(millis) => f.debug_tuple("Instant").field(millis).finish(),
            Self::Date { .. } => f.write_str("Date(…)"),
            Self::Local { year, month, day, hour, minute, second, millisecond } => {
                write!(f, "Local({year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millisecond:03})")
            }
        }
    }
}

/// A text that is not a time in a supported form.
#[derive(Clone, PartialEq, Eq)]
pub struct NotATime(pub(super) Box<str>);

impl NotATime {
    /// Returns the text as it was sent; it is empty if the vendor sent an empty text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }
}

/// Does not show the text, which may be personal.
impl fmt::Display for NotATime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "the text is not a time: expected a date, a date and a clock time, or a number since 1970 \
             (`NotATime::text` returns the text)",
        )
    }
}

impl fmt::Debug for NotATime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NotATime(…)")
    }
}

impl std::error::Error for NotATime {}

/// Reads a time; a number is in units of `millis_per_unit` milliseconds.
pub(super) fn read(text: &str, millis_per_unit: i64) -> Option<Time> {
    let text = text.trim();
    match text.parse::<f64>() {
        Ok(number) => instant(text, number, millis_per_unit),
        Err(_) => calendar(text.as_bytes()),
    }
}

/// A number since 1970.
fn instant(text: &str, number: f64, millis_per_unit: i64) -> Option<Time> {
    /// Beyond it a float cannot represent every millisecond.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let millis = match text.parse::<i64>() {
        Ok(number) => number.checked_mul(millis_per_unit)?,
        Err(_) => {
            let millis = (number * millis_per_unit as f64).round();
            (millis.abs() <= EXACT).then_some(millis as i64)?
        }
    };
    Some(Time::Instant(millis))
}

/// A date, optionally with a clock time and a zone.
fn calendar(text: &[u8]) -> Option<Time> {
    let mut rest = Rest(text);
    let year = rest.digits(4)?;
    rest.take(b"-")?;
    let month = rest.number(2, 1..=12)?;
    rest.take(b"-")?;
    let day = rest.number(2, 1..=days_in(year, month))?;
    if rest.0.is_empty() {
        return Some(Time::Date { year, month, day });
    }
    rest.take(b"Tt ")?;
    let hour = rest.number(2, 0..=23)?;
    rest.take(b":")?;
    let minute = rest.number(2, 0..=59)?;
    let second = if rest.take(b":").is_some() { rest.number(2, 0..=60)? } else { 0 };
    let millisecond = if rest.take(b".,").is_some() { rest.fraction()? } else { 0 };
    let local = Time::Local { year, month, day, hour, minute, second, millisecond };
    if rest.0.is_empty() {
        return Some(local);
    }
    let offset = rest.offset()?;
    rest.0.is_empty().then(|| Time::Instant(local.utc_millis() - offset * 60_000))
}

/// The part of a text that is not read yet.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    /// Takes one of these characters.
    fn take(&mut self, of: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        of.contains(first).then(|| {
            self.0 = rest;
            *first
        })
    }

    /// Takes a number of `count` digits.
    fn digits(&mut self, count: usize) -> Option<u16> {
        (0..count).try_fold(0, |number: u16, _| Some(number * 10 + u16::from(self.take(b"0123456789")? - b'0')))
    }

    fn number(&mut self, count: usize, within: std::ops::RangeInclusive<u8>) -> Option<u8> {
        let number = u8::try_from(self.digits(count)?).ok()?;
        within.contains(&number).then_some(number)
    }

    /// Takes the digits of a fraction of a second, and returns its milliseconds.
    fn fraction(&mut self) -> Option<u16> {
        let mut millis = self.digits(1)? * 100;
        for weight in [10, 1] {
            millis += self.digits(1).unwrap_or_default() * weight;
        }
        while self.digits(1).is_some() {}
        Some(millis)
    }

    /// Takes a zone, and returns its offset from UTC in minutes.
    fn offset(&mut self) -> Option<i64> {
        let _ = self.take(b" ");
        if self.0.eq_ignore_ascii_case(b"Z") || self.0.eq_ignore_ascii_case(b"UTC") {
            self.0 = b"";
            return Some(0);
        }
        let sign = if self.take(b"+-")? == b'-' { -1 } else { 1 };
        let hours = self.number(2, 0..=23)?;
        let colon = self.take(b":").is_some();
        let minutes = if colon || !self.0.is_empty() { self.number(2, 0..=59)? } else { 0 };
        Some(sign * (i64::from(hours) * 60 + i64::from(minutes)))
    }
}
