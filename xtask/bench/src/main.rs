//! The costs of the clients: `cargo xtask bench` measures calls (`speed`), `cargo xtask bench compile` the compiler.
//!
//! The latter is compared with the output of stock progenitor and others for the same documents, on the same machine in
//! the same run.

mod fresh;
mod measure;
mod ours;
mod parts;
mod raw;
mod report;
mod rewrite;
mod row;
mod speed;

use std::path::Path;
use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::{Context, Result};
use clap::Parser;

use measure::Bench;
use parts::{Part, Parts};
use report::Report;
use row::Row;

const INTRODUCTION: &str = "# What the clients cost to compile\n
Written by `cargo xtask bench compile --write`. Each number is of one crate alone: what it depends on was compiled
before. Seconds are processor time (user and system), memory is the most that one rustc held: `ghl-sdk` is two crates,
of which the larger counts, and `hoopai-client` with `v3` is two versions of the API in one. For default features, the
fastest of three runs. The baselines are made by the same command from the same documents, with progenitor as published,
in its builder style. A fresh program is all that it depends on, in an empty folder, by one job of cargo; its baseline is the
same program with the client of commit 501a2761, when TLS was not a choice and the cryptography was aws-lc.\n\n";

/// Measures what calls cost, beside the peers; exits with 1 where a target is missed
#[derive(Parser)]
#[command(name = "cargo xtask bench", args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    speed: speed::Options,
}

/// Kind of measurement.
#[derive(clap::Subcommand)]
enum Command {
    /// Measures processor time and memory of compiling each client, and compares
    Compile(Options),
}

#[derive(clap::Args)]
struct Options {
    /// For programs
    #[arg(long)]
    json: bool,
    /// Only these parts
    #[arg(long, value_enum, value_name = "NAME", num_args = 1..)]
    only: Vec<Part>,
    /// Keep the baseline crates below target/bench
    #[arg(long)]
    keep: bool,
    /// Put the table into docs/compile-times.md; with --only, those rows
    #[arg(long, conflicts_with = "documents")]
    write: bool,
    /// The date in the table, as 2026-01-31; the system's if there is none
    #[arg(long)]
    date: Option<String>,
    /// The documents in the baselines, all if none is named
    #[arg(last = true, hide = true)]
    documents: Vec<String>,
}

fn main() -> ExitCode {
    if let Some(code) = measure::wrapped() {
        return code;
    }
    let (root, Arguments { command, speed }) = (xtask::root(), Arguments::parse());
    xtask::end(match command {
        Some(Command::Compile(options)) => compile(&root, &options),
        None => speed::run(&root, &speed),
    })
}

/// Measures, prints, and returns true if every target is met.
fn compile(root: &Path, options: &Options) -> Result<bool> {
    let bench = Bench::new(root)?;
    let mut parts = Parts::new(&bench, &options.documents)?;
    let mut rows: Vec<Row> = Vec::new();
    for part in Part::ALL.into_iter().filter(|part| options.only.is_empty() || options.only.contains(part)) {
        match parts.measure(part) {
            Ok(measured) => rows.extend(measured),
            Err(error) => rows.push(Row::failed(part.name(), format!("{error:#}"))),
        }
    }
    let baselines = parts.baselines();
    let mut report = Report {
        date: date(options.date.as_deref()),
        rustc: rustc()?,
        cores: cores(),
        rows,
        baselines,
        profile: Vec::new(),
    };
    if report.missed() {
        report.profile = std::mem::take(&mut parts.profile);
    }
    let file = root.join("docs/compile-times.md");
    let whole = options.write && options.only.is_empty();
    report.give(options.json, whole.then_some(&*file), INTRODUCTION)?;
    if options.write && !whole {
        let parts: Vec<String> = options.only.iter().map(|part| part.name()).collect();
        report.put_into(&file, &parts.iter().map(String::as_str).collect::<Vec<_>>())?;
    }
    if !options.keep {
        parts.remove()?;
    }
    Ok(!report.missed())
}

fn date(given: Option<&str>) -> String {
    let today = || chrono::DateTime::<chrono::Utc>::from(SystemTime::now()).format("%Y-%m-%d").to_string();
    given.map_or_else(today, str::to_owned)
}

fn rustc() -> Result<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = std::process::Command::new(rustc).arg("--version").output().context("rustc could not be run")?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
