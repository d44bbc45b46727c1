//! `crm import`, `crm update`, `crm upsert` and `crm archive`: the rows of a file, or the records that filters find, written
//! in as few requests as the vendor allows.

mod arguments;
mod calls;
mod found;
mod hubspot;
mod journal;
mod results;
mod send;
mod source;
mod target;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::time::SystemTime;

use clap::ArgMatches;
use serde_json::{Value, json};

use crate::catalogue::{Api, ObjectType};
use crate::check::{self, Fault};
use crate::confirm;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::note;
use crate::options::Options;
use crate::output::{self, Format};
use crate::request;
use crate::session::Session;
pub(super) use arguments::{archive, import, update, upsert};
use calls::Calls;
use hubspot::Batches;
use journal::{Head, Journal, Past};
use results::Results;
use send::Work;
use source::{Form, Source};
pub(super) use target::Verb;
use target::{Ready, Target};

/// The number of rows from which on a write must be confirmed.
const MOST: usize = 100;
/// The maximum number of mistakes that are collected.
const MOST_FAULTS: usize = 20;

/// Writes the rows of a file, or those of `--where`.
pub(super) async fn run(verb: Verb, matches: ArgMatches, options: Options) -> Result<(), Failure> {
    if options.all {
        return Err(Failure::usage("all rows of the file are sent; leave out --all"));
    }
    let text = |name: &str| matches.try_get_one::<String>(name).ok().flatten().map(String::as_str);
    let session = Session::open(options.profile.as_deref(), options.fake.as_deref())?;
    let (filters, words) = (arguments::filters(&matches), arguments::words(&matches));
    // One listener from the beginning to the end: a signal that comes between two of them is lost.
    let (file, source, mut interrupt) = match words.as_slice() {
        words if !filters.is_empty() => {
            let kind = (text("vendor").unwrap_or_default(), text("object").unwrap_or_default());
            let mut interrupt = Interrupt::new();
            let found = interrupt.or(found::rows(verb, kind, &filters, words, &session)).await;
            let Some(source) = found.ok_or_else(interrupted)?? else {
                note::say("the filters find no record; nothing was sent");
                return Ok(());
            };
            // Their values are on the command line, so there is no file that a journal is beside.
            ("-", source, interrupt)
        }
        // Standard input may be a terminal, so a signal ends the program until all of it is read.
        [file] => (file.as_str(), Source::read(file)?, Interrupt::new()),
        _ => return Err(Failure::usage("give one file; values as NAME=VALUE are for the records of --where")),
    };
    if source.empty > 0 {
        let rows = if source.empty == 1 { "row" } else { "rows" };
        note::say(&format!("skipped, because all cells are empty: {} {rows}", source.empty));
    }
    let opened = interrupt.or(target(verb, &text, &source, &session)).await;
    let (mut target, api) = opened.ok_or_else(interrupted)??;
    session.permit(&target.operation(), api.entry, &options)?;
    if !target.repeatable() && results::is_unknown(file) {
        return Err(Failure::usage(format!(
            "{file} has rows that may have been written; look them up, and import those that are missing from a file with \
             another name"
        )));
    }
    if text("failed") == Some("-") {
        return Err(Failure::usage("--failed takes the name of a file; standard output has the results"));
    }
    if let Some(failed) = text("failed") {
        let input = (file != "-").then(|| (PathBuf::from(file), Journal::path(file)));
        let (input, journal) = input.as_ref().map(|(input, journal)| (input.as_path(), journal.as_path())).unzip();
        results::replaces_nothing(failed, input, journal, &source, target.repeatable())?;
    }
    check(&source, target.as_mut())?;
    if source.len() == 0 {
        note::say(&format!("there are no rows in {}; nothing was sent", source.name));
    }
    if let Some(name) = target.not_sent().first().filter(|_| !filters.is_empty()) {
        let name = check::shown(name);
        return Err(Failure::usage(format!("{name}: only the vendor writes it; leave it out; nothing was sent")));
    }
    let (associations, fixed): (Vec<String>, Vec<String>) =
        target.not_sent().into_iter().partition(|name| name.starts_with("associations"));
    for (names, why) in [(fixed, "only the vendor writes them"), (associations, "only crm import writes associations")]
    {
        if !names.is_empty() {
            let names: Vec<&str> = names.iter().map(|name| check::shown(name)).collect();
            note::say(&format!("not sent, because {why}: {}", names.join(", ")));
        }
    }

    let head = Head { operation: target.operation(), account: account(&options, api), repeatable: target.repeatable() };
    // Fakes forget everything at the end, and standard input cannot be read again.
    let path = (file != "-" && !session.is_fake()).then(|| Journal::path(file));
    let again = match path {
        Some(_) => "; run the same command again to continue",
        None if !filters.is_empty() && !session.is_fake() => "; to continue, run it again, beginning with --dry-run",
        None => "",
    };
    let past = path.clone().map_or_else(|| Ok(Past::default()), |path| Journal::past(path, &head, &source))?;
    let (begun, past) = (past.confirmed, past.results(target.repeatable()));
    let left: Vec<usize> = (1..=source.len()).filter(|row| !past.contains_key(row)).collect();
    let first = interrupt.or(first(&source, target.as_mut(), &left)).await.ok_or_else(interrupted)??;
    let what = format!("{} with {} at {}", head.operation, head.account, first["url"]);
    if options.dry_run {
        return plan(&head, &source, target.as_ref(), &left, first, &what);
    }
    match text("confirm") {
        // The journal shows that this input was confirmed.
        _ if left.is_empty() || begun || session.is_fake() => {}
        Some(given) => confirm::check(&what, source.bytes(), given, SystemTime::now())?,
        None if (left.len() > MOST || verb == Verb::Archive) => {
            return Err(Failure::usage(format!(
                "{verb} of {} rows must be confirmed; look at the plan with --dry-run, and add its digest: --confirm DIGEST",
                left.len()
            )));
        }
        None => {}
    }
    let (mut journal, past) = match path {
        Some(path) if !left.is_empty() || path.exists() => {
            let (journal, past) = Journal::open(path, &head, &source)?;
            (Some(journal), past.results(target.repeatable()))
        }
        _ => (None, past),
    };
    if let Some(Err(failure)) = text("failed").map(|failed| results::prepare(failed, target.repeatable())) {
        if let Some(journal) = journal {
            journal.unused();
        }
        return Err(failure);
    }
    if !past.is_empty() {
        note::say(&format!("{} of {} rows have a result from before", past.len(), source.len()));
    }
    let mut results = Results::new(Format::of(options.format));
    let mut work = Work::new(&source, target.as_mut(), verb, journal.as_mut(), &mut results);
    let sent = work.run(past, &mut interrupt).await;
    let (done, in_doubt, repeatable) = (results.count(), results.in_doubt(), target.repeatable());
    // The values of --where clear properties; those of a file only on request.
    let clears = !filters.is_empty() && words.iter().any(|word| word.ends_with('=') && word.matches('=').count() == 1);
    let ended = results.end(&source, text("failed"), repeatable, clears);
    // The journal has results that could not be written.
    let unwritten = ended.is_err() && journal.is_some();
    // Rows that may be sent once more: the failure advises that already.
    let advised = repeatable && matches!(&ended, Ok(Err(failure)) if failure.is_doubt());
    match sent {
        Err(failure) => {
            let mut line = format!("; {done} of {} rows have a result", source.len());
            if let Err(ended) | Ok(Err(ended)) = ended {
                let ended = ended.to_string();
                if ended != failure.to_string() {
                    line = format!("{line}; {ended}");
                }
            }
            if (done < source.len() || unwritten) && !advised {
                line.push_str(again);
            }
            Err(coded(failure.and(&line), in_doubt, done))
        }
        Ok(()) => {
            // What could not be written here is written by the next run.
            let again = if unwritten { again } else { "" };
            let ended = ended.map_err(|failure| coded(failure.and(again), in_doubt, done))?;
            if let Some(journal) = journal {
                // Rows that may have been written are sent again by the next run.
                journal.end(!repeatable || matches!(&ended, Err(failure) if failure.is_doubt()));
            }
            ended
        }
    }
}

