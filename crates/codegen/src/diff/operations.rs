//! Operations that both sides have: name, request, paging, and the other columns of the table of operations.

use std::collections::BTreeSet;

use super::change::{Changes, Class, Kind, Section, few};
use super::pairs::Pair;
use super::side::Api;
use super::{security, signature};
use crate::emit;
use crate::model::{OneOrTwo, Operation, Paging, PagingPlace, Reply};
use crate::read::document::object;
use crate::read::version;

const MOCKS: &str = "existing code compiles; mocks and proxies that match the request need the new one";
const CURSORS: &str = "existing code compiles; stored cursors are no longer valid";
const STAYS: &str = "existing code compiles";

/// Compares an operation; the types of both sides are called alike already.
pub(super) fn compare(changes: &mut Changes, pair: &Pair<'_, Operation>, (old_api, new_api): (&Api, &Api)) {
    let Pair { old, new } = *pair;
    request(changes, old, new, (old_api, new_api));
    signature::compare(changes, old, new);
    reply(changes, old, new);
    paging(changes, old, new, (old_api, new_api));
    if new.deprecated != old.deprecated {
        let mut item = changes.of(Kind::Operation, &new.name);
        if new.deprecated {
            let why = "code that calls it compiles with a warning";
            item.is(Class::Minor, Section::Deprecated, "deprecated by the vendor", why);
        } else {
            item.patch("no longer deprecated", "code that calls it compiles without the warning");
        }
    }
    if old.common && !new.common {
        changes.of(Kind::Operation, &new.name).breaking(
            "no longer shared with the client's other version",
            "code that passes the builder of one version for that of the other does not compile",
        );
    }
    limits(changes, old, new);
    security::compare(changes, pair, (old_api, new_api));
}

fn request(changes: &mut Changes, old: &Operation, new: &Operation, apis: (&Api, &Api)) {
    if old.name != new.name {
        changes.of(Kind::Operation, &old.name).breaking(
            format!("renamed to `{}`", new.name),
            "code that calls it does not compile; stored cursors are no longer valid",
        );
    }
    let mut item = changes.of(Kind::Wire, &new.name);
    let line = |operation: &Operation| format!("{} {}", operation.method, operation.path);
    if line(old) != line(new) {
        let moved = match other_version(old, new) {
            Some((was, is)) => format!("sends the version `{is}` in the path instead of `{was}`"),
            None => format!("sends `{}` instead of `{}`", line(new), line(old)),
        };
        if plain(old) == plain(new) {
            item.patch(moved, "only the name of a path parameter differs");
        } else {
            // Another version in the path is another version of the API.
            let same = old.method == new.method && version::without(&old.path) == version::without(&new.path);
            let class = if same { Class::Breaking } else { Class::Minor };
            item.felt(class, moved, MOCKS);
        }
    }
    if old.version != new.version {
        let said =
            |version: &Option<String>| version.as_ref().map_or("none".to_owned(), |version| format!("`{version}`"));
        item.felt(
            Class::Breaking,
            format!("requests the API version {} instead of {}", said(&new.version), said(&old.version)),
            "existing code compiles; another version of the API may reply differently",
        );
    }
    let (was, is) = (successes(apis.0, old), successes(apis.1, new));
    if was != is {
        item.patch(
            format!("returns the status {} instead of {}", few(&is), few(&was)),
            "the client treats every 2xx alike",
        );
    }
    if old.spec_id != new.spec_id {
        // Some vendors make it of the path.
        let what = match old.path == new.path {
            true => format!("the vendor's `operationId` is `{}`", new.spec_id),
            false => "the vendor's `operationId` is another one, as the path is".to_owned(),
        };
        item.patch(what, "it is not part of a request");
    }
}

/// A request line without the names of the places in its path.
fn plain(operation: &Operation) -> (String, String) {
    let segments = operation.path.split('/').map(|segment| if segment.starts_with('{') { "{}" } else { segment });
    (operation.method.clone(), segments.collect::<Vec<_>>().join("/"))
}

/// Returns the versions before and now, if the request lines differ only in the version.
fn other_version<'a>(old: &'a Operation, new: &'a Operation) -> Option<(&'a str, &'a str)> {
    let (was, is) = (old.path.split('/'), new.path.split('/'));
    let same = old.method == new.method && was.clone().count() == is.clone().count();
    let mut differing = was.zip(is).filter(|(was, is)| was != is);
    let versions = differing.next().filter(|(was, is)| version::is_version(was) && version::is_version(is))?;
    (same && differing.all(|other| other == versions)).then_some(versions)
}

/// Returns the statuses of success.
fn successes(api: &Api, operation: &Operation) -> BTreeSet<String> {
    let responses = &api.merged["paths"][&operation.path][operation.method.to_lowercase()];
    let statuses = object(responses, "responses").map(|(status, _)| status.clone());
    statuses.filter(|status| status.starts_with('2')).collect()
}

