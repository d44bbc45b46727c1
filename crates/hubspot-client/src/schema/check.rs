//! One value against its property.

use crm_core::Timestamp;

use crate::types::Property;

/// The maximum number of options that a fault lists.
const MOST_OPTIONS: usize = 12;

impl Property {
    /// Returns true if only HubSpot writes the property.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        let fixed = self.modification_metadata.as_ref().and_then(|data| data.read_only_value) == Some(true);
        fixed || self.calculated == Some(true) || self.name.as_deref() == Some("hs_object_id")
    }

    /// Returns the reason why HubSpot would refuse a value, for example that it is not one of the options. Several options
    /// of a checkbox are separated by semicolons. An empty value clears the property.
    #[must_use]
    pub fn fault(&self, value: &str) -> Option<String> {
        if value.is_empty() {
            return None;
        }
        let fault = |text: &str| Some(text.to_owned());
        match self.type_.as_deref() {
            Some("number") if !value.trim().parse().is_ok_and(f64::is_finite) => fault("must be a number"),
            Some("date" | "datetime") if Timestamp::from(value).read().is_err() => {
                fault("must be a time, for example 2026-03-01 or 2026-03-01T12:00:00Z")
            }
            Some("datetime") if Timestamp::from(value).unix_millis().is_none() => {
                fault("must have a time zone; add Z or an offset such as +01:00")
            }
            Some("bool") if !matches!(value, "true" | "false") => fault("must be true or false"),
            Some("enumeration") if self.external_options != Some(true) && !self.options.is_empty() => {
                self.option(value)
            }
            _ => None,
        }
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
}
