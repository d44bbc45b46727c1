//! `cargo xtask bench cli`: what the command line and its MCP server cost, beside HubSpot's own server.

mod session;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::cargo::{printed, program, stripped};
use super::measure::Bench;
use super::options::{self, Options};
use super::peers::{MCP, Peers, Runtime};
use super::report::Report;
use super::row::{Row, Target, Unit};
use session::Session;

const PACKAGE: &str = "crm-cli";

/// Each start is in a separate process; the best one counts.
const STARTS: usize = 20;

const INTRODUCTION: &str = "# What the command line and its MCP server cost\n
Written by `cargo xtask bench cli --write`. The baseline is HubSpot's own server for the Model Context Protocol, in the same
run; a number without one has a limit only. A start ends with the reply to `initialize` and is the best of 20, over stdio;
memory is the peak after `tools/list`.\n\n";

/// A part of the measurement.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Part {
    Operations,
    Start,
    Find,
    Describe,
    Requests,
    Rows,
    Binary,
    Compile,
}

/// The program, and the place of everything.
struct Cli<'a> {
    root: &'a Path,
    program: PathBuf,
    peers: Peers,
}

/// Measures, prints, and returns true if every target is met.
pub(crate) fn run(root: &Path, options: &Options<Part>) -> Result<bool> {
    let program = program(root, &["build", "--release", "--package", PACKAGE, "--bin", "crm"])?;
    let cli = Cli { root, program, peers: Peers::new(root) };
    let rows = options.measure(|part| part.measure(&cli));
    let node = cli.peers.version(Runtime::Node).unwrap_or_else(|| "is missing".to_owned());
    let baselines = vec![
        format!("MCP: `{}` {} by Node {node}; its list has the tools of HubSpot's CRM objects only", MCP.package, MCP.version),
        "`find`: the questions of `crates/crm-cli/src/find/questions.txt`, each with one right operation".to_owned(),
        "Cold release build: default features, an empty target folder, one job of cargo, beside `hubspot-client` with `full`"
            .to_owned(),
    ];
    let report = Report { rustc: super::rustc()?, cores: super::cores(), rows, baselines, profile: Vec::new() };
    report.give(options, &root.join("docs/cli-benchmarks.md"), INTRODUCTION)
}

impl options::Part for Part {
    fn name(&self) -> String {
        match self {
            Self::Operations => "operations",
            Self::Start => "MCP: start",
            Self::Find => "`find`",
            Self::Describe => "`describe`",
            Self::Requests => "requests",
            Self::Rows => "20,000 rows",
            Self::Binary => "binary",
            Self::Compile => "cold release build",
        }
        .to_owned()
    }
}

impl Part {
    fn measure(self, cli: &Cli<'_>) -> Result<Vec<Row>> {
        match self {
            Self::Operations => {
                let name = "catalogue::tests::every_operation_of_the_catalogue_is_read";
                let count = printed(cli.root, &["--package", PACKAGE, "--bin", "crm"], name)?.measured("operations")?;
                Ok(vec![Row::new("operations that can be called", Unit::Count, count, Target::AtLeast(1922.0))])
            }
            Self::Start => start(cli),
            Self::Find => find(cli),
            Self::Describe => {
                let name = "describe::tests::every_description_is_small";
                let printed = printed(cli.root, &["--package", PACKAGE, "--bin", "crm"], name)?;
                let longest = printed.measured("bytes of the longest description")?;
                let name = "`describe`, the longest of all operations: bytes";
                Ok(vec![Row::new(name, Unit::Count, longest, Target::AtMost(8192.0))])
            }
            Self::Requests => requests(cli),
            Self::Rows => rows(cli),
            Self::Binary => binary(cli),
            Self::Compile => compile(cli),
        }
    }
}

impl Cli<'_> {
    /// Starts the server.
    fn serve(&self, arguments: &[&str]) -> Result<Session> {
        Session::start(Command::new(&self.program).args(arguments))
    }

    /// Starts HubSpot's server. It asks for a token at its start, and does not use it before a call.
    fn peer(&self) -> Result<Session> {
        Session::start(self.peers.command(&MCP)?.env("PRIVATE_APP_ACCESS_TOKEN", "not-a-token"))
    }
}

/// A measure of our server beside HubSpot's, if that can be run.
fn beside(name: &str, unit: Unit, ours: f64, target: Target, peer: &Result<f64>) -> Row {
    match peer {
        Ok(peer) => Row::new(name, unit, ours, target).beside(Some(*peer)),
        Err(error) => Row { left_out: Some(format!("baseline: {error:#}")), ..Row::new(name, unit, ours, target) },
    }
}

