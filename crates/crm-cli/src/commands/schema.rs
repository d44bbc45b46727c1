//! `crm schema pull`: the account's own properties, options, pipelines and types of object, as JSON or as a Rust module.

mod changes;
mod file;
mod hoopai;
mod hubspot;
mod rust;

use std::path::{Path, PathBuf};

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, Command};
use serde_json::Value;

use super::records;
use crate::failure::Failure;
use crate::note;
use crate::options::{Opt, Options};
use crate::output;
use crate::replace::replace;
use crate::session::Session;

/// The forms of a schema.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Json,
    Rust,
}

pub(super) fn command() -> Command {
    let pull = Command::new("pull")
        .about("Write the properties, options, pipelines and types of object of an account")
        .arg(
            Arg::new("vendor")
                .value_name("VENDOR")
                .required(true)
                .value_parser(PossibleValuesParser::new(["hubspot", "hoopai"])),
        )
        .arg(Arg::new("objects").value_name("OBJECT").num_args(0..).help(
            "Types of object: for example contacts, 2-123 or cars of HubSpot; contacts or opportunities of HoopAI [default: all]",
        ))
        .arg(records::location().help("The location of HoopAI's custom fields and pipelines"))
        .arg(Arg::new("to").long("to").value_name("FILE").help("The file, which is replaced [default: standard output]"))
        .arg(
            Arg::new("as")
                .long("as")
                .value_name("FORM")
                .value_parser(PossibleValuesParser::new(["json", "rust"]))
                .help("json, or rust for a module of structs and enums [default: rust for a .rs file, otherwise json]"),
        )
        .after_help(
            "The output depends on the schema alone, so it can be kept in a repository. If FILE exists, the differences are \
             written to standard error.\n\nExamples:\n  \
             crm schema pull hubspot contacts deals --to schema.json\n  \
             crm --schema schema.json hubspot contacts create properties.lifecyclestage=lead\n  \
             crm schema pull hubspot --to src/hubspot_schema.rs\n  \
             crm schema pull hoopai --location-id ID",
        );
    Command::new("schema")
        .about("Write the account's own properties, options and pipelines, as JSON or as a Rust module")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .subcommand(pull)
}

pub(super) async fn run(matches: ArgMatches, options: Options) -> Result<(), Failure> {
    let Some(("pull", matches)) = matches.subcommand() else {
        return Err(Failure::usage("name a command, for example: crm schema pull hubspot"));
    };
    options.refuse("schema pull", &[Opt::All, Opt::DryRun, Opt::Format])?;
    let text = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    let names: Vec<&str> = matches.get_many::<String>("objects").into_iter().flatten().map(String::as_str).collect();
    let to = text("to").map(Path::new);
    let form = match (text("as"), to.and_then(Path::extension)) {
        (Some("rust"), _) => Form::Rust,
        (None, Some(ending)) if ending == "rs" => Form::Rust,
        _ => Form::Json,
    };
    let vendor = text("vendor").unwrap_or_default();
    // A file that cannot be replaced is refused before anything is read.
    let before = to.map(|path| file::before(path, form, vendor)).transpose()?.flatten();
    let session = Session::open(options.profile.as_deref(), options.fake.as_deref())?;
    let schema = match (vendor, text("location")) {
        ("hubspot", Some(_)) => Err(Failure::usage("HubSpot has no locations; leave out --location-id")),
        ("hubspot", None) => hubspot::pull(&session, &names).await,
        (_, Some(location)) if !location.is_empty() => hoopai::pull(&session, location, &names).await,
        _ => Err(Failure::usage("custom fields and pipelines belong to a location; add --location-id ID")),
    }?;
    let written = match form {
        Form::Json => serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n",
        Form::Rust => rust::module(vendor, &schema)?,
    };
    let Some(path) = to else { return output::text(&written) };
    tell(path, before.as_deref(), form, &schema, &written);
    replace(path, written.as_bytes())
        .map_err(|error| Failure::other(format!("{} cannot be written: {error}", path.display())))?;
    let count = schema["objects"].as_array().map_or(0, Vec::len);
    note::say(&format!("types of object in {}: {count}", path.display()));
    Ok(())
}

/// Writes the differences from the file that is replaced to standard error.
fn tell(path: &Path, before: Option<&str>, form: Form, schema: &Value, written: &str) {
    let path: PathBuf = path.into();
    match before {
        None => {}
        Some(before) if before.lines().eq(written.lines()) => note::say(&format!("{} is unchanged", path.display())),
        Some(before) => {
            let before = serde_json::from_str(before).ok().filter(|_| form == Form::Json);
            match before {
                Some(before) => changes::between(&before, schema).iter().for_each(|line| note::say(line)),
                None => note::say(&format!("{} has changed", path.display())),
            }
        }
    }
}
