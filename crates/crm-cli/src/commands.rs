//! The commands beside the operations. Each is a file with its words, its arguments and its work, and a row here.

mod can;
mod doctor;
mod export;
mod import;
mod login;
mod mcp;
mod profiles;
mod properties;
mod records;
mod schema;
mod search;
mod watch;
mod webhooks;
mod whoami;

use std::pin::Pin;

use clap::{ArgMatches, Command};

use crate::failure::Failure;
use crate::options::Options;

/// A command at work.
pub(crate) type Running = Pin<Box<dyn Future<Output = Result<(), Failure>>>>;

/// A command of its own.
pub(crate) struct Entry {
    /// Its name and its arguments.
    pub(crate) command: fn() -> Command,
    /// Carries it out.
    pub(crate) run: fn(ArgMatches, Options) -> Running,
}

/// The commands, in the order of `crm --help`.
pub(crate) const COMMANDS: &[Entry] = &[
    Entry {
        command: import::import,
        run: |words, options| Box::pin(import::run(import::Verb::Create, words, options)),
    },
    Entry {
        command: import::update,
        run: |words, options| Box::pin(import::run(import::Verb::Update, words, options)),
    },
    Entry {
        command: import::upsert,
        run: |words, options| Box::pin(import::run(import::Verb::Upsert, words, options)),
    },
    Entry {
        command: import::archive,
        run: |words, options| Box::pin(import::run(import::Verb::Archive, words, options)),
    },
    Entry { command: export::command, run: |matches, options| Box::pin(export::run(matches, options)) },
    Entry { command: search::command, run: |matches, options| Box::pin(search::run(matches, options)) },
    Entry { command: search::count_command, run: |matches, options| Box::pin(search::count(matches, options)) },
    Entry { command: schema::command, run: |matches, options| Box::pin(schema::run(matches, options)) },
    Entry { command: watch::command, run: |matches, options| Box::pin(watch::run(matches, options)) },
    Entry { command: login::command, run: |matches, options| Box::pin(login::run(matches, options)) },
    Entry { command: profiles::command, run: |matches, options| Box::pin(profiles::run(matches, options)) },
    Entry { command: whoami::command, run: |matches, options| Box::pin(whoami::run(matches, options)) },
    Entry { command: can::command, run: |matches, options| Box::pin(can::run(matches, options)) },
    Entry { command: doctor::command, run: |matches, options| Box::pin(doctor::run(matches, options)) },
    Entry { command: webhooks::command, run: |matches, options| Box::pin(webhooks::run(matches, options)) },
    Entry { command: mcp::command, run: |matches, options| Box::pin(mcp::run(matches, options)) },
];

/// Returns the command of this name.
pub(crate) fn named(name: &str) -> Option<&'static Entry> {
    COMMANDS.iter().find(|entry| (entry.command)().get_name() == name)
}
