//! An example of each operation, short and compiled with the documentation.

use anyhow::Result;
use heck::ToSnakeCase;
use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;
use serde_json::{Map, Value};

use super::meaning;
use super::rust::{self, ident, outer};
use super::signature::{Signature, setter};
use super::types::required_of_new;
use crate::model::{Argument, Definition, Encoding, Field, Model, Operation, Place, Reply, Shape, Ty, Unit};
use crate::read::vendor::{ApiFile, Fold, Vendor};

/// Maximum depth of an example in records that contain records.
const DEEPEST: usize = 3;

/// Writes the examples of an API.
pub(super) struct Examples<'a> {
    model: &'a Model,
    fold: Option<&'a Fold>,
    /// The crate, as in Rust.
    krate: String,
    /// The module of the types.
    module: String,
    /// The client that a user has.
    client: &'a str,
    /// The method of this client that leads to the API, unless it is the client's own.
    api: Option<String>,
}

impl<'a> Examples<'a> {
    pub(super) fn new(vendor: &'a Vendor, file: &'a ApiFile, model: &'a Model) -> Self {
        let krate = vendor.file.crate_name.to_snake_case();
        let module = if vendor.is_root(file) { krate.clone() } else { format!("{krate}::{}", file.module()) };
        let root = vendor.file.apis.iter().find(|api| vendor.is_root(api));
        let api = root.filter(|root| root.name != file.name).map(|_| file.module());
        Self { model, fold: file.fold.as_ref(), krate, module, client: &root.unwrap_or(file).client, api }
    }

