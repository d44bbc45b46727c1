//! The generator's structs and enums as definitions of ours.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};

use super::tame::{NOTES, TIMESTAMP, UNDERSCORED};
use super::unions::{By, Union};
use crate::model::Ty;

/// A public type.
#[derive(PartialEq)]
pub struct Definition {
    pub(crate) doc: String,
    pub(crate) shape: Shape,
    /// Whether it is part of a request.
    pub(crate) sent: bool,
}

/// What a type is.
#[derive(PartialEq)]
pub enum Shape {
    Record {
        fields: Vec<Field>,
    },
    /// Variant and text.
    Enum(Vec<(String, String)>),
    /// How it is told apart: the member, or nothing; then (type, texts) an arm.
    Union(Option<String>, Vec<(Ty, String, Vec<String>)>),
}

/// A field of a record.
#[derive(PartialEq)]
pub struct Field {
    pub(crate) ident: String,
    pub(crate) wire: String,
    pub(crate) ty: Ty,
    pub(crate) required: bool,
    /// True if a request may set it to `null`, which clears it.
    pub(crate) nullable: bool,
    /// True if only the vendor sets it, so that a request leaves it out.
    pub(crate) read_only: bool,
    pub(crate) doc: String,
}

impl Definition {
    /// The types it names.
    pub(crate) fn names(&self) -> Vec<String> {
        let types: Vec<&Ty> = match &self.shape {
            Shape::Record { fields } => fields.iter().map(|field| &field.ty).collect(),
            Shape::Enum(_) => Vec::new(),
            Shape::Union(_, arms) => arms.iter().map(|(ty, ..)| ty).collect(),
        };
        types.into_iter().filter_map(Ty::name).map(str::to_owned).collect()
    }

    /// Joins the notes of another definition of the same type: a field is nullable if it is in
    /// either of them, and read-only if it is in both.
    pub(crate) fn join_notes(&mut self, other: &Self) {
        let (Shape::Record { fields }, Shape::Record { fields: others }) = (&mut self.shape, &other.shape) else {
            return;
        };
        for (field, other) in fields.iter_mut().zip(others) {
            field.nullable |= other.nullable;
            field.read_only &= other.read_only;
        }
    }

    /// Drops the notes that matter only to requests, from a type that is never sent.
    pub(crate) fn only_read(&mut self) {
        if let Shape::Record { fields } = &mut self.shape {
            fields.iter_mut().for_each(|field| (field.nullable, field.read_only) = (false, false));
        }
    }

    /// The types in it.
    pub(crate) fn types_mut(&mut self) -> Box<dyn Iterator<Item = &mut Ty> + '_> {
        match &mut self.shape {
            Shape::Record { fields } => Box::new(fields.iter_mut().map(|field| &mut field.ty)),
            Shape::Enum(_) => Box::new(std::iter::empty()),
            Shape::Union(_, arms) => Box::new(arms.iter_mut().map(|(ty, ..)| ty)),
        }
    }
}

/// The definitions, and the names that only stand for another type.
pub(crate) struct Types {
    pub(crate) definitions: BTreeMap<String, Definition>,
    pub(crate) aliases: BTreeMap<String, Ty>,
}

impl Types {
    /// A type without aliases.
    pub(crate) fn expand(&self, ty: &Ty) -> Ty {
        ty.expand(&|name| self.aliases.get(name).cloned())
    }

    /// Adds the unions, and puts what it stands for in the place of every alias.
    pub(crate) fn complete(&mut self, unions: &[Union]) {
        for union in unions {
            self.definitions.insert(union.name.clone(), union_definition(union));
        }
        let expanded: Vec<(String, Vec<Ty>)> = self
            .definitions
            .iter()
            .map(|(name, definition)| {
                let tys = match &definition.shape {
                    Shape::Record { fields } => fields.iter().map(|field| self.expand(&field.ty)).collect(),
                    Shape::Enum(_) => Vec::new(),
                    Shape::Union(_, arms) => arms.iter().map(|(ty, ..)| self.expand(ty)).collect(),
                };
                (name.clone(), tys)
            })
            .collect();
        for (name, tys) in expanded {
            match self.definitions.get_mut(&name).map(|definition| &mut definition.shape) {
                Some(Shape::Record { fields }) => fields.iter_mut().zip(tys).for_each(|(field, ty)| field.ty = ty),
                Some(Shape::Union(_, arms)) => arms.iter_mut().zip(tys).for_each(|((arm, ..), ty)| *arm = ty),
                _ => {}
            }
        }
    }
}

