//! The documentation of types that no document describes: where they are used.

use std::collections::BTreeMap;

use super::rust::{escaped, ident};
use crate::model::{Definition, Model, Reply, Shape, Ty};
use crate::name::words;

/// The first use of each type.
pub(super) struct Uses<'a>(BTreeMap<&'a str, String>);

impl<'a> Uses<'a> {
    /// Finds the uses of all types: in requests first, then in replies, then as members of other types.
    pub(super) fn of(model: &'a Model) -> Self {
        let mut uses = Self(BTreeMap::new());
        for operation in &model.operations {
            if let Some(body) = &operation.body {
                uses.add(&body.ty, || format!("Body of `{}`.", operation.name));
            }
        }
        for operation in &model.operations {
            if let Reply::Value(ty) = &operation.reply {
                uses.add(ty, || format!("Reply of `{}`.", operation.name));
            }
        }
        for operation in &model.operations {
            for argument in &operation.arguments {
                uses.add(&argument.ty, || format!("Argument `{}` of `{}`.", argument.ident, operation.name));
            }
        }
        for (name, definition) in &model.types {
            if let Shape::Union(_, arms) = &definition.shape {
                arms.iter().for_each(|(ty, ..)| uses.add(ty, || format!("Variant of [`{name}`].")));
            }
        }
        for (name, definition) in &model.types {
            for field in definition.fields() {
                uses.add(&field.ty, || {
                    let member = format!("[`{name}::{}`]", ident(&field.ident));
                    match field.ty {
                        Ty::List(_) => format!("An item of {member}."),
                        Ty::Map(_) => format!("An entry of {member}."),
                        _ => match first_sentence(&field.doc) {
                            Some(meaning) => format!("{meaning} The value of {member}."),
                            None => format!("The value of {member}."),
                        },
                    }
                });
            }
        }
        uses
    }

    fn add(&mut self, ty: &'a Ty, use_: impl FnOnce() -> String) {
        if let Some(name) = ty.name() {
            self.0.entry(name).or_insert_with(use_);
        }
    }

    /// Returns the description of a type, in Markdown. One of a single word, such as "Status.", and one that repeats the
    /// name say less than where the type is used.
    pub(super) fn about(&self, name: &str, definition: &Definition) -> String {
        if definition.doc.split_whitespace().count() > 1 && !repeats(&definition.doc, name) {
            return escaped(&definition.doc);
        }
        self.0.get(name).cloned().unwrap_or_else(|| format!("`{name}` of the vendor's document."))
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
    use super::repeats;

    #[test]
    fn a_description_repeats_a_name_if_it_has_no_other_word() {
        assert!(repeats("A property group.", "PropertyGroup"));
        assert!(repeats("The status of the task", "TaskStatus"));
        assert!(!repeats("A group of properties of contacts.", "PropertyGroup"));
    }
}
