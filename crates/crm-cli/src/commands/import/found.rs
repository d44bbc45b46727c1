//! The rows of `--where`: the records that filters find, each with the same values.

use serde_json::{Map, Value};

use super::hubspot;
use super::source::Source;
use super::target::Verb;
use crate::arguments::fields;
use crate::catalogue::kebab;
use crate::check::shown;
use crate::commands::{records, search};
use crate::failure::Failure;
use crate::session::Session;

/// The name of the rows in messages.
const NAME: &str = "the records found";

/// Returns a row for each record of HubSpot that the filters find, or `None` if there is no such record. `words` are the
/// values to write, as `NAME=VALUE`.
pub(super) async fn rows(
    verb: Verb,
    (vendor, object): (&str, &str),
    filters: &[String],
    words: &[String],
    session: &Session,
) -> Result<Option<Source>, Failure> {
    if vendor != "hubspot" {
        return Err(Failure::usage("--where finds records of HubSpot only; write the ids and values to a file"));
    }
    let segment = hubspot::segment(object, verb)?.ok_or_else(|| records::unknown(object))?;
    let mut row = values(verb, words)?;
    let ids = search::ids(&segment, filters, session).await?;
    if ids.is_empty() {
        return Ok(None);
    }
    let lines = ids.into_iter().map(|id| {
        row.insert("id".to_owned(), id.into());
        format!("{}\n", Value::Object(row.clone()))
    });
    let lines: String = lines.collect();
    Source::of(NAME, lines.into_bytes()).map(Some).map_err(Failure::usage)
}

/// Reads the values to write.
fn values(verb: Verb, words: &[String]) -> Result<Map<String, Value>, Failure> {
    let mut row = Map::new();
    for word in words {
        let (name, value) = fields::pair(word)?;
        let name = name.strip_prefix("properties.").unwrap_or(name);
        if matches!(kebab(name).as_str(), "id" | "hs-object-id") {
            return Err(Failure::usage("the filters of --where name the records; leave out the id"));
        }
        if name.split('.').next() == Some("associations") {
            return Err(Failure::usage(format!("{}: only crm import writes associations; leave it out", shown(name))));
        }
        if row.insert(name.to_owned(), value.into()).is_some() {
            return Err(fields::twice(name));
        }
    }
    match verb {
        Verb::Archive if !row.is_empty() => Err(Failure::usage("an archive writes no values; leave out NAME=VALUE")),
        Verb::Update if row.is_empty() => Err(Failure::usage("give the values to write, for example: amount=0")),
        _ => Ok(row),
    }
}
