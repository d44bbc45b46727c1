//! HubSpot's error bodies. Every member is optional, any can be null, and there are several
//! shapes: the common one, that of limits, that of OAuth, those of older APIs, and a whole body as
//! text inside `message`.

use super::conflict::without_value;
use crm_core::{FieldError, RawReply, VendorDetail};
use serde_json::{Deserializer, Value};

/// The members that contain the error code, depending on the API.
const CODES: [&str; 5] = ["code", "errorType", "propertiesErrorCode", "eventErrorEntityType", "error"];
/// The members that list the individual errors, depending on the API.
const LISTS: [&str; 3] = ["errors", "validationResults", "failureMessages"];

/// Maximum depth at which bodies within messages are read.
const DEPTH: u32 = 3;

/// The content of an error body.
#[derive(Debug, Default)]
pub(crate) struct ErrorBody {
    pub(crate) code: Option<String>,
    pub(crate) category: Option<String>,
    pub(crate) sub_category: Option<String>,
    /// The limit that was hit.
    pub(crate) policy: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) fields: Vec<FieldError>,
}

impl ErrorBody {
    /// Reads the body of a replyof any form.
    pub(crate) fn of_reply(reply: &RawReply) -> Self {
        match reply.json() {
            Some(value) => Self::read(&value),
            None => Self { message: reply.plain_message(), ..Self::default() },
        }
    }

    /// Reads a body, or a row of the errors of a batch.
    pub(crate) fn read(value: &Value) -> Self {
        Self::read_within(value, DEPTH)
    }

    fn read_within(value: &Value, depth: u32) -> Self {
        let status = text(value, "status").filter(|status| is_code(status));
        let code = code(value);
        // OAuth gives two codes, a standard one and HubSpot's more specific one.
        let finer = status.clone().filter(|_| code.is_some());
        let mut body = Self {
            code: code.or(status),
            category: text(value, "category"),
            sub_category: value.get("subCategory").and_then(named).or(finer),
            policy: text(value, "policyName"),
            message: text(value, "message").or_else(|| text(value, "error_description")).map(without_value),
            fields: LISTS.iter().flat_map(|name| list(value, name)).filter_map(field).collect(),
        };
        if body.fields.is_empty() && value.get("errorTokens").is_some() {
            body.fields.extend(token(value).map(|name| {
                let code = body.code.clone();
                FieldError::new(Some(name), code.clone(), code.unwrap_or_default())
            }));
        }
        if depth > 0 {
            body.unfold(depth - 1);
        }
        body
    }

    /// Extracts the JSON within the message: a whole body, or a list of properties.
    fn unfold(&mut self, depth: u32) {
        let Some(message) = &self.message else { return };
        let starts = [message.find("{\""), message.find("[{")];
        let Some(at) = starts.into_iter().flatten().min() else { return };
        let (before, rest) = message.split_at(at);
        let Some(Ok(inner)) = Deserializer::from_str(rest).into_iter::<Value>().next() else { return };
        let before = before.trim_end();
        let (words, fields) = match &inner {
            Value::Object(members)
                if ["message", "category", "errors"].iter().any(|name| members.contains_key(*name)) =>
            {
                let inner = Self::read_within(&inner, depth);
                self.code = self.code.take().or(inner.code);
                self.category = self.category.take().or(inner.category);
                self.sub_category = self.sub_category.take().or(inner.sub_category);
                (inner.message.unwrap_or_default(), inner.fields)
            }
            Value::Array(items) => {
                let fields: Vec<FieldError> = items.iter().filter(|item| item.is_object()).filter_map(field).collect();
                if fields.is_empty() {
                    return;
                }
                (String::new(), fields)
            }
            _ => return,
        };
        let joined = match (before, words.as_str()) {
            ("", words) => words.to_owned(),
            (before, "") => before.trim_end_matches(':').to_owned(),
            (before, words) => format!("{before} {words}"),
        };
        self.message = (!joined.is_empty()).then_some(joined);
        if self.fields.is_empty() {
            self.fields = fields;
        }
    }

    /// Converts to the detail that the error of the call contains.
    pub(crate) fn into_detail(self) -> VendorDetail {
        let mut detail = VendorDetail::default();
        detail.code = self.code;
        detail.category = self.category;
        detail.sub_category = self.sub_category.or(self.policy);
        detail.message = self.message;
        detail.fields = self.fields;
        detail
    }
}

/// Reads one entry of a list of errors, or of a list of properties within a message.
fn field(value: &Value) -> Option<FieldError> {
    if let Value::String(message) = value {
        return Some(FieldError::new(None, None, message.as_str()));
    }
    // An entry of a batch has the error one level deeper.
    if let Some(inner) = ["propertyValidationResult", "error"].iter().find_map(|name| value.get(name))
        && inner.is_object()
    {
        return field(inner);
    }
    if value.get("isValid") == Some(&Value::Bool(true)) {
        return None;
    }
    let context = value.get("context").unwrap_or(&Value::Null);
    let code = code(value);
    let message = text(value, "message");
    let name = text(value, "in")
        .or_else(|| text(value, "name"))
        .or_else(|| texts(context, "propertyName").into_iter().next())
        .or_else(|| token(value))
        .or_else(|| form_field(message.as_deref()?));
    if name.is_none() && code.is_none() && message.is_none() {
        return None;
    }
    let mut message = without_value(message.or_else(|| code.clone()).unwrap_or_default());
    let scopes = [texts(context, "requiredGranularScopes"), texts(context, "requiredScopes")].concat();
    if !scopes.is_empty() {
        message = format!("{message} ({})", scopes.join(", "));
    }
    Some(FieldError::new(name, code, message))
}

fn code(value: &Value) -> Option<String> {
    CODES.iter().find_map(|name| text(value, name))
}

/// Returns the property that the older shape names next to its message.
fn token(value: &Value) -> Option<String> {
    texts(value.get("errorTokens")?, "propertyName").into_iter().next()
}

/// Returns the field at the beginning of a form's message, for example `Error in 'fields.email'.`
fn form_field(message: &str) -> Option<String> {
    let (name, _) = message.strip_prefix("Error in 'fields.")?.split_once('\'')?;
    Some(name.to_owned())
}

/// Returns true if a `status` is a code, for example `BAD_REFRESH_TOKEN`, and not only `error`.
fn is_code(status: &str) -> bool {
    status.starts_with(|first: char| first.is_ascii_uppercase())
        && status.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Returns a text, or another value as text.
fn text(value: &Value, name: &str) -> Option<String> {
    value.get(name).and_then(plain)
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A sub-category is a text, or an object with a name.
fn named(value: &Value) -> Option<String> {
    plain(value).or_else(|| text(value, "name"))
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The texts under a name, from a list or a single value.
pub(crate) fn texts(value: &Value, name: &str) -> Vec<String> {
    match value.get(name) {
        Some(Value::Array(items)) => items.iter().filter_map(plain).collect(),
        Some(other) => plain(other).into_iter().collect(),
        None => Vec::new(),
    }
}
