//! Types: fields, variants and arms.

use super::change::{Changes, Class, Kind, Section};
use crate::emit::{field_type, required_of_new, unboxed};
use crate::model::{Definition, Field, Shape, Ty};

const OPEN: &str = "the enum is open: code that matches has an arm for values it does not know";
const OPTION: &str = "the record is `non_exhaustive` and the field an `Option`: nobody has to set or read it";

/// Compares a type that both sides have; `used` says by what.
pub(super) fn compare(changes: &mut Changes, name: &str, old: &Definition, new: &Definition, used: &str) {
    match (&old.shape, &new.shape) {
        (Shape::Record { fields: before }, Shape::Record { fields: now }) => {
            record(changes, name, (old, before), (new, now), used);
        }
        (Shape::Enum(before), Shape::Enum(now)) => variants(changes, name, before, now, used),
        (Shape::Union(tag, before), Shape::Union(now_tag, now)) => {
            if tag != now_tag {
                changes
                    .of(Kind::Type, name)
                    .patch(format!("its kinds are told apart in another way{used}"), "the Rust type stays");
            }
            arms(changes, name, before, now, used);
        }
        (before, now) => changes.of(Kind::Type, name).breaking(
            format!("was {} and is {}{used}", shape(before), shape(now)),
            "code that reads or makes it does not compile",
        ),
    }
}

const fn shape(shape: &Shape) -> &'static str {
    match shape {
        Shape::Record { .. } => "a record",
        Shape::Enum(_) => "an enum of texts",
        Shape::Union(..) => "one of several records",
    }
}

type Side<'a> = (&'a Definition, &'a [Field]);

fn record(changes: &mut Changes, name: &str, (old, before): Side<'_>, (new, now): Side<'_>, used: &str) {
    let new_before = constructor(old, before);
    let new_now = constructor(new, now);
    if old.others != new.others {
        let written = |others: &Option<Ty>| others.as_ref().map_or("any value".to_owned(), |ty| ty.rust(""));
        let mut item = changes.of(Kind::Type, format!("{name}.others"));
        let what =
            format!("members without a name were `{}` and are `{}`{used}", written(&old.others), written(&new.others));
        match old.others {
            None => item.added(what, "`others()` is new"),
            Some(_) => item.breaking(what, "code that calls `others()` or `with_other()` does not compile"),
        }
    }
    for field in before {
        let item = format!("{name}.{}", field.ident);
        let Some(other) = now.iter().find(|other| other.wire == field.wire) else {
            changes.of(Kind::Type, item).removed(
                format!("the field `{}` is gone{used}", field.wire),
                "code that names the field does not compile",
            );
            continue;
        };
        if other.ident != field.ident {
            changes.of(Kind::Type, &item).breaking(
                format!("the field is called `{}` now{used}", other.ident),
                "code that names the field does not compile",
            );
        }
        let (was, is) = (field_type(field, old).0, field_type(other, new).0);
        if was != is {
            let section = if closes(&field.ty, &other.ty) { Section::Behaviour } else { Section::Changed };
            let why = "code that reads or sets the field does not compile";
            changes.of(Kind::Type, &item).is(Class::Breaking, section, format!("was `{was}`, is `{is}`{used}"), why);
        }
        setters(changes, &item, (old, field), (new, other));
        requirement(changes, &item, field.required && old.sent, other.required && new.sent, used);
    }
    for field in now.iter().filter(|field| before.iter().all(|other| other.wire != field.wire)) {
        let mut item = changes.of(Kind::Type, format!("{name}.{}", field.ident));
        let what = format!("the field `{}`: `{}`{used}", field.wire, field_type(field, new).0);
        if field.required && new.sent && old.sent {
            let what = format!("a request must have {what}");
            item.felt(Class::Breaking, what, "a request without it is refused before it is sent");
        } else {
            item.added(what, OPTION);
        }
    }
    if new_before != new_now {
        let said = |asked: &Option<Vec<String>>| match asked {
            Some(asked) => format!("`new({})`", asked.join(", ")),
            None => "`default()`".to_owned(),
        };
        changes.of(Kind::Type, name).breaking(
            format!("is made by {} in place of {}{used}", said(&new_now), said(&new_before)),
            "what a request must have changed; code that makes it does not compile",
        );
    }
    if old.sent && !new.sent {
        changes.of(Kind::Type, name).breaking("is in no request any more", "its setters are gone");
    } else if new.sent && !old.sent && new_now.is_none() {
        changes.of(Kind::Type, name).added("is part of a request now", "it has setters in addition");
    }
}

