//! The records that `export`, `search`, `count` and `watch` read by more than the pages of a list: HubSpot's types of
//! object and HoopAI's contacts.

use std::collections::HashSet;
use std::path::Path;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches};
use crm_core::Error;
use hoopai_client::contacts::Contacts;
use hubspot_client::objects::Objects;
use hubspot_client::properties::Properties;
use serde::Serialize;
use serde_json::{Value, json};

use super::properties;
use crate::apis::{self, ApiEntry};
use crate::catalogue::{ObjectType, find, is_custom, near};
use crate::check::shown;
use crate::failure::Failure;
use crate::session::Session;

/// The name of a kind of records.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// A type of object of HubSpot: the value in the path.
    HubSpot(String),
    /// HoopAI's contacts of a location.
    HoopAi { location: String },
}

/// Access to a kind of records.
pub(super) enum Records {
    HubSpot(Objects, Box<Properties>),
    HoopAi(Contacts, String),
}

/// The arguments that name a kind of records.
pub(super) fn arguments() -> [Arg; 3] {
    let about = "A type of object of HubSpot, for example contacts, deals or 2-123, or contacts of HoopAI";
    [
        Arg::new("vendor")
            .value_name("VENDOR")
            .required(true)
            .value_parser(PossibleValuesParser::new(["hubspot", "hoopai"])),
        Arg::new("object").value_name("OBJECT").required(true).help(about),
        location(),
    ]
}

/// The option for the location of HoopAI's contacts.
pub(super) fn location() -> Arg {
    Arg::new("location").long("location-id").value_name("ID").help("The location of HoopAI's contacts")
}

/// The option for the properties of HubSpot's records.
pub(super) fn properties() -> Arg {
    Arg::new("properties")
        .long("properties")
        .value_name("NAME,…")
        .value_delimiter(',')
        .help("The properties to read, of HubSpot [default: a few]")
}

/// Returns the names of an option that takes several, each once.
pub(super) fn names(matches: &ArgMatches, option: &str) -> Vec<String> {
    let given = matches.try_get_many::<String>(option).ok().flatten().into_iter().flatten();
    let mut seen = HashSet::new();
    let names = given.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    names.filter(|name| seen.insert(name.clone())).collect()
}

/// The names of `--properties`, each with its place.
pub(super) fn asked(names: &[String]) -> Vec<(&'static str, &str)> {
    names.iter().map(|name| ("--properties", name.as_str())).collect()
}

/// Checks that a position in a file belongs to the account that is used: in another one, it would skip records.
pub(super) fn same_account(file: &Path, stored: &str, used: &str) -> Result<(), Failure> {
    if stored == used {
        return Ok(());
    }
    let file = file.display();
    Err(Failure::usage(format!(
        "{file} has a position in another account, {stored}, and this command uses {used}; use that account, or give another \
         file; if both are one account, for example with a renewed token, write \"{used}\" into {file} in place of \
         \"{stored}\""
    )))
}

/// A record as JSON, without the empty members that the type of the record adds to what HubSpot returns.
pub(super) fn row(record: impl Serialize) -> Value {
    const ADDED: [&str; 3] = ["associations", "propertiesWithHistory", "warnings"];
    // A record that came from JSON is JSON again.
    let mut record = serde_json::to_value(record).unwrap_or_default();
    if let Value::Object(members) = &mut record {
        members.retain(|name, value| !ADDED.contains(&name.as_str()) || (*value != json!({}) && *value != json!([])));
    }
    record
}

impl Kind {
    /// Returns the kind that the arguments name; `operation` is one that it must have, for example `search`.
    pub(super) fn read(matches: &ArgMatches, operation: &str) -> Result<Self, Failure> {
        let text = |name: &str| matches.get_one::<String>(name).map(String::as_str);
        let (vendor, object) = (text("vendor").unwrap_or_default(), text("object").unwrap_or_default());
        match Self::of(vendor, object, text("location"), operation)? {
            Some(kind) => Ok(kind),
            None if vendor == "hubspot" => Err(unknown(object)),
            None => Err(Failure::usage(
                "of HoopAI only contacts can be read so; read another list with --all, for example: crm hoopai \
                 opportunities search --all",
            )),
        }
    }

    /// Returns the kind of this name, or `None` if the name is another one.
    pub(super) fn of(
        vendor: &str,
        object: &str,
        location: Option<&str>,
        operation: &str,
    ) -> Result<Option<Self>, Failure> {
        match vendor {
            "hubspot" if location.is_some() => Err(Failure::usage("HubSpot has no locations; leave out --location-id")),
            "hubspot" => segment(object, operation, operation).map(|segment| segment.map(Self::HubSpot)),
            "hoopai" if object == "contacts" => match location {
                Some(location) if !location.is_empty() => Ok(Some(Self::HoopAi { location: location.to_owned() })),
                _ => Err(Failure::usage("contacts belong to a location; add --location-id ID")),
            },
            _ => Ok(None),
        }
    }

