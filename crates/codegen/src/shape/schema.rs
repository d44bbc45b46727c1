//! Schemas become types: records, lists, maps, plain values, enums of texts, and unions of records.
//!
//! Unsupported constraints lose nothing: replies are read tolerantly, and constraints go into the documentation.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};
use heck::ToUpperCamelCase;
use serde_json::{Map, Value, json};

use super::describe::{described, described_type};
use super::types::Types;
use super::unions::Unions;
use super::values::{constant, texts};
use crate::model::{Definition, Field, Shape, Ty};
use crate::name::{lock, words};
use crate::read::document::{is_empty, list, object, text};
use crate::read::references;
use crate::read::unit::Unit;

/// Makes the types of a document.
pub(super) struct Shaper<'a> {
    pub(super) schemas: &'a Value,
    pub(super) types: Types,
    pub(super) unions: Unions,
    /// The reason why the document cannot be generated.
    pub(super) refused: Option<String>,
}

impl<'a> Shaper<'a> {
    /// Makes the types of all schemas that have a name.
    pub(super) fn of(merged: &'a Value, known: &lock::Types<'_>) -> Result<Self> {
        let schemas = &merged["components"]["schemas"];
        let mut this = Self { schemas, types: Types::default(), unions: Unions::default(), refused: None };
        let named = || object(&merged["components"], "schemas");
        // Unions with a name first, so that inline ones of the same schemas take it.
        let mut rest = Vec::new();
        for (name, schema) in named() {
            if known.is_unnamed(name) && known.of(name).as_deref() == Some(name) {
                this.unions.lost.push(name.clone());
            }
            let union = schema.get("oneOf").is_some();
            if !union || this.unions.find(schemas, schema, Some(name), name).is_none() {
                rest.push((name, schema));
            }
        }
        for (name, schema) in rest {
            let ty = this.schema(schema, name)?;
            if ty != Ty::Named(name.clone()) || !this.types.definitions.contains_key(name) {
                this.free(name)?;
                this.types.aliases.insert(name.clone(), ty);
            }
        }
        Ok(this)
    }

    /// The type of a schema; one that has no name gets `hint`.
    pub(super) fn schema(&mut self, schema: &Value, hint: &str) -> Result<Ty> {
        self.shape(schema, hint, &described_type(schema))
    }

    /// Parameters are plain values, or lists of them.
    pub(super) fn parameter(&mut self, schema: &Value, hint: &str) -> Result<Ty> {
        let plain = |this: &mut Self, ty: Ty, hint: &str| match ty {
            Ty::Text | Ty::Integer | Ty::Number | Ty::Boolean | Ty::Timestamp => Some(ty),
            // A record without a name cannot be a parameter.
            Ty::Named(name) if name == hint && !this.types.definitions.get(&name).is_none_or(is_enum) => {
                this.types.definitions.remove(&name);
                None
            }
            Ty::Named(_) => Some(ty),
            _ => None,
        };
        Ok(match self.schema(schema, hint)? {
            Ty::List(inner) => Ty::List(Box::new(plain(self, *inner, &format!("{hint}Item")).unwrap_or(Ty::Text))),
            ty => plain(self, ty, hint).unwrap_or(Ty::Text),
        })
    }

    fn shape(&mut self, schema: &Value, hint: &str, doc: &str) -> Result<Ty> {
        if let Some(name) = references::schema_name(schema) {
            return Ok(Ty::Named(name.to_owned()));
        }
        for combiner in ["allOf", "oneOf", "anyOf"] {
            let Some(parts) = schema.get(combiner).and_then(Value::as_array) else { continue };
            let parts: Vec<&Value> = parts.iter().filter(|part| text(part, "type") != Some("null")).collect();
            if let [one] = parts.as_slice() {
                return self.shape(one, hint, doc);
            }
            let union = text(schema, "x-crm-union");
            return match combiner {
                "allOf" => {
                    let whole = self.all_of(&parts);
                    self.shape(&whole, hint, doc)
                }
                // A value in one of several shapes is a record with the members of all of them.
                "anyOf" if union == Some("joined") => {
                    let mut whole = self.all_of(&parts);
                    whole["required"] = json!([]);
                    self.shape(&whole, hint, doc)
                }
                // A record that also has a short form as text is read as the record.
                "oneOf" if union == Some("record") => {
                    let record = parts.iter().find(|part| references::schema_name(part).is_some());
                    self.shape(record.unwrap_or(&&Value::Null), hint, doc)
                }
                "oneOf" => Ok(match self.unions.find(self.schemas, schema, None, hint) {
                    Some(name) => Ty::Named(name),
                    None => same_plain_type(&parts),
                }),
                _ => Ok(same_plain_type(&parts)),
            };
        }
        match text(schema, "type") {
            Some("string") if text(schema, "format") == Some("date-time") => Ok(Ty::Timestamp),
            Some("string") => match texts(schema) {
                Some(texts) => {
                    let variants = texts.into_iter().map(|text| (text.to_upper_camel_case(), text.to_owned()));
                    self.define(hint, Shape::Enum(variants.collect()), doc)
                }
                None => Ok(Ty::Text),
            },
            Some("integer") => Ok(Ty::Integer),
            Some("number") => Ok(Ty::Number),
            Some("boolean") => Ok(Ty::Boolean),
            Some("array") => {
                let items = schema.get("items").unwrap_or(&Value::Null);
                Ok(Ty::List(Box::new(self.schema(items, &format!("{hint}Item"))?)))
            }
            _ if schema.get("properties").and_then(Value::as_object).is_some_and(|p| !p.is_empty()) => {
                let shape = self.record(schema, hint)?;
                let ty = self.define(hint, shape, doc)?;
                let others = self.others(schema, hint)?;
                if let Some(definition) = self.types.definitions.get_mut(hint) {
                    definition.others = others;
                }
                Ok(ty)
            }
            Some("object") => match schema.get("additionalProperties") {
                Some(values @ Value::Object(map)) if !is_empty(map) => {
                    Ok(Ty::Map(Box::new(self.schema(values, &format!("{hint}Value"))?)))
                }
                // An object of unknown make. Some are texts in fact, so anything is read.
                _ => Ok(Ty::Json),
            },
            _ => Ok(Ty::Json),
        }
    }

