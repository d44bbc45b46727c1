//! Differences in the documents that no Rust item shows: `nullable`, lengths, defaults, and everything else that is not
//! reported as a difference of an item. Therefore every difference is reported.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToUpperCamelCase;

use super::change::{Changes, Class, Kind, few};
use super::difference::{self, Difference};
use super::pairs::{Pair, Pairs};
use super::place::Places;
use super::side::Api;
use crate::model::Operation;
use crate::read::document::{list, object, text};

/// Keywords that no Rust item shows.
const SILENT: [&str; 12] = [
    "nullable",
    "pattern",
    "default",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "readOnly",
];

/// Keys of an operation that are compared separately, or are documentation.
const OPERATION: [&str; 9] = [
    "operationId",
    "deprecated",
    "security",
    "tags",
    "x-crm-name",
    "x-crm-document",
    "x-crm-many",
    "x-crm-example",
    "x-crm-replaced-by",
];

/// Reports the differences that are not reported elsewhere; `renamed` maps the old names of types to the new ones.
pub(super) fn compare(
    changes: &mut Changes,
    old: &Api,
    new: &Api,
    pairs: &Pairs<'_>,
    renamed: &BTreeMap<String, String>,
) {
    let mut told: BTreeSet<String> = changes.items().map(str::to_owned).collect();
    told.extend(changes.found.iter().filter_map(|change| whole(change.kind, &change.item)));
    let known = Known { told, old: Places::of(old), new: Places::of(new), renamed };
    // Pairs of schemas that correspond to each other: by name, by type, and by the references to them.
    let (before, now) = (&old.merged["components"]["schemas"], &new.merged["components"]["schemas"]);
    let mut open: Vec<(String, String)> = Vec::new();
    for (name, _) in object(&old.merged["components"], "schemas") {
        let moved = || {
            let is = renamed.get(&name.to_upper_camel_case())?;
            object(&new.merged["components"], "schemas").find(|(other, _)| other.to_upper_camel_case() == *is)
        };
        if now.get(name).is_some() {
            open.push((name.clone(), name.clone()));
        } else if let Some((is, _)) = moved() {
            open.push((name.clone(), is.clone()));
        }
    }
    let follow = |found: &[Difference<'_>], open: &mut Vec<(String, String)>| {
        let alone = |(was, is): &(&str, &str)| now.get(*was).is_none() && before.get(*is).is_none();
        let references = found.iter().filter_map(Difference::reference);
        let references = references.filter(|pair| alone(pair) || known.splits(*pair));
        open.extend(references.map(|(was, is)| (was.to_owned(), is.to_owned())));
    };
    for pair in &pairs.both {
        let before = &old.merged["paths"][&pair.old.path][pair.old.method.to_lowercase()];
        let now = &new.merged["paths"][&pair.new.path][pair.new.method.to_lowercase()];
        let found = difference::all(before, now, &OPERATION);
        let direction = |one: &Difference<'_>| match one.pointer.first() {
            Some(first) if first == "responses" => Direction { sent: false, received: true },
            first => Direction { sent: first.is_some(), received: false },
        };
        say(changes, &pair.new.name, &found, |one| known.operation(pair, one), direction);
        follow(&found, &mut open);
    }
    let mut seen = BTreeSet::new();
    while let Some((was, is)) = open.pop() {
        if seen.insert((was.clone(), is.clone())) {
            let found = difference::all(&before[&was], &now[&is], &["x-crm-name"]);
            let direction = Direction { sent: known.new.is_sent(&is), received: known.new.is_received(&is) };
            say(changes, &is, &found, |one| known.schema((&was, &is), one), |_| direction);
            follow(&found, &mut open);
        }
    }
}

/// Reports differences of the hosts and of the replies that operations share.
pub(super) fn rest(changes: &mut Changes, old: &Api, new: &Api) {
    let hosts = |api: &Api| -> String {
        few(list(&api.merged, "servers").filter_map(|server| text(server, "url")).map(|url| format!("`{url}`")))
    };
    let (was, is) = (hosts(old), hosts(new));
    if was != is {
        let why = "the client's host is written by hand: check that it is still right";
        changes.of(Kind::Wire, &new.client).minor(format!("the document lists the host {is} instead of {was}"), why);
    }
    let responses = |api: &Api| api.merged["components"]["responses"].clone();
    let (before, now) = (responses(old), responses(new));
    say(
        changes,
        "the replies that operations share",
        &difference::all(&before, &now, &[]),
        |_| false,
        |_| Direction { sent: false, received: true },
    );
}

/// The messages that contain a value.
#[derive(Clone, Copy)]
struct Direction {
    sent: bool,
    received: bool,
}

