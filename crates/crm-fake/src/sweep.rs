//! Every operation of every document accepts a request generated from the document, and returns a reply that
//! fits the document.

use http::{HeaderMap, HeaderValue};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::document::{BodyKind, Document, Operation};
use crate::engine::{Engine, Incoming, Inner};
use crate::fault::Script;
use crate::parameter::Place;
use crate::properties::Properties;
use crate::quota::Quotas;
use crate::reply::Content;
use crate::report::{Journal, Report};
use crate::request;
use crate::state::{Replies, Settings, World};
use crate::validate::{self, Rule};
use crate::vendors::{HUBSPOT_BETA, Vendor};

fn engine(vendor: Vendor, document: &'static Document, replies: Replies) -> Engine {
    let dialect = vendor.dialect();
    let (token, location) = ("t".to_owned(), "location-fake".to_owned());
    let settings = Settings {
        token,
        polls: None,
        rows: 10,
        data_descriptor: false,
        location,
        replies,
        id_cursors: false,
        search_lag: 0,
        latency: std::time::Duration::ZERO,
    };
    let mut world = World::new(settings, 7);
    dialect.seed(&mut world);
    let inner = Inner {
        world,
        script: Script::default(),
        report: Report::default(),
        journal: Journal::new(10),
        quotas: Quotas::new(Vec::new(), &document.limits),
    };
    Engine::new(dialect, Box::new(move |_, _| document), "http://127.0.0.1:1".into(), inner)
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A form with a part for each member; a file where the document requires one.
fn form(document: &Document, schema: &Value, value: &Value) -> String {
    let known = Properties::of(document, document.resolve(schema));
    let mut form = String::new();
    for (name, value) in value.as_object().into_iter().flatten() {
        let member = document.resolve(known.get(name).unwrap_or(&Value::Null));
        let one = if member["type"] == "array" { document.resolve(&member["items"]) } else { member };
        let file = if one["format"] == "binary" { "; filename=\"f\"" } else { "" };
        for value in value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice) {
            let text = text(value);
            form += &format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{text}\r\n");
        }
    }
    form + "--x--\r\n"
}

fn incoming(document: &Document, operation: &Operation, version: &'static str) -> Incoming {
    let sample = request::sample(document, operation);
    let path = operation.template.fill(|name| match &sample["path"][name] {
        Value::Null => "1".to_owned(),
        value => text(value),
    });
    let mut query = Vec::new();
    for (name, value) in sample["query"].as_object().into_iter().flatten() {
        let declared = operation.parameters.iter().find(|p| p.place == Place::Query && p.name == *name);
        // A name with a placeholder is a pattern, whose real names are not in the document.
        if declared.is_some_and(|p| p.required) && !name.contains('{') {
            let value = value.as_array().map_or(value, |items| &items[0]);
            query.push(format!("{name}={}", utf8_percent_encode(&text(value), NON_ALPHANUMERIC)));
        }
    }
    let mut headers = HeaderMap::new();
    if !operation.open {
        headers.insert("authorization", HeaderValue::from_static("Bearer t"));
        headers.insert("x-api-key", HeaderValue::from_static("t"));
    }
    headers.insert("version", HeaderValue::from_static(version));
    let mut body = Vec::new();
    if let Some(expected) = &operation.body {
        let value = sample["body"].clone();
        let media = match expected.kind {
            BodyKind::Json => {
                body = value.to_string().into_bytes();
                "application/json"
            }
            BodyKind::Form => {
                let members = value.as_object().cloned().unwrap_or_default();
                let pairs: Vec<String> =
                    members.iter().map(|(name, value)| format!("{name}={}", text(value))).collect();
                body = pairs.join("&").into_bytes();
                "application/x-www-form-urlencoded"
            }
            BodyKind::Multipart => {
                body = form(document, &expected.schema, &value).into_bytes();
                "multipart/form-data; boundary=x"
            }
            BodyKind::Opaque => {
                body = b"anything".to_vec();
                "application/octet-stream"
            }
        };
        headers.insert("content-type", HeaderValue::from_static(media));
    }
    Incoming {
        method: operation.method.clone(),
        path: format!("{}/{path}", document.base_path),
        query: query.join("&"),
        headers,
        body: body.into(),
    }
}

