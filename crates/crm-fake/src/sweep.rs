//! Every operation of every document takes a request made from the document, and answers what the
//! document says.

use crate::document::{BodyKind, Document, Operation, Place};
use crate::engine::{Engine, Incoming, Inner};
use crate::fault::Script;
use crate::quota::Quotas;
use crate::reply::Content;
use crate::report::{Journal, Report};
use crate::rng::Rng;
use crate::sample::Sampler;
use crate::state::{Settings, World};
use crate::time::Clock;
use crate::validate;
use crate::vendor::Vendor;
use crate::vendors;
use http::{HeaderMap, HeaderValue};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

fn engine(vendor: Vendor) -> Engine {
    let dialect = vendors::of(vendor);
    let settings =
        Settings { token: "t".into(), polls: None, rows: 10, data_descriptor: false, location: "location-fake".into() };
    let mut world = World::new(settings, 7);
    dialect.seed(&mut world);
    let inner = Inner {
        world,
        script: Script::default(),
        report: Report::default(),
        journal: Journal::new(10),
        quotas: Quotas::new(Vec::new()),
    };
    Engine::new(dialect, vendor.document(), "http://127.0.0.1:1".into(), inner)
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn request(document: &Document, operation: &Operation) -> Incoming {
    let (mut rng, mut clock) = (Rng::new(3), Clock::new());
    let mut sampler = Sampler { document, rng: &mut rng, clock: &mut clock };
    let path = operation.template.fill(|name| {
        let declared = operation.parameters.iter().find(|p| p.place == Place::Path && p.name == name);
        match name {
            "objectType" | "fromObjectType" | "toObjectType" => "contacts".into(),
            _ => text(&sampler.value(declared.map_or(&Value::Null, |p| &p.schema), name, 3)),
        }
    });
    let required =
        operation.parameters.iter().filter(|p| p.place == Place::Query && p.required && !p.name.contains('{'));
    let query: Vec<String> = required
        .map(|p| {
            let value = match p.name.as_str() {
                // The same text for both is a range that fits everywhere.
                "start" | "end" => "20260101".into(),
                "startDate" | "endDate" if p.schema["type"] != "string" => "1767225600000".into(),
                _ => match sampler.value(&p.schema, &p.name, 3) {
                    Value::Array(items) if items.is_empty() => text(&sampler.value(&p.schema["items"], &p.name, 3)),
                    Value::Array(items) => text(&items[0]),
                    other => text(&other),
                },
            };
            format!("{}={}", p.name, utf8_percent_encode(&value, NON_ALPHANUMERIC))
        })
        .collect();
    let mut headers = HeaderMap::new();
    headers.insert("authorization", HeaderValue::from_static("Bearer t"));
    headers.insert("version", HeaderValue::from_static("2021-07-28"));
    let mut body = Vec::new();
    if let Some(expected) = &operation.body {
        let value = sampler.value(&expected.schema, "", 3);
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
            BodyKind::Opaque => {
                body = b"--x--".to_vec();
                "multipart/form-data; boundary=x"
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

#[test]
fn every_operation_answers_its_own_sample() {
    let mut wrong = Vec::new();
    for vendor in Vendor::ALL {
        let engine = engine(vendor);
        let document = vendor.document();
        for operation in &document.operations {
            let incoming = request(document, operation);
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
