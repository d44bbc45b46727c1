//! What a call takes: the arguments of the method, the options of its builder, the body.

use super::change::{Changes, Class, Kind, Section};
use super::types::closes;
use crate::emit::signature::{Signature, Taken, setter};
use crate::model::{Argument, Operation};

const COMPILE: &str = "calls do not compile";

/// Compares what both sides take.
pub(super) fn compare(changes: &mut Changes, old: &Operation, new: &Operation) {
    let (before, now) = (Signature::of(old), Signature::of(new));
    for argument in before.required.iter().chain(&before.optional) {
        match find(&now, &argument.wire) {
            Some((other, _)) => both(changes, new, argument, other),
            None => gone(changes, new, argument),
        }
    }
    for argument in now.required.iter().chain(&now.optional) {
        if find(&before, &argument.wire).is_none() {
            come(changes, new, argument);
        }
    }
    let kept = |one: &Signature<'_>, other: &Signature<'_>| -> Vec<String> {
        let of = |wire: &str| find(other, wire).is_some_and(|(_, required)| required);
        one.required.iter().filter(|argument| of(&argument.wire)).map(|argument| argument.wire.clone()).collect()
    };
    let order = kept(&now, &before);
    if kept(&before, &now) != order {
        changes.of(Kind::Parameter, &new.name).breaking(
            format!("takes its arguments in another order: {}", order.join(", ")),
            "calls mean something else",
        );
    }
    body(changes, old, new);
    if before.builder.is_some() != now.builder.is_some() {
        let said = |signature: &Signature<'_>| {
            signature.builder.clone().unwrap_or_else(|| format!("Call<{}>", signature.reply_name("")))
        };
        changes.of(Kind::Operation, &new.name).breaking(
            format!("returned `{}`, returns `{}`", said(&before), said(&now)),
            "code that names the type does not compile; `send` stays",
        );
    }
    constants(changes, old, new);
    if old.any_part != new.any_part {
        let mut item = changes.of(Kind::Parameter, &new.name);
        if new.any_part {
            item.added("takes files and parts of any name", "a new way to call it");
        } else {
            item.removed("takes no files of any name any more", COMPILE);
        }
    }
}

/// An argument, and whether the method asks for it.
fn find<'a>(signature: &Signature<'a>, wire: &str) -> Option<(&'a Argument, bool)> {
    let named = |argument: &&&Argument| argument.wire == wire;
    let required = signature.required.iter().find(named).map(|argument| (*argument, true));
    required.or_else(|| signature.optional.iter().find(named).map(|argument| (*argument, false)))
}

fn item(operation: &Operation, argument: &Argument) -> String {
    format!("{}({})", operation.name, argument.wire)
}

fn both(changes: &mut Changes, new: &Operation, before: &Argument, now: &Argument) {
    let mut item = changes.of(Kind::Parameter, item(new, now));
    match (before.required, now.required) {
        (false, true) => item.breaking("is required: the method takes it", COMPILE),
        (true, false) => item.breaking("is optional: the builder takes it", "the method has one argument less"),
        (false, false) if setter(before) != setter(now) => {
            item.breaking(format!("its setter is called `{}` now", setter(now)), COMPILE);
        }
        _ => {}
    }
    let (was, is) = (Taken::argument(before).text(), Taken::argument(now).text());
    if was != is {
        let what = format!("takes `{is}` in place of `{was}`");
        if is == "impl Display" && ["i64", "f64", "bool"].contains(&was.as_str()) {
            item.minor(what, "what was given still fits");
        } else if closes(&before.ty, &now.ty) {
            item.felt(Class::Breaking, what, COMPILE);
        } else {
            item.breaking(what, COMPILE);
        }
    }
    let travels = |argument: &Argument| (argument.place, argument.joined, argument.slashes);
    if travels(before) != travels(now) {
        let what =
            format!("travels in the {:?} in place of the {:?}, or is written otherwise", now.place, before.place);
        item.patch(what, "the Rust call stays");
    }
}

fn gone(changes: &mut Changes, new: &Operation, argument: &Argument) {
    let what = if argument.required { "the method no longer takes it" } else { "the option is gone" };
    changes.of(Kind::Parameter, item(new, argument)).removed(what, COMPILE);
}

fn come(changes: &mut Changes, new: &Operation, argument: &Argument) {
    let ty = Taken::argument(argument).text();
    let mut item = changes.of(Kind::Parameter, item(new, argument));
    if argument.required {
        let what = format!("the method takes it: `{ty}`");
        item.is(Class::Breaking, Section::Added, what, "calls do not compile without it");
    } else {
        item.added(format!("a new option: `{ty}`"), "nobody has to set it");
    }
}

fn body(changes: &mut Changes, old: &Operation, new: &Operation) {
    let mut item = changes.of(Kind::Body, &new.name);
    match (&old.body, &new.body) {
        (None, None) => {}
        (None, Some(body)) => item.breaking(format!("takes a body: `{}`", Taken::body(body).text()), COMPILE),
        (Some(_), None) => item.removed("takes no body any more", COMPILE),
        (Some(before), Some(now)) => {
            let (was, is) = (Taken::body(before).text(), Taken::body(now).text());
            if was != is {
                item.breaking(format!("its body is `{is}` in place of `{was}`"), COMPILE);
            } else if before.encoding != now.encoding {
                item.patch(format!("its body travels as {:?}", now.encoding), "the Rust call stays");
            }
        }
    }
}

/// What is always sent.
fn constants(changes: &mut Changes, old: &Operation, new: &Operation) {
    let all = |operation: &Operation| -> Vec<String> {
        let said = |argument: &Argument| Some(format!("`{}` as {}", argument.wire, argument.constant.as_ref()?));
        operation.arguments.iter().filter_map(said).collect()
    };
    let now = all(new);
    if all(old) != now {
        let what = if now.is_empty() {
            "sends nothing by itself any more".to_owned()
        } else {
            format!("always sends {}", now.join(", "))
        };
        changes.of(Kind::Wire, &new.name).patch(what, "the Rust call stays");
    }
}
