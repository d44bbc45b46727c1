//! The question of an export: its records, the form of the rows and the file.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use clap::ArgMatches;
use crm_core::Error;
use serde_json::{Value, json};

use super::form::{Column, Form};
use crate::apis::ApiEntry;
use crate::arguments::pairs;
use crate::catalogue::{self, Found, ObjectType};
use crate::check::{self, Input};
use crate::commands::records::{Kind, associated, names};
use crate::failure::Failure;
use crate::options::Options;
use crate::output::Format;

/// The records, the form of the rows, and the file.
pub(super) struct Question {
    pub(super) what: What,
    pub(super) path: PathBuf,
    pub(super) csv: bool,
    pub(super) properties: Vec<String>,
    pub(super) all_properties: bool,
    pub(super) associations: Vec<String>,
}

/// The records of an export.
pub(super) enum What {
    Records(Kind),
    /// The list of an operation, with an input that was checked.
    List(Box<Found>, Input),
}

impl Question {
    pub(super) fn read(matches: &ArgMatches, options: &Options) -> Result<Self, Failure> {
        let path = PathBuf::from(matches.get_one::<String>("to").map(String::as_str).unwrap_or_default());
        let question = Self {
            what: what(matches)?,
            csv: is_csv(&path, options.format)?,
            path,
            properties: names(matches, "properties"),
            all_properties: matches.get_flag("all-properties"),
            associations: associations(matches),
        };
        question.check()?;
        Ok(question)
    }

    fn check(&self) -> Result<(), Failure> {
        let is_hubspot = matches!(self.what, What::Records(Kind::HubSpot(_)));
        let fault = match is_hubspot {
            true if self.csv && self.properties.is_empty() && !self.all_properties => {
                "the columns of a .csv file are properties; add --properties email,… or --all-properties"
            }
            false if self.all_properties || !self.associations.is_empty() => {
                "only HubSpot's types of object have --all-properties and --associations; leave them out"
            }
            false if self.csv && self.properties.is_empty() => {
                "the columns of a .csv file are members of the rows; add --properties id,… or export to a .jsonl file"
            }
            false if !self.csv && !self.properties.is_empty() => {
                "rows are written whole to a .jsonl file; leave out --properties"
            }
            _ => return self.associations.iter().try_for_each(|name| associated(&name.replace(' ', "_")).map(drop)),
        };
        Err(Failure::usage(fault))
    }

    /// Returns the API that has the records.
    pub(super) fn api(&self) -> Result<&'static ApiEntry, Failure> {
        match &self.what {
            What::Records(kind) => kind.api(),
            What::List(found, _) => Ok(found.api.entry),
        }
    }

    /// The description of the export. A position of one description cannot be used for another.
    pub(super) fn describe(&self, account: &str) -> Value {
        let (records, arguments) = match &self.what {
            What::Records(Kind::HubSpot(segment)) => (format!("hubspot {segment}"), Value::Null),
            What::Records(Kind::HoopAi { location }) => ("hoopai contacts".to_owned(), json!({"location": location})),
            What::List(found, input) => (found.words(), json!([input.arguments, input.body])),
        };
        json!({
            "account": account,
            "records": records,
            "arguments": arguments,
            "properties": if self.all_properties { json!("all") } else { json!(self.properties) },
            "associations": self.associations,
            "form": if self.csv { "csv" } else { "jsonl" },
        })
    }

    /// The failure of a call, without the texts of the input.
    pub(super) fn failed(&self, error: &Error) -> Failure {
        match &self.what {
            What::List(found, input) => Failure::operation(found, error).without(input),
            What::Records(kind) => kind.failed("list", error),
        }
    }

    /// The form of the rows, for records with these properties.
    pub(super) fn form(&self, properties: &[String]) -> Form {
        if !self.csv {
            return Form::Jsonl;
        }
        let column =
            if matches!(self.what, What::Records(Kind::HubSpot(_))) { Column::property } else { Column::member };
        // The rows of other lists may have no id.
        let has_id = matches!(self.what, What::Records(_));
        let mut columns: Vec<Column> = has_id.then(|| Column::member("id")).into_iter().collect();
        let named = properties.iter().filter(|name| !has_id || *name != "id");
        columns.extend(named.map(|name| column(name)));
        columns.extend(self.associations.iter().map(|object| Column::associated(object)));
        Form::Csv(columns)
    }
}

/// Returns the types of object of `--associations` by the names that HubSpot's replies have, each once.
fn associations(matches: &ArgMatches) -> Vec<String> {
    let mut seen = HashSet::new();
    let names = names(matches, "associations").into_iter().map(|name| {
        // The replies have blanks in the names.
        let known = ObjectType::meant("hubspot", &name.replace(' ', "_"));
        known.map_or(name, |one| one.word().to_owned())
    });
    names.filter(|name| seen.insert(name.clone())).collect()
}

/// Returns the records that the words name.
fn what(matches: &ArgMatches) -> Result<What, Failure> {
    let text = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    let vendor = text("vendor").unwrap_or_default();
    let words = || matches.get_many::<String>("words").into_iter().flatten();
    let given: Vec<&String> = words().filter(|word| word.contains('=')).collect();
    let named: Vec<&str> = words().filter(|word| !word.contains('=')).map(String::as_str).collect();
    if let [object] = named[..]
        && let Some(kind) = Kind::of(vendor, object, text("location"), "list")?
    {
        return match given.is_empty() {
            true => Ok(What::Records(kind)),
            false => Err(Failure::usage(format!(
                "an export reads all {object}; leave out NAME=VALUE, or write the records that filters find: crm search \
                 {vendor} {object} FILTER --format csv > FILE"
            ))),
        };
    }
    let called = |words: &[&str]| catalogue::find(&[&[vendor], words].concat());
    let listed: Vec<&str> = named.iter().copied().chain(["list"]).collect();
    let found = called(&named).or_else(|fault| called(&listed).map_err(|_| Failure::usage(fault)))?;
    let name = found.words();
    if found.operation.paging.is_none() || !found.operation.reads() {
        return Err(Failure::usage(format!("{name} is not a list; call it as it is: crm {name}")));
    }
    let location = text("location").map(|location| format!("location-id={location}"));
    let mut input = pairs(&found, given.into_iter().chain(&location))?;
    let faults = input.check(&found);
    match faults.is_empty() {
        true => Ok(What::List(Box::new(found), input)),
        false => Err(Failure::usage(format!("{}; see: crm describe {name}", check::sentence(&faults)))),
    }
}

/// Returns true for CSV and false for a JSON value per line.
fn is_csv(path: &Path, format: Option<Format>) -> Result<bool, Failure> {
    match format {
        Some(Format::Csv) => return Ok(true),
        Some(Format::Jsonl) => return Ok(false),
        Some(_) => return Err(Failure::usage("the formats of a file are jsonl and csv; change --format")),
        None => {}
    }
    match path.extension().and_then(|ending| ending.to_str()).map(str::to_lowercase).as_deref() {
        Some("csv") => Ok(true),
        Some("jsonl" | "ndjson") => Ok(false),
        _ => Err(Failure::usage("the name of the file ends neither in .jsonl nor in .csv; add --format jsonl or csv")),
    }
}
