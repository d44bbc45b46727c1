//! The workspace's own tool: documents become clients, and everything is checked with one command.

mod api;
mod bench;
mod cargo;
mod coverage;
mod diff;
mod generate;
mod git;
mod import;
mod needs;
mod package;
mod release;
mod run;
mod singles;
mod supply;
mod swap;
mod sync;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use codegen::model as refine;
use codegen::{normalise, read as specs, write};

/// Exit codes: 0 all is well, 1 a check failed or something is wrong, 2 the command is not understood.
#[derive(Parser)]
#[command(name = "cargo xtask", about = "Generates, checks and shows the CRM clients")]
struct Xtask {
    #[command(subcommand)]
    command: Command,
}

/// The arguments of a program of its own, which reads them.
#[derive(clap::Args)]
struct Arguments {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
    all: Vec<OsString>,
}

#[derive(Subcommand)]
enum Command {
    /// Takes a vendor's OpenAPI document, or a folder of them, into the folder of VENDOR, without its prose
    Import {
        /// The vendor: a folder of specs
        vendor: String,
        /// The document or folder to read
        from: PathBuf,
        /// The folder below specs/VENDOR that takes the documents
        #[arg(long, default_value = "")]
        into: String,
        /// Where the document comes from, for the lock file
        #[arg(long)]
        source: String,
    },
    /// Takes a vendor's newer documents, keeps our corrections, generates, and shows what changed; all or nothing
    Sync {
        /// The vendor: a folder of specs
        vendor: String,
        /// The document, or a folder or checkout that holds documents
        from: PathBuf,
        /// The folder below specs/VENDOR that takes them; else the one whose documents are called like that
        #[arg(long)]
        into: Option<String>,
        /// Where they come from, for the lock file; else what it says of them already
        #[arg(long)]
        source: Option<String>,
    },
    /// Generates the clients from specs
    Generate {
        /// The vendors; all if none is named
        vendors: Vec<String>,
        /// Write nothing; show the difference and exit with 1 if there is one
        #[arg(long)]
        check: bool,
    },
    /// Shows what changed in the documents since a revision, and what that means to the users of the crates
    Diff {
        /// The revision to compare with
        #[arg(default_value = "HEAD")]
        revision: String,
        /// For programs
        #[arg(long)]
        json: bool,
    },
    /// Writes versions and changelogs from what changed, and tries to publish; publishes nothing unless told
    Release {
        /// Only show versions, changelogs, the order, and what still fails
        #[arg(long)]
        plan: bool,
        /// What was released last; else each crate's newest tag, as `crm-core-v0.1.0`
        #[arg(long)]
        since: Option<String>,
        /// Publish what a run before has written and somebody has committed
        #[arg(long, conflicts_with_all = ["plan", "since"])]
        publish: bool,
    },
    /// Shows which operations of the documents are in the clients
    Coverage {
        /// For programs
        #[arg(long)]
        json: bool,
        /// One line an operation: vendor, method, path; folded ones expanded
        #[arg(long, conflicts_with = "json")]
        operations: bool,
    },
    /// Measures what calls cost, beside the peers; exits with 1 where a target is missed
    #[command(args_conflicts_with_subcommands = true)]
    Bench {
        #[command(subcommand)]
        command: Option<bench::Command>,
        #[command(flatten)]
        speed: bench::speed::Options,
    },
    /// Shows all four clients at work against the fake vendors
    Demo {
        /// Read from the real hosts instead, with the credentials in the environment
        #[arg(long)]
        live: bool,
    },
    /// Plays operations and faults at random against the fakes, and compares what was reported with what is there
    #[command(disable_help_flag = true)]
    Soak(Arguments),
    /// Reads inputs changed at random, wherever anything is read; each target as long as told
    #[command(disable_help_flag = true)]
    Fuzz(Arguments),
    /// Writes what is public in each crate into docs/api, and checks whose types are in it
    Api {
        /// Write nothing; show the difference and exit with 1 if there is one
        #[arg(long)]
        check: bool,
    },
    /// Packs each crate, and checks, builds and tests the packages with nothing around them
    Package,
    /// Checks that every feature of every client compiles alone
    Features,
    /// Counts what each crate depends on, and checks licences and sources
    Supply(supply::Options),
    /// Shows the request of every operation's sample call, and the reply to it
    #[command(disable_help_flag = true)]
    Wire(Arguments),
    /// Runs every check: format, clippy, drift, dependencies, soak, tests, public items, documentation
    Test,
}

fn main() -> ExitCode {
    if let Some(code) = bench::wrapped().or_else(api::wrapped) {
        return code;
    }
    match run(Xtask::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(xtask: Xtask) -> Result<ExitCode> {
    let root = root();
    if swap::recover(&root)? {
        eprintln!("A run did not end; the files it had begun to write were put back.");
    }
    match xtask.command {
        Command::Import { vendor, from, into, source } => import::run(&root, &vendor, &from, &into, &source)?,
        Command::Sync { vendor, from, into, source } => {
            sync::run(&root, &vendor, &from, into.as_deref(), source.as_deref())?;
        }
        Command::Generate { vendors, check } => {
            if let generate::Outcome::Drift = generate::run(&root, &vendors, check)? {
                return Ok(ExitCode::FAILURE);
            }
        }
        Command::Diff { revision, json } => diff::run(&root, &revision, json)?,
        Command::Release { plan: true, since, .. } => return release::plan(&root, since.as_deref()),
        Command::Release { publish: true, .. } => return release::publish(&root),
        Command::Release { since, .. } => return release::apply(&root, since.as_deref()),
        Command::Coverage { json, operations } => {
            let format = match (json, operations) {
                (true, _) => coverage::Format::Json,
                (_, true) => coverage::Format::Operations,
                _ => coverage::Format::Table,
            };
            coverage::run(&root, format)?;
        }
        Command::Demo { live } => return run::demo(&root, live),
        Command::Bench { command, speed } => {
            let met = match command {
                Some(bench::Command::Compile(options)) => bench::run(&root, &options)?,
                None => bench::speed::run(&root, &speed)?,
            };
            if !met {
                return Ok(ExitCode::FAILURE);
            }
        }
        Command::Soak(arguments) => return run::program(&root, "crm-soak", &arguments.all),
        Command::Fuzz(arguments) => return run::program(&root, "crm-fuzz", &arguments.all),
        Command::Api { check } => {
            if !api::run(&root, check)? {
                return Ok(ExitCode::FAILURE);
            }
        }
        Command::Package => {
            if !package::run(&root)? {
                return Ok(ExitCode::FAILURE);
            }
        }
        Command::Features => {
            let failed = singles::run(&root)?;
            if failed > 0 {
                println!("{failed} features do not compile alone");
                return Ok(ExitCode::FAILURE);
            }
        }
        Command::Supply(options) => {
            if !supply::run(&root, &options)? {
                return Ok(ExitCode::FAILURE);
            }
        }
        Command::Wire(arguments) => return run::program(&root, "crm-wire", &arguments.all),
        Command::Test => return run::test(&root),
    }
    Ok(ExitCode::SUCCESS)
}

/// The workspace: the folder above this package.
fn root() -> PathBuf {
    // What cargo says of this run first: workspaces may share what they build.
    let told = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let manifest = told.unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    manifest.parent().unwrap_or(&manifest).to_owned()
}
