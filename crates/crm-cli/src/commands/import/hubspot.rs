//! Records of HubSpot, 100 in a request. Their properties are checked against those of the account.

mod associations;
mod properties;

use std::collections::BTreeSet;

use crm_core::{BatchReport, BoxFuture, Call, Error, Map as Members, Preview};
use hubspot_client::objects::Objects;
use hubspot_client::types::{
    BatchArchive, BatchCreate, BatchCreateRow, BatchUpdate, BatchUpdateRow, BatchUpsert, BatchUpsertRow, Object,
    ObjectId, UpsertObject,
};
use serde_json::{Map, Value};

use super::super::records;
use super::source::{Form, Source};
use super::target::{Answer, Ready, Target, Verb};
use crate::apis;
use crate::catalogue::kebab;
use crate::check::{Fault, Input};
use crate::failure::Failure;
use crate::request;
use crate::session::Session;
use associations::{ASSOCIATIONS, Associations};
use properties::Known;

/// The column with the id of the record.
const ID: &str = "id";
/// The member of a record with its properties, and the beginning of their columns in an export.
const PROPERTIES: &str = "properties";
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

/// The batches of a type of object.
pub(super) struct Batches {
    objects: Objects,
    name: String,
    verb: Verb,
    /// The unique property that names records, if it is not their id.
    by: Option<String>,
    /// True if an empty value clears the property.
    clears: bool,
    /// True if the cells are texts, as in CSV.
    texts: bool,
    known: Option<Known>,
    associations: Associations,
    not_sent: BTreeSet<String>,
}

/// Returns the value in the path for a type of object, or `None` if this is none.
pub(super) fn segment(object: &str, verb: Verb) -> Result<Option<String>, Failure> {
    records::segment(object, &format!("batch_{verb}"), &verb.to_string())
}

impl Batches {
    /// Connects to HubSpot and reads the properties of the type of object.
    pub(super) async fn open(
        object: &str,
        segment: &str,
        verb: Verb,
        by: Option<String>,
        clears: bool,
        source: &Source,
        session: &Session,
    ) -> Result<Self, Failure> {
        match (verb, &by) {
            (Verb::Upsert, None) => {
                return Err(Failure::usage(
                    "name the unique property that identifies existing records, for example: --by email",
                ));
            }
            (Verb::Upsert, Some(by)) if by == "hs_object_id" || by == ID => {
                return Err(Failure::usage("HubSpot cannot create a record with a given id; use crm update"));
            }
            _ => {}
        }
        let client = session.connect(records::entry("hubspot")?, "", apis::hubspot_client).await?;
        let known = match verb {
            Verb::Archive => None,
            _ => Known::read(&client.properties(segment), object).await?,
        };
        if let (Some(known), Some(by)) = (&known, &by) {
            known.unique(by).map_err(Failure::usage)?;
        }
        let by = by.filter(|by| by != "hs_object_id" && by != ID);
        let associations = match verb {
            Verb::Create => Associations::read(segment, source, session).await?,
            _ => Associations::default(),
        };
        Ok(Self {
            objects: client.objects(segment),
            name: kebab(object),
            verb,
            by,
            clears,
            texts: matches!(source.form, Form::Csv { .. }),
            known,
            associations,
            not_sent: BTreeSet::new(),
        })
    }

    /// Takes a row apart into the value that names the record, the properties, and the names of those that are given twice.
    fn parts(&mut self, row: Map<String, Value>) -> (Option<Value>, Map<String, Value>, Vec<String>) {
        let exported = row.keys().any(|name| name == PROPERTIES || name.starts_with("properties."));
        let (mut id, mut properties, mut twice) = (None, Map::new(), Vec::new());
        let mut add = |name: String, value: Value| {
            if properties.insert(name.clone(), value).is_some() {
                twice.push(name);
            }
        };
        for (name, value) in row {
            match value {
                Value::Object(members) if name == PROPERTIES => {
                    members.into_iter().for_each(|(name, value)| add(name, value))
                }
                value if name == ID => id = Some(value),
                _ if name.starts_with("associations.") => drop(self.not_sent.insert(name)),
                _ if exported && RECORD.contains(&name.split('.').next().unwrap_or_default()) => {
                    self.not_sent.insert(name);
                }
                value => {
                    let name = name.strip_prefix("properties.").map_or(name.clone(), str::to_owned);
                    add(name, value);
                }
            }
        }
        (id, properties, twice)
    }