/// Reads the generator's `types` module.
pub(crate) fn read(file: &syn::File, unions: &[Union]) -> Result<Types> {
    let items = file
        .items
        .iter()
        .find_map(|item| match item {
            syn::Item::Mod(module) if module.ident == "types" => module.content.as_ref().map(|(_, items)| items),
            _ => None,
        })
        .context("the generator made no `types` module")?;
    let mut types = Types { definitions: BTreeMap::new(), aliases: BTreeMap::new() };
    let mut seen = BTreeSet::new();
    for item in items {
        if let syn::Item::Struct(syn::ItemStruct { ident, .. }) | syn::Item::Enum(syn::ItemEnum { ident, .. }) = item
            && !seen.insert(ident)
        {
            bail!("two types would both be called `{ident}`; give one another name under `types` in vendor.json");
        }
        match item {
            syn::Item::Struct(item) => {
                let name = item.ident.to_string();
                if name == TIMESTAMP || unions.iter().any(|union| union.name == name) {
                    continue;
                }
                match &item.fields {
                    syn::Fields::Named(fields) => {
                        let shape = record(&name, fields)?;
                        types.definitions.insert(name, Definition { doc: doc(&item.attrs), shape, sent: false });
                    }
                    syn::Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                        let (ty, _) = Ty::read(&fields.unnamed[0].ty).with_context(|| name.clone())?;
                        types.aliases.insert(name, ty);
                    }
                    _ => {
                        bail!(
                            "type `{name}` came out as a struct without fields; correct its schema in corrections.json"
                        )
                    }
                }
            }
            syn::Item::Enum(item) => {
                let name = item.ident.to_string();
                let variants = item.variants.iter().map(variant).collect::<Result<Vec<_>>>().with_context(|| {
                    format!("type `{name}` came out as an enum over types; correct its schema in corrections.json")
                })?;
                types
                    .definitions
                    .insert(name, Definition { doc: doc(&item.attrs), shape: Shape::Enum(variants), sent: false });
            }
            _ => {}
        }
    }
    Ok(types)
}

fn record(name: &str, fields: &syn::FieldsNamed) -> Result<Shape> {
    let mut found = Vec::new();
    for field in &fields.named {
        let Some(ident) = &field.ident else { continue };
        let serde = Serde::read(&field.attrs)?;
        if serde.flatten {
            continue;
        }
        let mut ident = ident.to_string();
        if matches!(ident.as_str(), "clone" | "default" | "extra") {
            // A setter of that name would hide the usual method, and every record has a
            // field `extra` of its own.
            ident.push('_');
        }
        let (ty, optional) = Ty::read(&field.ty).with_context(|| format!("{name}.{ident}"))?;
        let wire = serde.rename.unwrap_or_else(|| ident.trim_start_matches("r#").trim_end_matches('_').to_owned());
        let wire = wire.strip_prefix(UNDERSCORED).map_or(wire.clone(), str::to_owned);
        if found.iter().any(|other: &Field| other.ident == ident) {
            bail!("two members of `{name}` would both be called `{ident}`; remove one of them in corrections.json");
        }
        let (doc, notes) = noted(&field.attrs);
        found.push(Field {
            required: !optional && !serde.default && !notes.contains(&"readOnly"),
            nullable: notes.contains(&"nullable"),
            read_only: notes.contains(&"readOnly"),
            ident,
            wire,
            ty,
            doc,
        });
    }
    Ok(Shape::Record { fields: found })
}

fn variant(variant: &syn::Variant) -> Result<(String, String)> {
    if !matches!(variant.fields, syn::Fields::Unit) {
        bail!("variant `{}` holds a value", variant.ident);
    }
    let ident = variant.ident.to_string();
    let text = Serde::read(&variant.attrs)?.rename.unwrap_or_else(|| ident.clone());
    Ok((ident, text))
}

fn union_definition(union: &Union) -> Definition {
    let arm = |(name, texts): &(String, Vec<String>)| (Ty::Named(name.clone()), name.clone(), texts.clone());
    let (shape, doc) = match &union.by {
        By::Tag(tag, arms) => (
            Shape::Union(Some(tag.clone()), arms.iter().map(arm).collect()),
            format!("One of several records, told apart by `{tag}`."),
        ),
        By::Members(arms) => (
            Shape::Union(None, arms.iter().map(arm).collect()),
            "One of several records, told apart by their members.".to_owned(),
        ),
    };
    Definition { doc, shape, sent: false }
}

/// What the generator's serde attributes say.
#[derive(Default)]
struct Serde {
    rename: Option<String>,
    default: bool,
    flatten: bool,
}

impl Serde {
    fn read(attributes: &[syn::Attribute]) -> Result<Self> {
        let mut serde = Self::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("rename") {
                    serde.rename = Some(meta.value()?.parse::<syn::LitStr>()?.value());
                } else if meta.path.is_ident("flatten") {
                    serde.flatten = true;
                } else {
                    serde.default |= meta.path.is_ident("default") || meta.path.is_ident("skip_serializing_if");
                    if meta.input.peek(syn::Token![=]) {
                        meta.value()?.parse::<syn::LitStr>()?;
                    }
                }
                Ok(())
            })?;
        }
        Ok(serde)
    }
}

/// Returns the description without its notes.
fn doc(attributes: &[syn::Attribute]) -> String {
    noted(attributes).0
}

/// Returns the description and its notes. The generator adds the JSON Schema after them, which is
/// removed.
fn noted(attributes: &[syn::Attribute]) -> (String, Vec<&'static str>) {
    let mut text = String::new();
    for attribute in attributes {
        if let syn::Meta::NameValue(pair) = &attribute.meta
            && pair.path.is_ident("doc")
            && let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(line), .. }) = &pair.value
        {
            text.push_str(&line.value());
            text.push('\n');
        }
    }
    let text = text.split("<details>").next().unwrap_or("");
    let (text, notes) = text.split_once(NOTES).unwrap_or((text, ""));
    let notes = ["nullable", "readOnly"].into_iter().filter(|note| notes.contains(note)).collect();
    let text = text.trim();
    // Without a description the generator says the name.
    let named = text.starts_with('`') && text.ends_with('`') && !text.contains(' ');
    (if named { String::new() } else { text.to_owned() }, notes)
}
