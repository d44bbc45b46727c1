//! Types: fields, variants and arms.

use super::change::{Changes, Class, Kind, Section, UNTOUCHED, counted, most};
use crate::emit::{field_type, required_of_new, unboxed};
use crate::model::{Definition, Field, Shape, Ty};

const OPEN: &str = "the enum is open: a `match` has an arm for unknown values already";
const REQUIRED: &str = "a request without it returns an error before it is sent";
const OPTION: &str = "the struct is `#[non_exhaustive]`, and the field is optional";

/// Compares a type that both sides have; `used` contains its users.
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
                    .patch(format!("its variants are distinguished in another way{used}"), "existing code compiles");
            }
            arms(changes, name, before, now, used);
        }
        (before, now) => changes.of(Kind::Type, name).breaking(
            format!("{} instead of {}{used}", shape(now), shape(before)),
            "code that reads or makes it does not compile",
        ),
    }
}

const fn shape(shape: &Shape) -> &'static str {
    match shape {
        Shape::Record { .. } => "a struct",
        Shape::Enum(_) => "an enum of texts",
        Shape::Union(..) => "an enum of structs",
    }
}

type Side<'a> = (&'a Definition, &'a [Field]);

fn record<'a>(changes: &mut Changes, name: &str, (old, before): Side<'a>, (new, now): Side<'a>, used: &str) {
    if old.others != new.others {
        let written = |others: &Option<Ty>| others.as_ref().map_or("any value".to_owned(), |ty| ty.rust(""));
        let mut item = changes.of(Kind::Type, format!("{name}.others"));
        let what = format!("other members are `{}` instead of `{}`{used}", written(&new.others), written(&old.others));
        match old.others {
            None => item.added(what, "`others()` is new"),
            Some(_) => item.breaking(what, "code that calls `others()` or `with_other()` does not compile"),
        }
    }
    for field in before {
        let item = format!("{name}.{}", field.ident);
        let Some(other) = now.iter().find(|other| other.wire == field.wire) else { continue };
        if other.ident != field.ident {
            changes
                .of(Kind::Type, &item)
                .breaking(format!("renamed to `{}`{used}", other.ident), "code that names the field does not compile");
        }
        let (was, is) = (field_type(field, old).0, field_type(other, new).0);
        if was != is {
            let section = if closes(&field.ty, &other.ty) { Section::Behaviour } else { Section::Changed };
            let why = "code that reads or sets the field does not compile";
            changes.of(Kind::Type, &item).is(
                Class::Breaking,
                section,
                format!("is `{is}` instead of `{was}`{used}"),
                why,
            );
        }
        setters(changes, &item, (old, field), (new, other));
        requirement(changes, &item, field.required && old.sent, other.required && new.sent, used);
    }
    let alone = |all: &'a [Field], others: &[Field]| -> Vec<&'a Field> {
        all.iter().filter(|field| others.iter().all(|other| other.wire != field.wire)).collect()
    };
    let part = |field: &&Field| format!("{name}.{}", field.ident);
    let gone = alone(before, now);
    if !gone.is_empty() {
        let names = most(gone.iter().map(|field| format!("`{}`", field.ident)));
        let what = format!("{} removed: {names}{used}", counted("field", gone.len()));
        changes.of(Kind::Type, name).with(gone.iter().map(part)).removed(what, "code that names them does not compile");
    }
    let (required, optional): (Vec<&Field>, Vec<&Field>) =
        alone(now, before).into_iter().partition(|field| field.required && new.sent && old.sent);
    if !required.is_empty() {
        let names = most(required.iter().map(|field| format!("`{}: {}`", field.ident, unboxed(&field.ty).rust(""))));
        let what = format!("requests require the new {} {names}{used}", counted("field", required.len()));
        changes.of(Kind::Type, name).with(required.iter().map(part)).felt(Class::Breaking, what, REQUIRED);
    }
    if !optional.is_empty() {
        let names = most(optional.iter().map(|field| format!("`{}: {}`", field.ident, field_type(field, new).0)));
        let what = format!("new {} {names}{used}", counted("field", optional.len()));
        changes.of(Kind::Type, name).with(optional.iter().map(part)).added(what, OPTION);
    }
    if let Some(what) = creation(constructor(old, before), constructor(new, now)) {
        let why = "code that creates it does not compile";
        changes.of(Kind::Type, name).breaking(format!("{what}{used}"), why);
    }
    if old.sent && !new.sent {
        changes.of(Kind::Type, name).breaking("no longer part of a request", "its setters are removed");
    } else if new.sent && !old.sent && constructor(new, now).is_none() {
        changes.of(Kind::Type, name).added("part of a request now", "it gains setters");
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
        (true, false) => item.removed(format!("{of} is removed"), "code that calls it does not compile"),
        (false, true) => item.added(format!("{of} is new"), UNTOUCHED),
        _ => {}
    };
    compare(before.nullable, now.nullable, &format!("`clear_{}()`", now.ident));
    // Arguments of `new` are reported as such.
    let set = |field: &Field| !(field.read_only || field.required && field.constant.is_some());
    compare(set(before), set(now), "its setter");
}