/// Every document, with its vendor and the version that selects it.
fn apis() -> impl Iterator<Item = (Vendor, &'static str, &'static Document)> {
    let all = Vendor::ALL.iter().map(|vendor| (*vendor, "2021-07-28", "/"));
    let all = all.chain([(Vendor::HoopAi, "v3", "/"), (Vendor::HubSpot, "", HUBSPOT_BETA)]);
    all.map(|(vendor, version, path)| (vendor, version, vendor.document_of(Some(version), path)))
}

#[test]
fn every_operation_answers_its_own_sample() {
    let mut wrong = Vec::new();
    for (vendor, version, document) in apis() {
        let engine = engine(vendor, document, Replies::State);
        for operation in &document.operations {
            let incoming = incoming(document, operation, version);
            let before = engine.lock().report.refused;
            let outcome = engine.answer(&incoming);
            let status = outcome.reply.status;
            let shown = format!("{vendor} {} {} {}", operation.name, operation.method, incoming.path);
            if engine.lock().report.refused > before || status >= 500 || status == 401 {
                let problem = engine.lock().report.problems.last().cloned();
                wrong.push(format!("{shown}: {status} {problem:?}"));
            }
            if let (200..300, Content::Json(value)) = (status, &outcome.reply.content) {
                let problems = validate::reply(document, &operation.success.schema, value);
                let problems: Vec<_> = problems.iter().map(|p| &p.message).take(3).collect();
                if !problems.is_empty() {
                    wrong.push(format!("{shown}: the reply: {problems:?}"));
                }
            }
        }
        engine.lock().report.problems.clear();
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn strange_replies_differ_from_the_document_in_closed_sets_only() {
    let mut wrong = Vec::new();
    for (vendor, version, document) in apis() {
        let engine = engine(vendor, document, Replies::Strange);
        for operation in &document.operations {
            let reply = engine.answer(&incoming(document, operation, version)).reply;
            let Content::Json(value) = &reply.content else { continue };
            let problems = validate::reply(document, &operation.success.schema, value);
            let other = problems.iter().find(|problem| problem.rule != Rule::Enum);
            if let (200..300, Some(problem)) = (reply.status, other) {
                wrong.push(format!("{vendor} {}: {}", operation.name, problem.message));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
}

/// Constructs that no document of a vendor has, or that are rare.
fn files() -> &'static Document {
    let form = json!({"type": "object", "required": ["file", "access"], "properties": {
        "file": {"type": "string", "format": "binary", "minLength": 100},
        "more": {"type": "array", "items": {"type": "string", "format": "binary"}},
        "access": {"type": "string", "enum": ["PUBLIC", "PRIVATE"]},
        "tags": {"type": "array", "items": {"type": "integer"}},
        "options": {"type": "object", "required": ["ttl"], "properties": {"ttl": {"type": "string"}}},
        "day": {"type": "string", "pattern": "^\\d{4}-\\d{2}-\\d{2}$"},
        "overwrite": {"type": "boolean"}
    }});
    let file = json!({"type": "object", "required": ["access", "kind", "parts"], "properties": {
        "access": {"type": "string", "enum": ["PUBLIC"]},
        "size": {"type": "integer"},
        "kind": {"allOf": [{"$ref": "#/components/schemas/Kind"}], "nullable": true},
        "parts": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}}
    }});
    let binary = json!({"schema": {"type": "string", "format": "binary"}});
    let document = json!({"paths": {
        "/files": {
            "post": {"x-crm-name": "files.upload", "requestBody": {"content": {"multipart/form-data": {"schema": form}}},
                "responses": {"201": {"content": {"application/json": {"schema": file}}}}},
            "get": {"x-crm-name": "files.download", "responses": {"200": {"content": {"image/png": binary}}}},
        },
        "/export": {"get": {"x-crm-name": "export", "responses": {"200": {"content": {"application/json": binary}}}}}
    }, "components": {"schemas": {"Kind": {"type": "string", "enum": ["IMAGE"]}}}});
    Box::leak(Box::new(Document::parse(&document.to_string())))
}

#[test]
fn forms_with_files_are_checked_and_files_are_served() {
    let document = files();
    let engine = engine(Vendor::HubSpot, document, Replies::State);
    let upload = document.operations.iter().find(|operation| operation.method == "POST").unwrap();
    let answer = |parts: &[(&str, &str)]| {
        let mut incoming = incoming(document, upload, "");
        let part = |(head, text): &(&str, &str)| {
            format!("--x\r\nContent-Disposition: form-data; name={head}\r\n\r\n{text}\r\n")
        };
        let body: String = parts.iter().map(part).collect();
        incoming.body = format!("{body}--x--").into();
        let reply = engine.answer(&incoming).reply;
        let Content::Json(value) = reply.content else { panic!("no JSON") };
        (reply.status, value)
    };
    assert_eq!(engine.answer(&incoming(document, upload, "")).reply.status, 201);
    let file = ("file; filename=a.png", "\u{0}");
    let good = [file, ("access", "PUBLIC"), ("tags", "1"), ("tags", "2"), ("options", "{\"ttl\":\"x\"}")];
    let (status, value) = answer(&good);
    assert_eq!((status, &value["access"]), (201, &json!("PUBLIC")));
    for (parts, field, code) in [
        (vec![("access", "PUBLIC")], "file", "REQUIRED_FIELD"),
        (vec![file, ("access", "NOBODY")], "access", "INVALID_OPTION"),
        (vec![("file", "text"), ("access", "PUBLIC")], "file", "INVALID_TYPE"),
        (vec![file, ("access; filename=x", "PUBLIC")], "access", "INVALID_TYPE"),
        (vec![file, ("access", "PUBLIC"), ("tags", "x")], "tags.0", "INVALID_TYPE"),
        (vec![file, ("access", "PUBLIC"), ("more", "x")], "more", "INVALID_TYPE"),
        (vec![file, ("access", "PUBLIC"), ("options", "{}")], "options.ttl", "REQUIRED_FIELD"),
        (vec![file, ("access", "PUBLIC"), ("day", "31.1.2026")], "day", "INVALID_FORMAT"),
        (vec![file, ("access", "PUBLIC"), ("bogus", "x")], "bogus", "UNKNOWN_FIELD"),
    ] {
        let (status, value) = answer(&parts);
        let named = value["errors"].as_array().is_some_and(|errors| {
            errors.iter().any(|error| error["in"] == json!(field) && error["code"] == json!(code))
        });
        assert!(status == 400 && named, "{field} {code}: {value}");
    }
    for (path, media) in [("/files", "image/png"), ("/export", "application/octet-stream")] {
        let mut incoming = incoming(document, &document.operations[0], "");
        (incoming.method, incoming.path) = ("GET".into(), path.into());
        let reply = engine.answer(&incoming).reply;
        assert!(matches!(&reply.content, Content::Bytes(_, bytes) if bytes.contains(&0xff)));
        assert!(reply.headers.contains(&("content-type", media.to_owned())), "{:?}", reply.headers);
    }
}

#[test]
fn a_strange_reply_surprises_everywhere() {
    let document = files();
    let engine = engine(Vendor::HubSpot, document, Replies::Strange);
    let upload = document.operations.iter().find(|operation| operation.method == "POST").unwrap();
    let Content::Json(value) = engine.answer(&incoming(document, upload, "")).reply.content else { panic!("no JSON") };
    let (new, unknown) = (json!("A_VALUE_NOBODY_HAS_HEARD_OF"), json!({"deep": [1, null, "x"]}));
    let part = json!({"name": null, "xNobodyKnows": unknown});
    let expected = json!({"access": new, "kind": new, "size": null, "labels": null, "parts": [part, part], "xNobodyKnows": unknown});
    assert_eq!(value, expected);
}