/// Returns true if a field accepted any text before and is an enum now, also inside a list or map.
pub(super) fn closes(old: &Ty, new: &Ty) -> bool {
    match (old, new) {
        (Ty::List(old), Ty::List(new)) | (Ty::Map(old), Ty::Map(new)) => closes(old, new),
        (old, new) => matches!((old, new), (Ty::Text, Ty::Named(_))),
    }
}

/// Compares the setters of a field whose type is sent before and now.
fn setters(changes: &mut Changes, item: &str, (old, before): (&Definition, &Field), (new, now): (&Definition, &Field)) {
    if !(old.sent && new.sent) {
        return;
    }
    let mut item = changes.of(Kind::Type, item);
    let mut compare = |before: bool, now: bool, of: &str| match (before, now) {
        (true, false) => item.removed(format!("{of} is gone"), "code that calls it does not compile"),
        (false, true) => item.added(format!("{of} is new"), "nothing that was there is touched"),
        _ => {}
    };
    compare(before.nullable, now.nullable, &format!("`clear_{}()`", now.ident));
    // Arguments of `new` are reported as such.
    let set = |field: &Field| !(field.read_only || field.required && field.constant.is_some());
    compare(set(before), set(now), "its setter");
}

fn requirement(changes: &mut Changes, item: &str, before: bool, now: bool, used: &str) {
    if now && !before {
        let why = "a request without it is refused before it is sent";
        changes.of(Kind::Type, item).felt(Class::Breaking, format!("a request must have it{used}"), why);
    } else if before && !now {
        let why = "a request without it is sent; one with it still is";
        changes.of(Kind::Type, item).minor(format!("a request may leave it out{used}"), why);
    }
}

/// The arguments of its `new`, each with its type; `None` where it is made by `default`.
fn constructor(definition: &Definition, fields: &[Field]) -> Option<Vec<String>> {
    let asked = required_of_new(definition, fields)?;
    // Without arguments there is a `default` too.
    (!asked.is_empty())
        .then(|| asked.iter().map(|field| format!("{}: {}", field.ident, unboxed(&field.ty).rust(""))).collect())
}

fn variants(changes: &mut Changes, name: &str, before: &[(String, String)], now: &[(String, String)], used: &str) {
    for (variant, text) in before {
        let item = format!("{name}::{variant}");
        match now.iter().find(|(_, other)| other == text) {
            None => changes
                .of(Kind::Enum, item)
                .removed(format!("the value `{text}` is gone{used}"), "code that names the variant does not compile"),
            Some((other, _)) if other != variant => changes
                .of(Kind::Enum, item)
                .breaking(format!("is called `{other}` now{used}"), "code that names the variant does not compile"),
            _ => {}
        }
    }
    for (variant, text) in now.iter().filter(|(_, text)| before.iter().all(|(_, other)| other != text)) {
        changes.of(Kind::Enum, format!("{name}::{variant}")).added(format!("the value `{text}`{used}"), OPEN);
    }
}

type Arm = (Ty, String, Vec<String>);

fn arms(changes: &mut Changes, name: &str, before: &[Arm], now: &[Arm], used: &str) {
    for (ty, arm, texts) in before {
        let item = format!("{name}::{arm}");
        match now.iter().find(|(_, other, _)| other == arm) {
            None => changes
                .of(Kind::Type, item)
                .removed(format!("this kind is gone{used}"), "code that names the variant does not compile"),
            Some((other, ..)) if other != ty => changes.of(Kind::Type, item).breaking(
                format!("held `{}`, holds `{}`{used}", ty.rust(""), other.rust("")),
                "code that reads it does not compile",
            ),
            Some((_, _, others)) if others != texts => changes
                .of(Kind::Type, item)
                .patch(format!("told apart by {}{used}", others.join(", ")), "the Rust type stays"),
            Some(_) => {}
        }
    }
    for (ty, arm, _) in now.iter().filter(|(_, arm, _)| before.iter().all(|(_, other, _)| other != arm)) {
        changes.of(Kind::Type, format!("{name}::{arm}")).added(format!("the kind `{}`{used}", ty.rust("")), OPEN);
    }
}
