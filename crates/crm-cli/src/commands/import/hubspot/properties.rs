//! The properties of a type of object, and values checked against them.

use std::collections::BTreeMap;

use crm_core::ErrorKind;
use hubspot_client::properties::Properties;
use hubspot_client::schema::ObjectSchema;
use hubspot_client::types::Property;
use serde_json::Value;

use super::super::super::records;
use super::{is_empty, texts};
use crate::check::shown;
use crate::failure::Failure;
use crate::note;

/// The properties of a type of object.
pub(super) struct Known {
    schema: ObjectSchema,
    /// The places of the properties by name.
    places: BTreeMap<String, usize>,
}

impl Known {
    /// Reads the properties. Those that the credential may not read are not known; `None` if it may read none.
    pub(super) async fn read(properties: &Properties, object: &str) -> Result<Option<Self>, Failure> {
        let properties = match records::definitions(properties).await {
            Ok(properties) => properties,
            Err(error) if error.kind() == ErrorKind::Permission => {
                note::say("the credential may not read the properties, so they are not checked before they are sent");
                return Ok(None);
            }
            Err(error) => return Err(Failure::call(&error, false)),
        };
        let schema = ObjectSchema::new(object, properties);
        let named = schema.properties.iter().enumerate();
        let places = named.filter_map(|(place, property)| Some((property.name.clone()?, place))).collect();
        Ok(Some(Self { schema, places }))
    }

    fn get(&self, name: &str) -> Option<&Property> {
        self.schema.properties.get(*self.places.get(name)?)
    }

    /// Checks that a property can name records.
    pub(super) fn unique(&self, name: &str) -> Result<(), String> {
        let unique = |property: &Property| property.has_unique_value == Some(true);
        match self.get(name) {
            Some(property) if unique(property) || matches!(name, "email" | "hs_object_id") => Ok(()),
            Some(_) => {
                let unique = |place: &usize| self.schema.properties.get(*place).is_some_and(unique);
                let known: Vec<&str> =
                    self.places.iter().filter(|(_, place)| unique(place)).map(|(name, _)| name.as_str()).collect();
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
        let Some(property) = self.get(name) else { return };
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
        let Some(property) = self.get(name) else { return Err(self.unknown(name)) };
        if property.is_read_only() {
            return Ok(false);
        }
        let fault = texts(value).filter(|_| !is_empty(value)).and_then(|text| property.fault(&text));
        fault.map_or(Ok(true), Err)
    }

    fn unknown(&self, name: &str) -> String {
        let fault = self.schema.unknown(name);
        if fault.ends_with('?') {
            return fault;
        }
        format!(
            "{fault}; list them with: crm hubspot properties list {}",
            self.schema.name.as_deref().unwrap_or_default()
        )
    }
}
