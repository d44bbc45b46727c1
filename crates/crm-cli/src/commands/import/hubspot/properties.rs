//! Values checked against the properties of a type of object.

use crm_core::{Time, Timestamp};
use hubspot_client::properties::Properties as Access;
use hubspot_client::types::Property;
use serde_json::Value;

use super::value::{is_empty, text};
use crate::check::shown;
use crate::commands::properties::Properties;
use crate::failure::Failure;

/// The properties of a type of object.
pub(super) struct Known(Properties);

impl Known {
    /// Reads the properties. Those that the credential may not read are not known; `None` if it may read none.
    pub(super) async fn read(access: &Access, object: &str) -> Result<Option<Self>, Failure> {
        Ok(Properties::read(access, object).await?.map(Self))
    }

    /// Checks that a property can name records.
    pub(super) fn unique(&self, name: &str) -> Result<(), String> {
        let unique = |property: &Property| property.has_unique_value == Some(true);
        match self.0.by_name.get(name) {
            Some(property) if unique(property) || matches!(name, "email" | "hs_object_id") => Ok(()),
            Some(_) => {
                let known: Vec<&str> =
                    self.0.by_name.iter().filter(|(_, one)| unique(one)).map(|(name, _)| name.as_str()).collect();
                Err(format!(
                    "--by {}: two records may have the same value; unique properties are {}",
                    shown(name),
                    known.join(", ")
                ))
            }
            None if name == "id" => Ok(()),
            None => Err(format!("--by {}: {}", shown(name), self.0.unknown(name))),
        }
    }

    /// Returns true if the values of a property are numbers.
    pub(super) fn is_number(&self, name: &str) -> bool {
        self.0.by_name.get(name).is_some_and(|property| property.type_.as_deref() == Some("number"))
    }

    /// Brings a cell of CSV into the form that HubSpot takes: without blanks around a number, a time or an option, TRUE and
    /// FALSE in its letters, and times in the form of ISO 8601.
    pub(super) fn rewrite(&self, name: &str, value: &mut Value) {
        let (Some(property), Some(given)) = (self.0.by_name.get(name), value.as_str()) else { return };
        let text = given.trim();
        *value = match property.type_.as_deref() {
            Some("bool") => flag(text, |_| true).into(),
            Some("enumeration") => options(property, given).into(),
            Some("date" | "datetime") if property.fault(text).is_none() => time(property, text).into(),
            Some("number" | "date" | "datetime") => text.into(),
            _ => return,
        };
    }

    /// Checks the value of a property. Returns false if only HubSpot writes the property.
    pub(super) fn check(&self, name: &str, value: &Value) -> Result<bool, String> {
        let Some(property) = self.0.by_name.get(name) else {
            // The name in HubSpot's own exports.
            let is_id = name.eq_ignore_ascii_case("id") || name.to_ascii_lowercase().starts_with("record id");
            let id = || "is not a property; write id as the name of the column".to_owned();
            return Err(if is_id { id() } else { self.0.unknown(name) });
        };
        if property.is_read_only() {
            return Ok(false);
        }
        let fault = text(value).ok().filter(|_| !is_empty(value)).and_then(|text| property.fault(&text));
        fault.map_or(Ok(true), Err)
    }
}

/// Returns TRUE and FALSE in the letters of HubSpot, if these are a value.
fn flag(text: &str, is_value: impl Fn(&str) -> bool) -> String {
    let lower = text.to_ascii_lowercase();
    if matches!(lower.as_str(), "true" | "false") && is_value(&lower) { lower } else { text.to_owned() }
}

/// Returns options, separated by semicolons, without the blanks that are not part of them.
fn options(property: &Property, given: &str) -> String {
    let is_option = |text: &str| property.options.iter().any(|option| option.value.as_deref() == Some(text));
    if is_option(given) {
        return given.to_owned();
    }
    let option = |given: &str| match given.trim() {
        _ if is_option(given) => given.to_owned(),
        text if is_option(text) => text.to_owned(),
        text => flag(text, is_option),
    };
    given.split(';').map(option).collect::<Vec<_>>().join(";")
}

/// Returns a day as `2026-03-01`, and a point in time with its clock time as `2026-03-01T08:00:00Z`.
fn time(property: &Property, text: &str) -> String {
    let is_day = property.type_.as_deref() == Some("date");
    let Ok(time) = Timestamp::from(text).read() else { return text.to_owned() };
    let written = Timestamp::from_unix_millis(time.utc_millis());
    match (written.as_str().split_once('T'), time) {
        (Some((day, _)), _) if is_day => day.to_owned(),
        // HubSpot documents milliseconds, but no fractions of them.
        (Some(_), Time::Instant(_)) if text.parse::<i64>().is_err() => written.as_str().replace(".000Z", "Z"),
        _ => text.to_owned(),
    }
}
