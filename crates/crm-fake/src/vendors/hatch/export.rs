//! The bulk export: generated rows of a chosen number, or the rows that a test added.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::zip::Zip;
use crate::call::Call;
use crate::parameter::Place;
use crate::reply::{Content, Reply};
use crate::rng::Rng;
use crate::state::World;
use crate::time;
use crate::validate::{Problem, Rule};

/// Maximum uncompressed size; above it the real API returns 413.
const MOST_BYTES: usize = 100 * 1024 * 1024;

const HISTORY: [&str; 16] = [
    "organization_id",
    "organization_name",
    "workspace_id",
    "workspace_name",
    "contact_history_id",
    "campaign_id",
    "campaign_name",
    "current_lead_source",
    "hatch_contact_id",
    "contact_status",
    "campaign_stage",
    "sales_value",
    "opted_out",
    "email",
    "phone",
    "appointment_id",
];

const ITEMS: [&str; 14] = [
    "organization_id",
    "organization_name",
    "workspace_id",
    "workspace_name",
    "id",
    "conversation_id",
    "contact_id",
    "actor_type",
    "actor_id",
    "category",
    "type",
    "direction",
    "body",
    "delivery_status",
];

/// The dates: in order, and not more than 180 days.
pub(super) fn check(call: &Call<'_>, problems: &mut Vec<Problem>) {
    let day = |name: &str| call.query(name).and_then(time::parse_date);
    let (Some(start), Some(end)) = (day("start_date"), day("end_date")) else {
        return;
    };
    let message = if end < start {
        "end_date lies before start_date"
    } else if end - start > 180 {
        "an export spans 180 days at most"
    } else {
        return;
    };
    problems.push(Problem::new(Place::Query, "end_date", Rule::Range, message.to_owned()));
}

pub(super) fn run(call: &Call<'_>, world: &mut World) -> Reply {
    let source = call.query("data_source").unwrap_or("contact_history").to_owned();
    let csv = call.query("output_format") == Some("csv");
    let (start, end) = (call.query("start_date").unwrap_or(""), call.query("end_date").unwrap_or(""));
    let stem = format!("{source}_{start}_{end}");
    let own: Vec<Value> = world.peek(&source).map_or_else(Vec::new, |rows| rows.values().cloned().collect());
    let count = if own.is_empty() { world.settings.rows } else { own.len() };
    let mut rng = world.rng.clone();
    // Rows have nearly the same length, so the first hundred are enough for an estimate.
    let probe: usize = (0..count.min(100)).map(|n| row(&source, n, &own, &mut rng, csv).len()).sum();
    if probe / count.clamp(1, 100) * count > MOST_BYTES {
        return Reply::json(413, json!({"errors": {"detail": "the export is too large; ask for fewer days"}}));
    }
    let descriptor = world.settings.data_descriptor;
    let extension = if csv { "csv" } else { "json" };
    let name = format!("{stem}.{extension}");
    let mut rng = world.rng.clone();
    let build = move || -> Bytes {
        let mut zip = Zip::new(name, descriptor);
        if csv {
            zip.write(header(&source, &own).as_bytes());
        }
        for n in 0..count {
            zip.write(row(&source, n, &own, &mut rng, csv).as_bytes());
        }
        zip.finish()
    };
    Reply {
        status: 200,
        headers: Vec::new(),
        content: Content::Build("application/zip", Box::new(build)),
        verbatim: false,
    }
    .with("content-disposition", format!("attachment; filename=\"{stem}.zip\""))
}

fn columns(source: &str) -> &'static [&'static str] {
    if source == "conversation_items" { &ITEMS } else { &HISTORY }
}

/// Returns the columns of the rows that a test added, otherwise those of the source.
fn names(source: &str, own: &[Value]) -> Vec<String> {
    match own.first().and_then(Value::as_object) {
        Some(members) => members.keys().cloned().collect(),
        None => columns(source).iter().map(|name| (*name).to_owned()).collect(),
    }
}

fn header(source: &str, own: &[Value]) -> String {
    format!("{}\r\n", names(source, own).join(","))
}

/// One line, with its end.
fn row(source: &str, n: usize, own: &[Value], rng: &mut Rng, csv: bool) -> String {
    let value = match own.get(n) {
        Some(value) => value.clone(),
        None => Value::Object(
            columns(source).iter().map(|name| ((*name).to_owned(), cell(name, n, rng))).collect::<Map<_, _>>(),
        ),
    };
    if !csv {
        return format!("{value}\n");
    }
    let cells: Vec<String> = names(source, own)
        .iter()
        .map(|name| match value.get(name).unwrap_or(&Value::Null) {
            Value::Null => String::new(),
            Value::String(text) if text.contains([',', '"', '\n', '\r']) => {
                format!("\"{}\"", text.replace('"', "\"\""))
            }
            Value::String(text) => text.clone(),
            other => other.to_string(),
        })
        .collect();
    format!("{}\r\n", cells.join(","))
}

fn cell(name: &str, n: usize, rng: &mut Rng) -> Value {
    let pick = |set: &[&str]| json!(set[n % set.len()]);
    match name {
        "organization_id" => json!("1"),
        "organization_name" => json!("Fake, Inc."),
        "workspace_id" => json!("7"),
        "workspace_name" => json!("Main"),
        "contact_status" => pick(&["In Progress", "No Reply", "Replied", "Canceled"]),
        "campaign_stage" => pick(&["first", "second"]),
        "sales_value" => json!((n % 90) * 100),
        "opted_out" => json!(n.is_multiple_of(17)),
        "email" => json!(format!("person{n}@example.com")),
        "phone" => json!(format!("+1555{:07}", n % 10_000_000)),
        "appointment_id" if !n.is_multiple_of(3) => Value::Null,
        "actor_type" => pick(&["contact", "user", "assistant"]),
        "category" => json!("message"),
        "type" => pick(&["sms", "email"]),
        "direction" => pick(&["inbound", "outbound"]),
        // Values that break a careless reader of CSV or JSON lines.
        "body" => pick(&["Hello", "Two\nlines", "a \"quote\", and a comma", "Grüße 👋"]),
        "delivery_status" => pick(&["delivered", "failed"]),
        "campaign_name" | "current_lead_source" => json!(format!("{name} {}", n % 5)),
        _ => json!((rng.below(9_000_000) + 1_000_000).to_string()),
    }
}
