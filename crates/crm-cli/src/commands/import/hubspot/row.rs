//! A row as a record of HubSpot: what names it, and the properties that are sent.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::super::source::lost;
use super::super::target::Verb;
use super::associations::{ASSOCIATIONS, Associations};
use super::properties::Known;
use super::value::{is_empty, text};
use crate::check::{Fault, Input, shown};

/// The column with the id of the record.
pub(super) const ID: &str = "id";
/// The member of a record with its properties, and the beginning of their columns in an export.
const PROPERTIES: &str = "properties";
/// The fault of a row without the value that names its record.
const NAMELESS: &str = "is required, because it names the record";
/// The form of a number that names records.
const DIGITS: &str = "digits only; spreadsheets may write it as 101001.0 or 1.01E+05";
/// The members of an exported record that only HubSpot writes, or that are not imported.
const RECORD: &[&str] = &[
    "archived",
    "archivedAt",
    "associations",
    "createdAt",
    "new",
    "objectWriteTraceId",
    "propertiesWithHistory",
    "updatedAt",
    "url",
];

/// The rules by which rows are read.
pub(super) struct Rules {
    pub(super) verb: Verb,
    /// The unique property that names records, if it is not their id.
    pub(super) by: Option<String>,
    /// True if an empty value clears the property.
    pub(super) clears: bool,
    /// True if the cells are texts, as in CSV.
    pub(super) texts: bool,
    pub(super) known: Option<Known>,
}

/// The parts of a row.
#[derive(Default)]
struct Parts {
    id: Option<Value>,
    properties: Map<String, Value>,
    /// Properties with two values.
    twice: Vec<String>,
}

impl Rules {
    /// Brings a row into the form that is sent. `not_sent` takes the columns that are not sent.
    pub(super) fn input(
        &self,
        mut row: Map<String, Value>,
        not_sent: &mut BTreeSet<String>,
    ) -> Result<Input, Vec<Fault>> {
        let (mut input, mut faults) = (Input::default(), Vec::new());
        if self.verb == Verb::Create {
            match Associations::take(&mut row) {
                Ok(ids) if ids.is_empty() => {}
                Ok(ids) => drop(input.arguments.insert(ASSOCIATIONS.to_owned(), ids.into())),
                Err(found) => faults.extend(found),
            }
        }
        let mut parts = Parts::of(row, not_sent);
        if let Some(id) = self.identity(&mut parts, &mut faults) {
            input.arguments.insert(ID.to_owned(), id.into());
        }
        // Of a row to archive only the id counts, whatever else an export has.
        let sent = match self.verb {
            Verb::Archive => Map::new(),
            _ => self.properties(parts, not_sent, &mut faults),
        };
        input.body = Some(Value::Object(sent));
        if faults.is_empty() { Ok(input) } else { Err(faults) }
    }

    /// Returns the value that names the record of a row, if the row must have one.
    fn identity(&self, parts: &mut Parts, faults: &mut Vec<Fault>) -> Option<String> {
        let mut fault = |path: &str, text: &str| faults.push(Fault { path: path.to_owned(), text: text.to_owned() });
        let given = parts.id.take().filter(|id| !is_empty(id));
        let (column, value) = match (&self.by, self.verb) {
            (_, Verb::Create) => {
                if given.is_some() {
                    fault(ID, "names a record that exists; use crm update, or remove the column");
                }
                return None;
            }
            (Some(by), _) => (by.as_str(), parts.properties.remove(by)),
            (None, _) => (ID, given.or_else(|| parts.properties.get("hs_object_id").cloned())),
        };
        let Some(value) = value.filter(|value| !is_empty(value)) else {
            fault(column, NAMELESS);
            return None;
        };
        if let Some(text) = lost(&value).filter(|_| self.texts) {
            fault(column, text);
            return None;
        }
        match self.name(value) {
            Ok(name) => return Some(name),
            Err(text) => fault(column, &text),
        }
        None
    }

