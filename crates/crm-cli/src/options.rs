//! The common options. Some commands refuse some of them.

use std::fmt;

use clap::{Arg, ArgAction, ArgMatches, ValueEnum as _};

use crate::failure::Failure;
use crate::output::Format;

/// The common options.
pub(crate) struct Options {
    pub(crate) format: Option<Format>,
    pub(crate) all: bool,
    pub(crate) dry_run: bool,
    pub(crate) yes: bool,
    pub(crate) profile: Option<String>,
    /// The file of records for the fakes; empty for none.
    pub(crate) fake: Option<String>,
    /// The file of the schema that writes are checked against.
    pub(crate) schema: Option<String>,
    /// The filter of the output, if this program has filters.
    pub(crate) jq: Option<String>,
}

/// An option that some commands do not follow.
#[derive(Clone, Copy)]
pub(crate) enum Opt {
    All,
    DryRun,
    Fake,
    Format,
    Jq,
    Profile,
    Schema,
}

impl fmt::Display for Opt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::All => "--all",
            Self::DryRun => "--dry-run",
            Self::Fake => "--fake",
            Self::Format => "--format",
            Self::Jq => "--jq",
            Self::Profile => "--profile",
            Self::Schema => "--schema",
        })
    }
}

/// The arguments of a command line that set them.
pub(crate) fn arguments() -> Vec<Arg> {
    let flag = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).help(help).action(ArgAction::SetTrue).global(true).help_heading("Common options")
    };
    let value = |name: &'static str, shown: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(shown).help(help).global(true).help_heading("Common options")
    };
    let formats = Format::value_variants().iter().filter_map(|format| format.to_possible_value());
    let mut arguments = vec![
        value("format", "FORMAT", "Output format [default: table on a terminal, otherwise jsonl]")
            .value_parser(clap::builder::PossibleValuesParser::new(formats)),
        flag("all", "Read all pages of a list"),
        flag("dry-run", "Print the request without sending it; the credential is hidden"),
        flag("yes", "Send a write without a profile that allows writes"),
        value("profile", "NAME", "Profile with the credentials [default: the environment, then \"default\"]"),
        value(
            "fake",
            "FILE",
            "Call fakes in this process instead of the vendors, with the records of a file if one is given",
        )
        .num_args(0..=1)
        .require_equals(true)
        .default_missing_value(""),
        value(
            "schema",
            "FILE",
            "Check writes of HubSpot's records against a file of crm schema pull before they are sent",
        ),
    ];
    if cfg!(feature = "jq") {
        arguments.push(
            value(
                "jq",
                "FILTER",
                "Filter each JSON value of the output with jq's language; each result is a line of JSON",
            )
            .conflicts_with("format"),
        );
    }
    arguments
}

impl Options {
    /// Returns the options that a command line has.
    pub(crate) fn read(matches: &ArgMatches) -> Self {
        let text = |name: &str| matches.get_one::<String>(name).cloned();
        Self {
            format: text("format").and_then(|name| Format::from_str(&name, false).ok()),
            all: matches.get_flag("all"),
            dry_run: matches.get_flag("dry-run"),
            yes: matches.get_flag("yes"),
            profile: text("profile"),
            fake: text("fake"),
            schema: text("schema"),
            jq: matches.try_get_one::<String>("jq").ok().flatten().cloned(),
        }
    }

    /// Refuses the options that have no effect on a command.
    pub(crate) fn refuse(&self, command: &str, refused: &[Opt]) -> Result<(), Failure> {
        match refused.iter().find(|option| self.has(**option)) {
            Some(option) => Err(Failure::usage(format!("{option} has no effect on crm {command}; leave it out"))),
            None => Ok(()),
        }
    }

    /// Refuses an option for a reason.
    pub(crate) fn without(&self, option: Opt, reason: &str) -> Result<(), Failure> {
        match self.has(option) {
            true => Err(Failure::usage(format!("{reason}; leave out {option}"))),
            false => Ok(()),
        }
    }

    fn has(&self, option: Opt) -> bool {
        match option {
            Opt::All => self.all,
            Opt::DryRun => self.dry_run,
            Opt::Fake => self.fake.is_some(),
            Opt::Format => self.format.is_some(),
            Opt::Jq => self.jq.is_some(),
            Opt::Profile => self.profile.is_some(),
            Opt::Schema => self.schema.is_some(),
        }
    }
}
