//! The documentation of types that no document describes: where they are used.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::Group;
use super::docs::capital;
use super::rust::{escaped, ident};
use super::spelling::Names;
use crate::model::{Definition, Model, Reply, Shape, Ty};
use crate::name::words;

/// The first use of each type; of a body that is a reply too, both.
pub(super) struct Uses<'a>(BTreeMap<&'a str, Use<'a>>);

/// The use of a type.
struct Use<'a> {
    /// For example "Body of `contacts.create`", or "An item of" before a link.
    text: String,
    /// The type to whose documentation a link leads, and its text: `Contact` and `Contact::tags`.
    link: Option<(&'a str, String)>,
    /// The words after the link.
    end: String,
}

impl<'a> Uses<'a> {
    /// Finds the uses of all types: in requests first, then in replies, then as members of other types.
    pub(super) fn of(model: &'a Model) -> Self {
        let mut uses = Self(BTreeMap::new());
        let bodies = model.operations.iter().filter_map(|one| Some((&one.body.as_ref()?.ty, one.name.as_str())));
        uses.add_operations("body", bodies);
        let replies = model.operations.iter().filter_map(|one| match &one.reply {
            Reply::Value(ty) => Some((ty, one.name.as_str())),
            Reply::Bytes => None,
        });
        uses.add_operations("reply", replies);
        for operation in &model.operations {
            for argument in &operation.arguments {
                uses.add(&argument.ty, || Use {
                    text: format!("Argument `{}` of `{}`", argument.ident, operation.name),
                    link: None,
                    end: String::new(),
                });
            }
        }
        for (name, definition) in &model.types {
            if let Shape::Union(tag, arms) = &definition.shape {
                arms.iter().for_each(|(ty, _, texts)| {
                    uses.add(ty, || Use {
                        text: "The variant of".to_owned(),
                        link: Some((name, name.clone())),
                        end: whose(tag.as_deref(), texts),
                    });
                });
            }
        }
        for (name, definition) in &model.types {
            let names = Names::of_fields(definition.fields());
            for field in definition.fields() {
                uses.add(&field.ty, || {
                    let text = match field.ty {
                        Ty::List(_) => "An item of".to_owned(),
                        Ty::Map(_) => "An entry of".to_owned(),
                        _ => match first_sentence(&names.in_rust(&field.doc)) {
                            Some(meaning) => format!("{meaning} The value of"),
                            None => "The value of".to_owned(),
                        },
                    };
                    Use { text, link: Some((name, format!("{name}::{}", ident(&field.ident)))), end: String::new() }
                });
            }
        }
        uses
    }

    /// Adds types as a part of operations, which are named in their order.
    fn add_operations(&mut self, part: &str, operations: impl Iterator<Item = (&'a Ty, &'a str)>) {
        let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (ty, operation) in operations {
            if let Some(name) = ty.name() {
                found.entry(name).or_default().push(operation);
            }
        }
        for (name, operations) in found {
            let text = format!("{part} of {}", named(&operations));
            match self.0.entry(name) {
                Entry::Vacant(free) => _ = free.insert(Use { text: capital(&text), link: None, end: String::new() }),
                Entry::Occupied(mut known) => add_use(&mut known.get_mut().text, part, &named(&operations)),
            }
        }
    }

    fn add(&mut self, ty: &'a Ty, use_: impl FnOnce() -> Use<'a>) {
        if let Some(name) = ty.name() {
            self.0.entry(name).or_insert_with(use_);
        }
    }

    /// Returns the description of a type, in Markdown. One of a single word, such as "Status.", and one that repeats the
    /// name say less than where the type is used. A link to a type of a file other than `group` has its path, because the
    /// file does not import it.
    pub(super) fn about(&self, name: &str, definition: &Definition, group: &Group) -> String {
        if definition.doc.split_whitespace().count() > 1 && !repeats(&definition.doc, name) {
            return escaped(&Names::of_fields(definition.fields()).in_rust(&definition.doc));
        }
        let Some(Use { text, link, end }) = self.0.get(name) else {
            return format!("`{name}` of the vendor's document.");
        };
        match link {
            None => format!("{text}."),
            Some((ty, shown)) if group.has(ty) => format!("{text} [`{shown}`]{end}."),
            Some((_, shown)) => format!("{text} [`{shown}`](super::{shown}){end}."),
        }
    }
}