    /// Returns the value that names a record as it is sent: an id, or a value of the unique property.
    fn name(&self, mut value: Value) -> Result<String, String> {
        let mut is_number = value.is_number();
        if let (Some(known), Some(by)) = (&self.known, &self.by) {
            is_number |= known.is_number(by);
            if self.texts {
                known.rewrite(by, &mut value);
            }
            known.check(by, &value)?;
        }
        let text = text(&value)?;
        let name = text.trim();
        let is_digits = name.bytes().all(|byte| byte.is_ascii_digit());
        if name.is_empty() {
            return Err(NAMELESS.to_owned());
        }
        if self.by.is_none() && !is_digits {
            return Err(format!("must be the number of a record, {DIGITS}"));
        }
        // Of a text only the form that spreadsheets write is certainly not meant.
        let rewritten = if is_number { name.contains(['.', 'e', 'E']) } else { name.contains("E+") };
        if rewritten && name.parse::<f64>().is_ok() {
            return Err(format!("names the record, so it must have {DIGITS}"));
        }
        Ok(name.to_owned())
    }

    /// Returns the properties that are sent.
    fn properties(&self, parts: Parts, not_sent: &mut BTreeSet<String>, faults: &mut Vec<Fault>) -> Map<String, Value> {
        let mut fault =
            |name: &str, text: &str| faults.push(Fault { path: shown(name).to_owned(), text: text.to_owned() });
        parts.twice.iter().for_each(|name| fault(name, "is given twice"));
        let mut sent = Map::new();
        for (property, mut value) in parts.properties {
            if let Some(known) = self.known.as_ref().filter(|_| self.texts) {
                known.rewrite(&property, &mut value);
            }
            let lost = lost(&value).filter(|_| self.texts);
            match self.known.as_ref().map(|known| known.check(&property, &value)) {
                Some(Ok(false)) => drop(not_sent.insert(property)),
                Some(Err(text)) => fault(&property, lost.unwrap_or(&text)),
                _ if lost.is_some() => lost.into_iter().for_each(|text| fault(&property, text)),
                _ if is_empty(&value) && !self.clears => {}
                _ => match text(&value) {
                    Ok(text) => drop(sent.insert(property, text.into())),
                    Err(text) => fault(&property, text),
                },
            }
        }
        sent
    }

    /// Returns the mistakes in the names of columns.
    pub(super) fn names(&self, columns: &[String]) -> Vec<Fault> {
        let (mut not_sent, mut faults) = (BTreeSet::new(), Vec::new());
        let row = columns.iter().map(|name| (name.clone(), "".into())).collect();
        let parts = Parts::of(row, &mut not_sent);
        if self.verb != Verb::Archive {
            self.properties(parts, &mut not_sent, &mut faults);
        }
        faults
    }

    /// Returns what names the record of a row: the column and the value. No two contacts have the same e-mail address.
    pub(super) fn key(&self, row: &Input, is_contact: bool) -> Option<(String, String)> {
        let (name, value) = match self.verb {
            Verb::Create if is_contact => ("email", row.body.as_ref()?.get("email")?.as_str()?),
            Verb::Create => return None,
            _ => (self.by.as_deref().unwrap_or(ID), row.arguments.get(ID)?.as_str()?),
        };
        let value = value.trim();
        (!value.is_empty())
            .then(|| (name.to_owned(), if name == "email" { value.to_lowercase() } else { value.to_owned() }))
    }
}

impl Parts {
    fn of(row: Map<String, Value>, not_sent: &mut BTreeSet<String>) -> Self {
        let exported = row.keys().any(|name| name == PROPERTIES || name.starts_with("properties."));
        let mut parts = Self::default();
        for (name, value) in row {
            match value {
                Value::Object(members) if name == PROPERTIES => {
                    members.into_iter().for_each(|(name, value)| parts.add(name, value));
                }
                value if name == ID => parts.id = Some(value),
                _ if name.starts_with("associations.") => drop(not_sent.insert(name)),
                _ if exported && RECORD.contains(&name.split('.').next().unwrap_or_default()) => {
                    not_sent.insert(name);
                }
                value => {
                    let name = name.strip_prefix("properties.").map_or(name.clone(), str::to_owned);
                    parts.add(name, value);
                }
            }
        }
        parts
    }

    fn add(&mut self, name: String, value: Value) {
        if self.properties.insert(name.clone(), value).is_some() {
            self.twice.push(name);
        }
    }
}
