//! Every form in which vendors send a time, and every text that is not one.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, FixedOffset, SecondsFormat};
use crm_core::{NotATime, Time, Timestamp, codec};
use proptest::prelude::*;

fn read(text: &str) -> Result<Time, NotATime> {
    Timestamp::from(text).read()
}

#[test]
fn points_in_time_are_read_in_every_form() {
    for (form, text, millis) in [
        ("milliseconds of today", "1747958400000", 1_747_958_400_000),
        ("milliseconds of 1971, which look like seconds of 3382", "44582400000", 44_582_400_000),
        ("milliseconds of the first second", "999", 999),
        ("milliseconds before 1970", "-86400000", -86_400_000),
        ("milliseconds with a fraction of zero", "1747958400000.0", 1_747_958_400_000),
        ("milliseconds with an exponent", "1.7479584E12", 1_747_958_400_000),
        ("the last millisecond of an integer", "9223372036854775807", i64::MAX),
        ("RFC 3339", "2019-10-30T03:30:17Z", 1_572_406_217_000),
        ("RFC 3339 with milliseconds", "2019-10-30T03:30:17.883Z", 1_572_406_217_883),
        ("RFC 3339 with nanoseconds", "2019-10-30T03:30:17.883999999Z", 1_572_406_217_883),
        ("RFC 3339 with one digit of a fraction", "2019-10-30T03:30:17.8Z", 1_572_406_217_800),
        ("a comma before the fraction", "2019-10-30T03:30:17,883Z", 1_572_406_217_883),
        ("an offset with a colon", "2019-10-30T05:30:17.883+02:00", 1_572_406_217_883),
        ("an offset without a colon", "2019-10-30T03:30:17.883+0000", 1_572_406_217_883),
        ("an offset of hours", "2019-10-29T22:30:17.883-05", 1_572_406_217_883),
        ("an offset of half an hour", "2019-10-30T09:00:17.883+0530", 1_572_406_217_883),
        ("no seconds", "2024-05-12T10:00Z", 1_715_508_000_000),
        ("no seconds, and an offset", "2024-05-12T10:00+00:00", 1_715_508_000_000),
        ("a space in place of the T", "2024-05-12 10:00:00Z", 1_715_508_000_000),
        ("a space before the zone", "2024-05-12 10:00:00 +0000", 1_715_508_000_000),
        ("UTC by name", "2024-05-12 10:00:00 UTC", 1_715_508_000_000),
        ("small letters", "2024-05-12t10:00:00z", 1_715_508_000_000),
        ("blanks around it", " 2024-05-12T10:00:00Z\n", 1_715_508_000_000),
        ("a leap second", "2016-12-31T23:59:60Z", 1_483_228_800_000),
        ("a leap day", "2000-02-29T00:00:00Z", 951_782_400_000),
    ] {
        let time = Timestamp::from(text);
        assert!(time.read() == Ok(Time::Instant(millis)), "{form}: {text}");
        assert_eq!((time.unix_millis(), time.as_str()), (Some(millis), text), "{form}");
    }
}

#[test]
fn a_date_is_told_apart_and_is_its_midnight_in_utc() {
    let time = Timestamp::from("2025-09-10");
    assert!(matches!(time.read(), Ok(Time::Date { year: 2025, month: 9, day: 10, .. })));
    assert_eq!(time.unix_millis(), Some(1_757_462_400_000));
    assert_eq!(time.system_time(), Some(UNIX_EPOCH + Duration::from_millis(1_757_462_400_000)));
}

