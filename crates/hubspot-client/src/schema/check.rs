//! One value against its property.

use crm_core::Timestamp;

use crate::types::Property;

/// The maximum number of options that a fault lists.
const MOST_OPTIONS: usize = 12;

/// The milliseconds of a day.
const DAY: i64 = 86_400_000;

/// A number nearer to 0 is a day of a spreadsheet, until the year 2201.
const MOST_DAYS: f64 = 110_000.0;

/// The seconds since 1970 with ten digits: from 2001 on.
const SECONDS: std::ops::Range<f64> = 1e9..1e10;

impl Property {
    /// Returns true if only HubSpot writes the property.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        let fixed = self.modification_metadata.as_ref().and_then(|data| data.read_only_value) == Some(true);
        fixed || self.calculated == Some(true) || self.name.as_deref() == Some("hs_object_id")
    }

    /// Returns the reason why HubSpot would refuse a value, for example that it is not one of the options, or why it is
    /// certainly not meant: the numbers that spreadsheets write for days, times and ids. Several options of a checkbox are
    /// separated by semicolons. An empty value clears the property.
    #[must_use]
    pub fn fault(&self, value: &str) -> Option<String> {
        if value.is_empty() {
            return None;
        }
        let fault = |text: &str| Some(text.to_owned());
        match self.type_.as_deref() {
            _ if self.is_reference() && value.split(';').any(is_rewritten) => {
                fault("must be an id, which has digits only; spreadsheets may write one as 7.1E+04")
            }
            Some("number") if number(value).is_none() => fault("must be a number"),
            Some("date") => day(value).and_then(fault),
            Some("datetime") => time(value).and_then(fault),
            Some("bool") if !matches!(value, "true" | "false") => fault("must be true or false"),
            Some("enumeration") if self.external_options != Some(true) && !self.options.is_empty() => {
                self.option(value)
            }
            _ => None,
        }
    }

    /// Returns true if the values are the ids of records or users.
    fn is_reference(&self) -> bool {
        self.referenced_object_type.is_some() || self.name.as_deref() == Some("hubspot_owner_id")
    }

    /// Returns the fault of the first value that is not an option. Only a checkbox has several values.
    fn option(&self, text: &str) -> Option<String> {
        let values = || self.options.iter().filter_map(|option| option.value.as_deref());
        let is_fault = |given: &&str| !given.is_empty() && !values().any(|value| value == *given);
        let first = || text.split(';').find(is_fault);
        let given = match self.field_type.as_deref() {
            Some("checkbox") => first(),
            Some(_) => Some(text).filter(is_fault),
            None => Some(text).filter(is_fault).and_then(|_| first()),
        }?;
        let label = self.options.iter().find(|option| option.label.as_deref() == Some(given));
        let meant = label.and_then(|option| option.value.as_deref()).or_else(|| near(given, values()));
        let shown = shown(given);
        Some(match meant {
            Some(meant) => format!("has no option \"{shown}\"; did you mean \"{meant}\"?"),
            None => {
                let some: Vec<&str> = values().take(MOST_OPTIONS).collect();
                let more = values().count().saturating_sub(MOST_OPTIONS);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                format!("has no option \"{shown}\"; options are {}{more}", some.join(", "))
            }
        })
    }
}

/// Returns the fault of a value that is not a day. Milliseconds since 1970 are the midnight of a day in UTC.
fn day(value: &str) -> Option<&'static str> {
    match Timestamp::from(value).read() {
        Ok(time) if time.utc_millis() % DAY == 0 && !has_exponent(value) => None,
        _ if number(value).is_some() => {
            Some("must be a date, for example 2026-03-01; spreadsheets may write a day as a number")
        }
        _ => Some("must be a date, for example 2026-03-01"),
    }
}

/// Returns the fault of a value that is not a point in time.
fn time(value: &str) -> Option<&'static str> {
    match Timestamp::from(value).read() {
        Ok(_) if has_exponent(value) || number(value).is_some_and(is_day_or_seconds) => {
            Some("must be a time, for example 2026-03-01T12:00:00Z; spreadsheets may write a time as a number")
        }
        Ok(time) if time.unix_millis().is_none() => Some("must have a time zone; add Z or an offset such as +01:00"),
        Ok(_) => None,
        Err(_) => Some("must be a time, for example 2026-03-01 or 2026-03-01T12:00:00Z"),
    }
}