    /// The example of an operation, as a block of documentation.
    pub(super) fn of(&self, operation: &Operation) -> Result<String> {
        let upserts = operation.call.contains("upsert");
        let creates = operation.call.starts_with("create");
        let place = format!("{} {}", operation.resource, operation.call);
        let mut call = Call { examples: self, creates, upserts, place, typed: false, ids: Vec::new() };
        let code = call.code(operation);
        let types = if call.typed { format!("use {}::types;\n", self.module) } else { String::new() };
        let shown = rust::statements(match (&operation.paging, &operation.reply) {
            (Some(_), _) => quote! {
                let mut items = #code.items();
                while let Some(item) = items.next().await {
                    let item = item?;
                    println!("{item:?}");
                }
            },
            (None, Reply::Value(Ty::Nothing)) => quote!(#code.send().await?;),
            (None, Reply::Value(_)) => quote! {
                let reply = #code.send().await?;
                println!("{reply:?}");
            },
            (None, Reply::Bytes) => {
                let file = format!("download.{}", extension(operation.media.as_deref().unwrap_or_default()));
                quote!(#code.send().await?.save(#file).await?;)
            }
        })?;
        // What is in a macro is laid out token by token.
        let shown = shown.replace("\" : ", "\": ");
        let allowed = if operation.deprecated { "# #[allow(deprecated)]\n" } else { "" };
        Ok(format!(
            "```\n{allowed}# async fn example(client: {krate}::{client}) -> Result<(), {krate}::Error> {{\n{types}{shown}# Ok(()) }}\n```\n",
            krate = self.krate,
            client = self.client,
        ))
    }
}

/// A call while it is written.
struct Call<'a> {
    examples: &'a Examples<'a>,
    /// True if it creates something, which is not completed yet.
    creates: bool,
    /// True if it creates or updates records, which are identified by a unique property.
    upserts: bool,
    /// The resource, the operation, and the type whose members are being written.
    place: String,
    /// True if it names a type of ours.
    typed: bool,
    /// The names of the identifiers so far; each has a sample of its own.
    ids: Vec<String>,
}

impl Call<'_> {
    /// The call, up to its required arguments.
    fn code(&mut self, operation: &Operation) -> TokenStream {
        let folded = self.examples.fold.is_some_and(|fold| fold.resource == operation.resource);
        let bound: Vec<TokenStream> = operation.bind.iter().map(|name| self.text(name)).collect();
        let resource = ident(&operation.resource);
        let handle = if folded { quote!(contacts()) } else { quote!(#resource(#(#bound),*)) };
        let mut arguments: Vec<TokenStream> = operation
            .arguments
            .iter()
            .filter(|argument| argument.required && argument.constant.is_none())
            .filter(|argument| !operation.bind.contains(&argument.wire))
            .map(|argument| self.argument(argument))
            .collect();
        if let Some(body) = &operation.body {
            arguments.push(match body.encoding {
                Encoding::Text => self.text("text"),
                _ if body.ty == Ty::Json => self.value(&body.ty, &operation.call, 0, true),
                // A bare list of texts names records.
                _ if body.ty == Ty::List(Box::new(Ty::Text)) => self.value(&body.ty, "ids", 0, true),
                _ => self.value(&body.ty, "body", 0, needs_exact(&body.ty)),
            });
        }
        let optional = Signature::of(operation).optional.into_iter();
        let set: Vec<TokenStream> = optional
            .filter(|argument| operation.example.contains(&argument.wire))
            .map(|argument| {
                let (setter, value) = (ident(&setter(argument)), self.argument(argument));
                quote!(.#setter(#value))
            })
            .collect();
        let call = ident(&operation.call);
        let api = self.examples.api.as_deref().map(ident).into_iter();
        quote!(client #(.#api())* .#handle.#call(#(#arguments),*) #(#set)*)
    }

    fn argument(&mut self, argument: &Argument) -> TokenStream {
        match &argument.ty {
            Ty::Integer if argument.unit == Some(Unit::UnixMilliseconds) => moment(&argument.wire),
            Ty::Integer | Ty::Number | Ty::Boolean | Ty::Timestamp | Ty::Upload => {
                self.value(&argument.ty, &argument.wire, 0, false)
            }
            Ty::List(inner) => {
                let item = self.value(inner, &argument.wire, 0, false);
                quote!([#item])
            }
            Ty::Named(_) if argument.place != Place::Path || self.is_enum(&argument.ty) => {
                self.value(&argument.ty, &argument.wire, 0, false)
            }
            _ => match &argument.only {
                Some(value) => quote!(#value),
                None => self.text(&argument.wire),
            },
        }
    }

    fn is_enum(&self, ty: &Ty) -> bool {
        matches!(self.definition(ty).map(|definition| &definition.shape), Some(Shape::Enum(_)))
    }

    fn definition(&self, ty: &Ty) -> Option<&Definition> {
        self.examples.model.types.get(ty.name()?)
    }

    /// An expression of a type; `exact` where no conversion helps.
    fn value(&mut self, ty: &Ty, name: &str, depth: usize, exact: bool) -> TokenStream {
        let krate = ident(&self.examples.krate);
        match ty {
            Ty::Text => {
                let text = self.text(name);
                if exact { quote!(#text.to_owned()) } else { text }
            }
            Ty::Integer if meaning::is_id(name) => {
                let id = self.id(name);
                quote!(#id)
            }
            Ty::Integer => quote!(10),
            Ty::Number => quote!(10.0),
            Ty::Boolean => {
                let truth = !(meaning::is_removal(name) || self.creates && meaning::is_end(name));
                quote!(#truth)
            }
            Ty::Json => {
                let sample = tokens(meaning::object(name).unwrap_or("{}"));
                quote!(#krate::json!(#sample))
            }
            Ty::Timestamp => {
                let time = meaning::time(name);
                quote!(#time)
            }
            Ty::Nothing => quote!(()),
            Ty::Upload => quote!(std::path::Path::new("report.csv")),
            Ty::List(inner) if depth >= DEEPEST && inner.name().is_some() => {
                self.typed = true;
                let ty = outer(inner);
                quote!(Vec::<#ty>::new())
            }
            Ty::List(inner) => {
                let item = self.value(inner, name, depth, exact);
                if exact { quote!(vec![#item]) } else { quote!([#item]) }
            }
            Ty::Map(_) if exact => quote!(#krate::Map::new()),
            Ty::Map(inner) if **inner == Ty::Json => match meaning::object(name) {
                Some(sample) => self.entries(sample),
                None => quote!([("name", "Example")]),
            },
            Ty::Map(inner) => {
                let key = meaning::key(name);
                let value = self.value(inner, key, depth, needs_exact(inner));
                quote!([(#key, #value)])
            }
            Ty::Boxed(inner) => self.value(inner, name, depth, exact),
            Ty::Named(named) => {
                self.typed = true;
                self.named(named, name, depth)
            }
        }
    }

    /// The members of a sample, as the entries of a map.
    fn entries(&self, sample: &str) -> TokenStream {
        let krate = ident(&self.examples.krate);
        let members: Map<String, Value> = serde_json::from_str(sample).unwrap_or_default();
        let entries = members.iter().map(|(key, value)| {
            let value = tokens(&value.to_string());
            quote!((#key, #krate::json!(#value)))
        });
        quote!([#(#entries),*])
    }

    /// A text that looks like what the name means.
    fn text(&mut self, name: &str) -> TokenStream {
        let value = match meaning::text_in(&self.place, name).or_else(|| meaning::id(name)) {
            Some(sample) => sample.to_owned(),
            None if meaning::is_id(name) => self.id(name).to_string(),
            None => meaning::text(name),
        };
        literal(&value)
    }

    /// An identifier; another one for each name. A bare `id` is that of another thing at each place.
    fn id(&mut self, name: &str) -> Literal {
        let known = self.ids.iter().position(|known| known == name && !meaning::is_bare_id(name));
        let index = known.unwrap_or_else(|| {
            self.ids.push(name.to_owned());
            self.ids.len() - 1
        });
        Literal::usize_unsuffixed(123 + 333 * index)
    }

    /// A value of a field.
    fn member(&mut self, field: &Field, depth: usize, exact: bool) -> TokenStream {
        match field.ty {
            Ty::Integer if field.unit == Some(Unit::UnixMilliseconds) => moment(&field.wire),
            _ => self.value(&field.ty, &field.wire, depth, exact),
        }
    }

    /// A value of a type of ours.
    fn named(&mut self, named: &str, name: &str, depth: usize) -> TokenStream {
        let ty = ident(named);
        let model = self.examples.model;
        let Some(definition) = model.types.get(named) else { return quote!(types::#ty::default()) };
        match &definition.shape {
            Shape::Enum(variants) => {
                let usual = variants.iter().find(|(variant, _)| matches!(&**variant, "Open" | "En"));
                let variant = ident(&usual.unwrap_or(&variants[0]).0);
                quote!(types::#ty::#variant)
            }
            Shape::Union(_, arms) => {
                let arm = self.value(&arms[0].0, name, depth + 1, true);
                quote!(types::#ty::from(#arm))
            }
            Shape::Record { fields } => {
                let outside = self.place.clone();
                self.place = format!("{outside} {named}");
                let made = self.record(&ty, definition, fields, depth);
                self.place = outside;
                made
            }
        }
    }

    /// A record with the members that it must have, or else with those that say most.
    fn record(&mut self, ty: &Ident, definition: &Definition, fields: &[Field], depth: usize) -> TokenStream {
        let property = fields.iter().find(|field| self.upserts && field.wire == UNIQUE_PROPERTY);
        if let Some(asked) = required_of_new(definition, fields) {
            let argument = |field: &&Field| match property {
                Some(_) if field.wire == "id" => quote!("ada@example.com"),
                Some(_) if field.wire == "properties" => quote!([("firstname", "Ada")]),
                _ => self.member(field, depth + 1, needs_exact(&field.ty)),
            };
            let arguments: Vec<TokenStream> = asked.iter().map(argument).collect();
            let property = property.map(|field| {
                let setter = ident(&field.ident);
                quote!(.#setter("email"))
            });
            let address = self.address(fields, &asked, depth);
            let further = fields.iter().filter(|field| {
                let given = field.ident == "new" || field.read_only || field.constant.is_some();
                field.required && !given && asked.is_empty() && depth < DEEPEST
            });
            let further = self.set(&further.collect::<Vec<_>>(), depth);
            return quote!(types::#ty::new(#(#arguments),*) #property #further #address);
        }
        let mut made = quote!(types::#ty::default());
        if depth >= DEEPEST {
            return made;
        }
        let required: Vec<&Field> = fields.iter().filter(|field| field.required && field.ident != "new").collect();
        let set = if required.is_empty() { telling(fields) } else { required };
        let address = self.address(fields, &set, depth);
        made.extend(self.set(&set, depth));
        made.extend(address);
        made
    }

    /// The calls of the setters of some members.
    fn set(&mut self, members: &[&Field], depth: usize) -> TokenStream {
        let calls = members.iter().map(|field| {
            let value = self.member(field, depth + 1, setter_needs_exact(&field.ty));
            let setter = ident(&field.ident);
            quote!(.#setter(#value))
        });
        calls.collect()
    }

    /// The e-mail address of what a body creates, without which nobody could find it again, unless it is set anyway.
    fn address(&self, fields: &[Field], set: &[&Field], depth: usize) -> Option<TokenStream> {
        let email = |field: &&Field| field.wire == "email" && field.ty == Ty::Text && !field.read_only;
        let wanted = depth == 0 && (self.creates || self.upserts) && !set.iter().any(email);
        let sample = meaning::text("email");
        (wanted && fields.iter().any(|field| email(&field))).then(|| quote!(.email(#sample)))
    }
}

/// The extension of a file of a media type.
fn extension(media: &str) -> &'static str {
    match media {
        "application/zip" => "zip",
        "text/csv" => "csv",
        "text/plain" => "txt",
        _ => "bin",
    }
}

/// A text as a literal; a raw one if it has quotation marks.
fn literal(text: &str) -> TokenStream {
    let raw = text.contains('"').then(|| format!("r#\"{text}\"#").parse().ok());
    raw.flatten().unwrap_or_else(|| quote!(#text))
}

/// JSON as an argument of `json!`.
fn tokens(json: &str) -> TokenStream {
    json.parse().unwrap_or_else(|_| quote!({}))
}

/// `new` takes `impl Into<Vec<T>>`, which a list of texts is not.
fn needs_exact(ty: &Ty) -> bool {
    !matches!(ty, Ty::Text | Ty::Timestamp | Ty::Map(_))
}

/// A setter of a list takes anything that gives items.
fn setter_needs_exact(ty: &Ty) -> bool {
    !matches!(ty, Ty::Text | Ty::Timestamp | Ty::List(_) | Ty::Map(_))
}

/// The first or the last moment of March 2026. With its type, because a literal that `impl Into<i64>` takes is an `i32`.
fn moment(name: &str) -> TokenStream {
    if name.to_snake_case().starts_with("end") { quote!(1_775_001_599_999_i64) } else { quote!(1_772_323_200_000_i64) }
}

/// The members that an example of a record without required ones sets: at most two plain ones, whose names mean most to
/// a reader, or else the first one of all.
fn telling(fields: &[Field]) -> Vec<&Field> {
    let mut settable: Vec<&Field> = fields
        .iter()
        .filter(|field| field.ident != "new" && !field.read_only && field.constant.is_none())
        .filter(|field| !POSITIONS.contains(&&*field.wire) && !meaning::is_removal(&field.wire))
        .filter(|field| !matches!(field.ty, Ty::Boxed(_)))
        .collect();
    settable.sort_by_key(|field| match &field.ty {
        Ty::Text => meaning::rank(&field.wire),
        Ty::Boolean | Ty::Integer | Ty::Number | Ty::Timestamp => 200,
        Ty::List(inner) if **inner == Ty::Text => 210,
        Ty::Map(_) => 220,
        _ => 230,
    });
    let plain = settable
        .iter()
        .filter(|field| matches!(field.ty, Ty::Text | Ty::Boolean | Ty::Integer | Ty::Timestamp))
        .count();
    settable.truncate(plain.clamp(1, 2));
    settable
}

/// The member that names the property by which a record is identified; an upsert is refused without it.
const UNIQUE_PROPERTY: &str = "idProperty";

/// Members for the place in a list, which say nothing about what is sent.
const POSITIONS: [&str; 8] = ["after", "before", "cursor", "limit", "offset", "page", "pageSize", "skip"];
