//! The arguments of `crm import`, `crm update`, `crm upsert` and `crm archive`. A test runs the examples of their help.

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgGroup, Command};

use crate::apis;
use crate::commands::search;

const IMPORT: &str = "\
Example:
  printf 'email,firstname\\nada@example.com,Ada\\n' > people.csv
  crm import hubspot contacts people.csv --dry-run
  crm import hubspot contacts people.csv --yes
More than 100 rows need the digest of the dry run too: --confirm DIGEST

Associations, to HubSpot's records with these ids:
  {\"hs_note_body\": \"Called\", \"hs_timestamp\": \"2026-01-31T08:00:00Z\", \"associations\": {\"contacts\": [\"101\"]}}
In CSV the column is associations.contacts, with semicolons between the ids.";

const UPDATE: &str = "\
Examples:
  printf 'email,lastname\\nada@example.com,Lovelace\\n' > names.csv
  crm update hubspot contacts names.csv --by email --dry-run
  crm update hubspot contacts names.csv --by email --yes
All records that a filter finds:
  crm update hubspot contacts --where lastname=Byron lastname=Lovelace --dry-run
  crm update hubspot contacts --where lastname=Byron lastname=Lovelace --yes
More than 100 rows need the digest of the dry run too: --confirm DIGEST
";

const UPSERT: &str = "\
Example:
  printf 'email,firstname\\nada@example.com,Ada\\n' > people.csv
  crm upsert hubspot contacts people.csv --by email --dry-run
  crm upsert hubspot contacts people.csv --by email --yes
More than 100 rows need the digest of the dry run too: --confirm DIGEST

HubSpot does not support partial upserts of contacts by email: give each row all properties that are written, or name a
unique property of your own with --by.";

const ARCHIVE: &str = "\
Examples:
  crm search hubspot contacts lastname=Test --format csv > old.csv
  crm archive hubspot contacts old.csv --dry-run
  crm archive hubspot contacts old.csv --yes --confirm DIGEST
All records that a filter finds:
  crm archive hubspot contacts --where lastname=Byron --dry-run
  crm archive hubspot contacts --where lastname=Byron --yes --confirm DIGEST
";

pub(in crate::commands) fn import() -> Command {
    command("import", "Create a record for each row of a file").after_help(IMPORT)
}

pub(in crate::commands) fn update() -> Command {
    let by = by("Property that names the records, for example email [default: the column id]").conflicts_with("where");
    let command = command("update", "Update a record for each row of a file, or all records that filters find");
    let help =
        "A file as for crm import, or with --where the values to write, for example amount=0; NAME= clears a property";
    found(command, "FILE|NAME=VALUE", help).arg(by).after_help(format!("{UPDATE}\n{}", search::FORMS))
}

pub(in crate::commands) fn upsert() -> Command {
    command("upsert", "Create or update a record for each row of a file")
        .arg(by("Unique property that names the records, for example email; only HubSpot needs it"))
        .after_help(UPSERT)
}

pub(in crate::commands) fn archive() -> Command {
    let about = "Archive the record of each row of a file by its column id, or all records that filters find";
    let help = "JSON lines (.jsonl) or CSV (.csv) with the column id; - reads standard input; not with --where";
    found(command("archive", about), "FILE", help)
        .mut_arg("file", |file| file.num_args(1))
        .after_help(format!("{ARCHIVE}\n{}", search::FORMS))
}

fn command(name: &'static str, about: &'static str) -> Command {
    let value = |name: &'static str, shown: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(shown).help(help)
    };
    Command::new(name)
        .about(about)
        .arg(apis::vendor_argument())
        .arg(Arg::new("object").value_name("OBJECT").help("For example contacts, deals or 2-123").required(true))
        .arg(
            Arg::new("file")
                .value_name("FILE")
                .help("JSON lines (.jsonl) or CSV (.csv) with the names of properties; - reads standard input")
                .required(true),
        )
        .arg(
            value("empty", "EFFECT", "Effect of an empty cell or null on a property of HubSpot [default: leave]")
                .value_parser(PossibleValuesParser::new(["leave", "clear"])),
        )
        .arg(value("failed", "FILE", "Write the rows that failed to a file, as they were given"))
        .arg(value(
            "confirm",
            "DIGEST",
            "Digest that --dry-run prints; required for more than 100 rows and for archive; valid for 5 minutes",
        ))
}

fn by(help: &'static str) -> Arg {
    Arg::new("by").long("by").value_name("PROPERTY").help(help)
}

/// Adds the option for records that filters find, in place of a file. `words` are the words that name the file, or the values.
fn found(command: Command, words: &'static str, help: &'static str) -> Command {
    let filters = "Filter for the records of HubSpot in place of a file; can be repeated, see below";
    let filters = Arg::new("where").long("where").value_name("FILTER").action(ArgAction::Append).help(filters);
    // clap would show the group before the vendor.
    let call = format!("crm {} [OPTIONS] <VENDOR> <OBJECT>", command.get_name());
    let values = words.strip_prefix("FILE|").map(|values| format!(" {values}...")).unwrap_or_default();
    let usage = format!("{call} <FILE>\n       {call} --where <FILTER>{values}");
    command
        .override_usage(usage)
        .mut_arg("file", |file| {
            let file = file.value_name(words).num_args(0..).required(false);
            file.help(help)
        })
        .group(ArgGroup::new("rows").args(["file", "where"]).required(true).multiple(true))
        .mut_arg("empty", |empty| empty.conflicts_with("where"))
        .arg(filters)
}