fn reply(changes: &mut Changes, old: &Operation, new: &Operation) {
    let (was, is) = (said(&old.reply), said(&new.reply));
    if was != is {
        let file = matches!(old.reply, Reply::Bytes) || matches!(new.reply, Reply::Bytes);
        let section = if file { Section::Behaviour } else { Section::Changed };
        changes.of(Kind::Reply, &new.name).is(
            Class::Breaking,
            section,
            format!("returns `{is}` instead of `{was}`"),
            "code that reads the reply does not compile",
        );
    }
}

fn said(reply: &Reply) -> String {
    match reply {
        Reply::Value(ty) => ty.rust(""),
        Reply::Bytes => "BodyStream".to_owned(),
    }
}

fn paging(changes: &mut Changes, old: &Operation, new: &Operation, (old_api, new_api): (&Api, &Api)) {
    let mut item = changes.of(Kind::Paging, &new.name);
    let (before, now) = match (&old.paging, &new.paging) {
        (None, None) => return,
        (Some(_), None) => {
            return item.removed("no longer a paged list", "code that calls `items` or `pages` does not compile");
        }
        (None, Some(_)) => return item.added("a paged list now, with `items` and `pages`", STAYS),
        (Some(before), Some(now)) => (before, now),
    };
    let listed = |api: &Api, operation: &Operation, paging: &Paging| match &operation.reply {
        Reply::Value(reply) => emit::item(paging, reply, &api.model).map(|item| item.rust("")),
        Reply::Bytes => None,
    };
    let (was, is) = (listed(old_api, old, before), listed(new_api, new, now));
    if was != is {
        let named = |ty: Option<String>| ty.unwrap_or_else(|| "Value".to_owned());
        item.breaking(
            format!("its items are `{}` instead of `{}`", named(is), named(was)),
            "code that reads the items does not compile",
        );
    }
    if (before.kind, before.place, &before.param) != (now.kind, now.place, &now.param) {
        item.felt(Class::Breaking, format!("pages {} instead of {}", told(now), told(before)), CURSORS);
    } else if before != now {
        item.patch("its items, next page or total are at another place in the reply", STAYS);
    }
}

/// Describes the paging.
fn told(paging: &Paging) -> String {
    let parameter = match &paging.param {
        OneOrTwo::One(name) => format!("`{name}`"),
        OneOrTwo::Two([one, other]) => format!("`{one}` and `{other}`"),
    };
    let place = match paging.place {
        PagingPlace::Query => "query",
        PagingPlace::Body => "body",
    };
    format!("by {} ({parameter} in the {place})", paging.kind.words)
}

fn limits(changes: &mut Changes, old: &Operation, new: &Operation) {
    let mut item = changes.of(Kind::Limit, &new.name);
    if old.limit_class != new.limit_class {
        item.patch(
            format!("is in the limit class `{}` instead of `{}`", new.limit_class, old.limit_class),
            "calls are limited by another quota",
        );
    }
    if old.batch_max != new.batch_max {
        let most = |most: Option<u64>| most.map_or_else(|| "any number of".to_owned(), |most| most.to_string());
        item.patch(
            format!("accepts {} inputs in a request instead of {}", most(new.batch_max), most(old.batch_max)),
            "larger batches are split",
        );
    }
    if old.idempotent != new.idempotent {
        let what = if new.idempotent { "idempotent" } else { "no longer idempotent" };
        item.patch(what, "only idempotent operations are retried after they may have been processed");
    }
    let conditions = |one: &Operation| (one.idempotent_with.clone(), one.idempotent_without.clone());
    if conditions(old) != conditions(new) {
        let what = "is idempotent under other conditions for the body";
        item.patch(what, "only idempotent calls are retried after they may have been processed");
    }
    if old.effect != new.effect {
        let what = format!("{} instead of {}", new.effect.words(), old.effect.words());
        item.patch(what, "tools ask before they change data");
    }
    if old.long_running != new.long_running {
        let what = if new.long_running { "may take a long time" } else { "no longer takes a long time" };
        item.patch(what, STAYS);
    }
    if old.failures != new.failures {
        let alone = |one: &Operation, other: &Operation| -> Vec<String> {
            one.failures.iter().filter(|status| !other.failures.contains(status)).map(u16::to_string).collect()
        };
        for (statuses, what) in [
            (alone(new, old), "the document also lists the error status"),
            (alone(old, new), "the document no longer lists the error status"),
        ] {
            if !statuses.is_empty() {
                item.patch(format!("{what} {}", few(statuses)), "the client reads errors of every status");
            }
        }
    }
}
