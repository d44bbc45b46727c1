//! The costs of the clients: `cargo xtask bench` measures calls (`speed`), `cargo xtask bench cli` the command line,
//! `cargo xtask bench compile` the compiler.
//!
//! The last is compared with the output of stock progenitor and others for the same documents, on the same machine in
//! the same run.

mod cargo;
mod cli;
mod fresh;
mod measure;
mod options;
mod ours;
mod parts;
mod peers;
mod raw;
mod report;
mod rewrite;
mod row;
mod speed;

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use measure::Bench;
use options::Options;
use parts::{Part, Parts};
use report::Report;
use xtask::program::output;

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
    speed: Options<speed::Part>,
}

/// Kind of measurement.
#[derive(clap::Subcommand)]
enum Command {
    /// Measures processor time and memory of compiling each client, and compares
    Compile(Options<Part>),
    /// Measures the command line and its MCP server, beside HubSpot's
    Cli(Options<cli::Part>),
}

fn main() -> ExitCode {
    if let Some(code) = measure::wrapped() {
        return code;
    }
    let (root, Arguments { command, speed }) = (xtask::root(), Arguments::parse());
    xtask::end(match command {
        Some(Command::Compile(options)) => compile(&root, &options),
        Some(Command::Cli(options)) => cli::run(&root, &options),
        None => speed::run(&root, &speed),
    })
}

/// Measures, prints, and returns true if every target is met.
fn compile(root: &Path, options: &Options<Part>) -> Result<bool> {
    let bench = Bench::new(root)?;
    let mut parts = Parts::new(&bench)?;
    let rows = options.measure(|part| parts.measure(part));
    let report = Report { rustc: rustc()?, cores: cores(), rows, baselines: parts.baselines(), profile: parts.profile };
    report.give(options, &root.join("docs/compile-times.md"), INTRODUCTION)
}

fn rustc() -> Result<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    Ok(output(std::process::Command::new(rustc).arg("--version"))?.trim().to_owned())
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
