//! The associations that rows create with their records: the ids in columns such as `associations.contacts`, as an export
//! has them. They have no label.

use std::collections::{BTreeMap, BTreeSet};

use hubspot_client::types::{AssociationSpec, AssociationsForObject, PublicObjectId};
use serde_json::{Map, Value, json};

use super::value::is_empty;
use crate::catalogue::find;
use crate::check::{Fault, Input, shown};
use crate::commands::import::source::Source;
use crate::commands::records;
use crate::failure::Failure;
use crate::request;
use crate::session::Session;

/// The member of a row with its associations, and the beginning of their columns.
pub(super) const ASSOCIATIONS: &str = "associations";

/// The kinds of associations of the rows, by the name of the column.
#[derive(Default)]
pub(super) struct Associations(BTreeMap<String, AssociationSpec>);

impl Associations {
    /// Reads the kinds from HubSpot: those without a label, if possible of HubSpot itself.
    pub(super) async fn read(segment: &str, source: &Source, session: &Session) -> Result<Self, Failure> {
        let mut names = BTreeSet::new();
        for number in 1..=source.len() {
            names.extend(source.row(number).iter().flat_map(|(name, value)| parts(name, value)).map(|(name, _)| name));
        }
        let mut kinds = BTreeMap::new();
        for name in names {
            let to = records::associated(&name)?;
            let kind = kind(segment, &to, session).await?.ok_or_else(|| {
                Failure::usage(format!("HubSpot has no association without a label with {}", shown(&name)))
            })?;
            kinds.insert(name, kind);
        }
        Ok(Self(kinds))
    }

    /// Takes the associations out of a row, and returns the ids by the name of the column.
    pub(super) fn take(row: &mut Map<String, Value>) -> Result<Map<String, Value>, Vec<Fault>> {
        let (mut taken, mut faults) = (Map::new(), Vec::new());
        row.retain(|name, value| {
            if !is_association(name) {
                return true;
            }
            if name == ASSOCIATIONS && !value.is_object() && !is_empty(value) {
                let text = "must be an object with the ids of records by type of object".to_owned();
                faults.push(Fault { path: ASSOCIATIONS.to_owned(), text });
            }
            for (name, ids) in parts(name, value) {
                let text = match self::ids(ids) {
                    Some(ids) if ids.is_empty() => continue,
                    Some(ids) => match taken.insert(name.clone(), ids.into()) {
                        None => continue,
                        Some(_) => "is given twice",
                    },
                    None => "must be the ids of records, with semicolons between them",
                };
                faults.push(Fault { path: format!("{ASSOCIATIONS}.{}", shown(&name)), text: text.to_owned() });
            }
            false
        });
        if faults.is_empty() { Ok(taken) } else { Err(faults) }
    }

    /// Returns the associations of a row as HubSpot takes them.
    pub(super) fn of(&self, row: &Input) -> Vec<AssociationsForObject> {
        let all = row.arguments.get(ASSOCIATIONS).and_then(Value::as_object).into_iter().flatten();
        let found = all.filter_map(|(name, ids)| Some((self.0.get(name)?, ids.as_array()?)));
        let each = found.flat_map(|(kind, ids)| ids.iter().map(move |id| (kind, request::text(id))));
        each.map(|(kind, id)| AssociationsForObject::new(PublicObjectId::new(id), vec![kind.clone()])).collect()
    }
}

fn is_association(name: &str) -> bool {
    name == ASSOCIATIONS || name.starts_with("associations.")
}

/// Returns the types of object of a member of a row, with the ids.
fn parts<'a>(name: &str, value: &'a Value) -> Vec<(String, &'a Value)> {
    match (name.strip_prefix("associations."), value) {
        (Some(object), ids) => vec![(object.to_owned(), ids)],
        (None, Value::Object(all)) if name == ASSOCIATIONS => {
            all.iter().map(|(object, ids)| (object.replace(' ', "_"), ids)).collect()
        }
        _ => Vec::new(),
    }
}

/// Returns the ids, each once: a text with semicolons, a list, or the page of an export.
fn ids(value: &Value) -> Option<Vec<String>> {
    let texts: Vec<String> = match value {
        Value::Null => Vec::new(),
        Value::Array(ids) => ids.iter().map(request::text).collect(),
        Value::Object(page) => page.get("results")?.as_array()?.iter().map(|one| request::text(&one["id"])).collect(),
        other => request::text(other).split(';').map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()).collect(),
    };
    let mut ids: Vec<String> = Vec::new();
    for id in texts {
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Some(ids)
}

/// Returns the kind of association between two types of object without a label.
async fn kind(from: &str, to: &str, session: &Session) -> Result<Option<AssociationSpec>, Failure> {
    let found = find(&["hubspot", "association-labels", "list"]).map_err(Failure::other)?;
    let pipeline = session.pipeline(found.api.entry, "").await?;
    let mut input = Input::default();
    for (name, value) in [("fromObjectType", from), ("toObjectType", to)] {
        input.arguments.insert(name.to_owned(), value.into());
    }
    let reply = request::call::<Value>(&found, &pipeline, &input).send().await;
    let reply = reply.map_err(|error| Failure::operation(&found, &error))?;
    let plain = reply["results"].as_array().into_iter().flatten().filter(|one| one["label"].is_null());
    // That of a custom object may have another category.
    let plain = plain.min_by_key(|one| one["category"] != "HUBSPOT_DEFINED");
    let spec = plain.map(|one| json!({"associationCategory": one["category"], "associationTypeId": one["typeId"]}));
    Ok(spec.and_then(|spec| serde_json::from_value(spec).ok()))
}
