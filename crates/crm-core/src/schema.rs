//! JSON Schemas of the generated types: for tool calls, forms and documentation.
//!
//! The generated types do not derive them, because that would add a few hundred lines of code per
//! type. Their schemas are a text beside them, the vendor's own in OpenAPI 3.0, which is read and
//! converted to JSON Schema 2020-12 when the first of them is requested.

mod convert;

use std::fmt;
use std::sync::OnceLock;

use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value};

use convert::convert;

/// Schemas by the names of their types: a JSON object of OpenAPI 3.0 schemas that refer to each
/// other as `#/components/schemas/Name`.
pub struct Document {
    text: &'static str,
    schemas: OnceLock<Map<String, Value>>,
}

/// Finds the schema of a name among the types that have one. Used instead of the generator's own
/// choice.
type Find = fn(&str, &mut SchemaGenerator) -> Option<Schema>;

impl Document {
    /// A document that is read when it is first used.
    #[must_use]
    pub const fn new(text: &'static str) -> Self {
        Self { text, schemas: OnceLock::new() }
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.schemas.get_or_init(|| serde_json::from_str(self.text).unwrap_or_default()).get(name)
    }

    /// Returns the schema of a name; a name that is not in the document allows any value.
    /// [`json_schemas!`](crate::json_schemas) uses it for each type.
    pub fn schema(&self, name: &str, find: Find, generator: &mut SchemaGenerator) -> Schema {
        let Some(source) = self.get(name) else { return true.into() };
        let converted = convert(source, &mut |name| self.reference(name, find, generator));
        Schema::try_from(converted).unwrap_or_else(|_| true.into())
    }

    /// Returns the place of a schema that another one refers to.
    fn reference(&self, name: &str, find: Find, generator: &mut SchemaGenerator) -> String {
        if let Some(place) = find(name, generator).as_ref().and_then(|found| found.get("$ref")).and_then(Value::as_str)
        {
            return place.to_owned();
        }
        let path = generator.settings().definitions_path.trim_start_matches('#').trim_end_matches('/').to_owned();
        let Some(source) = self.get(name) else { return format!("#{path}/{name}") };
        // Also the placeholder until the schema is converted: it ends the recursion.
        let plain = convert(source, &mut |name| format!("#{path}/{name}"));
        // Two schemas are the same if they differ only in the places of the schemas that they refer to.
        let shape = |schema: &Value| convert(schema, &mut |_| String::new());
        let (mut key, mut number) = (name.to_owned(), 1);
        while let Some(taken) = generator.definitions().get(&key) {
            if shape(taken) == shape(&plain) {
                return format!("#{path}/{key}");
            }
            number += 1;
            key = format!("{name}{number}");
        }
        generator.definitions_mut().insert(key.clone(), plain);
        let converted = convert(source, &mut |name| self.reference(name, find, generator));
        generator.definitions_mut().insert(key.clone(), converted);
        format!("#{path}/{key}")
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document").field("size", &self.text.len()).finish_non_exhaustive()
    }
}

/// Implements [`schemars::JsonSchema`] for types from a [`Document`], under their own names. Types
/// listed together refer to each other; other schemas of the document are included if needed.
#[macro_export]
macro_rules! json_schemas {
    ($document:expr; $($name:ident),* $(,)?) => {
        const _: () = {
            use $crate::reexport::schemars;

            fn find(name: &str, generator: &mut schemars::SchemaGenerator) -> ::std::option::Option<schemars::Schema> {
                ::std::option::Option::Some(match name {
                    $(stringify!($name) => generator.subschema_for::<$name>(),)*
                    _ => return ::std::option::Option::None,
                })
            }

            $(impl schemars::JsonSchema for $name {
                fn schema_name() -> ::std::borrow::Cow<'static, str> {
                    ::std::borrow::Cow::Borrowed(stringify!($name))
                }

                fn schema_id() -> ::std::borrow::Cow<'static, str> {
                    ::std::borrow::Cow::Borrowed(concat!(module_path!(), "::", stringify!($name)))
                }

                fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                    $document.schema(stringify!($name), find, generator)
                }
            })*
        };
    };
}

#[cfg(test)]
mod tests;
