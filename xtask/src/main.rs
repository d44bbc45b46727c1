//! The workspace's own tool: documents become clients, and everything is checked with one command.

mod coverage;
mod generate;
mod import;
mod needs;
mod run;
mod singles;
mod supply;
mod sync;
mod words;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use xtask::diff;

/// Exit codes: 0 all is well, 1 a check failed or something is wrong, 2 the command is not understood.
#[derive(Parser)]
#[command(name = "cargo xtask", about = "Generates, checks and shows the CRM clients")]
struct Xtask {
    #[command(subcommand)]
    command: Command,
}

/// The arguments of a separate program, which reads them.
#[derive(clap::Args)]
struct Arguments {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
    all: Vec<OsString>,
}

#[derive(Subcommand)]
enum Command {
    /// Imports documents that are in no repository of the vendor, without their prose
    Import {
        /// The vendor: a folder of specs
        vendor: String,
        /// The document or folder to read
        from: PathBuf,
        /// The folder below specs/VENDOR that takes the documents
        #[arg(long, default_value = "")]
        into: String,
        /// Source of the document, for the lock file
        #[arg(long)]
        source: String,
    },
    /// Takes a vendor's newer documents, keeps our corrections, generates, and shows what changed
    Sync {
        /// The vendor: a folder of specs
        vendor: String,
        /// A checkout of the vendor's repository
        checkout: PathBuf,
        /// Name of the state, for the lock file, if the checkout has no git
        #[arg(long)]
        source: Option<String>,
        /// Write nothing; show which files are those of the lock file and exit with 1 if one is not
        #[arg(long, conflicts_with = "source")]
        verify: bool,
    },
    /// Generates the clients from specs
    Generate {
        /// The vendors; all if none is named
        vendors: Vec<String>,
        /// Write nothing; show the difference and exit with 1 if there is one
        #[arg(long)]
        check: bool,
    },
    /// Shows what changed in the documents since a revision, and the effects on users of the crates
    Diff {
        /// The revision to compare with
        #[arg(default_value = "HEAD")]
        revision: String,
        /// For programs
        #[arg(long)]
        json: bool,
    },
    /// Writes versions and changelogs for the changes, and tries to publish; publishes only with `release --publish`
    #[command(disable_help_flag = true)]
    Release(Arguments),
    /// Shows which operations of the documents are in the clients
    Coverage {
        /// For programs
        #[arg(long)]
        json: bool,
        /// One line per operation: vendor, method, path; folded ones expanded
        #[arg(long, conflicts_with = "json")]
        operations: bool,
    },
    /// Measures what calls cost, beside the peers; exits with 1 if a target is missed
    #[command(disable_help_flag = true)]
    Bench(Arguments),
    /// Shows all four clients at work against the fake vendors
    Demo {
        /// Read from the real hosts instead, with the credentials in the environment
        #[arg(long)]
        live: bool,
    },
    /// Plays operations and faults at random against the fakes, and compares the reported results with the records
    #[command(disable_help_flag = true)]
    Soak(Arguments),
    /// Reads inputs changed at random, at every entry point of the readers; each target for the given time
    #[command(disable_help_flag = true)]
    Fuzz(Arguments),
    /// Changes the documents at random, as vendors do, and checks that each difference and each break is reported
    #[command(disable_help_flag = true)]
    Mutations(Arguments),
    /// Writes the public items of each crate into docs/api, and checks whose types are in it
    #[command(disable_help_flag = true)]
    Api(Arguments),
    /// Packs each crate, and checks, builds and tests the packages with nothing around them
    #[command(disable_help_flag = true)]
    Package(Arguments),
    /// Checks that every feature of every client compiles alone
    Features,
    /// Counts what each crate depends on, and checks licences and sources
    Supply(supply::Options),
    /// Shows the request of every operation's sample call, and the reply to it
    #[command(disable_help_flag = true)]
    Wire(Arguments),
    /// Checks the phrases of `docs/style.md`, and spelling
    Words,
    /// Builds the guide into target/guide
    Docs,
    /// Runs every check: format, words, clippy, drift, dependencies, tests, public items, documentation
    Test,
}

fn main() -> ExitCode {
    match run(Xtask::parse()) {
        Ok(code) => code,
        Err(error) => xtask::end(Err(error)),
    }
}

fn run(xtask: Xtask) -> Result<ExitCode> {
    let root = xtask::root();
    let program = |package: &str, command: &[&str], Arguments { all }: Arguments| {
        run::program(&root, package, command.iter().map(OsString::from).chain(all))
    };
    let right = match xtask.command {
        Command::Bench(arguments) => return program("xtask-bench", &[], arguments),
        Command::Release(arguments) => return program("xtask-release", &["release"], arguments),
        Command::Api(arguments) => return program("xtask-release", &["api"], arguments),
        Command::Package(arguments) => return program("xtask-release", &["package"], arguments),
        Command::Soak(arguments) => return program("crm-soak", &[], arguments),
        Command::Fuzz(arguments) => return program("crm-fuzz", &[], arguments),
        Command::Mutations(arguments) => return program("xtask-mutations", &[], arguments),
        Command::Wire(arguments) => return program("crm-wire", &[], arguments),
        Command::Demo { live } => return run::demo(&root, live),
        Command::Import { vendor, from, into, source } => {
            import::run(&root, &vendor, &from, &into, &source)?;
            true
        }
        Command::Sync { vendor, checkout, verify: true, .. } => sync::verify(&root, &vendor, &checkout)?,
        Command::Sync { vendor, checkout, source, .. } => {
            sync::run(&root, &vendor, &checkout, source.as_deref())?;
            true
        }
        Command::Generate { vendors, check } => generate::run(&root, &vendors, check)?,
        Command::Diff { revision, json } => {
            diff::run(&root, &revision, json)?;
            true
        }
        Command::Coverage { json, operations } => {
            let format = match (json, operations) {
                (true, _) => coverage::Format::Json,
                (_, true) => coverage::Format::Operations,
                _ => coverage::Format::Table,
            };
            coverage::run(&root, format)?;
            true
        }
        Command::Features => singles::run(&root)?,
        Command::Supply(options) => supply::run(&root, &options)?,
        Command::Words => words::run(&root)?,
        Command::Docs => run::docs(&root)?,
        Command::Test => run::test(&root)?,
    };
    Ok(xtask::end(Ok(right)))
}
