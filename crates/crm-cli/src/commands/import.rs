//! `crm import`, `crm update`, `crm upsert` and `crm archive`: the rows of a file, or the records that filters find, written
//! in as few requests as the vendor allows.

mod arguments;
mod calls;
mod check;
mod connect;
mod ending;
mod found;
mod given;
mod hubspot;
mod journal;
mod plan;
mod results;
mod send;
mod source;
mod target;

use clap::ArgMatches;

pub(super) use self::arguments::{archive, import, update, upsert};
use self::ending::Ending;
use self::given::Given;
use self::journal::{Head, Journal, Past};
use self::plan::Plan;
use self::results::Results;
use self::send::Work;
pub(super) use self::target::Verb;
use crate::failure::Failure;
use crate::note;
use crate::options::Options;
use crate::output::Format;
use crate::session::Session;

/// Writes the rows of a file, or those of `--where`.
pub(super) async fn run(verb: Verb, matches: ArgMatches, options: Options) -> Result<(), Failure> {
    if options.all {
        return Err(Failure::usage("all rows of the file are sent; leave out --all"));
    }
    let given = Given::read(&matches);
    let session = Session::open(options.profile.as_deref(), options.fake.as_deref())?;
    let Some((source, mut interrupt)) = given.source(verb, &session).await? else {
        note::say("the filters find no record; nothing was sent");
        return Ok(());
    };
    let opened = interrupt.or(connect::target(verb, &given, &source, &session)).await;
    let (mut target, api) = opened.ok_or_else(interrupted)??;
    session.permit(&target.operation(), api.entry, &options)?;
    let repeatable = target.repeatable();
    given.check_files(&source, repeatable)?;
    check::rows(&source, target.as_mut())?;
    check::columns(&source, target.as_ref(), given.finds())?;

    // Fakes forget everything at the end, and standard input cannot be read again.
    let path = given.file().filter(|_| !session.is_fake()).map(Journal::path);
    let head = Head { operation: given.operation(target.operation()), account: session.account(api.entry), repeatable };
    let past = path.as_deref().map_or_else(|| Ok(Past::default()), |path| Journal::past(path, &head, &source))?;
    let confirmed = past.confirmed;
    let past = past.results(repeatable);
    let left: Vec<usize> = (1..=source.len()).filter(|row| !past.contains_key(row)).collect();
    let plan = interrupt.or(Plan::make(&head, &source, target.as_mut(), &left)).await.ok_or_else(interrupted)??;
    if options.dry_run {
        return plan.show(&source, options.format);
    }
    // The journal shows that this input was confirmed.
    if !left.is_empty() && !confirmed && !session.is_fake() {
        plan.confirm(verb, &source, given.confirm.as_deref())?;
    }

    let again = match path {
        Some(_) => "; run the same command again to continue",
        None if given.finds() && !session.is_fake() => "; to continue, run it again, beginning with --dry-run",
        None => "",
    };
    let (mut journal, past) = match path {
        Some(path) if !left.is_empty() || path.exists() => {
            let (journal, past) = Journal::open(path, &head, &source)?;
            (Some(journal), past.results(repeatable))
        }
        _ => (None, past),
    };
    if let Some(Err(failure)) = given.failed.as_deref().map(|failed| results::prepare(failed, repeatable)) {
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
    Ending { source: &source, given: &given, repeatable, again }.of(sent, results, journal)
}

/// A signal came before the first row was sent.
fn interrupted() -> Failure {
    Failure::other("interrupted; nothing was written")
}
