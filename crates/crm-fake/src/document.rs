//! An OpenAPI 3.0 document read into the operations a server needs.

use std::io::Read as _;

use flate2::bufread::GzDecoder;
use serde_json::{Map, Value};

use crate::limits::Limits;
use crate::parameter::{Parameter, Place};
use crate::template::Template;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyKind {
    Json,
    Form,
    Multipart,
    /// Everything else, which is accepted unread.
    Opaque,
}

#[derive(Debug)]
pub(crate) struct RequestBody {
    pub(crate) required: bool,
    pub(crate) kind: BodyKind,
    pub(crate) schema: Value,
}

/// The reply of a successful call.
#[derive(Debug)]
pub(crate) struct Success {
    pub(crate) status: u16,
    pub(crate) media: Option<String>,
    pub(crate) schema: Value,
}

/// The parts of `x-crm-paging` that replies need. Paths into the reply are dotted.
#[derive(Debug, Default)]
pub(crate) struct Paging {
    pub(crate) params: Vec<String>,
    pub(crate) items: Option<String>,
    pub(crate) next: Vec<String>,
    pub(crate) total: Option<String>,
    pub(crate) more: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Operation {
    /// `x-crm-name` (`contacts.list`), otherwise the operation id, or else method and path.
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) method: String,
    /// The path in the document, with placeholders.
    pub(crate) path: String,
    pub(crate) template: Template,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Option<RequestBody>,
    pub(crate) success: Success,
    pub(crate) paging: Option<Paging>,
    pub(crate) limit_class: Option<String>,
    /// True if no credential is needed.
    pub(crate) open: bool,
}

#[derive(Debug)]
pub(crate) struct Document {
    /// Path part of the server URL, without a slash at the end: `/integration/sales`.
    pub(crate) base_path: String,
    pub(crate) operations: Vec<Operation>,
    pub(crate) limits: Limits,
    root: Value,
}

const METHODS: [&str; 7] = ["get", "put", "post", "delete", "patch", "head", "options"];

impl Document {
    /// Reads a packed document that is part of this crate.
    pub(crate) fn unpack(packed: &[u8]) -> Self {
        let mut text = String::new();
        // A document that is cut is not valid.
        let _ = GzDecoder::new(packed).read_to_string(&mut text);
        Self::parse(&text)
    }

    /// Reads a document; an invalid one results in an API without operations.
    pub(crate) fn parse(text: &str) -> Self {
        let root: Value = serde_json::from_str(text).unwrap_or(Value::Null);
        let base_path = root
            .pointer("/servers/0/url")
            .and_then(Value::as_str)
            .and_then(|url| url.split_once("://"))
            .and_then(|(_, rest)| rest.split_once('/'))
            .map_or_else(String::new, |(_, path)| format!("/{}", path.trim_end_matches('/')));
        let limits = Limits::read(&root);
        let base_path = base_path.trim_end_matches('/').to_owned();
        let mut document = Self { base_path, operations: Vec::new(), limits, root };
        document.operations = document.read_operations();
        document
    }