fn number(value: &str) -> Option<f64> {
    value.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

/// Returns true for a number that may be a day of a spreadsheet or seconds since 1970.
fn is_day_or_seconds(number: f64) -> bool {
    number != 0.0 && number.abs() < MOST_DAYS || SECONDS.contains(&number)
}

/// Returns true for a number such as `1.77235E+12`, which has lost digits.
fn has_exponent(value: &str) -> bool {
    number(value).is_some() && value.contains(['e', 'E'])
}

/// Returns true for an id in another form of a number, such as `71000.0`.
fn is_rewritten(id: &str) -> bool {
    number(id).is_some() && !id.trim().bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns a name or an option for a message, or `…` if it has not the form of a name: it may be personal data.
pub(super) fn shown(name: &str) -> &str {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    if name.bytes().all(plain) { name } else { "…" }
}

/// Returns the name that is most like `name`, if one is near enough to be meant.
pub(super) fn near<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    let alike = |other: &str| {
        let other = other.to_lowercase();
        strsim::jaro_winkler(&name, &other).max(strsim::normalized_damerau_levenshtein(&name, &other))
    };
    let best = known.map(|other| (alike(other), other)).max_by(|one, other| one.0.total_cmp(&other.0));
    best.filter(|(alike, _)| *alike >= 0.75).map(|(_, other)| other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_in_time_has_a_zone() {
        let fault = |kind: &str, value: &str| Property { type_: Some(kind.into()), ..Property::default() }.fault(value);
        for value in ["2026-01-31", "2026-01-31T08:00:00Z", "2026-01-31T08:00:00+01:00", "1769846400000"] {
            assert_eq!(fault("datetime", value), None, "{value}");
        }
        let local = fault("datetime", "2026-01-31T08:00:00");
        assert_eq!(local.as_deref(), Some("must have a time zone; add Z or an offset such as +01:00"));
        assert!(fault("datetime", "soon").is_some_and(|fault| fault.starts_with("must be a time")));
    }

    #[test]
    fn numbers_of_spreadsheets_are_no_days_times_or_ids() {
        let owner = Property { referenced_object_type: Some("OWNER".into()), ..Property::default() };
        let of = |kind: &str| Property { type_: Some(kind.into()), ..owner.clone() };
        let (day, time) = (
            Some("must be a date, for example 2026-03-01; spreadsheets may write a day as a number"),
            Some("must be a time, for example 2026-03-01T12:00:00Z; spreadsheets may write a time as a number"),
        );
        let id = Some("must be an id, which has digits only; spreadsheets may write one as 7.1E+04");
        for (kind, value, expected) in [
            ("date", "2026-03-01", None),
            ("date", "1772323200000", None),
            ("date", "-4860950400000", None),
            ("date", "2026-03-01 00:00:00", None),
            ("date", "2026-03-01T00:00:00.000Z", None),
            ("date", "2026-03-01T00:00:00+01:00", Some("must be a date, for example 2026-03-01")),
            ("date", "01.03.2026", Some("must be a date, for example 2026-03-01")),
            ("date", "46082", day),
            ("date", "1772323200", day),
            ("date", "1772323200001", day),
            ("date", "1.7723232E+12", day),
            ("datetime", "1772323200001.0", None),
            ("datetime", "1", time),
            ("datetime", "-0.5", time),
            ("datetime", "46082.3333", time),
            ("datetime", "109999", time),
            ("datetime", "9999999999", time),
            // Milliseconds of 1966 to 1973.
            ("datetime", "0", None),
            ("datetime", "-100000000000", None),
            ("datetime", "-1000000000", None),
            ("datetime", "86400000", None),
            ("datetime", "10000000000", None),
            ("datetime", "99999999999", None),
            ("datetime", "1772323200", time),
            ("datetime", "1.77235E+12", time),
            ("number", "1.77235E+12", None),
            ("enumeration", "71000;72000", None),
            ("enumeration", "71000.0", id),
            ("enumeration", "71000;7.1E+04", id),
        ] {
            let property =
                if kind == "enumeration" { of(kind) } else { Property { referenced_object_type: None, ..of(kind) } };
            assert_eq!(property.fault(value).as_deref(), expected, "{kind} {value}");
        }
        let owner = Property { name: Some("hubspot_owner_id".into()), ..Property::default() };
        assert_eq!((owner.fault("71000.0").as_deref(), owner.fault("71000")), (id, None));
    }
}
