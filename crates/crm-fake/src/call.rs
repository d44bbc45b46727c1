//! One request in the form that the vendors' handlers receive.

use bytes::Bytes;
use http::HeaderMap;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::document::{Document, Operation};
use crate::multipart::{self, Part};

/// The body of a request.
#[derive(Debug)]
pub(crate) enum Payload {
    None,
    Json(Value),
    /// A form, converted to an object of texts.
    Form(Value),
    Multipart(Vec<Part>),
    /// Content of a type other than announced, with the reason.
    Broken(String),
    /// Anything else.
    Opaque,
}

impl Payload {
    pub(crate) fn read(headers: &HeaderMap, body: &Bytes) -> Self {
        let content_type = headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
        let media = content_type.to_ascii_lowercase();
        if body.is_empty() {
            return Self::None;
        }
        if media.contains("json") {
            return match serde_json::from_slice(body) {
                Ok(value) => Self::Json(value),
                Err(why) => Self::Broken(format!("the body is not JSON: {why}")),
            };
        }
        if media.contains("multipart/form-data") {
            return match multipart::read(content_type, body) {
                Ok(parts) => Self::Multipart(parts),
                Err(why) => Self::Broken(format!("the body is not a form: {why}")),
            };
        }
        if media.contains("urlencoded") {
            let pairs = pairs(&String::from_utf8_lossy(body));
            let members: Map<String, Value> =
                pairs.into_iter().map(|(name, value)| (name, Value::String(value))).collect();
            return Self::Form(Value::Object(members));
        }
        Self::Opaque
    }

    pub(crate) fn json(&self) -> Option<&Value> {
        match self {
            Self::Json(value) | Self::Form(value) => Some(value),
            _ => None,
        }
    }
}

pub(crate) struct Call<'a> {
    pub(crate) document: &'a Document,
    pub(crate) operation: &'a Operation,
    pub(crate) method: &'a str,
    /// The decoded parts of the path below the base path.
    pub(crate) segments: &'a [String],
    pub(crate) path: &'a [(String, String)],
    pub(crate) query: &'a [(String, String)],
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a Value,
    pub(crate) base_url: &'a str,
    /// Rows of a batch that a fault makes invalid.
    pub(crate) bad_rows: Vec<usize>,
}

impl Call<'_> {
    pub(crate) fn parts(&self) -> Vec<&str> {
        self.segments.iter().map(String::as_str).collect()
    }

    /// The first value of a query parameter.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Every value of a query parameter; repeated names and values joined by commas both count.
    pub(crate) fn query_list(&self, name: &str) -> Vec<&str> {
        self.query
            .iter()
            .filter(|(key, _)| key == name || key.strip_suffix("[]") == Some(name))
            .flat_map(|(_, value)| value.split(','))
            .filter(|value| !value.is_empty())
            .collect()
    }

    pub(crate) fn query_number(&self, name: &str) -> Option<usize> {
        self.query(name).and_then(|text| text.parse::<f64>().ok()).map(|n| n.max(0.0) as usize)
    }

    pub(crate) fn query_flag(&self, name: &str) -> bool {
        self.query(name) == Some("true")
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.body.get(name).and_then(Value::as_str)
    }

    pub(crate) fn number(&self, name: &str) -> Option<usize> {
        match self.body.get(name)? {
            Value::Number(number) => number.as_f64().map(|n| n.max(0.0) as usize),
            Value::String(text) => text.parse().ok(),
            _ => None,
        }
    }

    pub(crate) fn list(&self, name: &str) -> &[Value] {
        self.body.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }
}

/// Name and value pairs of a query or a form.
pub(crate) fn pairs(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode_plus(name), decode_plus(value))
        })
        .collect()
}

fn decode_plus(text: &str) -> String {
    decode(&text.replace('+', " "))
}

pub(crate) fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_and_queries() {
        assert_eq!(
            pairs("a=1&b=x+y%2Bz&c&&d=%3D%3D"),
            [("a", "1"), ("b", "x y+z"), ("c", ""), ("d", "==")].map(|(a, b)| (a.to_owned(), b.to_owned()))
        );
        assert_eq!(decode("a%40b%2Fc"), "a@b/c");
    }
}
