//! An answer before it is sent.

use bytes::Bytes;
use serde_json::Value;

pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) content: Content,
    /// Nothing may be added to its body: a test wrote it, or its schema has no room.
    pub(crate) verbatim: bool,
}

pub(crate) enum Content {
    Empty,
    Json(Value),
    Text(&'static str, String),
    Bytes(&'static str, Bytes),
    /// Built away from the lock, on a blocking thread: a large export.
    Build(&'static str, Box<dyn FnOnce() -> Bytes + Send>),
}

impl Reply {
    pub(crate) fn json(status: u16, value: Value) -> Self {
        Self { status, headers: Vec::new(), content: Content::Json(value), verbatim: false }
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), content: Content::Empty, verbatim: false }
    }

    pub(crate) fn html(status: u16) -> Self {
        let page = "<!DOCTYPE html>\n<html><head><title>Gateway</title></head>\
                    <body><h1>Not the API</h1><p>This page is no JSON.</p></body></html>\n";
        Self {
            status,
            headers: Vec::new(),
            content: Content::Text("text/html; charset=utf-8", page.into()),
            verbatim: false,
        }
    }

    pub(crate) fn text(status: u16, text: &str) -> Self {
        Self {
            status,
            headers: Vec::new(),
            content: Content::Text("text/plain; charset=utf-8", text.into()),
            verbatim: false,
        }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }

    /// Returns the beginning of its text, on one line.
    pub(crate) fn beginning(&self) -> String {
        let text = match &self.content {
            Content::Json(value) => value.to_string(),
            Content::Text(_, text) => text.clone(),
            Content::Empty | Content::Bytes(..) | Content::Build(..) => String::new(),
        };
        text.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).take(200).collect()
    }

    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    pub(crate) fn json_mut(&mut self) -> Option<&mut Value> {
        match &mut self.content {
            Content::Json(value) => Some(value),
            _ => None,
        }
    }
}
