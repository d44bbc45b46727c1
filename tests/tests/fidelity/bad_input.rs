//! Sends bad replies to every paged operation (as the first page, and as the second after one that announced more) and to
//! every other operation whose reply is JSON, and compares the results with the rule.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crm_calls::{Api, Made, Sample};
use crm_core::{ErrorKind, Position};
use crm_fake::Fake;
use serde_json::Value;

use super::api;
use super::document::Document;
use super::exceptions::Exceptions;
use super::rule::{Bad, Outcome, Promise, Where, expected};
use super::server::Server;
use super::table::Finding;

/// The number of operations that follow the rule, and of all operations, by body and column.
type Table = BTreeMap<(usize, Where), (usize, usize)>;

/// Sends every bad reply to every operation of an API.
pub(crate) async fn refused<C>(api: &Api<C>) {
    let document = Document::ours(api.name);
    let fake = Fake::builder(api.vendor).no_quota().start().await.unwrap();
    let server = Server::start().await;
    let client = api::client(api, &server.url);
    let described = document.operations(&Value::Null);
    let (mut table, mut findings, mut unruled) = (Table::new(), Vec::new(), 0);
    for op in (api.operations)() {
        let (_, make) = api.calls.iter().find(|(name, _)| *name == op.id).expect("a call of it");
        let described = described.iter().find(|one| one.method == op.method.as_str() && one.path == op.path);
        let described = described.unwrap_or_else(|| panic!("{} is not in our document", op.id));
        let mut arguments = api.arguments(&fake, op).expect("its arguments");
        let Promise { list, .. } = Promise::new(api.vendor, op, described, "");
        if let Some(list) = &list {
            list.ask_for_two(&mut arguments);
        }
        let made = make(&client, &Sample::new(arguments));
        if made.send.is_none() {
            continue;
        }
        let promise = Promise::new(api.vendor, op, described, made.reply);
        let columns = if list.is_some() { &[Where::FirstPage, Where::SecondPage][..] } else { promise.column() };
        for at in columns {
            for (number, bad) in Bad::all(&promise).into_iter().enumerate() {
                let Some(expected) = expected(&promise, &bad, *at) else {
                    unruled += 1;
                    continue;
                };
                let seen = cell(&server, &made, &promise, &bad, *at).await;
                let (right, all) = table.entry((number, *at)).or_default();
                *all += 1;
                if seen == Seen::Ruled(expected) {
                    *right += 1;
                } else {
                    let what = format!("{at} {}: {seen}, not {expected}", bad.name);
                    findings.push(Finding::new(op.id, what, bad.text.clone()));
                }
            }
        }
    }
    report(api.name, &table, findings, unruled);
}

/// The result of a cell.
#[derive(PartialEq, Eq)]
enum Seen {
    Ruled(Outcome),
    /// A result that no rule allows.
    Other(String),
}

impl std::fmt::Display for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ruled(outcome) => outcome.fmt(f),
            Self::Other(what) => f.write_str(what),
        }
    }
}

async fn cell(server: &Server, made: &Made, promise: &Promise<'_>, bad: &Bad, at: Where) -> Seen {
    let second = at == Where::SecondPage;
    let first = promise.list.as_ref().filter(|_| second).map(|list| list.first_page());
    server.answer(first.into_iter().chain([bad.reply()]));
    let error = if at == Where::FirstPage || second {
        let Some(list) = made.list else { return Seen::Other("does not page".to_owned()) };
        let listed = list(made.call.clone()).await;
        let asked = server.seen().len();
        if asked != usize::from(second) + 1 {
            return Seen::Other(format!("{asked} requests, {} pages, error {:?}", listed.pages, listed.error));
        }
        let stays = match (&listed.error, second) {
            (None, _) => listed.position == Position::End,
            (Some(_), false) => listed.position == Position::Start,
            (Some(_), true) => listed.position != Position::Start && listed.position != Position::End,
        };
        if !stays {
            return Seen::Other(format!("the cursor stands at {:?}", listed.position));
        }
        listed.error
    } else {
        let send = made.send.expect("the reply is JSON");
        send(made.call.clone()).await.err()
    };
    match error {
        None => Seen::Ruled(Outcome::Right),
        Some(error) if promise.write && !error.may_have_happened() => Seen::Other("did not happen".to_owned()),
        Some(error) if error.kind() == ErrorKind::Decode => Seen::Ruled(Outcome::Refused),
        Some(error) if error.kind() == ErrorKind::Paging && second => Seen::Ruled(Outcome::Refused),
        Some(error) => Seen::Other(format!("{:?}", error.kind())),
    }
}

fn report(api: &str, table: &Table, findings: Vec<Finding>, unruled: usize) {
    let mut text = format!("{:<44}", "as the rule says, of all");
    let columns = [Where::FirstPage, Where::SecondPage, Where::Get, Where::Write];
    text.extend(columns.iter().map(|at| format!("{at:>14}")));
    for (number, name) in Bad::names().into_iter().enumerate() {
        let _ = write!(text, "\n{name:<44}");
        for at in columns {
            let (right, all) = table.get(&(number, at)).copied().unwrap_or_default();
            let _ = write!(text, "{:>14}", if all == 0 { "-".to_owned() } else { format!("{right}/{all}") });
        }
    }
    let _ = write!(text, "\nwithout a rule: {unruled}\n");
    println!("{api}\n{text}");
    let sorted = Exceptions::of(&format!("{api}, bad input")).sort(findings);
    sorted.open.iter().for_each(|finding| println!("bad│{finding}"));
    assert!(sorted.open.is_empty(), "{} cells are not as the rule says", sorted.open.len());
    assert!(sorted.unneeded.is_empty(), "nothing needs these exceptions any more: {:#?}", sorted.unneeded);
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(format!("bad_input__{api}"), text);
    });
}
