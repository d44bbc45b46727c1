//! An example of each operation, short and compiled with the documentation.

use anyhow::Result;
use heck::ToSnakeCase;

use super::types::required_of_new;
use crate::model::{Argument, Definition, Field, Model, Operation, Place, Shape, Ty};
use crate::normalise::Encoding;
use crate::read::vendor::{ApiFile, Fold, VendorFile};

/// How deep an example goes into records that hold records.
const DEEPEST: usize = 3;

/// Writes the examples of an API.
pub(super) struct Examples<'a> {
    model: &'a Model,
    fold: Option<&'a Fold>,
    /// The crate, as in Rust.
    krate: String,
    /// Where the types are.
    module: String,
    client: &'a str,
}

impl<'a> Examples<'a> {
    pub(super) fn new(vendor: &VendorFile, file: &'a ApiFile, root: bool, model: &'a Model) -> Self {
        let krate = vendor.crate_name.to_snake_case();
        let module = if root { krate.clone() } else { format!("{krate}::{}", file.module()) };
        Self { model, fold: file.fold.as_ref(), krate, module, client: &file.client }
    }

    /// The example of an operation, as a block of documentation.
    pub(super) fn of(&self, operation: &Operation) -> Result<String> {
        let call = self.call(operation);
        let types = if call.contains("types::") { format!("use {}::types;\n", self.module) } else { String::new() };
        let parsed = syn::parse_file(&format!("async fn example() {{ let reply = {call}.send().await?; }}"))?;
        let body = prettyplease::unparse(&parsed);
        let lines: Vec<&str> = body.lines().collect();
        let shown: String = lines[1..lines.len() - 1]
            .iter()
            .map(|line| format!("{}\n", line.strip_prefix("    ").unwrap_or(line)))
            .collect();
        let allowed = if operation.deprecated { "# #[allow(deprecated)]\n" } else { "" };
        Ok(format!(
            "```\n{allowed}# async fn example(client: {krate}::{client}) -> Result<(), {krate}::Error> {{\n{types}{shown}# Ok(()) }}\n```\n",
            krate = self.krate,
            client = self.client,
        ))
    }

    /// The call, up to its required arguments.
    fn call(&self, operation: &Operation) -> String {
        let folded = self.fold.is_some_and(|fold| fold.resource == operation.resource);
        let bound = operation.bind.iter().map(|_| "\"contacts\"").collect::<Vec<_>>().join(", ");
        let handle = if folded { "contacts()".to_owned() } else { format!("{}({bound})", operation.resource) };
        let mut arguments: Vec<String> = operation
            .arguments
            .iter()
            .filter(|argument| argument.required && argument.constant.is_none())
            .filter(|argument| !operation.bind.contains(&argument.wire))
            .map(|argument| self.argument(argument))
            .collect();
        if let Some(body) = &operation.body {
            arguments.push(match body.encoding {
                Encoding::Text => "\"text\"".to_owned(),
                _ => self.value(&body.ty, "body", 0, true),
            });
        }
        format!("client.{handle}.{}({})", operation.call, arguments.join(", "))
    }

    fn argument(&self, argument: &Argument) -> String {
        match &argument.ty {
            Ty::Integer | Ty::Number | Ty::Boolean | Ty::Timestamp | Ty::Upload => {
                self.value(&argument.ty, &argument.wire, 0, false)
            }
            Ty::List(inner) => format!("[{}]", self.value(inner, &argument.wire, 0, false)),
            Ty::Named(_) if argument.place != Place::Path || self.is_enum(&argument.ty) => {
                self.value(&argument.ty, &argument.wire, 0, false)
            }
            _ => text(&argument.wire),
        }
    }

    fn is_enum(&self, ty: &Ty) -> bool {
        matches!(self.definition(ty).map(|definition| &definition.shape), Some(Shape::Enum(_)))
    }

    fn definition(&self, ty: &Ty) -> Option<&'a Definition> {
        self.model.types.get(ty.name()?)
    }

    /// An expression of a type; `exact` where no conversion helps.
    fn value(&self, ty: &Ty, name: &str, depth: usize, exact: bool) -> String {
        match ty {
            Ty::Text if exact => format!("{}.to_owned()", text(name)),
            Ty::Text => text(name),
            Ty::Integer => "10".to_owned(),
            Ty::Number => "10.0".to_owned(),
            Ty::Boolean => "true".to_owned(),
            Ty::Json => format!("{}::json!({{}})", self.krate),
            Ty::Timestamp => "\"2026-03-01T09:00:00Z\"".to_owned(),
            Ty::Nothing => "()".to_owned(),
            Ty::Upload => "std::path::Path::new(\"report.csv\")".to_owned(),
            Ty::List(inner) if depth >= DEEPEST && inner.name().is_some() => {
                format!("Vec::<{}>::new()", inner.rust("types::"))
            }
            Ty::List(inner) if exact => format!("vec![{}]", self.value(inner, name, depth, true)),
            Ty::List(inner) => format!("[{}]", self.value(inner, name, depth, false)),
            Ty::Map(_) if exact => format!("{}::Map::new()", self.krate),
            Ty::Map(inner) => format!("[(\"name\", {})]", self.value(inner, name, depth, false)),
            Ty::Boxed(inner) => self.value(inner, name, depth, exact),
            Ty::Named(name) => match self.definition(ty).map(|definition| (definition, &definition.shape)) {
                Some((_, Shape::Enum(variants))) => format!("types::{name}::{}", variants[0].0),
                Some((_, Shape::Union(_, arms))) => {
                    format!("types::{name}::from({})", self.value(&arms[0].0, name, depth + 1, true))
                }
                Some((definition, Shape::Record { fields, .. })) => self.record(name, definition, fields, depth),
                None => format!("types::{name}::default()"),
            },
        }
    }

    fn record(&self, name: &str, definition: &Definition, fields: &[Field], depth: usize) -> String {
        if let Some(asked) = required_of_new(definition, fields) {
            let arguments: Vec<String> = asked
                .iter()
                .map(|field| self.value(&field.ty, &field.wire, depth + 1, needs_exact(&field.ty)))
                .collect();
            return format!("types::{name}::new({})", arguments.join(", "));
        }
        let mut made = format!("types::{name}::default()");
        if depth < DEEPEST {
            for field in fields.iter().filter(|field| field.required && field.ident != "new") {
                let value = self.value(&field.ty, &field.wire, depth + 1, setter_needs_exact(&field.ty));
                made.push_str(&format!(".{}({value})", field.ident));
            }
        }
        made
    }
}

/// `new` takes `impl Into<Vec<T>>`, which a list of texts is not.
fn needs_exact(ty: &Ty) -> bool {
    !matches!(ty, Ty::Text | Ty::Timestamp)
}

/// A setter of a list takes anything that gives items.
fn setter_needs_exact(ty: &Ty) -> bool {
    !matches!(ty, Ty::Text | Ty::Timestamp | Ty::List(_))
}

/// A text that looks like what the name says.
fn text(name: &str) -> String {
    let name = name.to_snake_case();
    let value = match name.as_str() {
        _ if name.contains("email") => "ada@example.com",
        _ if name.ends_with("date") || name.ends_with("day") => "2026-03-01",
        _ if name.contains("phone") => "+15550100",
        _ if name.contains("url") || name.contains("domain") => "https://www.example.com",
        _ if name.contains("object_type") => "contacts",
        _ if name.ends_with("id") || name.ends_with("ids") => "123",
        _ if name.ends_with("path") => "library/report.csv",
        _ => "value",
    };
    format!("{value:?}")
}