/// Adds a further part of operations to a text such as "Body of `contacts.create`". The names of the same operations are
/// not repeated.
fn add_use(text: &mut String, part: &str, operations: &str) {
    *text = match text.strip_suffix(operations).and_then(|parts| parts.strip_suffix(" of ")) {
        Some(known) => format!("{known} and {part} of {operations}"),
        None => format!("{text}; {part} of {operations}"),
    };
}

/// The values of the member by which a variant is known, after "The variant of `Flow`".
fn whose(tag: Option<&str>, texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| format!("`{text}`")).collect();
    match (tag, texts.as_slice()) {
        (None, _) | (_, []) => String::new(),
        (Some(tag), [one]) => format!(" whose `{tag}` is {one}"),
        (Some(tag), [first @ .., last]) => format!(" whose `{tag}` is {} or {last}", first.join(", ")),
    }
}

/// The names of operations in a sentence; of more than three, the first two.
fn named(operations: &[&str]) -> String {
    let shown: Vec<String> = operations.iter().map(|name| format!("`{name}`")).collect();
    match shown.as_slice() {
        [one] => one.clone(),
        [first @ .., last] if first.len() < 3 => format!("{} and {last}", first.join(", ")),
        [first, second, others @ ..] => format!("{first}, {second} and {} other operations", others.len()),
        [] => String::new(),
    }
}

/// The first sentence of the description of a member, in Markdown; `None` if it has a single word or no full stop.
fn first_sentence(doc: &str) -> Option<String> {
    let end = doc.match_indices('.').find(|(at, _)| doc[at + 1..].is_empty() || doc[at + 1..].starts_with(" "))?.0;
    let sentence = &doc[..=end];
    let words = sentence.split_whitespace().count();
    (words > 2 && !sentence.starts_with("One of ")).then(|| escaped(sentence))
}

/// Returns true if all words of a description are in a name, for example "A property group." in `PropertyGroup`.
fn repeats(doc: &str, name: &str) -> bool {
    let name = words(name);
    words(doc)
        .split(' ')
        .all(|word| matches!(word, "a" | "an" | "the" | "of") || name.split(' ').any(|known| known == word))
}

#[cfg(test)]
mod tests {
    use super::{add_use, named, repeats, whose};

    #[test]
    fn a_variant_is_known_by_the_values_of_its_member() {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert_eq!(whose(Some("type"), &texts(&["A"])), " whose `type` is `A`");
        assert_eq!(whose(Some("type"), &texts(&["A", "B", "C"])), " whose `type` is `A`, `B` or `C`");
        assert_eq!(whose(None, &texts(&["A"])), "");
    }

    #[test]
    fn operations_that_send_and_return_a_type_are_named_once() {
        for (operations, text) in [
            ("`a.create`", "Body and reply of `a.create`"),
            ("`a.get`", "Body of `a.create`; reply of `a.get`"),
            ("`create`", "Body of `a.create`; reply of `create`"),
        ] {
            let mut used = "Body of `a.create`".to_owned();
            add_use(&mut used, "reply", operations);
            assert_eq!(used, text);
        }
    }

    #[test]
    fn of_many_operations_two_are_named() {
        assert_eq!(named(&["a.get"]), "`a.get`");
        assert_eq!(named(&["a.get", "a.list", "a.update"]), "`a.get`, `a.list` and `a.update`");
        assert_eq!(named(&["a.get", "a.list", "b.get", "b.list"]), "`a.get`, `a.list` and 2 other operations");
    }

    #[test]
    fn a_description_repeats_a_name_if_it_has_no_other_word() {
        assert!(repeats("A property group.", "PropertyGroup"));
        assert!(repeats("The status of the task", "TaskStatus"));
        assert!(!repeats("A group of properties of contacts.", "PropertyGroup"));
    }
}
