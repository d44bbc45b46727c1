//! The message: a request, built by a [`Call`](crate::Call) and sent by the pipeline, and the body of a reply that
//! is read as a stream. Nothing here sends.

mod before_send;
mod body;
mod body_stream;
mod download;
mod multipart;
mod paced;
pub(crate) mod path;
mod upload;
mod upload_reader;

pub use before_send::BeforeSend;
pub(crate) use body::{Body, Outgoing};
pub use body_stream::BodyStream;
pub(crate) use multipart::Watch;
pub use upload::{Progress, Upload};

use std::borrow::Cow;
use std::fmt;

use http::HeaderMap;

use crate::codec::Param;
use crate::error::Error;
use crate::meta::{Called, OpMeta};
use crate::options::CallOptions;
use multipart::Multipart;

#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) op: &'static OpMeta,
    /// The handle that the operation is called through, if its name differs from the operation's resource.
    pub(crate) handle: Option<&'static str>,
    /// The placeholder that the handle fills.
    pub(crate) held: Option<&'static str>,
    /// Filled placeholders, escaped.
    segments: Vec<(&'static str, String)>,
    /// The whole path of a raw request. Replaces the template.
    pub(crate) raw_path: Option<String>,
    pub(crate) query: Vec<(Cow<'static, str>, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
    pub(crate) before_send: Option<BeforeSend>,
    mistake: Option<String>,
}

impl Request {
    pub(crate) fn new(op: &'static OpMeta) -> Self {
        Self {
            op,
            handle: None,
            held: None,
            segments: Vec::new(),
            raw_path: None,
            query: Vec::new(),
            headers: HeaderMap::new(),
            body: Body::None,
            before_send: None,
            mistake: None,
        }
    }

    /// The operation with the name that it was called by.
    pub(crate) fn called(&self) -> Called {
        let held = self.segments.iter().find(|(name, _)| self.held == Some(*name));
        Called::new(self.op, self.handle, held)
    }

    /// Keeps the error unless there is an earlier one.
    pub(crate) fn mistake(&mut self, text: impl FnOnce() -> String) {
        self.mistake.get_or_insert_with(text);
    }

    /// Fills a placeholder of the path with an escaped value, or keeps the error.
    pub(crate) fn fill(&mut self, name: &'static str, filled: Result<String, &'static str>) {
        match filled {
            Ok(text) if path::has_placeholder(self.op.path, name) => {
                self.segments.retain(|segment| segment.0 != name);
                self.segments.push((name, text));
            }
            Ok(_) => self.mistake(|| format!("the path has no placeholder \"{name}\"")),
            Err(fault) => self.mistake(|| format!("the path value \"{name}\" {fault}")),
        }
    }

    /// Adds a pair to the query for each text of the value.
    pub(crate) fn query(&mut self, name: Cow<'static, str>, value: &(impl Param + ?Sized)) {
        value.each(&mut |text| self.query.push((name.clone(), text.to_owned())));
    }

    pub(crate) fn remove_query(&mut self, name: &str) {
        self.query.retain(|pair| pair.0 != name);
    }

    /// Returns the request with the parameters and members that the options add.
    pub(crate) fn with(&self, options: &CallOptions) -> Cow<'_, Self> {
        if options.query.is_empty() && options.members.is_empty() {
            return Cow::Borrowed(self);
        }
        let mut request = self.clone();
        request.query.retain(|(name, _)| !options.query.iter().any(|(other, _)| other == name));
        request.query.extend(options.query.iter().map(|(name, value)| (name.clone().into(), value.clone())));
        for (name, value) in &options.members {
            if let Body::Form(form) = &request.body {
                request.body = Body::Form(with_field(form, name, value).into());
            } else {
                request.set_body_field(name, value.clone());
            }
        }
        Cow::Owned(request)
    }

    pub(crate) fn set_body_field(&mut self, name: &str, value: serde_json::Value) {
        let object = match &self.body {
            Body::None => Some(serde_json::Map::new()),
            Body::Json(bytes) => serde_json::from_slice(bytes).ok(),
            Body::Form(_) | Body::Text(_) | Body::Multipart(_) => None,
        };
        let Some(mut object) = object else {
            return self.mistake(|| format!("the body has no members, so \"{name}\" cannot be set"));
        };
        object.insert(name.to_owned(), value);
        self.body = Body::Json(serde_json::Value::Object(object).to_string().into());
    }

    /// Returns the parts of the body. The first part makes the body a form.
    pub(crate) fn parts(&mut self) -> Option<&mut Multipart> {
        if matches!(self.body, Body::None) {
            self.body = Body::Multipart(Multipart::default());
        }
        if let Body::Multipart(parts) = &mut self.body {
            return Some(parts);
        }
        self.mistake.get_or_insert_with(|| "a body of another kind is set, so it cannot have parts".to_owned());
        None
    }

    pub(crate) fn body_value(&self, name: &str) -> Option<serde_json::Value> {
        self.body_object()?.remove(name)
    }

    /// Returns the members of the JSON body.
    pub(crate) fn body_object(&self) -> Option<serde_json::Map<String, serde_json::Value>> {
        match &self.body {
            Body::Json(bytes) => serde_json::from_slice(bytes).ok(),
            _ => None,
        }
    }

    /// Returns true if the operation is idempotent with this body.
    pub(crate) fn is_idempotent(&self) -> bool {
        let rules = &self.op.rules;
        if rules.idempotent_with.is_empty() && rules.idempotent_without.is_empty() {
            return self.op.idempotent;
        }
        self.op.is_idempotent_with(&self.body_object().unwrap_or_default().into())
    }

    /// Returns the filled parts of the path as one text, independent of the order in which they were filled in.
    pub(crate) fn path_parts(&self) -> String {
        match &self.raw_path {
            Some(path) => path.clone(),
            None => path::fill(self.op.path, &self.segments).unwrap_or_default(),
        }
    }

    /// Returns path and query, escaped.
    ///
    /// # Errors
    ///
    /// Returns the first error made while building.
    pub(crate) fn target(&self) -> Result<String, Error> {
        if let Some(mistake) = &self.mistake {
            return Err(Error::validation(mistake.clone()));
        }
        let asked = self.op.rules.one_of_parts;
        let given = |name: &&str| matches!(&self.body, Body::Multipart(parts) if parts.has(name));
        if !asked.is_empty() && !asked.iter().any(given) {
            let text = format!("the form needs one of these parts: {}", asked.join(", "));
            return Err(Error::validation(text));
        }
        let mut target = match &self.raw_path {
            Some(path) => path.clone(),
            None => path::fill(self.op.path, &self.segments).map_err(Error::validation)?,
        };
        path::append_query(&mut target, &self.query);
        Ok(target)
    }
}

/// Returns the form with one field that replaces all fields of the same name.
fn with_field(form: &[u8], name: &str, value: &serde_json::Value) -> String {
    let mut fields = url::form_urlencoded::Serializer::new(String::new());
    fields.extend_pairs(url::form_urlencoded::parse(form).filter(|(other, _)| other != name));
    let items = match value {
        serde_json::Value::Array(items) => items.as_slice(),
        other => std::slice::from_ref(other),
    };
    for item in items {
        match item {
            serde_json::Value::Null => {}
            serde_json::Value::String(text) => drop(fields.append_pair(name, text)),
            other => drop(fields.append_pair(name, &other.to_string())),
        }
    }
    fields.finish()
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let query: Vec<&str> = self.query.iter().map(|pair| &*pair.0).collect();
        let headers: Vec<&str> = self.headers.keys().map(|name| name.as_str()).collect();
        f.debug_struct("Request")
            .field("query", &query)
            .field("headers", &headers)
            .field("body", &self.body)
            .field("mistake", &self.mistake)
            .finish_non_exhaustive()
    }
}
