//! The properties of a type of object, and values checked against them.

use std::collections::BTreeMap;

use crm_core::ErrorKind;
use hubspot_client::properties::Properties;
use hubspot_client::types::Property;
use serde_json::Value;

use super::{is_empty, texts};
use crate::catalogue::near;
use crate::check::{is_time, shown};
use crate::failure::Failure;
use crate::note;

/// The properties of a type of object by name.
pub(super) struct Known {
    object: String,
    properties: BTreeMap<String, Property>,
}

impl Known {
    /// Reads the properties. Those that the credential may not read are not known; `None` if it may read none.
    pub(super) async fn read(properties: &Properties, object: &str) -> Result<Option<Self>, Failure> {
        let mut known = BTreeMap::new();
        for sensitivity in [None, Some("sensitive"), Some("highly_sensitive")] {
            let list = properties.list();
            let list = if let Some(sensitivity) = sensitivity { list.data_sensitivity(sensitivity) } else { list };
            match list.send().await {
                Ok(list) => known.extend(list.results.into_iter().filter_map(|one| Some((one.name.clone()?, one)))),
                Err(_) if sensitivity.is_some() => break,
                Err(error) if error.kind() == ErrorKind::Permission => {
                    note::say(
                        "the credential may not read the properties, so they are not checked before they are sent",
                    );
                    return Ok(None);
                }
                Err(error) => return Err(Failure::call(&error, false)),
            }
        }
        Ok(Some(Self { object: object.to_owned(), properties: known }))
    }

    /// Checks that a property can name records.
    pub(super) fn unique(&self, name: &str) -> Result<(), String> {
        let unique = |property: &Property| property.has_unique_value == Some(true);
        match self.properties.get(name) {
            Some(property) if unique(property) || matches!(name, "email" | "hs_object_id") => Ok(()),
            Some(_) => {
                let known: Vec<&str> =
                    self.properties.iter().filter(|(_, one)| unique(one)).map(|(name, _)| name.as_str()).collect();
                Err(format!(
                    "--by {}: two records may have the same value; unique properties are {}",
                    shown(name),
                    known.join(", ")
                ))
            }
            None if name == "id" => Ok(()),
            None => Err(format!("--by {}: {}", shown(name), self.unknown(name))),
        }
    }

    /// Writes TRUE and FALSE, as spreadsheets have them, in the letters of HubSpot.
    pub(super) fn lower(&self, name: &str, value: &mut Value) {
        let Some(property) = self.properties.get(name) else { return };
        let Some(lower) = value.as_str().map(str::to_ascii_lowercase) else { return };
        let option = |text: &str| property.options.iter().any(|option| option.value.as_deref() == Some(text));
        let flag = match property.type_.as_deref() {
            Some("bool") => true,
            Some("enumeration") => option(&lower) && !value.as_str().is_some_and(option),
            _ => false,
        };
        if flag && matches!(lower.as_str(), "true" | "false") {
            *value = lower.into();
        }
    }

    /// Checks the value of a property. Returns false if only HubSpot writes the property.
    pub(super) fn check(&self, name: &str, value: &Value) -> Result<bool, String> {
        let Some(property) = self.properties.get(name) else { return Err(self.unknown(name)) };
        let fixed = property.modification_metadata.as_ref().and_then(|data| data.read_only_value) == Some(true);
        if fixed || property.calculated == Some(true) || name == "hs_object_id" {
            return Ok(false);
        }
        let Some(text) = texts(value).filter(|_| !is_empty(value)) else { return Ok(true) };
        match property.type_.as_deref() {
            Some("number") if !text.trim().parse().is_ok_and(f64::is_finite) => Err("must be a number".to_owned()),
            Some("date" | "datetime") if !is_time(&text) => {
                Err("must be a time, for example 2026-03-01 or 2026-03-01T12:00:00Z".to_owned())
            }
            Some("bool") if !matches!(text.as_str(), "true" | "false") => Err("must be true or false".to_owned()),
            Some("enumeration") if property.external_options != Some(true) && !property.options.is_empty() => {
                options(property, &text).map(|()| true)
            }
            _ => Ok(true),
        }
    }

    fn unknown(&self, name: &str) -> String {
        let writable = self.properties.keys().map(String::as_str);
        match near(name, writable) {
            Some(near) => format!("is not a property of {}; did you mean \"{near}\"?", self.object),
            None => format!("is not a property of {}; list them with: crm hubspot properties list {0}", self.object),
        }
    }
}

/// Checks the options that a text names; a property with several has semicolons between them.
fn options(property: &Property, text: &str) -> Result<(), String> {
    let values = || property.options.iter().filter_map(|option| option.value.as_deref());
    for given in text.split(';').filter(|given| !given.is_empty()) {
        if values().any(|value| value == given) {
            continue;
        }
        let label = property.options.iter().find(|option| option.label.as_deref() == Some(given));
        let meant = label.and_then(|option| option.value.as_deref()).or_else(|| near(given, values()));
        return Err(match meant {
            Some(meant) => format!("has no option \"{}\"; did you mean \"{meant}\"?", shown(given)),
            None => {
                let some: Vec<&str> = values().take(12).collect();
                format!("has no option \"{}\"; options are {}", shown(given), some.join(", "))
            }
        });
    }
    Ok(())
}