#[test]
fn a_clock_time_without_a_zone_is_read_and_is_not_a_point_in_time() {
    for (form, text) in [
        ("with a T", "2025-09-10T10:00:00"),
        ("with a space", "2025-09-10 10:00:00"),
        ("without seconds", "2025-09-10T10:00"),
        ("with a fraction", "2025-09-10T10:00:00.000000"),
    ] {
        let time = Timestamp::from(text);
        let local = time.read().unwrap();
        let Time::Local { year, month, day, hour, minute, second, millisecond, .. } = local else {
            panic!("{form}: {local:?}")
        };
        assert_eq!((year, month, day, hour, minute, second, millisecond), (2025, 9, 10, 10, 0, 0, 0), "{form}");
        assert_eq!((time.unix_millis(), time.system_time(), local.unix_millis()), (None, None, None), "{form}");
        assert_eq!(local.utc_millis(), 1_757_498_400_000, "{form}: where the vendor names UTC");
    }
}

#[test]
fn what_is_not_a_time_is_told_apart_from_no_value_and_keeps_its_text() {
    for text in [
        "",
        "soon",
        "NaN",
        "inf",
        "1e400",
        "1,747,958,400,000",
        "99999999999999999999",
        "10/28/2022, 6:24:54 PM",
        "2025-9-1",
        "2025-02-29",
        "1900-02-29",
        "2025-13-01",
        "2025-00-10",
        "2025-04-31",
        "12025-01-01",
        "2025-09",
        "2025-09-10T",
        "2025-09-10T24:00:00Z",
        "2025-09-10T10",
        "2025-09-10T10:60Z",
        "2025-09-10T10:00:61Z",
        "2025-09-10T10:00:00.Z",
        "2025-09-10T10:00:00+2",
        "2025-09-10T10:00:00+02:",
        "2025-09-10T10:00:00+24:00",
        "2025-09-10T10:00:00Zulu",
        "2025-09-10T10:00:00[Europe/Berlin]",
        "２０２５-09-10",
    ] {
        let time = Timestamp::from(text);
        let error = time.read().unwrap_err();
        assert_eq!((error.text(), time.as_str(), time.unix_millis()), (text, text, None));
        assert!(text.is_empty() || !format!("{error} {error:?} {time:?}").contains(text), "{error}");
    }
    crm_core::record! {
        /// A record with a time.
        pub struct Deal {
            /// Its time.
            at: Option<Timestamp> = "at",
        }
        with default
    }
    let at =
        |body: &str| codec::decode::<Deal>(body.as_bytes()).unwrap().at.map(|at| at.read().map_err(|e| e.text().len()));
    assert!(at(r#"{"at": null}"#).is_none() && at("{}").is_none());
    assert!(at(r#"{"at": ""}"#) == Some(Err(0)));
    assert!(at(r#"{"at": "soon"}"#) == Some(Err(4)));
    assert!(at(r#"{"at": 44582400000}"#) == Some(Ok(Time::Instant(44_582_400_000))));
    assert!(at(r#"{"at": 1747958400000.0}"#) == Some(Ok(Time::Instant(1_747_958_400_000))));
}

#[test]
fn seconds_are_read_where_the_caller_says_so() {
    for (text, millis) in [
        ("1747958400", Some(1_747_958_400_000)),
        ("1747958400.25", Some(1_747_958_400_250)),
        ("0", Some(0)),
        ("44582400000", Some(44_582_400_000_000)),
        ("9223372036854775807", None),
        ("2025-05-23T00:00:00Z", Some(1_747_958_400_000)),
        ("soon", None),
    ] {
        assert!(Timestamp::from(text).read_seconds().ok() == millis.map(Time::Instant), "{text}");
    }
}

#[test]
fn a_time_of_ours_is_written_as_rfc_3339_within_its_years() {
    for (millis, text) in [
        (1_684_146_600_250, "2023-05-15T10:30:00.250Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        (253_402_300_800_000, "253402300800000"),
        (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
        (-62_167_219_200_001, "-62167219200001"),
        (i64::MAX, "9223372036854775807"),
    ] {
        assert_eq!(Timestamp::from_unix_millis(millis).as_str(), text);
    }
}

proptest! {
    #[test]
    fn a_point_in_time_is_read_as_it_was_written(millis in any::<i64>(), near in -99_999_999_999_999..=300_000_000_000_000_i64) {
        for millis in [millis, near] {
            let time = Timestamp::from_unix_millis(millis);
            prop_assert!(time.read() == Ok(Time::Instant(millis)), "{}", time.as_str());
            let stored: Timestamp = serde_json::from_str(&serde_json::to_string(&time).unwrap()).unwrap();
            prop_assert_eq!(stored.unix_millis(), Some(millis));
        }
        let theirs = DateTime::from_timestamp_millis(near).unwrap().to_rfc3339_opts(SecondsFormat::Millis, true);
        let ours = Timestamp::from_unix_millis(near);
        // Beyond the years of RFC 3339 chrono writes a sign, and we a number.
        prop_assert!(ours.as_str() == theirs || theirs.starts_with(['+', '-']), "{}", ours.as_str());
        let time = UNIX_EPOCH + Duration::from_millis(near.unsigned_abs());
        prop_assert_eq!(Timestamp::from(time).system_time(), Some(time));
    }

    #[test]
    fn a_point_in_time_is_read_in_every_zone(seconds in -62_135_596_800..=253_402_214_400_i64, nanos in 0..1_000_000_000_u32, minutes in -1439..=1439_i32) {
        let zone = FixedOffset::east_opt(minutes * 60).unwrap();
        let time = DateTime::from_timestamp(seconds, nanos).unwrap().with_timezone(&zone);
        for format in [SecondsFormat::Millis, SecondsFormat::Micros, SecondsFormat::Nanos] {
            let text = time.to_rfc3339_opts(format, true);
            if text.as_bytes()[0].is_ascii_digit() {
                prop_assert_eq!(Timestamp::from(text.as_str()).unix_millis(), Some(time.timestamp_millis()), "{}", text);
            }
        }
    }

    #[test]
    fn any_text_is_kept_and_read_without_a_panic(text in prop_oneof![".*", "[-+0-9TtZz:., ]{0,32}", "[0-9]{4}-[01][0-9]-[0-3][0-9]([T ][0-2][0-9]:[0-6][0-9].{0,12})?"]) {
        let time = Timestamp::from(text.as_str());
        prop_assert_eq!(time.as_str(), &text);
        for read in [time.read(), time.read_seconds()] {
            match read {
                Ok(time) => prop_assert!(time.unix_millis().is_none_or(|millis| millis == time.utc_millis())),
                Err(error) => prop_assert_eq!(error.text(), &text),
            }
        }
        let _: Option<SystemTime> = time.system_time();
        prop_assert_eq!(serde_json::to_value(&time).unwrap(), text);
    }
}

#[test]
fn times_are_ordered_by_their_point_in_time_and_only_equal_texts_are_equal() {
    let ascending = [
        // Neither is a point in time: the first has no zone, the second cannot be read.
        "2026-01-01T09:00:00",
        "next week",
        "2026-01-01T00:00:00+02:00",
        "2026-01-01",
        "2026-01-01T00:00:00.000Z",
        "1767225600001",
        "2026-01-01T00:00:01Z",
    ];
    let mut times: Vec<Timestamp> = ascending.into_iter().rev().map(Timestamp::from).collect();
    times.sort();
    assert_eq!(times.iter().map(Timestamp::as_str).collect::<Vec<_>>(), ascending);
    assert!(times[2] < times[3] && times[3] < times[4] && times[3] != times[4]);
}

#[test]
fn a_date_is_hidden_and_a_time_of_day_is_shown() {
    for text in ["1990-01-02", "born in 1990"] {
        assert!(!format!("{:?} {:?}", Timestamp::from(text), read(text)).contains("1990"), "{text}");
    }
    for text in ["1990-01-02T10:00:00", "1990-01-02T10:00:00Z"] {
        assert_eq!(format!("{:?}", Timestamp::from(text)), text);
    }
}
