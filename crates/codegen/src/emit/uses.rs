//! The documentation of types that no document describes: where they are used.

use std::collections::BTreeMap;

use crate::model::{Definition, Model, Reply, Shape, Ty};

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
                uses.add(&argument.ty, || {
                    format!("Value of the argument `{}` of `{}`.", argument.ident, operation.name)
                });
            }
        }
        for (name, definition) in &model.types {
            if let Shape::Union(_, arms) = &definition.shape {
                arms.iter().for_each(|(ty, ..)| uses.add(ty, || format!("Variant of `{name}`.")));
            }
        }
        for (name, definition) in &model.types {
            for field in definition.fields() {
                let item = if matches!(field.ty, Ty::List(_) | Ty::Map(_)) { "Item" } else { "Value" };
                uses.add(&field.ty, || format!("{item} of `{}` of `{name}`.", field.ident));
            }
        }
        uses
    }

    fn add(&mut self, ty: &'a Ty, use_: impl FnOnce() -> String) {
        if let Some(name) = ty.name() {
            self.0.entry(name).or_insert_with(use_);
        }
    }

    /// Returns the description of a type. One of a single word, such as "Status.", says less than where the type is used.
    pub(super) fn about(&self, name: &str, definition: &Definition) -> String {
        if definition.doc.split_whitespace().count() > 1 {
            return definition.doc.clone();
        }
        self.0.get(name).cloned().unwrap_or_else(|| format!("`{name}` of the vendor's document."))
    }
}