    /// Follows `$ref` until something else is reached.
    pub(crate) fn resolve<'a>(&'a self, mut node: &'a Value) -> &'a Value {
        for _ in 0..32 {
            let Some(target) = node.get("$ref").and_then(Value::as_str) else {
                break;
            };
            match target.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer)) {
                Some(next) => node = next,
                None => return &Value::Null,
            }
        }
        node
    }

    fn read_operations(&self) -> Vec<Operation> {
        let mut operations = Vec::new();
        let Some(paths) = self.root.get("paths").and_then(Value::as_object) else {
            return operations;
        };
        for (path, item) in paths {
            for method in METHODS {
                if let Some(node) = item.get(method) {
                    operations.push(self.read_operation(path, method, item, node));
                }
            }
        }
        operations
    }

    fn read_operation(&self, path: &str, method: &str, item: &Value, node: &Value) -> Operation {
        let parameters = self.read_parameters(item, node);
        let id = text(node, "operationId").unwrap_or_default();
        let name = text(node, "x-crm-name")
            .or_else(|| (!id.is_empty()).then(|| id.clone()))
            .unwrap_or_else(|| format!("{} {path}", method.to_uppercase()));
        Operation {
            template: Template::new(path, &parameters),
            name,
            id,
            method: method.to_uppercase(),
            path: path.to_owned(),
            body: node.get("requestBody").and_then(|body| self.read_body(body)),
            success: self.read_success(method, node),
            paging: node.get("x-crm-paging").map(read_paging),
            limit_class: text(node, "x-crm-limit-class"),
            open: flag(node, "x-crm-no-auth"),
            parameters,
        }
    }

    fn read_parameters(&self, item: &Value, node: &Value) -> Vec<Parameter> {
        let mut found: Vec<Parameter> = Vec::new();
        for list in [node, item] {
            for raw in list.get("parameters").and_then(Value::as_array).into_iter().flatten() {
                let raw = self.resolve(raw);
                let place = match raw.get("in").and_then(Value::as_str) {
                    Some("path") => Place::Path,
                    Some("query") => Place::Query,
                    Some("header") => Place::Header,
                    _ => continue,
                };
                let Some(name) = text(raw, "name") else {
                    continue;
                };
                if found.iter().any(|p| p.name == name && p.place == place) {
                    continue;
                }
                found.push(Parameter {
                    name,
                    place,
                    required: place == Place::Path || flag(raw, "required"),
                    slashes: flag(raw, "x-crm-slashes"),
                    schema: raw.get("schema").map_or(Value::Null, |schema| self.resolve(schema).clone()),
                });
            }
        }
        found
    }

    fn read_body(&self, body: &Value) -> Option<RequestBody> {
        let body = self.resolve(body);
        let (media, content) = first_media(body)?;
        let kind = if media.contains("json") || media == "*/*" {
            BodyKind::Json
        } else if media.contains("urlencoded") {
            BodyKind::Form
        } else if media.contains("multipart/form-data") {
            BodyKind::Multipart
        } else {
            BodyKind::Opaque
        };
        let schema = content.get("schema").cloned().unwrap_or(Value::Null);
        // If the document does not say so, an absent body is wrong only if it has a required member.
        let members = self.resolve(&schema).get("required").and_then(Value::as_array);
        Some(RequestBody {
            required: flag(body, "required") || members.is_some_and(|list| !list.is_empty()),
            kind,
            schema,
        })
    }

    fn read_success(&self, method: &str, node: &Value) -> Success {
        let empty = Map::new();
        let replies = node.get("responses").and_then(Value::as_object).unwrap_or(&empty);
        let found = replies.iter().find(|(code, _)| code.starts_with('2'));
        let (code, reply) = match found {
            Some((code, reply)) => (code.as_str(), self.resolve(reply)),
            None => ("2XX", &Value::Null),
        };
        let content = first_media(reply);
        let status = code.parse().unwrap_or(match content {
            None if method == "delete" => 204,
            None if method == "post" || method == "put" => 204,
            _ => 200,
        });
        Success {
            status,
            media: content.map(|(media, _)| media.to_owned()),
            schema: content.and_then(|(_, content)| content.get("schema").cloned()).unwrap_or(Value::Null),
        }
    }
}

fn first_media(node: &Value) -> Option<(&str, &Value)> {
    let content = node.get("content")?.as_object()?;
    let json = content.iter().find(|(media, _)| media.contains("json"));
    json.or_else(|| content.iter().next()).map(|(media, content)| (media.as_str(), content))
}

fn read_paging(node: &Value) -> Paging {
    let all = |key: &str| match node.get(key) {
        Some(Value::String(name)) => vec![name.clone()],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    Paging {
        params: all("param"),
        items: text(node, "items"),
        next: all("next"),
        total: text(node, "total"),
        more: text(node, "more"),
    }
}

fn text(node: &Value, key: &str) -> Option<String> {
    node.get(key).and_then(Value::as_str).map(str::to_owned)
}

fn flag(node: &Value, key: &str) -> bool {
    node.get(key).and_then(Value::as_bool).unwrap_or(false)
}
