//! The type generator: it names types, fields and variants in Rust, and breaks the circles of types that hold
//! themselves. Its answer is read from its own tables, never from the code it prints.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, anyhow, bail};
use heck::ToUpperCamelCase;
use progenitor::{GenerationSettings, Generator, InterfaceStyle};
use serde_json::{Map, Value, json};
use typify::{Type, TypeDetails, TypeSpace};

use super::types::Types;
use super::unions::Union;
use crate::model::{Definition, Shape, Ty};

/// Gives types, fields and variants their names in Rust, and puts a box where a type holds itself. Returns the new
/// names of types.
pub(super) fn name(types: &mut Types, unions: &[Union]) -> Result<BTreeMap<String, String>> {
    let generator = generate(&document(types, unions)).context("the type generator refused the document")?;
    let space = generator.get_type_space();
    let known: BTreeMap<String, Type<'_>> = space.iter_types().map(|ty| (ty.name(), ty)).collect();
    let mut names = BTreeMap::new();
    for (schema, definition) in &mut types.definitions {
        let rust = schema.to_upper_camel_case();
        let ty = known.get(&rust).with_context(|| {
            format!(
                "`{rust}` is not the name of a type in Rust; give the schema another name under `types` in vendor.json"
            )
        })?;
        match (&mut definition.shape, ty.details()) {
            (Shape::Record { fields }, TypeDetails::Struct(made)) => {
                let names: BTreeSet<&str> = made.properties_info().map(|made| made.name).collect();
                for made in made.properties_info() {
                    // Ours: the name in JSON, which the tables do not have.
                    let wire = made.description.unwrap_or_default();
                    let Some(field) = fields.iter_mut().find(|field| field.wire == wire) else { continue };
                    // Some records have a member in both spellings.
                    let mended = crate::name::field(made.name);
                    field.ident = if names.contains(mended.as_str()) { made.name.to_owned() } else { mended };
                    if boxed(space, &made.type_id)? {
                        field.ty = Ty::Boxed(Box::new(field.ty.clone()));
                    }
                }
                fields.sort_by(|a, b| a.ident.cmp(&b.ident));
                for field in fields.iter_mut() {
                    // A setter of that name would hide the usual method, and every record has a field `extra`.
                    if matches!(field.ident.as_str(), "clone" | "default" | "extra") {
                        field.ident.push('_');
                    }
                }
                if let Some(twice) = fields.windows(2).find(|two| two[0].ident == two[1].ident) {
                    let ident = &twice[0].ident;
                    bail!(
                        "two members of `{rust}` would both be called `{ident}`; remove one of them in corrections.json"
                    );
                }
            }
            (Shape::Enum(variants), TypeDetails::Enum(made)) if made.variants_info().count() == variants.len() => {
                for (variant, made) in variants.iter_mut().zip(made.variants_info()) {
                    variant.0 = crate::name::variant(made.name.to_owned());
                }
            }
            (Shape::Union(..), _) => {}
            _ => bail!("type `{rust}` came out as another kind of type; correct its schema in corrections.json"),
        }
        names.insert(schema.clone(), rust);
    }
    for (schema, ty) in &mut types.aliases {
        let rust = schema.to_upper_camel_case();
        if let Some(TypeDetails::Newtype(made)) = known.get(&rust).map(Type::details)
            && boxed(space, &made.inner())?
        {
            *ty = Ty::Boxed(Box::new(ty.clone()));
        }
        names.insert(schema.clone(), rust);
    }
    Ok(names)
}

/// True if a type is boxed, be it optional or not.
fn boxed(space: &TypeSpace, id: &typify::TypeId) -> Result<bool> {
    Ok(match space.get_type(id)?.details() {
        TypeDetails::Box(_) => true,
        TypeDetails::Option(inner) => matches!(space.get_type(&inner)?.details(), TypeDetails::Box(_)),
        _ => false,
    })
}

fn generate(document: &Value) -> Result<Generator> {
    let document: openapiv3::OpenAPI = serde_path_to_error::deserialize(document)
        .map_err(|error| anyhow!("at `{}`: {}", error.path(), error.inner()))?;
    let mut settings = GenerationSettings::default();
    settings.with_interface(InterfaceStyle::Positional);
    // The generator panics on bad input; its message becomes an error.
    std::panic::catch_unwind(|| {
        let mut generator = Generator::new(&settings);
        generator.generate_tokens(&document).map(|_| generator)
    })
    .map_err(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        anyhow!("{}", said.unwrap_or("it panicked"))
    })?
    .map_err(Into::into)
}

/// The types as a document without operations.
fn document(types: &Types, unions: &[Union]) -> Value {
    let mut schemas: BTreeMap<&str, Value> = BTreeMap::new();
    for (name, definition) in &types.definitions {
        schemas.insert(name, definition_schema(definition));
    }
    for (name, ty) in &types.aliases {
        schemas.insert(name, ty.json_schema());
    }
    for union in unions {
        // Only its name matters: nothing below it makes a circle that needs a box.
        schemas.insert(&union.name, json!({"type": "object", "properties": {"placeholder": {"type": "string"}}}));
    }
    json!({
        "openapi": "3.0.3",
        "info": {"title": "client", "version": "1"},
        "paths": {},
        "components": {"schemas": schemas},
    })
}

fn definition_schema(definition: &Definition) -> Value {
    match &definition.shape {
        Shape::Record { fields } => {
            let required: Vec<&str> = fields
                .iter()
                .filter(|field| field.required && definition.sent)
                .map(|field| field.ident.as_str())
                .collect();
            let property = |ty: &Ty, wire: &str| match ty.json_schema() {
                Value::Object(mut map) if !map.contains_key("$ref") => {
                    map.insert("description".to_owned(), json!(wire));
                    Value::Object(map)
                }
                reference => json!({"allOf": [reference], "description": wire}),
            };
            let properties: Map<String, Value> =
                fields.iter().map(|field| (field.ident.clone(), property(&field.ty, &field.wire))).collect();
            let mut record = json!({"type": "object", "properties": properties});
            if !required.is_empty() {
                record["required"] = json!(required);
            }
            record
        }
        Shape::Enum(variants) => {
            json!({"type": "string", "enum": variants.iter().map(|(_, text)| text).collect::<Vec<_>>()})
        }
        Shape::Union(..) => Value::Null,
    }
}
