//! HockeyStack Account Intelligence: one operation that may answer "not yet" a few times.

use serde_json::{Map, Value, json};

use crate::call::Call;
use crate::dialect::{Dialect, Refusal};
use crate::reply::Reply;
use crate::state::World;
use crate::validate::{Problem, Rule};

pub(crate) struct AccountIntelligence;

const FIELDS: [&str; 4] = ["hockeystack_goals", "company_details_hockeystack", "website_visitors", "website_visits"];

// Texts by which clients distinguish errors.
const DOMAIN_REQUIRED: &str = "companyDomain is required";
const DOMAIN_INVALID: &str = "Invalid company domain format. Must be a properly formatted domain name.";
const FIELDS_INVALID: &str = "fields_to_get must be a string like: field_1,field_2";

impl Dialect for AccountIntelligence {
    /// The limit is per address, and there is only one.
    fn quota_key(&self, _call: &Call<'_>, _token: &str) -> String {
        String::new()
    }

    fn refuse(&self, refusal: &Refusal<'_>, _world: &mut World) -> Reply {
        let (status, text) = match refusal {
            Refusal::NoToken => (403, "No token provided".to_owned()),
            Refusal::BadToken => (403, "Invalid token format".to_owned()),
            Refusal::WrongToken | Refusal::ExpiredToken => (403, "Invalid or inactive token".to_owned()),
            Refusal::NoRoute => (404, "no such path".to_owned()),
            Refusal::WrongMethod => (405, "the path has no such method".to_owned()),
            Refusal::Invalid(problems) => (400, invalid(problems)),
            Refusal::Limited(_) => (429, "too many requests".to_owned()),
            Refusal::Status(500) => (500, "Internal error".to_owned()),
            Refusal::Status(status) => (*status, format!("a planned fault answered {status}")),
        };
        Reply::json(status, json!({"message": text}))
    }

    fn handle(&self, call: &Call<'_>, world: &mut World) -> Option<Reply> {
        (call.method == "POST" && call.segments == ["account-intelligence"]).then(|| research(call, world))
    }

    fn collections(&self) -> &'static [&'static str] {
        &["companies"]
    }

    fn adopt(&self, collection: &str, value: Value, world: &mut World) -> String {
        let named = ["company_domain", "companyDomain", "domain"].iter().find_map(|key| value.get(*key)?.as_str());
        let id = named.map_or_else(|| world.next_id().to_string(), str::to_lowercase);
        world.collection(collection).put(&id, value);
        id
    }

    fn cursors(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }
}

fn invalid(problems: &[Problem]) -> String {
    let about = |field: &str| problems.iter().find(|problem| problem.field == field);
    if let Some(problem) = about("company_domain") {
        let required = problem.rule == Rule::Required || problem.rule == Rule::Range;
        return if required { DOMAIN_REQUIRED } else { DOMAIN_INVALID }.to_owned();
    }
    if about("body").is_some_and(|problem| problem.rule == Rule::Required) {
        return DOMAIN_REQUIRED.to_owned();
    }
    if about("fields_to_get").is_some() {
        return FIELDS_INVALID.to_owned();
    }
    let words: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
    words.join("; ")
}

fn is_domain(domain: &str) -> bool {
    let labels: Vec<&str> = domain.split('.').collect();
    labels.len() >= 2
        && !domain.starts_with("www.")
        && labels.iter().all(|label| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        })
}

fn message(text: &str) -> Reply {
    Reply::json(400, json!({"message": text}))
}

fn result(status: u16, name: &str, domain: &str, research: Value) -> Reply {
    let body = json!({"result": {
        "status": name,
        "code": status,
        "companyDomain": domain,
        "research": research,
    }});
    Reply::json(status, body)
}

fn research(call: &Call<'_>, world: &mut World) -> Reply {
    let domain = call.text("company_domain").unwrap_or("");
    if domain.is_empty() {
        return message(DOMAIN_REQUIRED);
    }
    if !is_domain(domain) {
        return message(DOMAIN_INVALID);
    }
    let wanted: Vec<&str> = match call.text("fields_to_get") {
        Some(list) => list.split(',').collect(),
        None => FIELDS.to_vec(),
    };
    if wanted.iter().any(|name| !FIELDS.contains(name)) {
        return message(FIELDS_INVALID);
    }
    let known = world.peek("companies").and_then(|all| all.get(&domain.to_lowercase())).cloned();
    if known.is_none() && (domain.ends_with(".invalid") || domain == "nonexistent.com") {
        let mut reply = result(404, "error", domain, json!({}));
        if let Some(body) = reply.json_mut() {
            body["result"]["error"] = json!("Requested company not found in hockeystack");
        }
        return reply;
    }
    let polls = world.settings.polls.unwrap_or(0);
    let asked = world.asked.entry(domain.to_owned()).or_default();
    if *asked < polls {
        *asked += 1;
        return result(202, "processing", domain, json!({}));
    }
    // The next query about the same company has to be polled again.
    *asked = 0;
    let all = known.and_then(|known| known.get("research").cloned()).unwrap_or_else(|| sample(domain));
    let picked: Map<String, Value> =
        wanted.into_iter().filter_map(|name| Some((name.to_owned(), all.get(name)?.clone()))).collect();
    result(200, "success", domain, Value::Object(picked))
}

fn sample(domain: &str) -> Value {
    json!({
        "hockeystack_goals": [{"name": "Demo booked", "nl_definition": "A demo was booked.", "times_done": 3}],
        "company_details_hockeystack": {"name": domain, "employees": 120},
        "website_visitors": [{"email": format!("a@{domain}"), "full_name": "A B", "title": "VP"}],
        "website_visits": [{"page": format!("https://{domain}/pricing"), "count": 4}],
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn domains() {
        for good in ["example.com", "a-b.co.uk"] {
            assert!(super::is_domain(good), "{good}");
        }
        for bad in ["", "example", "https://example.com", "www.example.com", "example.com/", "a..b"] {
            assert!(!super::is_domain(bad), "{bad}");
        }
    }
}
