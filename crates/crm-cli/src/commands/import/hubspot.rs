//! Records of HubSpot, 100 in a request. Their properties are checked against those of the account.

mod associations;
mod properties;
mod row;
mod value;

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
use associations::Associations;
use properties::Known;
use row::{ID, Rules};

/// The batches of a type of object.
pub(super) struct Batches {
    objects: Objects,
    name: String,
    rules: Rules,
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
            rules: Rules { verb, by, clears, texts: matches!(source.form, Form::Csv { .. }), known },
            associations,
            not_sent: BTreeSet::new(),
        })
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
        match &self.rules.by {
            Some(by) => format!("hubspot {} batch-{} by {by}", self.name, self.rules.verb),
            None => format!("hubspot {} batch-{}", self.name, self.rules.verb),
        }
    }

    fn most(&self) -> usize {
        100
    }

    fn at_once(&self) -> usize {
        4
    }

    fn repeatable(&self) -> bool {
        self.rules.verb != Verb::Create
    }

    fn row(&mut self, row: Map<String, Value>) -> Result<Input, Vec<Fault>> {
        self.rules.input(row, &mut self.not_sent)
    }

    fn names(&self, columns: &[String]) -> Vec<Fault> {
        self.rules.names(columns)
    }

    fn key(&self, row: &Input) -> Option<(String, String)> {
        self.rules.key(row, self.name == "contacts")
    }

    fn not_sent(&self) -> Vec<String> {
        match self.rules.verb {
            Verb::Archive => Vec::new(),
            _ => self.not_sent.iter().cloned().collect(),
        }
    }

    fn failed(&self, error: &Error) -> Failure {
        let kind = records::Kind::HubSpot(self.objects.object_type().to_owned());
        kind.failed(&format!("batch-{}", self.rules.verb), error)
    }

    fn preview(&self, rows: Vec<Ready>) -> BoxFuture<'static, Result<Preview, Error>> {
        let (objects, by) = (&self.objects, self.rules.by.as_deref());
        match self.rules.verb {
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
        let (objects, by) = (&self.objects, self.rules.by.as_deref());
        match self.rules.verb {
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
    in_order(all)
}

fn in_order(mut all: Vec<(usize, Answer)>) -> Vec<Answer> {
    all.sort_by_key(|(index, _)| *index);
    all.into_iter().map(|(_, answer)| answer).collect()
}
