//! `crm can`: the scopes of an operation against those of the token.

use clap::{Arg, ArgMatches, Command};
use serde_json::json;

use crate::catalogue::{self, Found};
use crate::failure::Failure;
use crate::identity;
use crate::options::Options;
use crate::output::{self, Format};
use crate::session::Session;

/// The number of scopes in a message.
const MOST: usize = 5;

pub(super) fn command() -> Command {
    Command::new("can")
        .about(
            "Compare the scopes of an operation with those of the token; exit code 0 for yes, 3 for no, 1 for unknown",
        )
        .arg(
            Arg::new("words")
                .value_name("OPERATION")
                .help("for example: hubspot contacts create")
                .required(true)
                .num_args(1..),
        )
}

pub(super) async fn run(matches: ArgMatches, options: Options) -> Result<(), Failure> {
    options.refuse("can", &["all", "dry-run"])?;
    let words: Vec<&String> = matches.get_many("words").into_iter().flatten().collect();
    let words: Vec<&str> =
        words.iter().flat_map(|words| words.split([' ', '.'])).filter(|word| !word.is_empty()).collect();
    let found = catalogue::find(&words).map_err(Failure::usage)?;
    let session = Session::open(options.profile.as_deref(), options.fake.as_deref())?;
    let held = identity::scopes(&session, found.api.entry).await?;
    let (needed, certain) = needed(&found);
    let answer = answer(&needed, certain, held.as_deref());
    let shown = json!({
        "operation": found.words(),
        "answer": answer,
        "one_of": needed,
    });
    output::value(&shown, Format::of(options.format))?;
    let some = needed.iter().take(MOST).copied().collect::<Vec<_>>().join(", ");
    let more = if needed.len() > MOST { ", …" } else { "" };
    match answer {
        "yes" => Ok(()),
        "no" => Err(Failure::credential(format!("{} needs one of the scopes {some}{more}", found.words()))),
        _ if needed.is_empty() => Err(Failure::other(format!("the scopes of {} are not documented", found.words()))),
        _ if held.is_none() => Err(Failure::other("the scopes of the token are not known; crm whoami says more")),
        _ => Err(Failure::other(format!(
            "the document of {} does not say which of its scopes are for this type of object",
            found.words()
        ))),
    }
}

/// Returns the scopes of which one is enough, and false if not each of them is.
///
/// HubSpot documents the operations on objects for all types together, so those that name the type are taken.
fn needed(found: &Found) -> (Vec<&'static str>, bool) {
    let all = &found.operation.scopes;
    let Some(object) = found.object else {
        let of_a_type = found.api.file.objects.as_ref().is_some_and(|one| one.resource == found.operation.resource);
        return (all.clone(), !of_a_type);
    };
    let plain = |name: &str| name.replace('_', "");
    let level = if found.operation.reads() { "read" } else { "write" };
    let named = |scope: &&&str| {
        let parts: Vec<&str> = scope.split('.').collect();
        match parts.as_slice() {
            ["crm", "objects", name, last] => plain(name) == plain(object.name) && *last == level,
            [name] => plain(name) == plain(object.name),
            _ => false,
        }
    };
    let own: Vec<&'static str> = all.iter().filter(named).copied().collect();
    if own.is_empty() { (all.clone(), false) } else { (own, true) }
}

/// Returns `yes`, `no` or `unknown`. Scopes of which not each is enough can only rule an operation out.
fn answer(needed: &[&str], certain: bool, held: Option<&[String]>) -> &'static str {
    let Some(held) = held.filter(|_| !needed.is_empty()) else { return "unknown" };
    match held.iter().any(|scope| needed.contains(&scope.as_str())) {
        false => "no",
        true if certain => "yes",
        true => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scopes_of_a_type_of_object_are_those_that_name_it() {
        let needed = |words: &str| needed(&catalogue::find(&words.split(' ').collect::<Vec<_>>()).unwrap());
        assert_eq!(needed("hubspot contacts list"), (vec!["crm.objects.contacts.read"], true));
        assert_eq!(needed("hubspot contacts batch-upsert"), (vec!["crm.objects.contacts.write"], true));
        assert_eq!(needed("hubspot tickets create"), (vec!["tickets"], true));
        assert_eq!(needed("hubspot line-items create"), (vec!["crm.objects.line_items.write"], true));
        let (scopes, certain) = needed("hubspot objects create");
        assert!(scopes.len() > 50 && !certain, "{scopes:?}");
        assert!(needed("hoopai contacts create").1);
    }

    #[test]
    fn a_scope_of_another_type_proves_nothing() {
        let held = |scopes: &[&str]| scopes.iter().map(|scope| (*scope).to_owned()).collect::<Vec<_>>();
        assert_eq!(answer(&["a", "b"], true, Some(&held(&["b"]))), "yes");
        assert_eq!(answer(&["a", "b"], true, Some(&held(&["c"]))), "no");
        assert_eq!(answer(&["a", "b"], false, Some(&held(&["b"]))), "unknown");
        assert_eq!(answer(&["a", "b"], true, None), "unknown");
        assert_eq!(answer(&[], true, Some(&held(&["b"]))), "unknown");
    }
}
