//! `crm watch`: records that were created, changed, merged or archived since a time, or since the last run.

mod place;

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Arg, ArgGroup, ArgMatches, Command};
use crm_core::{Cursor, Error, Timestamp};
use hoopai_client::ContactChanges;
use hubspot_client::{Change, Changes};
use serde_json::{Value, json};

use self::place::Place;
use super::records::{self, Kind, Records, names, row};
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::note;
use crate::options::{Opt, Options};
use crate::output::{self, Format};
use crate::session::Session;

/// The number of lines after which the position is stored.
const LINES: u64 = 500;

pub(super) fn command() -> Command {
    Command::new("watch")
        .about("Write what was created, changed, merged and archived since a time or since the last run")
        .args(records::arguments())
        .arg(Arg::new("since").long("since").value_name("TIME").help("The beginning, for example 2026-01-31T08:00:00Z"))
        .arg(Arg::new("since-last").long("since-last").value_name("FILE").help(
            "Continue where the last run with this file ended, and keep the position in it; the first run begins at --since",
        ))
        .group(ArgGroup::new("begin").args(["since", "since-last"]).required(true).multiple(true))
        .arg(records::properties())
        .arg(
            Arg::new("follow")
                .long("follow")
                .value_name("SECONDS")
                .num_args(0..=1)
                .require_equals(true)
                .default_missing_value("60")
                .value_parser(clap::value_parser!(u64).range(1..=86_400))
                .help("Look again after this time, until Ctrl-C [default: 60]"),
        )
        .after_help(
            "Each line has \"change\": created or changed with \"record\"; merged with the ids \"old\" and \"new\"; archived \
             with \"id\". HoopAI returns only changed contacts, which may be new, and none that were deleted. A change can \
             come again in a later run, because searches of the vendor lag behind: use lines idempotently, by id.",
        )
}

pub(super) async fn run(matches: ArgMatches, options: Options) -> Result<(), Failure> {
    options.without(Opt::All, "all changes are read")?;
    options.without(Opt::DryRun, "a watch sends more than one request")?;
    if options.format.is_some_and(|format| format != Format::Jsonl) {
        return Err(Failure::usage("changes are written as a JSON value per line; leave out --format"));
    }
    let kind = Kind::read(&matches, "search")?;
    let properties = names(&matches, "properties");
    if matches!(kind, Kind::HoopAi { .. }) && !properties.is_empty() {
        return Err(Failure::usage("HoopAI returns all properties; leave out --properties"));
    }
    let file = matches.get_one::<String>("since-last").map(PathBuf::from);
    let begun = file.as_deref().map(place::read).transpose()?.flatten();
    let since = matches.get_one::<String>("since");
    let since = match (since, &begun, &file) {
        (Some(since), ..) => since.as_str(),
        // The position contains the time.
        (None, Some(_), _) => "0",
        (None, None, file) => {
            let file = file.as_deref().map(|file| format!("{} does not exist yet", file.display()));
            let file = file.unwrap_or_default();
            return Err(Failure::usage(format!("{file}; add --since TIME for the first run")));
        }
    };
    // A number is a time in milliseconds since 1970.
    if Timestamp::from(since).unix_millis().is_none() {
        return Err(Failure::usage("--since: must be a point in time; write for example 2026-01-31T08:00:00Z"));
    }
    let session = Session::open(options.profile.as_deref(), options.fake.as_deref())?;
    let account = session.account(kind.api()?);
    if let (Some(file), Some(stored)) = (&file, begun.as_ref().and_then(|begun| begun.account.as_ref())) {
        records::same_account(file, stored, &account)?;
    }
    let records = kind.open(&session).await?;
    records.expect(&kind, &records::asked(&properties)).await?;
    let mut watch = Watch { kind, account, file, interrupt: Interrupt::new(), before: HashSet::new() };
    let pause = matches.get_one::<u64>("follow").copied().map(Duration::from_secs);
    let mut cursor = begun.map(|begun| begun.cursor);
    loop {
        let stream =
            Stream::open(&records, since, &properties, cursor).map_err(|error| wrong(&error, watch.file.is_some()))?;
        cursor = watch.pass(stream).await?;
        match (pause, &cursor) {
            (None, Some(_)) | (Some(_), None) => return Ok(()),
            (None, None) => return Err(Failure::other("interrupted")),
            (Some(pause), Some(_)) => {
                if watch.interrupt.or(tokio::time::sleep(pause)).await.is_none() {
                    return Ok(());
                }
            }
        }
    }
}

