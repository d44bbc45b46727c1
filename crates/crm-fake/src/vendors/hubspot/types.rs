//! Object types: their names, numbers and the properties that are returned by default.

/// The types that HubSpot's documents name.
pub(super) const DOCUMENTED: &[&str] = &[
    "appointments",
    "calls",
    "carts",
    "commerce_payments",
    "commerce_subscriptions",
    "communications",
    "companies",
    "contacts",
    "contracts",
    "courses",
    "deals",
    "discounts",
    "emails",
    "feedback_submissions",
    "fees",
    "goal_targets",
    "invoices",
    "leads",
    "line_items",
    "listings",
    "meetings",
    "notes",
    "orders",
    "partner_clients",
    "partner_services",
    "postal_mail",
    "products",
    "projects",
    "quotes",
    "services",
    "tasks",
    "taxes",
    "tickets",
    "users",
];

/// Returns true if it is the number of a type, for example `2-123`, or the qualified name of a custom one, for example `p123_pets`.
pub(super) fn is_custom(name: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let numbered = name.split_once('-').is_some_and(|(portal, number)| is_number(portal) && is_number(number));
    let qualified = name.strip_prefix('p').and_then(|rest| rest.split_once('_'));
    numbered || qualified.is_some_and(|(account, name)| !name.is_empty() && (account.is_empty() || is_number(account)))
}

/// One name for all spellings of a type: `0-3`, `deal`, `Deals` are `deals`.
pub(crate) fn canonical(raw: &str) -> String {
    let lower = raw.to_ascii_lowercase();
    let known = match lower.as_str() {
        "0-1" | "contact" => "contacts",
        "0-2" | "company" => "companies",
        "0-3" | "deal" => "deals",
        "0-5" | "ticket" => "tickets",
        "0-7" | "product" => "products",
        "0-8" | "line_item" => "line_items",
        "0-14" | "quote" => "quotes",
        "0-27" | "task" => "tasks",
        "0-46" | "note" => "notes",
        "0-47" | "meeting" => "meetings",
        "0-48" | "call" => "calls",
        "0-49" | "email" => "emails",
        _ => return lower,
    };
    known.to_owned()
}

/// The number of a type, for replies that name types by number.
pub(super) fn type_id(name: &str) -> &str {
    match name {
        "contacts" => "0-1",
        "companies" => "0-2",
        "deals" => "0-3",
        "tickets" => "0-5",
        "products" => "0-7",
        "line_items" => "0-8",
        other => other,
    }
}

/// The name in the singular, for association names such as `contact_to_company`.
pub(super) fn singular(name: &str) -> String {
    match name {
        "companies" => "company".to_owned(),
        other => other.strip_suffix('s').unwrap_or(other).to_owned(),
    }
}

/// The type number of the unlabelled association from one type to another.
pub(super) fn association_type(from: &str, to: &str) -> u32 {
    match (from, to) {
        ("contacts", "companies") => 279,
        ("companies", "contacts") => 280,
        ("deals", "companies") => 341,
        ("companies", "deals") => 342,
        ("contacts", "deals") => 4,
        ("deals", "contacts") => 3,
        ("contacts", "tickets") => 15,
        ("tickets", "contacts") => 16,
        ("tickets", "companies") => 339,
        ("companies", "tickets") => 340,
        _ => activity(from, to).or_else(|| from_record(from, to)).unwrap_or(1),
    }
}

/// Returns the number of the association from an activity to a record.
fn activity(from: &str, to: &str) -> Option<u32> {
    let to = ["contacts", "companies", "deals", "tickets"].iter().position(|name| *name == to)?;
    let numbers = match from {
        "calls" => [194, 182, 206, 220],
        "communications" => [81, 87, 85, 83],
        "emails" => [198, 186, 210, 224],
        "meetings" => [200, 188, 212, 226],
        "notes" => [202, 190, 214, 228],
        "postal_mail" => [453, 459, 457, 455],
        "tasks" => [204, 192, 216, 230],
        _ => return None,
    };
    numbers.get(to).copied()
}

