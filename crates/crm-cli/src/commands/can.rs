//! `crm can`: the scopes of an operation against those of the token.

use clap::{Arg, ArgMatches, Command};
use serde_json::json;

use crate::catalogue::{self, Scopes};
use crate::failure::Failure;
use crate::identity;
use crate::options::{Opt, Options};
use crate::output::{self, Format};
use crate::session::Session;

/// The number of scopes in a message.
const MOST: usize = 5;

pub(super) fn command() -> Command {
    Command::new("can")
        .about(
            "Show the scopes of an operation and compare them with those of the token; exit code 0 for yes, 3 for no, 1 for \
             unknown",
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
    options.refuse("can", &[Opt::All, Opt::DryRun])?;
    let words: Vec<&str> = matches.get_many::<String>("words").into_iter().flatten().map(String::as_str).collect();
    let found = catalogue::find(&words).map_err(Failure::usage)?;
    let session = Session::open(options.profile.as_deref(), options.fake.as_deref())?;
    let has_credential = session.has_credential(found.api.entry).await;
    let held = if has_credential { identity::scopes(&session, found.api.entry).await? } else { None };
    let Scopes { one_of, certain } = found.scopes();
    // A fake permits every operation.
    let answer = if session.is_fake() { "yes" } else { answer(&one_of, certain, held.as_deref()) };
    let shown = json!({
        "operation": found.words(),
        "answer": answer,
        "one_of": one_of,
    });
    output::value(&shown, Format::of(options.format))?;
    let some = one_of.iter().take(MOST).copied().collect::<Vec<_>>().join(", ");
    let more = if one_of.len() > MOST { ", …" } else { "" };
    match answer {
        "yes" => Ok(()),
        "no" => Err(Failure::credential(format!("{} needs one of the scopes {some}{more}", found.words()))),
        _ if one_of.is_empty() => Err(Failure::other(format!("the scopes of {} are not documented", found.words()))),
        _ if !certain && found.operation.resource != "objects" => Err(Failure::other(format!(
            "{} needs scopes of the types of object in its path, and the documents do not say which; `one_of` lists those of \
             all types",
            found.words()
        ))),
        _ if !certain => Err(Failure::other(format!(
            "{} is for every type of object, and each has scopes of its own; name the type, for example: crm can hubspot \
             contacts {}",
            found.words(),
            catalogue::kebab(found.operation.call)
        ))),
        _ if !has_credential => Err(Failure::other(
            "there is no credential, so only the required scopes are known; set a credential to compare them: crm login",
        )),
        _ => Err(Failure::other("the scopes of the token are not known; crm whoami says more")),
    }
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
    fn a_scope_of_another_type_proves_nothing() {
        let held = |scopes: &[&str]| scopes.iter().map(|scope| (*scope).to_owned()).collect::<Vec<_>>();
        assert_eq!(answer(&["a", "b"], true, Some(&held(&["b"]))), "yes");
        assert_eq!(answer(&["a", "b"], true, Some(&held(&["c"]))), "no");
        assert_eq!(answer(&["a", "b"], false, Some(&held(&["b"]))), "unknown");
        assert_eq!(answer(&["a", "b"], true, None), "unknown");
        assert_eq!(answer(&[], true, Some(&held(&["b"]))), "unknown");
    }
}
