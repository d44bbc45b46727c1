//! Operations, and what they send and return.

use super::paging::Paging;
use super::ty::Ty;
pub use crate::read::content::Encoding;
pub use crate::read::effect::Effect;
pub use crate::read::unit::Unit;
use crate::read::version;

/// One operation.
#[derive(Clone, PartialEq)]
pub struct Operation {
    /// `contacts.list`
    pub name: String,
    /// The resource it belongs to, for example `contacts`.
    pub resource: String,
    /// The method to call.
    pub call: String,
    /// The vendor's own identifier of it; may be empty.
    pub spec_id: String,
    /// The HTTP method, in capitals.
    pub method: String,
    /// The path, with its parameters in braces.
    pub path: String,
    /// The document that describes it.
    pub document: String,
    /// One line of documentation.
    pub summary: Option<String>,
    /// A paragraph after it, for the documentation of the method alone.
    pub remark: Option<String>,
    /// Path parameters that the handle holds.
    pub bind: Vec<String>,
    /// The arguments outside of the body.
    pub arguments: Vec<Argument>,
    /// The body that is sent.
    pub body: Option<Body>,
    /// True if it is a multipart request whose files have names of the caller's choice.
    pub any_part: bool,
    /// The reply.
    pub reply: Reply,
    /// The media type of a reply that is a file.
    pub media: Option<String>,
    /// Paging, if it is a list.
    pub paging: Option<Paging>,
    /// Its effect on the vendor's data.
    pub effect: Effect,
    /// True if it may be sent twice.
    pub idempotent: bool,
    /// Members of the body of which at least one must be set so that it may be sent twice.
    pub idempotent_with: Vec<String>,
    /// Members of the body with which it must not be sent twice.
    pub idempotent_without: Vec<String>,
    /// The class of the vendor's limits; empty for the default.
    pub limit_class: String,
    /// True if 202 means that the same request must be sent again later.
    pub long_running: bool,
    /// The maximum number of inputs of a batch.
    pub batch_max: Option<u64>,
    /// The hand-written method that sends any number of inputs.
    pub many: Option<String>,
    /// The optional arguments that its example sets, by their names in the request.
    pub example: Vec<String>,
    /// The scopes, one of which a credential needs.
    pub scopes: Vec<String>,
    /// The statuses of failures that the document contains.
    pub failures: Vec<u16>,
    /// The version that is sent in a header.
    pub version: Option<String>,
    /// The client and the version of each further API that has it in common with this one, which is the vendor's root.
    pub also: Vec<(String, String)>,
    /// True if it is the one of the vendor's root.
    pub common: bool,
    /// True if it is called without a credential, which must not be sent then.
    pub anonymous: bool,
    /// True if the document declares a success without content.
    pub may_be_empty: bool,
    /// Parts of a form of which at least one must be sent.
    pub one_of_parts: Vec<String>,
    /// True if every page must have its list.
    pub items_required: bool,
    /// True if the vendor marks it deprecated.
    pub deprecated: bool,
    /// The method of the resource that replaces it if it is deprecated.
    pub replaced_by: Option<String>,
}

impl Operation {
    /// Returns the parts that are the same in every version of the API: without its version and its documentation.
    pub(crate) fn undescribed(&self) -> Self {
        let arguments = self.arguments.iter().map(|argument| Argument { doc: String::new(), ..argument.clone() });
        Self {
            arguments: arguments.collect(),
            document: String::new(),
            summary: None,
            remark: None,
            media: None,
            failures: Vec::new(),
            version: None,
            many: None,
            example: Vec::new(),
            replaced_by: None,
            also: Vec::new(),
            common: false,
            ..self.clone()
        }
    }

    /// True if the vendor publishes it as a beta.
    pub(crate) fn is_beta(&self) -> bool {
        version::is_beta(&self.path)
    }

    /// True if it changes nothing although its method can.
    pub(crate) fn only_reads(&self) -> bool {
        self.effect == Effect::Reads && Effect::of(&self.method) != Effect::Reads
    }

    /// The types it names.
    pub fn types(&self) -> impl Iterator<Item = &Ty> {
        let reply = match &self.reply {
            Reply::Value(ty) => Some(ty),
            Reply::Bytes => None,
        };
        let body = self.body.as_ref().map(|body| &body.ty);
        body.into_iter().chain(reply).chain(self.arguments.iter().map(|argument| &argument.ty))
    }

    /// The same, to be changed.
    pub(crate) fn types_mut(&mut self) -> impl Iterator<Item = &mut Ty> {
        let reply = match &mut self.reply {
            Reply::Value(ty) => Some(ty),
            Reply::Bytes => None,
        };
        let body = self.body.as_mut().map(|body| &mut body.ty);
        body.into_iter().chain(reply).chain(self.arguments.iter_mut().map(|argument| &mut argument.ty))
    }
}

/// A value that is sent outside of the body.
#[derive(Clone, PartialEq)]
pub struct Argument {
    /// The name that is sent.
    pub wire: String,
    /// The name in Rust.
    pub ident: String,
    /// Place of the argument in the request.
    pub place: Place,
    /// The type.
    pub ty: Ty,
    /// True if it is an argument of the method, false if it is an option of the builder.
    pub required: bool,
    /// The description, for documentation only.
    pub doc: String,
    /// The constraints of its schema as sentences.
    pub allowed: String,
    /// The minimum of a number.
    pub least: Option<u64>,
    /// The unit of a number.
    pub unit: Option<Unit>,
    /// True if it is the number of items per page.
    pub page_size: bool,
    /// The only value that its schema allows, of a parameter that the user is asked for.
    pub only: Option<String>,
    /// Always this value; the user is not asked.
    pub constant: Option<String>,
    /// A list as one text with commas.
    pub joined: bool,
    /// A path value that may hold slashes.
    pub slashes: bool,
}

impl Argument {
    /// The documentation: the description and the allowed values.
    pub(crate) fn about(&self) -> String {
        [self.doc.as_str(), &self.allowed].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// Returns the prefix of the names of a family of query parameters: `property.` of `property.{name}`.
    #[must_use]
    pub fn prefix(&self) -> Option<&str> {
        (self.place == Place::Query).then(|| self.wire.split_once('{')).flatten().map(|(prefix, _)| prefix)
    }
}

/// Place of an argument in the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A segment of the path.
    Path,
    /// A parameter of the query.
    Query,
    /// A header.
    Header,
    /// A part of a multipart body.
    Part,
}

/// The body of a request.
#[derive(Clone, PartialEq)]
pub struct Body {
    /// The type.
    pub ty: Ty,
    /// Encoding of the body.
    pub encoding: Encoding,
}

/// Content of a reply.
#[derive(Clone, PartialEq)]
pub enum Reply {
    /// A JSON value.
    Value(Ty),
    /// A stream of bytes.
    Bytes,
}