/// The failure of a time or a position that cannot be used.
fn wrong(error: &Error, has_file: bool) -> Failure {
    let advice = if has_file {
        "; give each type of object a file of its own, or delete the file to begin at --since"
    } else {
        ""
    };
    Failure::usage(format!("{error}{advice}"))
}

/// The changes of one run.
enum Stream {
    HubSpot(Box<Changes>),
    HoopAi(Box<ContactChanges>),
}

impl Stream {
    fn open(records: &Records, since: &str, properties: &[String], cursor: Option<Cursor>) -> Result<Self, Error> {
        // A number is a time in milliseconds since 1970.
        match records {
            Records::HubSpot(objects, _) => {
                let mut changes = objects.changes(since)?;
                if !properties.is_empty() {
                    changes = changes.properties(properties);
                }
                Ok(Self::HubSpot(Box::new(changes.resume_or_begin(cursor)?)))
            }
            Records::HoopAi(contacts, location) => {
                let changes = contacts.changes(location, since)?;
                Ok(Self::HoopAi(Box::new(changes.resume_or_begin(cursor)?)))
            }
        }
    }

    async fn next(&mut self) -> Option<Result<Value, Error>> {
        match self {
            Self::HubSpot(changes) => Some(changes.next().await?.map(shown)),
            Self::HoopAi(changes) => {
                Some(changes.next().await?.map(|one| json!({"change": "changed", "record": row(one)})))
            }
        }
    }

    fn cursor(&self) -> Cursor {
        match self {
            Self::HubSpot(changes) => changes.cursor(),
            Self::HoopAi(changes) => changes.cursor(),
        }
    }
}

fn shown(change: Change) -> Value {
    match change {
        Change::Created(record) => json!({"change": "created", "record": row(record)}),
        Change::Changed(record) => json!({"change": "changed", "record": row(record)}),
        Change::Merged { old, new } => json!({"change": "merged", "old": old, "new": new}),
        Change::Archived { id, merged, at } => json!({"change": "archived", "id": id, "merged": merged, "at": at}),
        // A kind that this program does not know yet.
        _ => json!({"change": "other"}),
    }
}

/// A watch over one or more runs.
struct Watch {
    kind: Kind,
    /// The account whose records are watched.
    account: String,
    file: Option<PathBuf>,
    interrupt: Interrupt,
    /// The lines of the run before, by their hashes: a run begins before the end of the one before.
    before: HashSet<u64>,
}

impl Watch {
    /// Writes the changes of a run and returns the beginning of the next one, or `None` after Ctrl-C.
    async fn pass(&mut self, mut stream: Stream) -> Result<Option<Cursor>, Failure> {
        let mut seen = HashSet::new();
        let mut lines = 0;
        let ended = loop {
            match self.interrupt.or(stream.next()).await {
                Some(Some(Ok(change))) => {
                    let mut hash = DefaultHasher::new();
                    change.to_string().hash(&mut hash);
                    let hash = hash.finish();
                    seen.insert(hash);
                    if !self.before.contains(&hash) {
                        output::value(&change, Format::Jsonl)?;
                        lines += 1;
                        if lines % LINES == 0 {
                            self.store(stream.cursor())?;
                        }
                    }
                }
                Some(Some(Err(error))) => break Err(self.kind.failed("search", &error)),
                Some(None) => break Ok(Some(stream.cursor())),
                None => break Ok(None),
            }
        };
        self.store(stream.cursor())?;
        if !matches!(ended, Ok(Some(_)))
            && let Some(file) = &self.file
        {
            note::say(&format!("the same command continues at the position in {}", file.display()));
        }
        self.before = seen;
        ended
    }

    /// Keeps the position behind the lines that were written.
    fn store(&self, cursor: Cursor) -> Result<(), Failure> {
        io::stdout().flush().map_err(|error| Failure::output(&error))?;
        let Some(file) = &self.file else { return Ok(()) };
        place::write(file, &Place { account: Some(self.account.clone()), cursor })
    }
}
