//! The arguments of one operation: those of the path in their order, all others as options, the body as JSON or as
//! members.

pub(crate) mod fields;

use std::io::Read as _;

use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::{Map, Value};

use crate::catalogue::{Argument, Encoding, Found, Place, Ty, kebab};
use crate::check::{Input, argument};
use crate::describe;
use crate::failure::Failure;

/// The names of common options, and those of the body.
const TAKEN: &[&str] = &["all", "data", "dry-run", "fake", "format", "help", "jq", "part", "profile", "schema", "yes"];
const FIELDS: &str = "FIELD=VALUE";

/// Adds the arguments of an operation to its command.
pub(crate) fn add(mut command: Command, found: &Found) -> Command {
    let operation = found.operation;
    let (path, others): (Vec<_>, Vec<_>) = found.arguments().partition(|argument| argument.place == Place::Path);
    for argument in path {
        let name = kebab(argument.name).replace('-', "_").to_uppercase();
        command = command.arg(Arg::new(id(argument)).value_name(name).help(help(argument)).required(true));
    }
    for argument in others {
        command = command.arg(option(argument));
    }
    if let Some(body) = &operation.body {
        command = command.arg(data_argument());
        if body.encoding != Encoding::Text {
            let about = match describe::word(found) {
                Some(word) => format!("Members of the body, for example {word}"),
                None => "Members of the body; a dot separates the name of a nested member".to_owned(),
            };
            command =
                command.arg(Arg::new("fields").value_name(FIELDS).help(about).num_args(0..).conflicts_with("data"));
        }
    }
    if operation.any_part {
        let part = Arg::new("part").long("part").value_name("NAME=VALUE").action(ArgAction::Append);
        command = command.arg(part.help("A part of the form; @FILE as the value sends a file"));
    }
    let sample = describe::sample(found).map(|body| format!("\nExample: --data '{body}'")).unwrap_or_default();
    let (method, path) = (operation.method, operation.path);
    command.after_help(format!("{method} {path}{sample}\nDetails: crm describe {}", found.words()))
}

/// The option for the body as a whole.
pub(crate) fn data_argument() -> Arg {
    Arg::new("data").long("data").value_name("JSON").help("The body; @FILE reads it from a file, - from standard input")
}

/// The name of an argument for clap, which common options do not have.
fn id(argument: &Argument) -> String {
    format!("argument:{}", argument.name)
}

fn flag(argument: &Argument) -> String {
    let name = kebab(argument.prefix().unwrap_or(argument.name));
    if TAKEN.contains(&name.as_str()) { format!("argument-{name}") } else { name }
}

fn option(argument: &'static Argument) -> Arg {
    let arg = Arg::new(id(argument)).long(flag(argument)).help(help(argument)).required(argument.required);
    if argument.prefix().is_some() {
        return arg.value_name("NAME=VALUE").action(ArgAction::Append);
    }
    match Ty::of(argument.ty) {
        Ty::Boolean => arg.value_name("true|false").num_args(0..=1).require_equals(true).default_missing_value("true"),
        Ty::List(_) => arg.value_name("VALUE,…").value_delimiter(',').action(ArgAction::Append),
        Ty::File => arg.value_name("FILE"),
        Ty::Integer | Ty::Number => arg.value_name("NUMBER").allow_negative_numbers(true),
        Ty::Time => arg.value_name("TIME"),
        _ => arg.value_name("VALUE"),
    }
}

fn help(argument: &Argument) -> String {
    let unit = argument.unit.filter(|unit| !argument.doc.contains(unit)).map(|unit| format!(" In {unit}."));
    format!("{}{}", argument.doc.replace('`', ""), unit.unwrap_or_default())
}

/// Returns the input that the words of a command line give.
pub(crate) fn input(found: &Found, matches: &ArgMatches) -> Result<Input, Failure> {
    let mut input = Input::default();
    for argument in found.arguments() {
        let Some(values) = matches.try_get_many::<String>(&id(argument)).ok().flatten() else { continue };
        let values: Vec<&String> = values.collect();
        if let Some(prefix) = argument.prefix() {
            for pair in values {
                let (name, value) = fields::pair(pair)?;
                if input.arguments.insert(format!("{prefix}{name}"), value.into()).is_some() {
                    return Err(fields::twice(name));
                }
            }
        } else if matches!(Ty::of(argument.ty), Ty::List(_)) {
            input.arguments.insert(argument.name.to_owned(), values.into_iter().map(String::as_str).collect());
        } else if let Some(value) = values.first() {
            input.arguments.insert(argument.name.to_owned(), value.as_str().into());
        }
    }
    if found.operation.any_part {
        for pair in matches.get_many::<String>("part").into_iter().flatten() {
            let (name, value) = fields::pair(pair)?;
            input.parts.push((name.to_owned(), value.to_owned()));
        }
    }
    let Some(body) = &found.operation.body else { return Ok(input) };
    let given = matches.get_one::<String>("data");
    input.body = match given {
        Some(text) if body.encoding == Encoding::Text => Some(read(text)?.into()),
        Some(text) => Some(data(text)?),
        None if body.encoding == Encoding::Text => None,
        None => {
            let mut members = Value::Object(Map::new());
            let pairs: Vec<&String> = matches.get_many::<String>("fields").into_iter().flatten().collect();
            for pair in &pairs {
                let (name, value) = fields::pair(pair)?;
                fields::set(found.api.types(), Ty::of(body.ty), &mut members, name, value)?;
            }
            (!pairs.is_empty()).then_some(members)
        }
    };
    Ok(input)
}

/// Returns the input that `NAME=VALUE` words give, arguments and members of the body alike.
pub(crate) fn pairs<'a>(found: &Found, words: impl Iterator<Item = &'a String>) -> Result<Input, Failure> {
    let mut input = Input::default();
    for word in words {
        let (name, value) = fields::pair(word)?;
        if let Some(argument) = argument(found, name) {
            let listed = matches!(Ty::of(argument.ty), Ty::List(_));
            let value = if listed { value.split(',').collect() } else { Value::from(value) };
            if input.arguments.insert(name.to_owned(), value).is_some() {
                return Err(fields::twice(name));
            }
        } else if let Some(body) = &found.operation.body {
            let name = fields::spelled(found.api.types(), Ty::of(body.ty), name);
            let members = input.body.get_or_insert_with(|| Value::Object(Map::new()));
            fields::set(found.api.types(), Ty::of(body.ty), members, &name, value)?;
        } else {
            // The check names the arguments that there are.
            input.arguments.insert(name.to_owned(), value.into());
        }
    }
    Ok(input)
}

/// Reads JSON that is given as such, as `@FILE` or as `-`.
pub(crate) fn data(text: &str) -> Result<Value, Failure> {
    let read = read(text)?;
    serde_json::from_str(&read).map_err(|error| {
        Failure::usage(format!("--data is not valid JSON at line {}, column {}", error.line(), error.column()))
    })
}

fn read(text: &str) -> Result<String, Failure> {
    if text == "-" {
        let mut read = String::new();
        let result = std::io::stdin().read_to_string(&mut read);
        return result.map(|_| read).map_err(|error| Failure::usage(format!("--data - cannot be read: {error}")));
    }
    match text.strip_prefix('@') {
        Some(file) => std::fs::read_to_string(file)
            .map_err(|error| Failure::usage(format!("the file of --data {file} cannot be read: {error}"))),
        None => Ok(text.to_owned()),
    }
}