/// A signal came before the first row was sent.
fn interrupted() -> Failure {
    Failure::other("interrupted; nothing was written")
}

/// Gives a failure the exit code of an import that is not complete.
fn coded(failure: Failure, in_doubt: bool, done: usize) -> Failure {
    if in_doubt {
        return Failure::doubt(failure.to_string());
    }
    // The codes of other kinds say that the vendor changed nothing.
    if done == 0 || failure.is_doubt() || failure.as_json()["kind"] == "other" {
        return failure;
    }
    Failure::other(failure.to_string())
}

/// Returns the name of the account: the profile, or the variable of the environment with a hash of its credential.
fn account(options: &Options, api: &Api) -> String {
    let token = std::env::var(api.entry.variable).ok().filter(|token| !token.is_empty());
    match (&options.profile, token) {
        (None, Some(token)) => format!("{} ({:.12})", api.entry.variable, journal::hash([token.as_bytes()])),
        (profile, _) => format!("the profile {}", profile.as_deref().unwrap_or("default")),
    }
}

/// Connects to the operations that write the rows.
async fn target<'a>(
    verb: Verb,
    text: &impl Fn(&str) -> Option<&'a str>,
    source: &Source,
    session: &Session,
) -> Result<(Box<dyn Target>, &'static Api), Failure> {
    let (vendor, object) = (text("vendor").unwrap_or_default(), text("object").unwrap_or_default());
    let object = ObjectType::meant(vendor, object).filter(|_| vendor == "hubspot").map_or(object, |one| one.name);
    let segment = if vendor == "hubspot" { hubspot::segment(object, verb)? } else { None };
    if let Some(segment) = segment {
        let by = text("by").map(str::to_owned);
        // A value of the command line is meant, also an empty one.
        let clears = text("empty") == Some("clear") || text("where").is_some();
        let batches = Batches::open(object, &segment, verb, by, clears, source, session).await?;
        let api = Api::of(vendor).next().ok_or_else(|| Failure::other("HubSpot has no operations"))?;
        return Ok((Box::new(batches), api));
    }
    let found = calls::operation(vendor, object, verb)?;
    for option in ["by", "empty"] {
        if text(option).is_some() {
            return Err(Failure::usage(format!("{} has no --{option}; only HubSpot's records have", found.words())));
        }
    }
    let calls = Calls::open(found, verb, matches!(source.form, Form::Csv { .. }), session).await?;
    Ok((Box::new(calls), found.api))
}

