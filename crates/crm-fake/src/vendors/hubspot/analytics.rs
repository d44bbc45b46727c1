//! The legacy Analytics API v2, with its two shapes: totals with breakdowns, and a map by date.

use serde_json::{Map, Value, json};

use super::Answer;
use super::errors::Fail;
use crate::call::Call;
use crate::reply::Reply;
use crate::time;

const POINTS: usize = 500;

pub(super) fn handle(call: &Call<'_>, rest: &[&str]) -> Option<Answer> {
    if let [_, "exists"] = rest {
        return Some(Ok(Reply::json(200, json!({"exists": true}))));
    }
    let (breakdown, period) = (rest.first()?, rest.last()?);
    let summed = *period == "total" || rest.contains(&"summarize");
    Some(if summed { totals(call, breakdown) } else { timeline(call, breakdown, period) })
}

/// Names a breakdown may have; other reports are about objects with numbers.
fn keys(breakdown: &str) -> Vec<String> {
    let names: &[&str] = match breakdown {
        "totals" => &["totals"],
        "sources" => &["direct", "organic", "paid", "referrals", "social", "email", "other", "offline"],
        "geolocation" => &["de", "fr", "gb", "us"],
        _ => return (1..=12).map(|n| format!("{breakdown}-{n}")).collect(),
    };
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Metrics that differ from row to row; some are absent, as in real answers.
fn metrics(n: usize) -> Map<String, Value> {
    let mut all = Map::new();
    let visits = 100 + 37 * n;
    all.insert("rawViews".into(), json!(visits * 2));
    if n % 4 != 3 {
        all.insert("visits".into(), json!(visits));
        all.insert("pageviewsPerSession".into(), json!(2.0));
    }
    if n % 3 != 2 {
        all.insert("contacts".into(), json!(n));
        all.insert("leads".into(), json!(n / 2));
    }
    all
}

fn wanted(call: &Call<'_>, key: &str) -> bool {
    let of =
        |name: &str| -> Vec<&String> { call.query.iter().filter(|(n, _)| n == name).map(|(_, value)| value).collect() };
    let (only, but) = (of("f"), of("e"));
    (only.is_empty() || only.iter().any(|value| *value == key)) && !but.iter().any(|value| *value == key)
}

fn totals(call: &Call<'_>, breakdown: &str) -> Answer {
    let keys: Vec<String> = keys(breakdown).into_iter().filter(|key| wanted(call, key)).collect();
    let start = call.query_number("offset").unwrap_or(0);
    let limit = call.query_number("limit").unwrap_or(usize::MAX);
    let rows = keys.iter().enumerate().skip(start).take(limit).map(|(n, key)| {
        let mut row = metrics(n);
        row.insert("breakdown".into(), json!(key));
        Value::Object(row)
    });
    let rows: Vec<Value> = rows.collect();
    let sum: usize = (0..keys.len()).filter_map(|n| metrics(n).get("rawViews")?.as_u64()).sum::<u64>() as usize;
    let body = json!({
        "offset": start + rows.len(),
        "total": keys.len(),
        "totals": {"rawViews": sum, "bounceRate": 0.5},
        "breakdowns": rows,
    });
    Ok(Reply::json(200, body))
}

fn timeline(call: &Call<'_>, breakdown: &str, period: &str) -> Answer {
    let day = |name: &str| call.query(name).and_then(time::parse_date);
    let (Some(start), Some(end)) = (day("start"), day("end")) else {
        return Err(Fail::invalid("start and end are dates in the form YYYYMMDD"));
    };
    if breakdown != "totals" && call.query("f").is_none() {
        return Err(Fail::invalid(format!("f is required for {period} reports of {breakdown}")));
    }
    let step = match period {
        "daily" => 1,
        "weekly" => 7,
        _ => 28,
    };
    let points: Vec<i64> = (start..=end).step_by(step).take(POINTS + 1).collect();
    if points.len() > POINTS {
        let fail = Fail::new(413, "RESULT_POINT_LIMIT_EXCEEDED", format!("a report must have at most {POINTS} points"));
        return Err(fail);
    }
    let mut body = Map::new();
    for (n, point) in points.into_iter().enumerate() {
        let (year, month, _) = time::civil(point);
        let date = if step == 28 { format!("{year:04}-{month:02}-01") } else { time::iso_date(point) };
        let rows = keys(breakdown).into_iter().filter(|key| wanted(call, key)).enumerate();
        let rows: Vec<Value> = rows
            .map(|(at, key)| {
                let mut row = metrics(n + at);
                if breakdown != "totals" {
                    row.insert("breakdown".into(), json!(key));
                }
                Value::Object(row)
            })
            .collect();
        body.insert(date, Value::Array(rows));
    }
    Ok(Reply::json(200, Value::Object(body)))
}