/// The start, the memory, and the size of the list of tools.
fn start(cli: &Cli<'_>) -> Result<Vec<Row>> {
    let best = |start: &dyn Fn() -> Result<Session>| {
        let mut best = f64::INFINITY;
        for _ in 0..STARTS {
            let begun = Instant::now();
            let session = start()?;
            best = best.min(begun.elapsed().as_secs_f64());
            drop(session);
        }
        Ok::<_, anyhow::Error>(best)
    };
    let list = |mut session: Session| {
        session.ask("tools/list", json!({}))?;
        Ok::<_, anyhow::Error>((session.last as f64, session.memory()?))
    };
    let ours = || cli.serve(&["--fake", "mcp"]);
    let peer = || cli.peer();
    let (bytes, memory) = list(ours()?)?;
    let listed = peer().and_then(list);
    let of = |number: fn(&(f64, f64)) -> f64| match &listed {
        Ok(listed) => Ok(number(listed)),
        Err(error) => Err(anyhow::anyhow!("{error:#}")),
    };
    Ok(vec![
        beside("MCP: start", Unit::Time, best(&ours)?, Target::AtMost(0.02), &best(&peer)),
        beside("MCP: memory", Unit::Bytes, memory, Target::AtMost(25e6), &of(|listed| listed.1)),
        beside("MCP: bytes of `tools/list`", Unit::Count, bytes, Target::AtMost(6000.0), &of(|listed| listed.0)),
    ])
}

/// The plain questions, each with the operation that answers it.
fn find(cli: &Cli<'_>) -> Result<Vec<Row>> {
    let file = cli.root.join("crates/crm-cli/src/find/questions.txt");
    let text = std::fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
    let questions: Vec<(&str, &str)> = text.lines().filter_map(|line| line.split_once(" = ")).collect();
    let mut session = cli.serve(&["--fake", "mcp"])?;
    let (mut right, mut largest, mut slowest) = (0, 0, 0.0_f64);
    for (question, operation) in &questions {
        let begun = Instant::now();
        let found = session.call("find", &json!({ "question": question }))?;
        slowest = slowest.max(begun.elapsed().as_secs_f64());
        largest = largest.max(session.last);
        let mut first = found.as_array().into_iter().flatten().take(3);
        right += usize::from(first.any(|one| one["operation"] == *operation));
    }
    let part = right as f64 / questions.len() as f64;
    Ok(vec![
        Row::new("`find`: the right operation is in the first three", Unit::Part, part, Target::AtLeast(0.95)),
        Row::new("`find`, the largest reply: bytes", Unit::Count, largest as f64, Target::AtMost(2048.0)),
        Row::new("`find`, the slowest reply", Unit::Time, slowest, Target::AtMost(0.02)),
    ])
}

/// The requests that faults and batches cost, as the tests count them.
fn requests(cli: &Cli<'_>) -> Result<Vec<Row>> {
    let row = |test: &str, what: &str, most: f64| -> Result<Row> {
        let name = format!("requests of {what}");
        let count = printed(cli.root, &["--package", PACKAGE, "--test", "suite"], test)?.measured(&name)?;
        Ok(Row::new(name, Unit::Count, count, Target::AtMost(most)))
    };
    Ok(vec![
        row("mcp::a_limit_is_waited_for", "a read that is limited twice", 3.0)?,
        row("mcp::writes_are_off_and_a_lost_one_is_reported", "a create that fails", 1.0)?,
        // One call a row, divided by 90.
        row("import::rows::ten_thousand_rows_are_upserted_in_a_hundred_requests", "10,000 upserts", 111.0)?,
    ])
}

/// A list that is far too large for one reply.
fn rows(cli: &Cli<'_>) -> Result<Vec<Row>> {
    const ROWS: usize = 20_000;
    let folder = cli.root.join("target/bench");
    std::fs::create_dir_all(&folder)?;
    let file = folder.join("contacts.json");
    let contact = |number: usize| json!({"email": format!("p{number}@example.com"), "firstname": "x".repeat(300)});
    let contacts: Vec<Value> = (0..ROWS).map(contact).collect();
    std::fs::write(&file, json!({"hubspot": {"contacts": contacts}}).to_string())?;
    let mut session = cli.serve(&[&format!("--fake={}", file.display()), "mcp"])?;
    let mut arguments = json!({"operation": "hubspot contacts list", "arguments": {"limit": 100}});
    let (mut seen, mut largest) = (0, 0);
    loop {
        let reply = session.call("read", &arguments)?;
        seen += reply["rows"].as_array().map_or(0, Vec::len);
        largest = largest.max(session.last);
        match reply.get("cursor") {
            Some(cursor) => arguments["cursor"] = cursor.clone(),
            None => break,
        }
    }
    std::fs::remove_file(file)?;
    Ok(vec![
        Row::new("20,000 rows, the largest reply: bytes", Unit::Count, largest as f64, Target::AtMost(32_768.0)),
        Row::new("20,000 rows: rows in all replies", Unit::Count, seen as f64, Target::AtLeast(ROWS as f64)),
    ])
}

fn binary(cli: &Cli<'_>) -> Result<Vec<Row>> {
    let bytes = stripped(cli.root, PACKAGE, "crm")?;
    Ok(vec![Row::new("binary, stripped", Unit::Bytes, bytes, Target::AtMost(25e6))])
}

/// The processor time of a build from nothing.
fn compile(cli: &Cli<'_>) -> Result<Vec<Row>> {
    let bench = Bench::new(cli.root)?;
    let seconds = |package: &[&str]| bench.cold(cli.root, &[&["build", "--release", "--package"], package].concat());
    let (ours, client) = (seconds(&[PACKAGE])?, seconds(&["hubspot-client", "--features", "full"])?);
    let name = "cold release build: CPU";
    Ok(vec![Row::new(name, Unit::Seconds, ours, Target::Times(1.6)).beside(Some(client))])
}