    /// The type of the members that have no name.
    fn others(&mut self, schema: &Value, hint: &str) -> Result<Option<Ty>> {
        let Some(Value::Object(others)) = schema.get("additionalProperties").filter(|others| others.is_object()) else {
            return Ok(None);
        };
        if is_empty(others) {
            return Ok(None);
        }
        match self.schema(&schema["additionalProperties"], &format!("{hint}Value"))? {
            ty @ (Ty::Text | Ty::Integer | Ty::Number | Ty::Boolean) => Ok(Some(ty)),
            Ty::Json => Ok(None),
            _ => bail!(
                "`{hint}` has members without a name whose type is not plain; correct its `additionalProperties` in corrections.json"
            ),
        }
    }

    fn record(&mut self, schema: &Value, hint: &str) -> Result<Shape> {
        let mut fields = Vec::new();
        let mut rust_names: BTreeMap<String, &String> = BTreeMap::new();
        // If two members have one name in Rust, the one with an underscore in its name is renamed.
        let mut members: Vec<(&String, &Value)> = object(schema, "properties").collect();
        members.sort_by_key(|(name, _)| (name.starts_with('_'), name.contains('_'), *name));
        for (name, value) in members {
            if name.starts_with(' ') {
                // In the names of a record such a text is a mark.
                self.refused.get_or_insert(format!(
                    "`{name}` of `{hint}` begins with a space, which is not supported; remove it in corrections.json"
                ));
            }
            let mut chosen = name.clone();
            if let Some(other) = rust_names.insert(words(name), name) {
                chosen = format!("underscore_{name}");
                if !name.contains('_') || rust_names.insert(words(&chosen), name).is_some() {
                    self.refused.get_or_insert(format!(
                        "`{other}` and `{name}` of `{hint}` have one name in Rust; remove one of them in corrections.json"
                    ));
                }
            }
            let ty = self.schema(value, &format!("{hint}{}", chosen.to_upper_camel_case()))?;
            let target = references::resolved(self.schemas, value);
            let says = |key: &str| [value, target].iter().any(|schema| schema.get(key) == Some(&json!(true)));
            fields.push(Field {
                required: list(schema, "required").any(|required| required == name),
                nullable: says("nullable"),
                read_only: says("readOnly"),
                constant: constant(value).filter(|_| ty == Ty::Text).map(str::to_owned),
                unit: Unit::of(value)?,
                doc: described(value),
                ident: chosen,
                wire: name.clone(),
                ty,
            });
        }
        Ok(Shape::Record { fields })
    }

    /// Adds a type.
    fn define(&mut self, name: &str, shape: Shape, doc: &str) -> Result<Ty> {
        self.free(name)?;
        self.types
            .definitions
            .insert(name.to_owned(), Definition { doc: doc.to_owned(), shape, sent: false, others: None });
        Ok(Ty::Named(name.to_owned()))
    }

    /// Refuses a name that another type has.
    fn free(&self, name: &str) -> Result<()> {
        if self.types.definitions.contains_key(name) || self.types.aliases.contains_key(name) {
            bail!("two types would both be called `{name}`; give one another name under `types` in vendor.json");
        }
        Ok(())
    }

    /// Several parts that all hold: one record with the members of each.
    fn all_of(&self, parts: &[&Value]) -> Value {
        let (mut properties, mut required, mut known) = (Map::new(), Vec::new(), BTreeSet::new());
        let mut open: Vec<&Value> = parts.iter().rev().copied().collect();
        while let Some(part) = open.pop() {
            // Parts may have parts in common, and each of them counts once.
            if references::schema_name(part).is_some_and(|name| !known.insert(name)) {
                continue;
            }
            let part = references::resolved(self.schemas, part);
            match part.get("allOf").and_then(Value::as_array) {
                Some(inner) => open.extend(inner.iter().rev()),
                None => {
                    properties.extend(object(part, "properties").map(|(name, value)| (name.clone(), value.clone())));
                    required.extend(list(part, "required").cloned());
                }
            }
        }
        json!({"type": "object", "properties": properties, "required": required})
    }
}

fn is_enum(definition: &Definition) -> bool {
    matches!(definition.shape, Shape::Enum(_))
}

/// Variants that are all the same plain type, or anything.
fn same_plain_type(parts: &[&Value]) -> Ty {
    let plain = |part: &Value| match text(part, "type") {
        Some("string") => Ty::Text,
        Some("integer") => Ty::Integer,
        Some("number") => Ty::Number,
        Some("boolean") => Ty::Boolean,
        _ => Ty::Json,
    };
    let first = parts.first().map_or(Ty::Json, |part| plain(part));
    if parts.iter().all(|part| plain(part) == first) { first } else { Ty::Json }
}