    fn created(&self, rows: Vec<Ready>) -> Vec<BatchCreateRow> {
        let rows = rows.into_iter().map(|(number, row)| {
            let made = BatchCreateRow::new(members(&row)).object_write_trace_id(trace(number));
            let associations = self.associations.of(&row);
            if associations.is_empty() { made } else { made.associations(associations) }
        });
        rows.collect()
    }
}

impl Target for Batches {
    fn operation(&self) -> String {
        match &self.by {
            Some(by) => format!("hubspot {} batch-{} by {by}", self.name, self.verb),
            None => format!("hubspot {} batch-{}", self.name, self.verb),
        }
    }

    fn most(&self) -> usize {
        100
    }

    fn at_once(&self) -> usize {
        4
    }

    fn repeatable(&self) -> bool {
        self.verb != Verb::Create
    }

    fn row(&mut self, mut row: Map<String, Value>) -> Result<Input, Vec<Fault>> {
        let (mut input, mut faults) = (Input::default(), Vec::new());
        if self.verb == Verb::Create {
            match Associations::take(&mut row) {
                Ok(ids) if ids.is_empty() => {}
                Ok(ids) => drop(input.arguments.insert(ASSOCIATIONS.to_owned(), ids.into())),
                Err(found) => faults.extend(found),
            }
        }
        let (id, mut properties, twice) = self.parts(row);
        let mut fault = |path: &str, text: &str| faults.push(Fault { path: path.to_owned(), text: text.to_owned() });
        let given = id.filter(|id| !is_empty(id));
        let name = match (&self.by, self.verb) {
            (_, Verb::Create) => {
                if given.is_some() {
                    fault(ID, "names a record that exists; use crm update, or remove the column");
                }
                None
            }
            (Some(by), _) => Some((by.as_str(), properties.remove(by))),
            (None, _) => Some((ID, given.or_else(|| properties.get("hs_object_id").cloned()))),
        };
        if let Some((column, value)) = name {
            match value.filter(|value| !is_empty(value)).as_ref().and_then(texts) {
                Some(id) if column == ID && !id.bytes().all(|byte| byte.is_ascii_digit()) => {
                    fault(column, "must be the number of a record; spreadsheets may write a long one as 1.01E+05");
                }
                Some(id) => drop(input.arguments.insert(ID.to_owned(), id.into())),
                None => fault(column, "is required, because it names the record"),
            }
        }
        if self.verb == Verb::Archive {
            // Only the id counts, whatever else an export has.
            properties.clear();
        } else {
            twice.iter().for_each(|name| fault(crate::check::shown(name), "is given twice"));
        }
        let mut sent = Map::new();
        for (property, mut value) in properties {
            if let Some(known) = self.known.as_ref().filter(|_| self.texts) {
                known.lower(&property, &mut value);
            }
            match self.known.as_ref().map(|known| known.check(&property, &value)) {
                Some(Err(text)) => fault(crate::check::shown(&property), &text),
                Some(Ok(false)) => drop(self.not_sent.insert(property)),
                _ if is_empty(&value) && !self.clears => {}
                _ => match texts(&value) {
                    Some(text) => drop(sent.insert(property, text.into())),
                    None => {
                        fault(crate::check::shown(&property), "must be a text, a number, true, false or a list of them")
                    }
                },
            }
        }
        input.body = Some(Value::Object(sent));
        if faults.is_empty() { Ok(input) } else { Err(faults) }
    }

    fn key(&self, row: &Input) -> Option<(String, String)> {
        let (name, value) = match self.verb {
            // No two contacts have the same e-mail address.
            Verb::Create if self.name == "contacts" => ("email", row.body.as_ref()?.get("email")?.as_str()?),
            Verb::Create => return None,
            _ => (self.by.as_deref().unwrap_or(ID), row.arguments.get(ID)?.as_str()?),
        };
        let value = value.trim();
        (!value.is_empty())
            .then(|| (name.to_owned(), if name == "email" { value.to_lowercase() } else { value.to_owned() }))
    }

    fn not_sent(&self) -> Vec<String> {
        match self.verb {
            Verb::Archive => Vec::new(),
            _ => self.not_sent.iter().cloned().collect(),
        }
    }

    fn failed(&self, error: &Error) -> Failure {
        let kind = records::Kind::HubSpot(self.objects.object_type().to_owned());
        kind.failed(&format!("batch-{}", self.verb), error)
    }

