//! Dates as text, and the logical clock that stamps records.

/// Gives every record its own second, so that replies do not depend on the wall clock.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    millis: i64,
}

/// 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600_000;

impl Clock {
    pub(crate) fn new() -> Self {
        Self { millis: START }
    }

    /// Advances by one second and returns milliseconds since 1970.
    pub(crate) fn tick(&mut self) -> i64 {
        self.millis += 1000;
        self.millis
    }

    /// Returns the time this number of ticks ago.
    pub(crate) fn before(&self, ticks: u32) -> i64 {
        self.millis - 1000 * i64::from(ticks)
    }
}

/// Year, month, day of a number of days since 1970-01-01.
pub(crate) fn civil(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i64::from(month <= 2);
    (year, month, doy - (153 * mp + 2) / 5 + 1)
}

fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let mp = (month + 9) % 12;
    let doy = (153 * mp + 2) / 5 + day - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
}

/// `2026-01-01T00:00:00.000Z`.
pub(crate) fn iso(millis: i64) -> String {
    let days = millis.div_euclid(86_400_000);
    let rest = millis.rem_euclid(86_400_000);
    let (year, month, day) = civil(days);
    let (hour, minute) = (rest / 3_600_000, rest / 60_000 % 60);
    let (second, milli) = (rest / 1000 % 60, rest % 1000);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
}

/// `2026-01-01` of a number of days since 1970.
pub(crate) fn iso_date(days: i64) -> String {
    let (year, month, day) = civil(days);
    format!("{year:04}-{month:02}-{day:02}")
}

fn number(text: &str) -> Option<i64> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// Days since 1970 of `YYYY-MM-DD` or `YYYYMMDD`; `None` for a day that does not exist.
pub(crate) fn parse_date(text: &str) -> Option<i64> {
    let (y, m, d) = match text.len() {
        8 => (text.get(..4)?, text.get(4..6)?, text.get(6..)?),
        10 if text.get(4..5)? == "-" && text.get(7..8)? == "-" => (text.get(..4)?, text.get(5..7)?, text.get(8..)?),
        _ => return None,
    };
    let (year, month, day) = (number(y)?, number(m)?, number(d)?);
    let days = days_of(year, month, day);
    (civil(days) == (year, month, day)).then_some(days)
}

/// Milliseconds since 1970 of a timestamp: `T` or a space, with or without a fraction and a zone.
pub(crate) fn parse_instant(text: &str) -> Option<i64> {
    let days = parse_date(text.get(..10)?)?;
    let rest = &text[10..];
    if rest.is_empty() {
        return Some(days * 86_400_000);
    }
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let at = rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len());
    let (clock, zone) = rest.split_at(at);
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let mut parts = clock.split(':');
    let hour = number(parts.next()?)?;
    let minute = number(parts.next()?)?;
    let second = parts.next().map_or(Some(0), number)?;
    if hour > 23 || minute > 59 || second > 60 || parts.next().is_some() {
        return None;
    }
    let milli = match fraction.get(..fraction.len().min(3)) {
        Some("") | None => 0,
        Some(digits) => number(digits)? * 10_i64.pow(3 - digits.len() as u32),
    };
    let offset = match zone.get(..1) {
        Some("+") => zone_minutes(&zone[1..])?,
        Some("-") => -zone_minutes(&zone[1..])?,
        _ => 0,
    };
    Some(((days * 24 + hour) * 60 + minute - offset) * 60_000 + second * 1000 + milli)
}

fn zone_minutes(zone: &str) -> Option<i64> {
    let zone = zone.replace(':', "");
    Some(number(zone.get(..2)?)? * 60 + number(zone.get(2..).filter(|m| !m.is_empty()).unwrap_or("0"))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips() {
        assert_eq!(iso(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(iso(START), "2026-01-01T00:00:00.000Z");
        assert_eq!(parse_instant("2026-01-01T00:00:00Z"), Some(START));
        assert_eq!(parse_instant("2026-01-01T01:00:00.5+01:00"), Some(START + 500));
        assert_eq!(parse_instant("2023-02-06 17:46:25Z"), Some(1_675_705_585_000));
        assert_eq!(parse_date("20260229"), None);
        assert_eq!(iso_date(parse_date("2024-02-29").unwrap()), "2024-02-29");
        for text in ["", "x", "2026", "2026-01-01Tx", "２０２６-01-01", "2026-01-01T10:00:00+é"] {
            assert_eq!(parse_instant(text), None, "{text}");
        }
    }
}