/// Returns the number of the association from a record to an activity: one less than that of the other direction, or one
/// more for the newer activities.
fn from_record(record: &str, of: &str) -> Option<u32> {
    let number = activity(of, record)?;
    Some(if matches!(of, "communications" | "postal_mail") { number + 1 } else { number - 1 })
}

/// The property with the time of the last change.
pub(super) fn modified(name: &str) -> &'static str {
    if name == "contacts" { "lastmodifieddate" } else { "hs_lastmodifieddate" }
}

/// The properties a read returns if none are requested.
pub(super) fn default_properties(name: &str) -> &'static [&'static str] {
    match name {
        "contacts" => &["createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"],
        "companies" => &["createdate", "domain", "hs_lastmodifieddate", "hs_object_id", "name"],
        "deals" => &[
            "amount",
            "closedate",
            "createdate",
            "dealname",
            "dealstage",
            "hs_lastmodifieddate",
            "hs_object_id",
            "pipeline",
        ],
        "tickets" => &[
            "content",
            "createdate",
            "hs_lastmodifieddate",
            "hs_object_id",
            "hs_pipeline",
            "hs_pipeline_stage",
            "subject",
        ],
        _ => &["createdate", "hs_lastmodifieddate", "hs_object_id"],
    }
}

/// The properties of activities that a read returns only if they are requested, with their types.
pub(super) fn activity_properties(name: &str) -> &'static [(&'static str, &'static str)] {
    match name {
        "calls" => &[
            ("hs_timestamp", "datetime"),
            ("hs_call_title", "string"),
            ("hs_call_body", "string"),
            ("hs_call_duration", "number"),
        ],
        "communications" => &[
            ("hs_timestamp", "datetime"),
            ("hs_communication_channel_type", "string"),
            ("hs_communication_body", "string"),
        ],
        "emails" => &[
            ("hs_timestamp", "datetime"),
            ("hs_email_subject", "string"),
            ("hs_email_text", "string"),
            ("hs_email_direction", "string"),
        ],
        "meetings" => &[
            ("hs_timestamp", "datetime"),
            ("hs_meeting_title", "string"),
            ("hs_meeting_body", "string"),
            ("hs_meeting_start_time", "datetime"),
            ("hs_meeting_end_time", "datetime"),
        ],
        "notes" => &[("hs_timestamp", "datetime"), ("hs_note_body", "string")],
        "postal_mail" => &[("hs_timestamp", "datetime"), ("hs_postal_mail_body", "string")],
        "tasks" => &[
            ("hs_timestamp", "datetime"),
            ("hs_task_subject", "string"),
            ("hs_task_body", "string"),
            ("hs_task_status", "string"),
        ],
        _ => &[],
    }
}

/// The collection of an object type.
pub(super) fn home(object_type: &str) -> String {
    format!("object:{object_type}")
}

#[cfg(test)]
mod tests {
    use super::association_type;

    #[test]
    fn associations_of_activities_have_the_numbers_of_the_vendor() {
        let records = ["contacts", "companies", "deals", "tickets"];
        for (activity, to_records, from_records) in [
            ("calls", [194, 182, 206, 220], [193, 181, 205, 219]),
            ("communications", [81, 87, 85, 83], [82, 88, 86, 84]),
            ("emails", [198, 186, 210, 224], [197, 185, 209, 223]),
            ("meetings", [200, 188, 212, 226], [199, 187, 211, 225]),
            ("notes", [202, 190, 214, 228], [201, 189, 213, 227]),
            ("postal_mail", [453, 459, 457, 455], [454, 460, 458, 456]),
            ("tasks", [204, 192, 216, 230], [203, 191, 215, 229]),
        ] {
            assert_eq!(records.map(|record| association_type(activity, record)), to_records, "from {activity}");
            assert_eq!(records.map(|record| association_type(record, activity)), from_records, "to {activity}");
        }
    }
}
