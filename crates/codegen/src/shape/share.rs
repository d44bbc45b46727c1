//! Equal types become one: vendors write the same list or record out at every place
//! that uses it, and then a contact that was created is not the type of a contact that was read.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToSnakeCase, ToUpperCamelCase};

use super::types::Types;
use super::unions::Union;
use crate::model::{Definition, Field, Shape, Ty};
use crate::name::lock;

/// Returns true if a type is a reply, by its name.
fn is_reply(name: &str) -> bool {
    name.ends_with("Reply") || name.ends_with("Response")
}

/// Names of types: those that were chosen by hand, and those that types have already.
struct Names<'a> {
    better: &'a BTreeMap<String, String>,
    known: &'a lock::Types<'a>,
}

/// Merges equal types. `better` are names that were chosen by hand, `known` those that types have
/// already.
pub(super) fn all(types: &mut Types, unions: &[Union], better: &BTreeMap<String, String>, known: &lock::Types<'_>) {
    let names = Names { better, known };
    enums(types, &names);
    records(types, unions, &names);
    // A type that was one with others keeps their name when the others are gone or differ.
    for name in types.definitions.keys().cloned().collect::<Vec<_>>() {
        if let Some(known) = known.of(&name).filter(|known| !types.has(known)) {
            merge(types, vec![name], known);
        }
    }
}

/// Enums of the same texts.
fn enums(types: &mut Types, names: &Names<'_>) {
    let mut alike: BTreeMap<Vec<String>, Vec<String>> = BTreeMap::new();
    for (name, definition) in &types.definitions {
        if let Shape::Enum(variants) = &definition.shape {
            let mut texts: Vec<String> = variants.iter().map(|(_, text)| text.clone()).collect();
            texts.sort();
            alike.entry(texts).or_default().push(name.clone());
        }
    }
    for alike in alike.into_values().filter(|alike| alike.len() > 1) {
        for (alike, chosen) in names.shared(types, alike, |alike| common_name(types, alike).or_else(|| shortest(alike)))
        {
            merge(types, alike, chosen);
        }
    }
}

/// Records of the same fields whose names end alike, and replies of few plain values; others mean
/// different things that happen to look the same. Arms of a union stay apart.
fn records(types: &mut Types, unions: &[Union], names: &Names<'_>) {
    let arms: BTreeSet<&str> = unions.iter().flat_map(Union::arms).collect();
    // Merged types can make further records equal.
    loop {
        let mut alike: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, definition) in types.definitions.iter().filter(|(name, _)| !arms.contains(name.as_str())) {
            if let Shape::Record { fields } = &definition.shape {
                // Required fields matter only in requests.
                let reply = is_reply(name);
                let fields: Vec<_> = fields
                    .iter()
                    .map(|field| {
                        let required = field.required && !reply;
                        (&field.wire, types.expand(&field.ty), required, &field.constant, &field.unit)
                    })
                    .collect();
                alike.entry(format!("{fields:?} {:?}", definition.others)).or_default().push(name.clone());
            }
        }
        let mut shared = false;
        for alike in alike.into_values().filter(|alike| alike.len() > 1) {
            let rule = |alike: &[String]| common_name(types, alike).or_else(|| plain_reply(types, alike));
            for (alike, chosen) in names.shared(types, alike, rule) {
                merge(types, alike, chosen);
                shared = true;
            }
        }
        if !shared {
            return;
        }
    }
}

/// Returns the name of a reply that only reports the result, from the names of its members.
fn plain_reply(types: &Types, names: &[String]) -> Option<String> {
    const FEW: usize = 3;
    let Shape::Record { fields, .. } = &types.definitions.get(names.first()?)?.shape else { return None };
    let plain = |field: &Field| matches!(field.ty, Ty::Text | Ty::Boolean | Ty::Integer);
    let replies = names.iter().all(|name| is_reply(name));
    if !replies || fields.len() > FEW || !fields.iter().all(plain) {
        return None;
    }
    let said: String = fields.iter().map(|field| field.wire.to_upper_camel_case()).collect();
    let name = format!("{said}Reply");
    (names.contains(&name) || !types.definitions.contains_key(&name)).then_some(name)
}

impl Names<'_> {
    /// Groups similar types that become one, each group with its name. `rule` returns the name of those that belong
    /// together. Those that have different names stay apart, and a new one joins them if the rule says so.
    fn shared(
        &self,
        types: &Types,
        alike: Vec<String>,
        rule: impl Fn(&[String]) -> Option<String>,
    ) -> Vec<(Vec<String>, String)> {
        let by_hand = |name: &String| self.better.get(name).filter(|chosen| !types.definitions.contains_key(*chosen));
        let mut standing: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut new = Vec::new();
        let free = |known: &String| alike.contains(known) || !types.definitions.contains_key(known);
        for name in alike.iter().cloned() {
            match self.known.of(&name).filter(free) {
                Some(known) => standing.entry(known).or_default().push(name),
                None => new.push(name),
            }
        }
        new.retain(|name| {
            let belongs = |group: &[String]| rule(&[group, std::slice::from_ref(name)].concat()).is_some();
            let group = standing.values_mut().find(|group| belongs(group));
            group.map(|group| group.push(name.clone())).is_none()
        });
        let standing = standing.into_iter().filter(|(_, group)| group.len() > 1).map(|(known, group)| {
            let chosen = rule(&group).as_ref().and_then(by_hand).cloned();
            (group, chosen.unwrap_or(known))
        });
        let mut groups: Vec<_> = standing.collect();
        if new.len() > 1
            && let Some(chosen) = rule(&new)
        {
            let chosen = by_hand(&chosen).cloned().unwrap_or(chosen);
            groups.push((new, chosen));
        }
        groups
    }
}

