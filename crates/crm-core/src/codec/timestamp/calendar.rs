//! The calendar of RFC 3339, which has Gregorian years at all times.

/// The days from the first of March of the year 0 to the first of January 1970.
const TO_1970: i64 = 719_468;
/// The days of 400 years. Leap years repeat after them.
const CYCLE: i64 = 146_097;

/// Returns the number of days of a month.
pub(super) fn days_in(year: u16, month: u8) -> u8 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 31,
    }
}

/// Returns the days since 1970. Years begin in March here, so that the leap day is the last of one.
pub(super) fn days(year: u16, month: u8, day: u8) -> i64 {
    let year = i64::from(year) - i64::from(month <= 2);
    let month = (i64::from(month) + 9) % 12;
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + (153 * month + 2) / 5 + i64::from(day) - 1 - TO_1970
}

/// Returns year, month and day of a number of days since 1970: the inverse of [`days`].
pub(super) fn date(days: i64) -> (i64, i64, i64) {
    let days = days + TO_1970;
    let (cycle, day) = (days.div_euclid(CYCLE), days.rem_euclid(CYCLE));
    // Takes the leap days out: one in 4 years, none in 100, one in 400.
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (year * 365 + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let year = cycle * 400 + year + i64::from(month >= 10);
    (year, (month + 2) % 12 + 1, day)
}
