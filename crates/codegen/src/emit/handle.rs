//! The handle of a resource: a method for each operation, and its builder where there is
//! something to add to the call.

use anyhow::Result;
use heck::{ToSnakeCase, ToUpperCamelCase};
use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::builder::builder;
use super::docs::{self, capital};
use super::example::Examples;
use super::operations;
use super::rust::{Piece, doc, ident, plain_doc};
use super::signature::{Signature, Taken, step};
use super::spelling::{Names, spelled};
use crate::model::{Encoding, Model, Operation};
use crate::read::vendor::Fold;

/// The operations that say most about a resource, from the most telling on.
const TELLING: [&str; 5] = ["create", "list", "search", "get", "update"];

/// Returns the documentation of the file of a resource: the number of its operations and the names of two.
pub(super) fn about(resource: &str, operations: &[&Operation]) -> String {
    let telling = |call: &str| TELLING.iter().position(|known| *known == call).unwrap_or(TELLING.len());
    let mut sorted = operations.to_vec();
    sorted.sort_by_key(|operation| (operation.deprecated, telling(&operation.call)));
    let calls: Vec<&str> = sorted.iter().map(|operation| operation.call.as_str()).collect();
    let listed = match calls.as_slice() {
        [] => "no operations".to_owned(),
        [one] => format!("the operation `{one}`"),
        [first, second] => format!("the operations `{first}` and `{second}`"),
        [first, second, ..] => format!("{} operations, for example `{first}` and `{second}`", calls.len()),
    };
    format!("{}: {listed}.", capital(&spelled(resource)))
}

/// Returns the imports of a file of handles.
fn imports() -> TokenStream {
    quote! {
        use std::fmt::Display;
        use crm_core::reexport::serde_json::Value;
        use crm_core::{
            BodyStream, Call, Integer, Map, OpMeta, PageFacts, Paged, Pipeline, Position, Timestamp, Upload,
        };
        use super::{operations, types};
    }
}

/// The methods of operations, and their builders below.
fn methods<'a>(
    operations: impl Iterator<Item = &'a Operation>,
    model: &Model,
    examples: &Examples<'_>,
    builders: &mut Vec<Piece>,
) -> Result<TokenStream> {
    let mut methods = TokenStream::new();
    for operation in operations {
        methods.extend(method(operation, examples)?);
        builder(builders, operation, model)?;
    }
    Ok(methods)
}