/// Keeps one of the types under a name, and makes the others aliases of it.
fn merge(types: &mut Types, names: Vec<String>, chosen: String) {
    let mut definition: Option<Definition> = None;
    for name in names {
        let mut removed = types.definitions.remove(&name);
        if let (Some(removed), Some(known)) = (&mut removed, &definition) {
            join(removed, known);
        }
        definition = removed.or(definition);
        if name != chosen {
            types.aliases.insert(name, Ty::Named(chosen.clone()));
        }
    }
    types.definitions.extend(definition.map(|definition| (chosen, definition)));
}

/// Joins two types that are alike: a field is nullable if it is in either, and read-only if it is in both. The result
/// does not depend on the order in which several are joined.
fn join(one: &mut Definition, other: &Definition) {
    one.sent |= other.sent;
    describe(&mut one.doc, &other.doc);
    for (field, other) in one.fields_mut().iter_mut().zip(other.fields()) {
        describe(&mut field.doc, &other.doc);
        field.nullable |= other.nullable;
        field.read_only &= other.read_only;
    }
}

/// Keeps the shorter of two descriptions, because it is less specific to one of the types.
fn describe(one: &mut String, other: &str) {
    if one.is_empty() || !other.is_empty() && (other.len(), other) < (one.len(), one.as_str()) {
        other.clone_into(one);
    }
}

/// The words that all names end with, if they are two at least; where another type is called so,
/// the shortest of the names.
fn common_name(types: &Types, names: &[String]) -> Option<String> {
    let words = |name: &String| name.to_snake_case().split('_').rev().map(str::to_owned).collect::<Vec<_>>();
    let mut common = names.first().map(words)?;
    for name in names {
        let same = common.iter().zip(words(name)).take_while(|(one, other)| *one == other).count();
        common.truncate(same);
    }
    if common.len() < 2 {
        return None;
    }
    common.reverse();
    let name = common.join("_").to_upper_camel_case();
    let free = names.contains(&name) || !types.definitions.contains_key(&name);
    if free { Some(name) } else { shortest(names) }
}

fn shortest(names: &[String]) -> Option<String> {
    names.iter().min_by_key(|name| name.len()).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::lock::ApiNames;
    use crate::shape::unions::By;

    fn record(fields: &[(&str, Ty)]) -> Definition {
        let field = |(wire, ty): &(&str, Ty)| Field {
            ident: wire.to_snake_case(),
            wire: (*wire).to_owned(),
            ty: ty.clone(),
            required: false,
            nullable: false,
            read_only: false,
            constant: None,
            unit: None,
            doc: String::new(),
        };
        let shape = Shape::Record { fields: fields.iter().map(field).collect() };
        Definition { doc: String::new(), shape, sent: false, others: None }
    }

    #[test]
    fn the_description_of_a_shared_type_does_not_depend_on_the_order() {
        let docs = [("A", "The longest of them."), ("B", ""), ("C", "Short."), ("D", "Other.")];
        for first in 0..docs.len() {
            let mut types = Types::default();
            let mut names = docs.map(|(name, _)| name.to_owned()).to_vec();
            for (name, doc) in docs {
                types.definitions.insert(name.to_owned(), Definition { doc: doc.to_owned(), ..record(&[]) });
            }
            names.rotate_left(first);
            // One after the other, as types become alike.
            let last = names.split_off(2);
            merge(&mut types, names, "All".to_owned());
            merge(&mut types, [vec!["All".to_owned()], last].concat(), "All".to_owned());
            assert_eq!(types.definitions["All"].doc, "Other.", "from {first}");
        }
    }

    #[test]
    fn records_are_shared_where_their_names_say_that_they_are_the_same() {
        let named = |name: &str| Ty::Named(name.to_owned());
        let mut types = Types::default();
        for (name, fields) in [
            ("CreateInvoiceReply", vec![("item", named("CreateInvoiceItem"))]),
            ("GetInvoiceReply", vec![("item", named("GetInvoiceItem"))]),
            ("CreateInvoiceItem", vec![("id", Ty::Text), ("price", Ty::Number)]),
            ("GetInvoiceItem", vec![("id", Ty::Text), ("price", Ty::Number)]),
            ("Tag", vec![("id", Ty::Text), ("name", Ty::Text)]),
            ("User", vec![("id", Ty::Text), ("name", Ty::Text)]),
            ("DeleteTagReply", vec![("success", Ty::Boolean)]),
            ("ArchiveUserResponse", vec![("success", Ty::Boolean)]),
            ("AndFilterBranch", vec![("kind", Ty::Text)]),
            ("OrFilterBranch", vec![("kind", Ty::Text)]),
        ] {
            types.definitions.insert(name.to_owned(), record(&fields));
        }
        let arm = |name: &str| (name.to_owned(), vec![name.to_owned()]);
        let branch = Union {
            name: "Branch".to_owned(),
            by: By::Tag("kind".to_owned(), vec![arm("AndFilterBranch"), arm("OrFilterBranch")]),
        };
        let better = BTreeMap::from([("InvoiceReply".to_owned(), "Invoice".to_owned())]);
        let known = ApiNames::default();
        records(&mut types, &[branch], &Names { better: &better, known: &known.types() });
        let left: Vec<&str> = types.definitions.keys().map(String::as_str).collect();
        assert_eq!(
            left,
            ["AndFilterBranch", "Invoice", "InvoiceItem", "OrFilterBranch", "SuccessReply", "Tag", "User"]
        );
        assert_eq!(types.expand(&named("GetInvoiceReply")), named("Invoice"));
        assert_eq!(types.expand(&named("ArchiveUserResponse")), named("SuccessReply"));
    }
}
