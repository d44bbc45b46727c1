//! The command line: built from the catalogue when the program runs, and only as far as the words need it.

mod complete;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgMatches, Command};
use serde_json::Value;

use crate::apis;
use crate::arguments;
use crate::catalogue::{Api, Found, Named, kebab, resources};
use crate::check::Input;
use crate::commands::{self, COMMANDS, Entry};
use crate::failure::{CODES, Failure};
use crate::options::{self, Options};

/// A command line that was read.
pub(crate) struct Asked {
    pub(crate) options: Options,
    pub(crate) action: Action,
}

/// The work of a command.
pub(crate) enum Action {
    /// Calls an operation.
    Call { found: Found, input: Input },
    /// Sends a request to any path.
    Raw { api: &'static Api, method: String, path: String, body: Option<Value> },
    /// Searches for operations.
    Find { words: String },
    /// Describes an operation or a type of its API, or lists the operations of a resource.
    Describe { named: Named, ty: Option<String> },
    /// Carries out a command of its own.
    Own { entry: &'static Entry, matches: ArgMatches },
    /// Writes text that is ready: a script for a shell, or the words that can follow.
    Text(String),
}

/// Reads the words of a command line, the name of the program first. Prints help and ends the program if that is asked
/// for.
pub(crate) fn read(words: &[String]) -> Result<Asked, Failure> {
    let matches = match command(words).try_get_matches_from(words) {
        Ok(matches) => matches,
        Err(error) if !error.use_stderr() || error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            error.exit()
        }
        Err(error) => return Err(Failure::usage(format!("{}{}", sentence(error), advice(words)))),
    };
    Ok(Asked { options: Options::read(&matches), action: action(&matches)? })
}

fn action(matches: &ArgMatches) -> Result<Action, Failure> {
    let Some((name, matches)) = matches.subcommand() else { return Err(Failure::usage("name a command")) };
    let text = |name: &str| matches.get_one::<String>(name).cloned().unwrap_or_default();
    let many = |name: &str| matches.get_many::<String>(name).into_iter().flatten().cloned().collect::<Vec<_>>();
    if let Some(entry) = commands::named(name) {
        return Ok(Action::Own { entry, matches: matches.clone() });
    }
    match name {
        "find" => Ok(Action::Find { words: many("words").join(" ") }),
        "describe" => {
            let words = many("words");
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let named = crate::catalogue::named(&words).map_err(Failure::usage)?;
            Ok(Action::Describe { named, ty: matches.get_one::<String>("type").cloned() })
        }
        "completions" => complete::script(&text("shell")).map(|script| Action::Text(script.to_owned())),
        "complete" => Ok(Action::Text(complete::candidates(&many("words")))),
        "raw" => {
            let api = text("api");
            let Some(api) = Api::all().find(|one| one.entry.document == api) else {
                return Err(Failure::usage(format!("there is no API called \"{api}\"")));
            };
            let body = matches.get_one::<String>("data").map(|data| arguments::data(data)).transpose()?;
            Ok(Action::Raw { api, method: text("method").to_uppercase(), path: text("path"), body })
        }
        vendor => {
            let mut words = vec![vendor];
            let mut matches = matches;
            while let Some((word, inner)) = matches.subcommand() {
                words.push(word);
                matches = inner;
            }
            let found = crate::catalogue::find(&words).map_err(Failure::usage)?;
            Ok(Action::Call { input: arguments::input(&found, matches)?, found })
        }
    }
}

/// The whole command, with the arguments of the operations that the words may name.
fn command(words: &[String]) -> Command {
    let vendors = apis::vendors().into_iter().map(|vendor| {
        if words.iter().any(|word| word == vendor) { self::vendor(vendor, words) } else { empty(vendor) }
    });
    Command::new("crm")
        .about(format!("{}: every operation by its name", Api::titles()))
        .version(env!("CARGO_PKG_VERSION"))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .after_help(CODES)
        .args(options::arguments())
        .subcommands(vendors)
        .subcommand(find())
        .subcommand(describe())
        .subcommand(raw())
        .subcommands(COMMANDS.iter().map(|entry| (entry.command)()))
        .subcommands(completions())
}

/// A vendor without its operations, for help.
fn empty(vendor: &'static str) -> Command {
    Command::new(vendor).about(about(vendor))
}

fn about(vendor: &str) -> String {
    format!("Operations of {}", Api::of(vendor).next().map_or("", |api| api.file.title))
}

fn vendor(vendor: &'static str, words: &[String]) -> Command {
    let mut command = empty(vendor).subcommand_required(true).arg_required_else_help(true);
    let mut nested: Vec<(&'static str, Vec<Command>)> = Vec::new();
    for (prefix, resource, operations) in resources(vendor) {
        let made = self::resource(resource, &operations, words);
        match prefix {
            None => command = command.subcommand(made),
            Some(prefix) => match nested.iter_mut().find(|(name, _)| *name == prefix) {
                Some((_, commands)) => commands.push(made),
                None => nested.push((prefix, vec![made])),
            },
        }
    }
    command.subcommands(nested.into_iter().map(|(name, commands)| {
        Command::new(name)
            .about(format!("Operations of {name}"))
            .subcommand_required(true)
            .arg_required_else_help(true)
            .subcommands(commands)
    }))
}

fn resource(resource: &'static str, operations: &[Found], words: &[String]) -> Command {
    let name = kebab(resource);
    let chosen = words.contains(&name);
    let commands = operations.iter().map(|found| {
        let call = kebab(found.operation.call);
        let command = Command::new(call.clone()).about(found.operation.summary.to_string());
        if chosen && words.contains(&call) { arguments::add(command, found) } else { command }
    });
    Command::new(name)
        .about(format!("Operations on {}", resource.replace('_', " ")))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands(commands)
}

fn find() -> Command {
    Command::new("find")
        .about("Search for an operation, for example: crm find create a contact in hubspot")
        .arg(Arg::new("words").value_name("WORDS").help("Words of the task").required(true).num_args(1..))
}

fn describe() -> Command {
    Command::new("describe")
        .about("Describe an operation: its arguments, its body and its reply; or list the operations of a resource")
        .arg(
            Arg::new("words")
                .value_name("OPERATION")
                .help("for example: hubspot contacts create; or a resource: hubspot contacts, hubspot objects")
                .required(true)
                .num_args(1..),
        )
        .arg(Arg::new("type").long("type").value_name("TYPE").help("Describe a type that the description names"))
}

fn completions() -> [Command; 2] {
    let shell = Arg::new("shell").value_name("SHELL").required(true);
    let words = Arg::new("words").num_args(0..).allow_hyphen_values(true).last(true);
    [
        Command::new("completions")
            .about(
                "Write the completion script of a shell, for example: crm completions bash > \
                 ~/.local/share/bash-completion/completions/crm",
            )
            .arg(shell.value_parser(clap::builder::PossibleValuesParser::new(complete::SHELLS))),
        Command::new("complete").hide(true).arg(words),
    ]
}

fn raw() -> Command {
    let names = apis::APIS.iter().map(|api| api.document);
    Command::new("raw")
        .about("Send a request to any path, with the limits and retries of the vendor")
        .arg(
            Arg::new("api")
                .value_name("API")
                .required(true)
                .value_parser(clap::builder::PossibleValuesParser::new(names)),
        )
        .arg(Arg::new("method").value_name("METHOD").help("HTTP method").required(true))
        .arg(Arg::new("path").value_name("PATH").help("With the query, and escaped").required(true))
        .arg(arguments::data_argument())
}

/// The advice for a file that follows `--fake` as a word of its own.
fn advice(words: &[String]) -> &'static str {
    let is_fake = words.windows(2).any(|pair| pair[0] == "--fake" && pair[1].ends_with(".json"));
    if is_fake { "; a file of records is given as --fake=FILE" } else { "" }
}

/// The first paragraphs of clap's message as one line. A word that is not like a name is omitted: it may be personal
/// data.
fn sentence(mut error: clap::Error) -> String {
    // The last one is the most like the word.
    if let Some(ContextValue::Strings(names)) = error.get(ContextKind::SuggestedSubcommand) {
        let names = names.iter().rev().cloned().collect();
        error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(names));
    }
    let mut text = error.to_string();
    let word = match error.kind() {
        ErrorKind::UnknownArgument => error.get(ContextKind::InvalidArg),
        ErrorKind::InvalidSubcommand => error.get(ContextKind::InvalidSubcommand),
        ErrorKind::InvalidValue => error.get(ContextKind::InvalidValue),
        _ => None,
    };
    if let Some(ContextValue::String(word)) = word.filter(|word| !like_a_name(&word.to_string())) {
        text = text.replace(&format!("'{word}'"), "'…'").replace(&format!("-- {word}"), "-- …");
    }
    let text = text.split("\n\nUsage:").next().unwrap_or_default();
    let text = text.split("\n\nFor more information").next().unwrap_or_default();
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("; ").trim_start_matches("error: ").replace(":; ", ": ")
}

fn like_a_name(word: &str) -> bool {
    let name = word.trim_start_matches('-');
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    name.len() <= 40 && name.bytes().all(plain) && !name.starts_with(|first: char| first.is_ascii_digit())
}

#[cfg(test)]
mod tests;
