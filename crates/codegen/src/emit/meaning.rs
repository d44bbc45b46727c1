//! Sample values by the meaning of a name.

use heck::ToSnakeCase;

/// Words of a name and the value that looks like it; the first row whose words are in the name counts.
static MEANINGS: &[(&str, &str)] = &[
    ("email", "ada@example.com"),
    ("emails", "ada@example.com"),
    ("cc", "grace@example.com"),
    ("bcc", "grace@example.com"),
    ("reply to", "ada@example.com"),
    ("guid", "5e1c0c3f-8d7e-4f0e-9f6a-2b1d6a4c7e10"),
    ("alt type", "location"),
    ("phone", "+12025550142"),
    ("start date", "2026-03-01"),
    ("end date", "2026-03-31"),
    ("date", "2026-03-01"),
    ("day", "2026-03-01"),
    ("start time", "2026-03-01T09:00:00Z"),
    ("end time", "2026-03-01T10:00:00Z"),
    ("published at", "2026-03-01T09:00:00Z"),
    ("start", "2026-03-01"),
    ("end", "2026-03-31"),
    ("time", "2026-03-01T09:00:00Z"),
    ("timezone", "America/New_York"),
    ("time zone", "America/New_York"),
    ("redirect uri", "https://www.example.com/callback"),
    ("url", "https://www.example.com"),
    ("uri", "https://www.example.com"),
    ("website", "https://www.example.com"),
    ("domain", "example.com"),
    ("ip", "192.0.2.1"),
    ("object type", "contacts"),
    ("object key", "contact"),
    ("first name", "Ada"),
    ("last name", "Lovelace"),
    ("full name", "Ada Lovelace"),
    ("file name", "report.csv"),
    ("filename", "report.csv"),
    ("property name", "email"),
    ("field key", "contact.plan"),
    ("path", "library/report.csv"),
    ("country", "US"),
    ("state", "NY"),
    ("city", "New York"),
    ("postal code", "10001"),
    ("address", "1 Main Street"),
    ("currency", "USD"),
    ("currency code", "USD"),
    ("language", "en"),
    ("locale", "en"),
    ("color", "#336699"),
    ("hex", "#336699"),
    ("tag", "lead"),
    ("tags", "lead"),
    ("ids", "123"),
    ("id", "123"),
    ("subject", "Your order"),
    ("message", "See you at ten."),
    ("body", "See you at ten."),
    ("html", "<p>See you at ten.</p>"),
    ("content", "See you at ten."),
    ("text", "See you at ten."),
    ("note", "Call back on Monday."),
    ("comment", "Call back on Monday."),
    ("description", "Created by the API"),
    ("reason", "No longer needed"),
    ("prompt", "What is missing?"),
    ("question", "What is missing?"),
    ("query", "example"),
    ("search", "example"),
    ("keyword", "example"),
    ("company", "Example Inc."),
    ("slug", "example"),
    ("mime type", "text/csv"),
    ("inputs", "123"),
    ("locations", "123"),
    ("offset", "0"),
    ("skip", "0"),
    ("limit", "100"),
    ("zip", "10001"),
    ("name", "Example"),
    ("title", "Example"),
    ("label", "Example"),
];

/// Returns a text that looks like what the name means; without a row, the name itself.
pub(super) fn text(name: &str) -> String {
    let words = format!("_{}_", name.to_snake_case());
    let known = MEANINGS.iter().find(|(part, _)| words.contains(&format!("_{}_", part.replace(' ', "_"))));
    known.map_or_else(|| words.trim_matches('_').replace('_', "-"), |(_, value)| (*value).to_owned())
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn a_name_has_a_value_that_looks_like_it() {
        assert_eq!(text("contactEmail"), "ada@example.com");
        assert_eq!(text("endDate"), "2026-03-31");
        assert_eq!(text("locationId"), "123");
        assert_eq!(text("firstName"), "Ada");
        assert_eq!(text("dealStage"), "deal-stage");
    }
}