/// The file of a resource that has operations in common with the root: the handle is the root's, and only the other
/// operations are written.
pub(super) fn difference(
    resource: &str,
    operations: &[&Operation],
    model: &Model,
    client: &str,
    examples: &Examples<'_>,
) -> Result<Vec<Piece>> {
    let (common, own): (Vec<&Operation>, Vec<&Operation>) =
        operations.iter().copied().partition(|operation| operation.common);
    let (module, handle, client) = (ident(resource), ident(&resource.to_upper_camel_case()), ident(client));
    let about = plain_doc(&format!(
        "Operations on {}, from [`{client}::{module}`](crate::{client}::{module}). Those that are the same for every client \
         are on the page of [the handle itself](crate::{module}::{handle}).",
        spelled(resource)
    ));
    let known: Vec<Ident> =
        common.iter().filter_map(|operation| Signature::of(operation).builder).map(|name| ident(&name)).collect();
    let known = (!known.is_empty()).then(|| quote!(pub use crate::#module::{#(#known),*};));
    let mut builders = Vec::new();
    let methods = methods(own.into_iter(), model, examples, &mut builders)?;
    let imports = (!methods.is_empty()).then(imports);
    let methods = (!methods.is_empty()).then(|| quote!(impl #handle { #methods }));
    let alias = quote! {
        #imports
        #known
        #about
        pub type #handle = crate::#module::#handle<crate::#client>;
        #methods
    };
    builders.insert(0, Piece::Rust(alias));
    Ok(builders)
}

/// The file of a resource, which `client` has. If `shared` are the names of other clients that have some of its operations
/// too, the handle is generic over the client.
pub(super) fn resource(
    resource: &str,
    operations: &[&Operation],
    model: &Model,
    fold: Option<&Fold>,
    (client, shared): (&str, &[&str]),
    examples: &Examples<'_>,
) -> Result<Vec<Piece>> {
    let generic = !shared.is_empty();
    let also: String =
        shared.iter().map(|other| format!(", or from `{other}::{resource}` (`C` is `{other}`)")).collect();
    let from = format!("from [`{client}::{resource}`](crate::{client}::{resource}){also}");
    let handle = ident(&resource.to_upper_camel_case());
    let bound: &[String] = operations.first().map(|operation| operation.bind.as_slice()).unwrap_or_default();
    let held: Vec<String> = bound.iter().map(|name| format!("`{}`", name.to_snake_case())).collect();
    let about = plain_doc(&match (fold, held.is_empty()) {
        (Some(_), _) => format!(
            "Operations on the records of one type of object. The method of the client selects the type: `contacts()` and the \
             like, or `{resource}(…)` with the name or the id of any type, also of a custom one."
        ),
        (None, true) => format!("Operations on {}, {from}.", spelled(resource)),
        (None, false) => {
            format!(
                "Operations on {}, {from}; all of them use the {} that is passed to it.",
                spelled(resource),
                held.join(" and ")
            )
        }
    });
    let fields = bound.iter().map(|name| ident(&name.to_snake_case()));
    let (import, known) = match fold {
        Some(_) => (
            quote!(
                use super::object_types::ObjectType;
            ),
            quote!(known: Option<&'static ObjectType>,),
        ),
        None => Default::default(),
    };
    let imports = imports();
    let constructors = constructors(bound, fold, generic);
    let mut builders = Vec::new();
    let (common, own): (Vec<&Operation>, Vec<&Operation>) =
        operations.iter().copied().partition(|operation| !generic || !operation.also.is_empty());
    let common = methods(common.into_iter(), model, examples, &mut builders)?;
    let own = methods(own.into_iter(), model, examples, &mut builders)?;
    let own = (!own.is_empty()).then(|| quote!(impl #handle { #own }));
    let client = ident(client);
    let (parameter, of, client) = match generic {
        true => (quote!(<C = crate::#client>), quote!(<C>), quote!(client: std::marker::PhantomData<C>,)),
        false => Default::default(),
    };
    let handle = quote! {
        #imports
        #import
        #about
        #[derive(Clone, Debug)]
        pub struct #handle #parameter {
            pipeline: Pipeline,
            #(#fields: String,)*
            #known
            #client
        }
        impl #of #handle #of {
            #constructors
            #common
        }
        #own
    };
    builders.insert(0, Piece::Rust(handle));
    Ok(builders)
}

/// The constructors of the handle, and the start of every call.
fn constructors(bound: &[String], fold: Option<&Fold>, shared: bool) -> TokenStream {
    let held: Vec<Ident> = bound.iter().map(|name| ident(&name.to_snake_case())).collect();
    let paths = quote!(#(.held(#bound, &self.#held))*);
    let Some(fold) = fold else {
        let (client, visible) = match shared {
            true => (quote!(, client: std::marker::PhantomData), quote!(pub(crate))),
            false => Default::default(),
        };
        return quote! {
            pub(crate) fn new(pipeline: &Pipeline #(, #held: impl Into<String>)*) -> Self {
                Self { pipeline: pipeline.clone() #(, #held: #held.into())* #client }
            }
            #visible fn call<T>(&self, op: &'static OpMeta) -> Call<T> {
                Call::new(&self.pipeline, op) #paths
            }
        };
    };
    let parameter = ident(&fold.parameter.to_snake_case());
    quote! {
        pub(crate) fn new(pipeline: &Pipeline #(, #held: impl Into<String>)*) -> Self {
            Self { pipeline: pipeline.clone() #(, #held: #held.into())*, known: None }
        }
        pub(crate) fn known(pipeline: &Pipeline, known: &'static ObjectType) -> Self {
            Self { pipeline: pipeline.clone(), #parameter: known.segment.to_owned(), known: Some(known) }
        }
        /// The type of object that the path contains.
        #[must_use]
        pub fn #parameter(&self) -> &str {
            &self.#parameter
        }
        pub(crate) fn call<T>(&self, op: &'static OpMeta) -> Call<T> {
            let call = Call::new(&self.pipeline, op) #paths;
            let Some(known) = self.known else { return call };
            let call = call.through(known.name);
            if !known.operations.contains(&op.id) {
                return call.refuse(format!(
                    "`{}` has no operation `{}`; `client.objects(\"{}\")` sends it anyway",
                    known.name, op.id, known.segment
                ));
            }
            call
        }
    }
}

fn method(operation: &Operation, examples: &Examples<'_>) -> Result<TokenStream> {
    let signature = Signature::of(operation);
    let required = &signature.required;
    let about = [Some(docs::summary(operation)), operation.remark.clone(), Some(docs::facts(operation))];
    let about = plain_doc(&about.into_iter().flatten().collect::<Vec<_>>().join("\n\n"));
    let names = Names::of_arguments(operation);
    let described =
        required.iter().map(|argument| (&argument.ident, names.in_rust(&argument.about().replace('\n', " "))));
    let described: Vec<_> = described.filter(|(_, about)| !about.is_empty()).collect();
    let gap = (!described.is_empty()).then(|| quote!(#[doc = ""]));
    let described = described.iter().map(|(name, about)| doc(&format!("* `{name}`: {about}")));
    let example = plain_doc(&examples.of(operation)?);
    let deprecated = docs::deprecation(operation).map(|note| quote!(#[deprecated = #note]));

    let mut parameters: Vec<TokenStream> = required
        .iter()
        .map(|argument| {
            let (name, taken) = (ident(&argument.ident), Taken::argument(argument).tokens());
            quote!(#name: #taken)
        })
        .collect();
    let mut steps: TokenStream = required.iter().map(|argument| step(argument, &quote!(part))).collect();
    for argument in &operation.arguments {
        if let (wire, Some(value)) = (&argument.wire, &argument.constant) {
            steps.extend(quote!(.query(#wire, #value)));
        }
    }
    if let Some(body) = &operation.body {
        let taken = Taken::body(body).tokens();
        parameters.push(quote!(body: #taken));
        steps.extend(match body.encoding {
            Encoding::Json => quote!(.json(&body.into())),
            Encoding::Form => quote!(.form(&body.into())),
            Encoding::Text => quote!(.text(body)),
        });
    }
    let (call, entry, reply) = (ident(&operation.call), operations::entry(operation), signature.reply());
    let value = quote!(self.call(&operations::#entry) #steps);
    let (returned, value) = match &signature.builder {
        Some(builder) => {
            let builder = ident(builder);
            (quote!(#builder), quote!(#builder { call: #value }))
        }
        None => (quote!(Call<#reply>), value),
    };
    Ok(quote! {
        #about
        #gap
        #(#described)*
        #[doc = ""]
        #example
        #deprecated
        pub fn #call(&self #(, #parameters)*) -> #returned {
            #value
        }
    })
}