    /// A call on these records failed. If a permission is missing, the line names the scope.
    pub(super) fn failed(&self, call: &str, error: &Error) -> Failure {
        let object = match self {
            Self::HubSpot(segment) => ObjectType::named("hubspot", segment).map(|one| ("hubspot", one.name)),
            Self::HoopAi { .. } => Some(("hoopai", "contacts")),
        };
        match object.and_then(|(vendor, object)| find(&[vendor, object, call]).ok()) {
            Some(found) => Failure::operation(&found, error),
            None => Failure::call(error, false),
        }
    }

    /// Returns the API that has the records.
    pub(super) fn api(&self) -> Result<&'static ApiEntry, Failure> {
        match self {
            Self::HubSpot(_) => entry("hubspot"),
            Self::HoopAi { .. } => entry("hoopai"),
        }
    }

    /// Connects to the vendor. Sends nothing.
    pub(super) async fn open(&self, session: &Session) -> Result<Records, Failure> {
        match self {
            Self::HubSpot(segment) => {
                let client = session.connect(self.api()?, "", apis::hubspot_client).await?;
                Ok(Records::HubSpot(client.objects(segment), Box::new(client.properties(segment))))
            }
            Self::HoopAi { location } => {
                let client = session.connect(self.api()?, "", apis::hoopai_client).await?;
                Ok(Records::HoopAi(client.contacts(), location.clone()))
            }
        }
    }
}

impl Records {
    /// Checks that properties exist, each with the place where it was named.
    pub(super) async fn expect(&self, kind: &Kind, asked: &[(&str, &str)]) -> Result<(), Failure> {
        let (Self::HubSpot(_, access), Kind::HubSpot(segment)) = (self, kind) else { return Ok(()) };
        let object =
            ObjectType::all("hubspot").find(|one| one.segment == *segment).map_or(segment.as_str(), |one| one.name);
        properties::Properties::expect(access, object, asked).await
    }
}

/// Returns the API of this document.
pub(super) fn entry(document: &str) -> Result<&'static ApiEntry, Failure> {
    let found = apis::APIS.iter().find(|api| api.document == document);
    found.ok_or_else(|| Failure::other(format!("this program has no API called {document}")))
}

/// Returns the value in the path for a type of object, `None` if there is no such type.
///
/// # Errors
///
/// The type of object has no such `call`, which `words` name for the user.
pub(super) fn segment(object: &str, call: &str, words: &str) -> Result<Option<String>, Failure> {
    match ObjectType::meant("hubspot", object) {
        Some(one) if one.calls.contains_key(call) => Ok(Some(one.segment.to_owned())),
        Some(one) => Err(Failure::usage(format!("HubSpot has no {words} of {}", one.name))),
        None => Ok(is_custom(object).then(|| object.to_owned())),
    }
}

/// Returns the value in the path for a type of object whose records are associated.
pub(super) fn associated(object: &str) -> Result<String, Failure> {
    segment(object, "list", "list")?.ok_or_else(|| unknown(object))
}

/// The failure of a name that is not a type of object.
pub(super) fn unknown(object: &str) -> Failure {
    let names = || ObjectType::all("hubspot").map(|one| one.name);
    let meant = match near(object, names()) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => {
            format!("there are {}, and custom objects as 2-123 or p123_name", names().collect::<Vec<_>>().join(", "))
        }
    };
    Failure::usage(format!("HubSpot has no type of object called \"{}\"; {meant}", shown(object)))
}

#[cfg(test)]
mod tests {
    use super::Kind;

    #[test]
    fn a_type_of_object_is_found_by_name_by_id_and_as_a_custom_one() {
        let of = |object: &str| match Kind::of("hubspot", object, None, "search") {
            Ok(Some(Kind::HubSpot(segment))) => segment,
            other => format!("{other:?}"),
        };
        for (object, segment) in [
            ("contacts", "contacts"),
            ("contact", "contacts"),
            ("0-1", "contacts"),
            ("deals", "0-3"),
            ("0-3", "0-3"),
            ("line-items", "line_items"),
            ("2-123", "2-123"),
            ("p12_cars", "p12_cars"),
            ("p_cars", "p_cars"),
        ] {
            assert_eq!(of(object), segment);
        }
        for object in ["2-", "-1", "p1_", "p1_a/b", ""] {
            assert_eq!(of(object), "Ok(None)", "{object}");
        }
        assert!(of("contracts").contains("HubSpot has no search of contracts"));
    }
}