/// Checks all rows before the first is sent.
fn check(source: &Source, target: &mut dyn Target) -> Result<(), Failure> {
    let (mut faults, mut seen) = (Vec::new(), HashSet::new());
    let hidden = source.hidden_columns();
    let mut keys: HashMap<(String, String), usize> = HashMap::new();
    for number in 1..=source.len() {
        let mut fault = |fault: Fault| {
            // The same mistake in each row is one mistake.
            if seen.insert((fault.path.clone(), fault.text.clone())) {
                let path = match &hidden {
                    Some(columns) if fault.path == check::HIDDEN => columns.clone(),
                    _ => format!("{}, {}", source.place(number), fault.path),
                };
                faults.push(Fault { path, text: fault.text });
            }
        };
        match target.row(source.row(number)) {
            Ok(row) => {
                let key = target.key(&row);
                if let Some((other, (column, _))) = key.and_then(|key| Some((*keys.get(&key)?, key.clone()))) {
                    fault(Fault { path: column, text: format!("names the same record as {}", source.place(other)) });
                } else if let Some(key) = target.key(&row) {
                    keys.insert(key, number);
                }
            }
            Err(found) => found.into_iter().for_each(fault),
        }
        if faults.len() >= MOST_FAULTS {
            break;
        }
    }
    if faults.is_empty() {
        return Ok(());
    }
    Err(Failure::usage(format!("{}: {}; nothing was sent", source.name, check::sentence(&faults))))
}

/// Returns the first request, or null if no row is left.
async fn first(source: &Source, target: &mut dyn Target, left: &[usize]) -> Result<Value, Failure> {
    let chunk = left.iter().take(target.most());
    let rows = chunk.map(|row| Some((*row, target.row(source.row(*row)).ok()?))).collect::<Option<Vec<Ready>>>();
    let rows = rows.unwrap_or_default();
    if rows.is_empty() {
        return Ok(Value::Null);
    }
    let shown = target.preview(rows).await.map_err(|error| Failure::call(&error, false))?;
    Ok(request::as_json(&shown))
}

/// Writes what would be sent, with the digest that confirms it.
fn plan(
    head: &Head,
    source: &Source,
    target: &dyn Target,
    left: &[usize],
    first: Value,
    what: &str,
) -> Result<(), Failure> {
    let digest = confirm::digest(what, source.bytes(), SystemTime::now());
    let plan = json!({
        "operation": head.operation,
        "account": head.account,
        "rows": left.len(),
        "requests": left.len().div_ceil(target.most()),
        "first_request": first,
        "confirm": digest,
    });
    output::value(&plan, Format::Json)?;
    // The plan may be longer than the screen.
    if left.len() > MOST {
        note::say(&format!("to send the {} rows, add: --confirm {digest}", left.len()));
    }
    Ok(())
}