    fn preview(&self, rows: Vec<Ready>) -> BoxFuture<'static, Result<Preview, Error>> {
        let (objects, by) = (&self.objects, self.by.as_deref());
        match self.verb {
            Verb::Create => shown(objects.batch_create(BatchCreate::new(self.created(rows)))),
            Verb::Update => shown(objects.batch_update(BatchUpdate::new(updated(rows, by)))),
            Verb::Upsert => shown(objects.batch_upsert(BatchUpsert::new(upserted(rows, by)))),
            Verb::Archive => {
                let ids = rows.iter().map(|(_, row)| ObjectId::new(name(row)));
                shown(objects.batch_archive(BatchArchive::new(ids.collect::<Vec<_>>())))
            }
        }
    }

    fn send(&self, rows: Vec<Ready>) -> BoxFuture<'static, Vec<Answer>> {
        let (objects, by) = (&self.objects, self.by.as_deref());
        match self.verb {
            Verb::Create => {
                let batch = objects.create_many(self.created(rows)).bisect(true);
                Box::pin(async move { answers(batch.await, |record: Object| (record.id, Some(true))) })
            }
            Verb::Update => {
                let batch = objects.update_many(updated(rows, by)).bisect(true);
                Box::pin(async move { answers(batch.await, |record: Object| (record.id, Some(false))) })
            }
            Verb::Upsert => {
                let batch = objects.upsert_many(upserted(rows, by)).bisect(true);
                Box::pin(async move { answers(batch.await, |record: UpsertObject| (record.id, record.new)) })
            }
            Verb::Archive => {
                let ids: Vec<String> = rows.iter().map(|(_, row)| name(row)).collect();
                let batch = objects.archive_many(ids.clone());
                Box::pin(async move {
                    let report = batch.await;
                    let ok = report.ok.iter().filter_map(|(index, ())| ids.get(*index).cloned());
                    let mut archived = ok.collect::<Vec<_>>().into_iter();
                    answers(report, |()| (archived.next(), None))
                })
            }
        }
    }
}

fn shown<T: 'static>(call: Call<T>) -> BoxFuture<'static, Result<Preview, Error>> {
    Box::pin(async move { call.preview().await })
}

fn updated(rows: Vec<Ready>, by: Option<&str>) -> Vec<BatchUpdateRow> {
    let rows = rows.into_iter().map(|(number, row)| {
        let made = BatchUpdateRow::new(name(&row), members(&row)).object_write_trace_id(trace(number));
        if let Some(by) = by { made.id_property(by) } else { made }
    });
    rows.collect()
}

fn upserted(rows: Vec<Ready>, by: Option<&str>) -> Vec<BatchUpsertRow> {
    let rows = rows.into_iter().map(|(number, row)| {
        let made = BatchUpsertRow::new(name(&row), members(&row)).object_write_trace_id(trace(number));
        if let Some(by) = by { made.id_property(by) } else { made }
    });
    rows.collect()
}

/// The identifier that HubSpot's replies repeat.
pub(super) fn trace(number: usize) -> String {
    format!("row-{number}")
}

fn name(row: &Input) -> String {
    row.arguments.get(ID).map(request::text).unwrap_or_default()
}

fn members(row: &Input) -> Members<String> {
    let properties = row.body.as_ref().and_then(Value::as_object);
    properties.into_iter().flatten().map(|(name, value)| (name.as_str(), request::text(value))).collect()
}

/// Returns the result of each row in order.
fn answers<O>(report: BatchReport<O>, mut written: impl FnMut(O) -> (Option<String>, Option<bool>)) -> Vec<Answer> {
    let lost = report.lost().cloned().unwrap_or_else(|| Error::decode("the reply does not contain the record"));
    let mut all: Vec<(usize, Answer)> = Vec::new();
    all.extend(report.ok.into_iter().map(|(index, record)| {
        let (id, new) = written(record);
        (index, Answer::Written { id, new })
    }));
    all.extend(report.failed.into_iter().map(|(index, error)| (index, Answer::Refused(error))));
    all.extend(report.unknown.into_iter().map(|index| (index, Answer::Unknown(lost.clone()))));
    all.sort_by_key(|(index, _)| *index);
    all.into_iter().map(|(_, answer)| answer).collect()
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value == ""
}

/// Returns a value as HubSpot takes it: lists are joined with semicolons.
fn texts(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::Object(_) => None,
        Value::Array(items) => {
            let scalar = |item: &Value| !item.is_array() && !item.is_object() && !item.is_null();
            items.iter().all(scalar).then(|| items.iter().map(request::text).collect::<Vec<_>>().join(";"))
        }
        other => Some(request::text(other)),
    }
}
