//! Writes of HubSpot's records, checked against the schema of the account that `crm schema pull` wrote to a file.

use std::path::PathBuf;

use crm_core::Map;
use hubspot_client::schema::{ObjectSchema, Schema};
use serde_json::Value;

use crate::catalogue::{Found, ObjectType};
use crate::check::{Fault, Input, shown};
use crate::failure::Failure;
use crate::note;
use crate::options::Options;
use crate::request;
use crate::session::Session;

/// The checks of a schema, or none if no file is given.
pub(crate) struct Checks(Option<Schema>);

impl Checks {
    /// Reads the file that the options name, or else the profile.
    pub(crate) fn open(options: &Options, session: &Session) -> Result<Self, Failure> {
        let file = match &options.schema {
            Some(file) => Some(PathBuf::from(file)),
            None => session.schema()?,
        };
        let Some(file) = file else { return Ok(Self(None)) };
        let file_name = file.display();
        let text = std::fs::read_to_string(&file)
            .map_err(|error| Failure::usage(format!("the schema {file_name} cannot be read: {error}")))?;
        let schema = Schema::from_json(&text).map_err(|error| Failure::usage(format!("{file_name}: {error}")))?;
        Ok(Self(Some(schema)))
    }

    /// Checks the properties of a write. There are no faults if the schema does not have the type of object.
    pub(crate) fn faults(&self, found: &Found, input: &Input) -> Vec<Fault> {
        let (Some(schema), Some(body)) = (&self.0, &input.body) else { return Vec::new() };
        let Some(name) = object(found, input) else { return Vec::new() };
        // HubSpot takes `p_cars` for the custom type `cars`.
        let short = || name.strip_prefix("p_").and_then(|name| schema.object(name));
        let Some(object) = schema.object(&name).or_else(short) else {
            note::say(&format!("the schema does not have {}, so the properties are not checked", shown(&name)));
            return Vec::new();
        };
        let mut faults = of_properties(object, body, "body");
        for (index, row) in body.get("inputs").and_then(Value::as_array).into_iter().flatten().enumerate() {
            faults.extend(of_properties(object, row, &format!("body.inputs[{index}]")));
        }
        faults
    }
}

/// Returns true if an operation writes records of types of object.
pub(crate) fn writes_records(found: &Found) -> bool {
    let types = found.api.file.objects.as_ref();
    types.is_some_and(|types| types.resource == found.operation.resource) && !found.operation.reads()
}

/// Returns the name of the type of object whose records an operation writes.
fn object(found: &Found, input: &Input) -> Option<String> {
    let types = found.api.file.objects.as_ref().filter(|_| writes_records(found))?;
    let given = || {
        let given = request::text(input.arguments.get(types.parameter)?);
        // A number or another spelling means the same type.
        Some(ObjectType::named(found.api.file.vendor, &given).map_or(given, |one| one.name.to_owned()))
    };
    found.object.map(|object| object.name.to_owned()).or_else(given)
}

fn of_properties(object: &ObjectSchema, record: &Value, path: &str) -> Vec<Fault> {
    let given = record.get("properties").and_then(Value::as_object).into_iter().flatten();
    let text = |value: &Value| if value.is_null() { String::new() } else { request::text(value) };
    let properties: Map<String> = given.map(|(name, value)| (name.as_str(), text(value))).collect();
    let faults = object.faults(&properties).into_iter();
    let at = |name: Option<String>| format!("{path}.properties.{}", shown(name.as_deref().unwrap_or_default()));
    faults.map(|fault| Fault { path: at(fault.field), text: fault.message }).collect()
}
