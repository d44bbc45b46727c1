//! The parameters of a call: the arguments of the method, the options of its builder, the body.

use super::change::{Changes, Class, Kind, Section, UNTOUCHED, counted, most};
use super::types::closes;
use crate::emit::signature::{Signature, Taken, setter};
use crate::model::{Argument, Operation};

const COMPILE: &str = "code that calls it does not compile";

/// Compares what both sides take.
pub(super) fn compare(changes: &mut Changes, old: &Operation, new: &Operation) {
    let (before, now) = (Signature::of(old), Signature::of(new));
    for argument in before.required.iter().chain(&before.optional) {
        if let Some((other, _)) = find(&now, &argument.wire) {
            both(changes, new, argument, other);
        }
    }
    gone(changes, new, alone(&before, &now));
    come(changes, new, alone(&now, &before));
    let kept = |one: &Signature<'_>, other: &Signature<'_>| -> Vec<String> {
        let of = |wire: &str| find(other, wire).is_some_and(|(_, required)| required);
        one.required.iter().filter(|argument| of(&argument.wire)).map(|argument| argument.wire.clone()).collect()
    };
    let order = kept(&now, &before);
    if kept(&before, &now) != order {
        changes.of(Kind::Parameter, &new.name).breaking(
            format!("its arguments are in another order: {}", order.join(", ")),
            "calls compile with another meaning if the types are the same",
        );
    }
    body(changes, old, new);
    if before.builder.is_some() != now.builder.is_some() {
        let said = |signature: &Signature<'_>| {
            signature.builder.clone().unwrap_or_else(|| format!("Call<{}>", signature.reply_name("")))
        };
        changes.of(Kind::Operation, &new.name).breaking(
            format!("its builder is `{}` instead of `{}`", said(&now), said(&before)),
            "code that names the type does not compile; `send` stays",
        );
    }
    constants(changes, old, new);
    if old.any_part != new.any_part {
        let mut item = changes.of(Kind::Parameter, &new.name);
        if new.any_part {
            item.added("accepts files and parts of any name", "existing code compiles and works");
        } else {
            item.removed("no longer accepts files and parts of any name", COMPILE);
        }
    }
}

/// An argument, and true if it is an argument of the method.
fn find<'a>(signature: &Signature<'a>, wire: &str) -> Option<(&'a Argument, bool)> {
    let named = |argument: &&&Argument| argument.wire == wire;
    let required = signature.required.iter().find(named).map(|argument| (*argument, true));
    required.or_else(|| signature.optional.iter().find(named).map(|argument| (*argument, false)))
}

/// Returns the arguments that one side does not have: those of the method, and the options.
fn alone<'a>(one: &Signature<'a>, other: &Signature<'_>) -> [Vec<&'a Argument>; 2] {
    [&one.required, &one.optional].map(|all| {
        let mut all = all.clone();
        all.retain(|argument| find(other, &argument.wire).is_none());
        all
    })
}

fn item(operation: &Operation, argument: &Argument) -> String {
    format!("{}({})", operation.name, argument.wire)
}

fn both(changes: &mut Changes, new: &Operation, before: &Argument, now: &Argument) {
    let mut item = changes.of(Kind::Parameter, item(new, now));
    match (before.required, now.required) {
        (false, true) => item.breaking("required: an argument of the method instead of an option", COMPILE),
        (true, false) => item.breaking("optional: an option instead of an argument of the method", COMPILE),
        (false, false) if setter(before) != setter(now) => {
            item.breaking(format!("its option is renamed to `{}`", setter(now)), COMPILE);
        }
        _ => {}
    }
    let (was, is) = (Taken::argument(before).text(), Taken::argument(now).text());
    if was != is {
        let what = format!("takes `{is}` instead of `{was}`");
        let wider = match is.as_str() {
            "impl Display" => ["i64", "f64", "bool", "impl Integer"].contains(&was.as_str()),
            "impl Integer" => was == "i64",
            _ => false,
        };
        if wider {
            item.minor(what, "existing code compiles");
        } else if closes(&before.ty, &now.ty) {
            item.felt(Class::Breaking, what, COMPILE);
        } else {
            item.breaking(what, COMPILE);
        }
    }
    let travels = |argument: &Argument| (argument.place, argument.joined, argument.slashes);
    if travels(before) != travels(now) {
        let what = format!("sent in the {:?} instead of the {:?}, or written in another form", now.place, before.place);
        item.patch(what, "existing code compiles");
    }
}

fn gone(changes: &mut Changes, new: &Operation, alone: [Vec<&Argument>; 2]) {
    for (all, of) in alone.into_iter().zip(["argument", "option"]).filter(|(all, _)| !all.is_empty()) {
        let names = most(all.iter().map(|argument| format!("`{}`", setter(argument))));
        let parts = all.iter().map(|argument| item(new, argument));
        let what = format!("{} removed: {names}", counted(of, all.len()));
        changes.of(Kind::Parameter, &new.name).with(parts).removed(what, COMPILE);
    }
}

fn come(changes: &mut Changes, new: &Operation, [required, optional]: [Vec<&Argument>; 2]) {
    for argument in required {
        let what = format!("new required argument: `{}`", Taken::argument(argument).text());
        changes.of(Kind::Parameter, item(new, argument)).is(Class::Breaking, Section::Added, what, COMPILE);
    }
    if !optional.is_empty() {
        let written = |argument: &&Argument| format!("`{}: {}`", setter(argument), Taken::argument(argument).text());
        let what = format!("new {} {}", counted("option", optional.len()), most(optional.iter().map(written)));
        let parts = optional.iter().map(|argument| item(new, argument));
        changes.of(Kind::Parameter, &new.name).with(parts).added(what, UNTOUCHED);
    }
}

fn body(changes: &mut Changes, old: &Operation, new: &Operation) {
    let mut item = changes.of(Kind::Body, &new.name);
    match (&old.body, &new.body) {
        (None, None) => {}
        (None, Some(body)) => item.breaking(format!("takes a body now: `{}`", Taken::body(body).text()), COMPILE),
        (Some(_), None) => item.removed("no longer takes a body", COMPILE),
        (Some(before), Some(now)) => {
            let (was, is) = (Taken::body(before).text(), Taken::body(now).text());
            if was != is {
                item.breaking(format!("its body is `{is}` instead of `{was}`"), COMPILE);
            } else if before.encoding != now.encoding {
                item.patch(format!("its body is sent as {:?}", now.encoding), "existing code compiles");
            }
        }
    }
}

/// Compares the constants that are always sent.
fn constants(changes: &mut Changes, old: &Operation, new: &Operation) {
    let all = |operation: &Operation| -> Vec<String> {
        let said = |argument: &Argument| Some(format!("`{}` as {}", argument.wire, argument.constant.as_ref()?));
        operation.arguments.iter().filter_map(said).collect()
    };
    let now = all(new);
    if all(old) != now {
        let what = if now.is_empty() {
            "no longer sends a constant".to_owned()
        } else {
            format!("always sends {}", now.join(", "))
        };
        changes.of(Kind::Wire, &new.name).patch(what, "existing code compiles");
    }
}