/// Reports the differences that earlier reports do not cover. A break is a request that the vendor may no longer accept, or
/// a member that replies no longer have.
fn say(
    changes: &mut Changes,
    name: &str,
    found: &[Difference<'_>],
    covered: impl Fn(&Difference<'_>) -> bool,
    direction: impl Fn(&Difference<'_>) -> Direction,
) {
    let left = found.iter().filter(|one| !covered(one));
    let (narrower, shown): (Vec<_>, Vec<_>) = left.partition(|one| one.narrows() && direction(one).sent);
    if !narrower.is_empty() {
        let why = "existing code compiles; the vendor may refuse requests that it accepted";
        changes.of(Kind::Wire, name).felt(Class::Breaking, difference::said(&narrower).join(", "), why);
    }
    let (withheld, shown): (Vec<_>, Vec<_>) =
        shown.into_iter().partition(|one| one.withholds() && direction(one).received);
    if !withheld.is_empty() {
        let why = "existing code compiles; replies no longer have the member";
        changes.of(Kind::Wire, name).felt(Class::Breaking, difference::said(&withheld).join(", "), why);
    }
    let shown = difference::said(&shown);
    if !shown.is_empty() {
        changes.of(Kind::Wire, name).patch(shown.join(", "), "no Rust item changes");
    }
}

/// Returns the name of an operation's reply or body as a whole.
fn whole(kind: Kind, operation: &str) -> Option<String> {
    let of = |what: &str| Some(format!("{what} {}", operation.rsplit("::").next()?));
    match kind {
        Kind::Reply => of("reply of"),
        Kind::Body => of("body of"),
        _ => None,
    }
}

/// The items that are already reported, and the Rust items for the places of the documents.
struct Known<'a> {
    told: BTreeSet<String>,
    old: Places<'a>,
    new: Places<'a>,
    renamed: &'a BTreeMap<String, String>,
}

impl Known<'_> {
    fn operation(&self, pair: &Pair<'_, Operation>, one: &Difference<'_>) -> bool {
        let steps: Vec<&str> = one.pointer.iter().map(String::as_str).collect();
        match steps.as_slice() {
            // Reported by status, and as the type of the reply.
            ["responses", status] => {
                return status.parse().is_ok_and(|status: u16| status >= 400 || status / 100 == 2);
            }
            ["x-crm-version" | "x-crm-limit-class" | "x-crm-batch-max" | "x-crm-idempotent" | "x-crm-long-running"]
            | ["x-crm-effect" | "x-crm-no-auth" | "x-crm-unpaged"]
            | ["x-crm-idempotent-with" | "x-crm-idempotent-without" | "x-crm-paging", ..] => return true,
            ["responses", status, "content"] | ["responses", status, "content", _] if status.starts_with('2') => {
                return whole(Kind::Reply, &pair.new.name).is_some_and(|whole| self.told.contains(&whole));
            }
            ["requestBody"] | ["requestBody", "content"] | ["requestBody", "content", _] => {
                return whole(Kind::Body, &pair.new.name).is_some_and(|whole| self.told.contains(&whole));
            }
            _ => {}
        }
        let mut items = self.old.operation(pair.old, &one.pointer, one.old.or(one.new));
        items.extend(self.new.operation(pair.new, &one.pointer, one.new.or(one.old)));
        self.covers(one, &items)
    }

    fn schema(&self, (was, is): (&str, &str), one: &Difference<'_>) -> bool {
        let mut items = self.old.schema(was, &one.pointer, one.old.or(one.new));
        items.extend(self.new.schema(is, &one.pointer, one.new.or(one.old)));
        self.covers(one, &items)
    }

    fn covers(&self, one: &Difference<'_>, items: &[String]) -> bool {
        let silent = one.keyword().is_some_and(|word| SILENT.contains(&word));
        !silent && (self.follows(one) || items.iter().any(|item| self.told.contains(item)))
    }

    /// Returns true if a reference only follows a type to its new name, or a schema that is no longer shared.
    fn follows(&self, one: &Difference<'_>) -> bool {
        one.reference().is_some_and(|(was, is)| {
            let renamed = self.renamed.get(&was.to_upper_camel_case());
            renamed.is_some_and(|name| *name == is.to_upper_camel_case()) || self.splits((was, is))
        })
    }

    /// Returns true if a schema without a type, for example of a failure, is that of another document on one side only:
    /// the documents no longer have it in common, or have it in common now. The two schemas are compared.
    fn splits(&self, (was, is): (&str, &str)) -> bool {
        let typed = self.old.has_type(was) || self.new.has_type(is);
        // The name that tells a schema apart ends with the one that it had in common.
        let apart = was.ends_with(is) || is.ends_with(was);
        !typed && apart && self.old.has_schema(is) != self.new.has_schema(was)
    }
}
