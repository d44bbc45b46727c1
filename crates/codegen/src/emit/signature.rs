//! What a user writes to call an operation: what the method takes, what it returns.

use heck::{ToSnakeCase, ToUpperCamelCase};

use crate::model::{Argument, Body, Operation, Place, Reply, Ty};
use crate::normalise::Encoding;

/// The Rust signature of an operation.
pub(crate) struct Signature<'a> {
    /// What the method takes, in order; a body follows.
    pub(crate) required: Vec<&'a Argument>,
    /// What its builder takes.
    pub(crate) optional: Vec<&'a Argument>,
    /// The builder it returns, where there is something to add to the call.
    pub(crate) builder: Option<String>,
    /// What comes back when it is sent.
    pub(crate) reply: String,
}

impl<'a> Signature<'a> {
    pub(crate) fn of(operation: &'a Operation) -> Self {
        let (required, optional): (Vec<&Argument>, Vec<&Argument>) = operation
            .arguments
            .iter()
            .filter(|argument| argument.constant.is_none() && !operation.bind.contains(&argument.wire))
            .partition(|argument| argument.required);
        let builder = (!optional.is_empty() || operation.paging.is_some() || operation.any_part)
            .then(|| builder_name(&operation.call));
        let reply = match &operation.reply {
            Reply::Value(ty) => ty.rust("types::"),
            Reply::Bytes => "BodyStream".to_owned(),
        };
        Self { required, optional, builder, reply }
    }
}

/// What a method takes as its body.
pub(crate) fn body_type(body: &Body) -> String {
    match body.encoding {
        Encoding::Json | Encoding::Form => format!("impl std::borrow::Borrow<{}>", body.ty.rust("types::")),
        Encoding::Text => "impl Into<String>".to_owned(),
    }
}

/// The builder's method for an argument; a name that builders have already gets longer.
pub(crate) fn setter(argument: &Argument) -> String {
    let name = argument.prefix().map_or_else(|| argument.ident.clone(), ToSnakeCase::to_snake_case);
    let taken = ["send", "send_raw", "with", "items", "pages", "poll"].contains(&name.as_str());
    if taken { format!("{name}_") } else { name }
}

/// The builder of a method. A method called like a type of the prelude gets a longer name.
fn builder_name(call: &str) -> String {
    let name = call.to_upper_camel_case();
    if matches!(
        name.as_str(),
        "Call" | "Map" | "Value" | "Upload" | "Paged" | "Position" | "Pipeline" | "Display" | "Timestamp"
    ) {
        format!("{name}Call")
    } else {
        name
    }
}

/// What a method or a setter takes for an argument.
pub(crate) fn argument_type(argument: &Argument) -> String {
    match &argument.ty {
        Ty::Text if argument.place == Place::Path => "impl Display".to_owned(),
        _ if argument.place == Place::Path && !matches!(argument.ty, Ty::Named(_)) => "impl Display".to_owned(),
        Ty::Text => "impl Display".to_owned(),
        Ty::Integer | Ty::Number | Ty::Boolean => argument.ty.rust(""),
        Ty::Timestamp => "impl Into<Timestamp>".to_owned(),
        Ty::Upload => "impl Into<Upload>".to_owned(),
        Ty::List(inner) => match &**inner {
            Ty::Text => "impl IntoIterator<Item = impl Display>".to_owned(),
            plain @ (Ty::Integer | Ty::Number | Ty::Boolean) => format!("impl IntoIterator<Item = {}>", plain.rust("")),
            named => format!("impl IntoIterator<Item = impl Into<{}>>", named.rust("types::")),
        },
        named => format!("impl Into<{}>", named.rust("types::")),
    }
}