fn requirement(changes: &mut Changes, item: &str, before: bool, now: bool, used: &str) {
    if now && !before {
        changes.of(Kind::Type, item).felt(Class::Breaking, format!("required in requests now{used}"), REQUIRED);
    } else if before && !now {
        let why = "existing code compiles and works";
        changes.of(Kind::Type, item).minor(format!("optional in requests now{used}"), why);
    }
}

/// Returns the fields that `new` takes, or `None` if the record is created by `default`.
fn constructor<'a>(definition: &Definition, fields: &'a [Field]) -> Option<Vec<&'a Field>> {
    // Without arguments there is a `default` too.
    required_of_new(definition, fields).filter(|taken| !taken.is_empty())
}

/// Returns how the creation of a record differs. An argument of another type or name is reported as a field.
fn creation(before: Option<Vec<&Field>>, now: Option<Vec<&Field>>) -> Option<String> {
    let written = |fields: &[&Field]| -> String {
        let all = fields.iter().map(|field| format!("{}: {}", field.ident, unboxed(&field.ty).rust("")));
        all.collect::<Vec<_>>().join(", ")
    };
    let alone = |fields: &[&Field], others: &[&Field]| -> String {
        let mut fields = fields.to_vec();
        fields.retain(|field| others.iter().all(|other| other.wire != field.wire));
        written(&fields)
    };
    match (before, now) {
        (None, None) => None,
        (None, Some(now)) => Some(format!("created by `new({})` instead of `default()`", written(&now))),
        (Some(before), None) => Some(format!("created by `default()` instead of `new({})`", written(&before))),
        (Some(before), Some(now)) => match (alone(&now, &before), alone(&before, &now)) {
            (come, gone) if come.is_empty() && gone.is_empty() => {
                let same = before.iter().map(|field| &field.wire).eq(now.iter().map(|field| &field.wire));
                (!same).then(|| format!("`new` takes its arguments in another order: `{}`", written(&now)))
            }
            (come, gone) if gone.is_empty() => Some(format!("`new` also takes `{come}`")),
            (come, gone) if come.is_empty() => Some(format!("`new` no longer takes `{gone}`")),
            (come, gone) => Some(format!("`new` takes `{come}` instead of `{gone}`")),
        },
    }
}

fn variants(changes: &mut Changes, name: &str, before: &[(String, String)], now: &[(String, String)], used: &str) {
    let alone = |all: &[(String, String)], others: &[(String, String)]| -> Vec<(String, String)> {
        all.iter().filter(|(_, text)| others.iter().all(|(_, other)| other != text)).cloned().collect()
    };
    let part = |(variant, _): &(String, String)| format!("{name}::{variant}");
    let texts = |all: &[(String, String)]| most(all.iter().map(|(_, text)| format!("`{text}`")));
    let (gone, come) = (alone(before, now), alone(now, before));
    if !gone.is_empty() {
        let what = format!("{} removed: {}{used}", counted("value", gone.len()), texts(&gone));
        let why = "code that names the variants does not compile";
        changes.of(Kind::Enum, name).with(gone.iter().map(part)).removed(what, why);
    }
    for (variant, text) in before {
        if let Some((other, _)) = now.iter().find(|(other, same)| same == text && other != variant) {
            let why = "code that names the variant does not compile";
            changes.of(Kind::Enum, format!("{name}::{variant}")).breaking(format!("renamed to `{other}`{used}"), why);
        }
    }
    if !come.is_empty() {
        let what = format!("new {} {}{used}", counted("value", come.len()), texts(&come));
        changes.of(Kind::Enum, name).with(come.iter().map(part)).added(what, OPEN);
    }
}

type Arm = (Ty, String, Vec<String>);

fn arms(changes: &mut Changes, name: &str, before: &[Arm], now: &[Arm], used: &str) {
    let alone = |all: &[Arm], others: &[Arm]| -> Vec<String> {
        let names = all.iter().map(|(_, arm, _)| arm);
        names.filter(|arm| others.iter().all(|(_, other, _)| other != *arm)).cloned().collect()
    };
    let parts = |arms: &[String]| arms.iter().map(|arm| format!("{name}::{arm}")).collect::<Vec<_>>();
    let names = |arms: &[String]| most(arms.iter().map(|arm| format!("`{arm}`")));
    let (gone, come) = (alone(before, now), alone(now, before));
    if !gone.is_empty() {
        let what = format!("{} removed: {}{used}", counted("variant", gone.len()), names(&gone));
        let why = "code that names the variants does not compile";
        changes.of(Kind::Type, name).with(parts(&gone)).removed(what, why);
    }
    for (ty, arm, texts) in before {
        let item = format!("{name}::{arm}");
        match now.iter().find(|(_, other, _)| other == arm) {
            Some((other, ..)) if other != ty => changes.of(Kind::Type, item).breaking(
                format!("holds `{}` instead of `{}`{used}", other.rust(""), ty.rust("")),
                "code that reads it does not compile",
            ),
            Some((_, _, others)) if others != texts => changes
                .of(Kind::Type, item)
                .patch(format!("distinguished by {}{used}", others.join(", ")), "existing code compiles"),
            _ => {}
        }
    }
    if !come.is_empty() {
        let what = format!("new {} {}{used}", counted("variant", come.len()), names(&come));
        changes.of(Kind::Type, name).with(parts(&come)).added(what, OPEN);
    }
}
