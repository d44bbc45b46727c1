//! Values checked against the properties of a type of object.

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

    /// Writes TRUE and FALSE, as spreadsheets have them, in the letters of HubSpot.
    pub(super) fn lower(&self, name: &str, value: &mut Value) {
        let Some(property) = self.0.by_name.get(name) else { return };
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
        let Some(property) = self.0.by_name.get(name) else { return Err(self.0.unknown(name)) };
        if property.is_read_only() {
            return Ok(false);
        }
        let fault = text(value).ok().filter(|_| !is_empty(value)).and_then(|text| property.fault(&text));
        fault.map_or(Ok(true), Err)
    }
}
