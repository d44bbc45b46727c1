//! Sample values by the meaning of a name.

use heck::ToSnakeCase;

/// Words of a resource, an operation or a type, a name in it, and the value that looks like it.
static PLACES: &[(&str, &str, &str)] = &[
    ("communication preferences", "inputs", "ada@example.com"),
    ("media list", "type", "file"),
    ("search facebook targeting", "type", "interest"),
    ("search google targeting", "type", "geolocation"),
    ("upsert facebook pixel", "type", "LEAD_EVENT"),
    ("upsert google conversion", "category", "CONTACT"),
    ("post create request", "type", "post"),
    ("behavioral event property", "type", "string"),
    ("content audit", "type", "LANDING_PAGE"),
    ("create user", "type", "account"),
    ("create user", "role", "user"),
    ("association spec", "category", "HUBSPOT_DEFINED"),
    ("schedule interval", "from", "09:00"),
    ("schedule interval", "to", "17:00"),
    ("list pushes", "from", "03-01-2026 12:00 AM"),
    ("list pushes", "to", "03-31-2026 12:00 AM"),
    ("form question", "key", "city"),
    ("display property", "key", "custom_objects.pets.name"),
    ("objects", "key", "custom_objects.pets"),
    ("associations", "key", "owner_of_pet"),
    ("products", "status", "approved"),
    ("country", "code", "US"),
    ("coupon", "code", "SPRING"),
    ("hubdb", "config", r#"{"skipRows": 1, "format": "csv", "columnMappings": [{"source": 1, "target": "name"}]}"#),
    ("cheque", "number", "001234"),
    ("card", "brand", "visa"),
    ("card", "last4", "4242"),
    ("upsert contact", "source", "custom:website"),
    ("new lead", "source", "Website form"),
];

/// Words of a name and the value that looks like it; the first row whose words are in the name counts.
static MEANINGS: &[(&str, &str)] = &[
    ("email", "ada@example.com"),
    ("emails", "ada@example.com"),
    ("cc", "grace@example.com"),
    ("bcc", "grace@example.com"),
    ("reply to", "ada@example.com"),
    ("uuid", "5e1c0c3f-8d7e-4f0e-9f6a-2b1d6a4c7e10"),
    ("guid", "5e1c0c3f-8d7e-4f0e-9f6a-2b1d6a4c7e10"),
    ("alt type", "location"),
    ("alt text", "Harbour at sunrise"),
    ("content type", "text/csv"),
    ("timezone", "America/New_York"),
    ("time zone", "America/New_York"),
    ("to date", "2026-03-31"),
    ("phone", "+12025550142"),
    ("start date", "2026-03-01"),
    ("end date", "2026-03-31"),
    ("date", "2026-03-01"),
    ("day", "2026-03-01"),
    ("start time", "2026-03-01T09:00:00Z"),
    ("end time", "2026-03-01T10:00:00Z"),
    ("published at", "2026-03-01T09:00:00Z"),
    // A report from one day to another, in HubSpot's form.
    ("start", "20260301"),
    ("end", "20260331"),
    ("time", "2026-03-01T09:00:00Z"),
    ("execute at", "2026-03-01T09:00:00Z"),
    ("redirect uri", "https://www.example.com/callback"),
    ("url slug", "example"),
    ("slug", "example"),
    ("url", "https://www.example.com"),
    ("uri", "https://www.example.com"),
    ("website", "https://www.example.com"),
    ("domain", "example.com"),
    ("ip", "192.0.2.1"),
    ("to object type", "companies"),
    ("object type", "contacts"),
    ("object key", "contact"),
    ("schema key", "custom_objects.pets"),
    ("key name", "owner_of_pet"),
    ("asset type", "FORM"),
    ("processing type", "MANUAL"),
    ("probability", "0.2"),
    ("contact identifier", "ada@example.com"),
    ("association identifier", "123"),
    ("list type", "campaigns"),
    ("advertising channel type", "SEARCH"),
    ("operation type", "ADD"),
    ("button type", "VIEW_WEBSITE"),
    ("data type", "TEXT"),
    ("field type", "text"),
    ("facet", "urn:li:adTargetingFacet:locations"),
    ("sponsored account", "urn:li:sponsoredAccount:123456"),
    ("sort by", "createdAt"),
    ("sort order", "asc"),
    ("include users", "true"),
    ("is typing", "true"),
    ("additional properties", "hs_list_size"),
    ("searchable properties", "name"),
    ("required properties", "name"),
    ("primary display property", "name"),
    ("properties", "email"),
    ("property", "email"),
    ("object types", "CONTACT"),
    ("associated objects", "CONTACT"),
    ("filter branch operator", "AND"),
    ("hs meeting outcome", "SCHEDULED"),
    ("billing period", "P12M"),
    ("repeat interval", "P1W"),
    ("rule arguments", "10"),
    (
        "import request",
        r#"{"name": "Contacts", "files": [{"fileName": "report.csv", "fileFormat": "CSV", "fileImportPage": {"hasHeader": true, "columnMappings": [{"columnObjectTypeId": "0-1", "columnName": "E-mail", "propertyName": "email"}]}}]}"#,
    ),
    ("function source", "exports.main = (event, callback) => callback({});"),
    ("client secret", "CLIENT_SECRET"),
    ("client assertion type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
    ("client assertion", "CLIENT_ASSERTION"),
    ("api key", "API_KEY"),
    ("publishable key", "PUBLISHABLE_KEY"),
    ("token", "TOKEN"),
    ("password", "PASSWORD"),
    ("bundle sid", "BU0123456789abcdef0123456789abcdef"),
    ("e164 number", "+12025550142"),
    ("number types", "local"),
    ("first part", "202"),
    ("last part", "0142"),
    ("anywhere", "555"),
    ("event organizer", "Example Inc."),
    ("shipping carrier", "FedEx"),
    ("attachments", "https://www.example.com/report.pdf"),
    ("attachment urls", "https://www.example.com/report.pdf"),
    ("privacy policy link", "https://www.example.com/privacy"),
    ("destination", "https://www.example.com/new"),
    ("target", "https://www.example.com/new"),
    ("redirect to", "https://www.example.com/new"),
    ("route prefix", "/old"),
    ("schemes", "https://www.example.com/*"),
    ("urls", "https://www.example.com"),
    ("developer symbol", "example"),
    ("goal", "Answer questions about opening hours."),
    ("instructions", "Answer in one sentence."),
    ("personality", "Friendly"),
    ("answer", "From nine to five."),
    ("singular", "Pet"),
    ("plural", "Pets"),
    ("street1", "1 Main Street"),
    ("region", "NY"),
    ("locality", "New York"),
    ("processing types", "MANUAL"),
    ("currencies", "USD"),
    ("q", "example"),
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
    ("font family", "Arial, sans-serif"),
    ("background width", "100%"),
    ("submit size", "12px"),
    ("tag", "lead"),
    ("tags", "lead"),
    ("subject", "Your order"),
    ("message", "See you at ten."),
    ("body", "See you at ten."),
    ("html", "<p>See you at ten.</p>"),
    ("content", "See you at ten."),
    ("text", "See you at ten."),
    ("note", "Call back on Monday."),
    ("notes", "Call back on Monday."),
    ("comment", "Call back on Monday."),
    ("description", "Created by the API"),
    ("reason", "No longer needed"),
    ("prompt", "What is missing?"),
    ("question", "When are you open?"),
    ("query", "example"),
    ("search", "example"),
    ("keyword", "example"),
    ("company", "Example Inc."),
    ("mime type", "text/csv"),
    ("offset", "0"),
    ("skip", "0"),
    ("limit", "100"),
    ("zip", "10001"),
    ("name", "Example"),
    ("title", "Example"),
    ("label", "Example"),
    ("value", "Example"),
    ("options", r#"{"access": "PRIVATE"}"#),
];

/// Words of the name of an identifier and the value that stands for it; without a row it is a number.
static IDS: &[(&str, &str)] = &[
    ("location id", "LOCATION_ID"),
    ("to object type id", "0-2"),
    ("object type id", "0-1"),
    ("subscriber id string", "ada@example.com"),
];

/// Words of a name and the JSON that looks like it, for values whose members no document describes; read like
/// [`MEANINGS`]. The name of a body is that of its operation.
static OBJECTS: &[(&str, &str)] = &[
    ("create record", r#"{"locationId": "LOCATION_ID", "properties": {"name": "Example"}}"#),
    ("update record", r#"{"properties": {"name": "Example"}}"#),
    ("attach oauth account", r#"{"originId": "123", "name": "Example"}"#),
    ("inputs", r#"{"id": "123", "name": "Example"}"#),
    ("localized", r#"{"en_US": "Example"}"#),
    ("capabilities", r#"{"richText": ["HYPERLINK"]}"#),
    ("typed outputs", r#"{"name": "Example"}"#),
    ("payload", r#"{"countryCode": "US", "phoneNumber": "+12025550142"}"#),
    ("details", r#"{"enabled": true, "scenarioId": "contactIsBusy", "followupSequence": []}"#),
    (
        "action parameters",
        r#"{"calendarId": "123", "daysOfOfferingDates": 3, "slotsPerDay": 3, "hoursBetweenSlots": 2}"#,
    ),
];

/// Words of the names that say most about a thing, from the most telling on.
static TELLING: &[&str] = &[
    "name",
    "title",
    "subject",
    "label",
    "email",
    "first name",
    "last name",
    "query",
    "message",
    "body",
    "text",
    "content",
    "phone",
    "description",
    "status",
    "start",
    "end",
    "date",
    "url",
];

/// Returns a text that looks like what the name means; without a row, the name itself.
pub(super) fn text(name: &str) -> String {
    let known = MEANINGS.iter().find(|(part, _)| holds(name, part));
    known.map_or_else(|| name.to_snake_case().trim_matches('_').replace('_', "-"), |(_, value)| (*value).to_owned())
}

/// Returns a text that looks like what the name means in a place, if there is a row. The place is its resource, its
/// operation and its type, in this order.
pub(super) fn text_in(place: &str, name: &str) -> Option<&'static str> {
    let row = PLACES.iter().find(|(at, whole, _)| name == *whole && holds(place, at));
    row.map(|(_, _, value)| *value)
}

/// Returns a text that stands for an identifier of this name, if there is a row.
pub(super) fn id(name: &str) -> Option<&'static str> {
    IDS.iter().find(|(part, _)| holds(name, part)).map(|(_, value)| *value)
}

/// Returns an object in JSON that looks like what the name means, if there is a row.
pub(super) fn object(name: &str) -> Option<&'static str> {
    OBJECTS.iter().find(|(part, _)| holds(name, part)).map(|(_, value)| *value)
}

/// Returns the key of a map of this name.
pub(super) fn key(name: &str) -> &'static str {
    match name {
        "properties" => "email",
        "metadata" => "probability",
        _ => "name",
    }
}

/// Returns true if values of this name are identifiers: one of its words is `id`, and it is not the name or the type
/// of one; or the vendors give it identifiers alone.
pub(super) fn is_id(name: &str) -> bool {
    let last = name.to_snake_case();
    let last = last.rsplit('_').next().unwrap_or_default();
    matches!(last, "inputs" | "locations" | "followers" | "contacts" | "author" | "categories" | "verify")
        || ["assigned to", "updated by", "sent by", "last doc", "notify recipients"]
            .iter()
            .any(|words| holds(name, words))
        || !matches!(last, "type" | "property" | "name" | "key") && (holds(name, "id") || holds(name, "ids"))
}

/// Returns a point in time. The end of a range of dates is later than its beginning.
pub(super) fn time(name: &str) -> &'static str {
    if holds(name, "end time") {
        "2026-03-01T10:00:00Z"
    } else if name == "to" || holds(name, "end") || holds(name, "to date") {
        "2026-03-31T09:00:00Z"
    } else {
        "2026-03-01T09:00:00Z"
    }
}

/// Returns true if a boolean of this name says that something is finished.
pub(super) fn is_end(name: &str) -> bool {
    holds(name, "completed") || holds(name, "done")
}

/// Returns true if a boolean of this name puts a thing away.
pub(super) fn is_removal(name: &str) -> bool {
    holds(name, "archived")
}

/// Returns true if the name does not say of what it is the identifier.
pub(super) fn is_bare_id(name: &str) -> bool {
    matches!(name, "id" | "_id" | "ids" | "inputs")
}

/// Returns how much a text of this name says about a thing: the lower, the more.
pub(super) fn rank(name: &str) -> usize {
    let whole = TELLING.iter().position(|part| name.to_snake_case().replace('_', " ") == *part).map(|index| 2 * index);
    let known = || TELLING.iter().position(|part| holds(name, part)).map(|index| 2 * index + 1);
    let meant = || MEANINGS.iter().any(|(part, _)| holds(name, part)).then_some(100);
    whole.or_else(known).or_else(meant).unwrap_or(if is_id(name) { 205 } else { 150 })
}

/// Returns true if some words are in a name.
fn holds(name: &str, words: &str) -> bool {
    format!("_{}_", name.to_snake_case()).contains(&format!("_{}_", words.replace(' ', "_")))
}

#[cfg(test)]
mod tests {
    use super::{OBJECTS, id, is_end, is_id, rank, text, text_in, time};

    #[test]
    fn a_name_has_a_value_that_looks_like_it() {
        assert_eq!(text("contactEmail"), "ada@example.com");
        assert_eq!(text("endDate"), "2026-03-31");
        assert_eq!(text("imageAltText"), "Harbour at sunrise");
        assert_eq!(text("firstName"), "Ada");
        assert_eq!(text("dealStage"), "deal-stage");
    }

    #[test]
    fn a_name_can_mean_another_thing_in_another_place() {
        assert_eq!(text_in("communication_preferences batch_read StringBatch", "inputs"), Some("ada@example.com"));
        assert_eq!(text_in("blog_posts batch_read StringBatch", "inputs"), None);
    }

    #[test]
    fn a_range_of_times_ends_after_it_begins() {
        for (start, end) in [("startTime", "endTime"), ("startDate", "endDate"), ("fromDate", "toDate")] {
            assert!(time(start) < time(end), "{start}");
        }
    }

    #[test]
    fn samples_of_objects_are_json() {
        for (words, sample) in OBJECTS {
            assert!(serde_json::from_str::<serde_json::Map<_, _>>(sample).is_ok(), "{words}: {sample}");
        }
    }

    #[test]
    fn booleans_that_say_that_something_is_finished_are_known_by_their_words() {
        assert!(is_end("completed") && is_end("isCompleted") && !is_end("enabled"));
    }

    #[test]
    fn identifiers_are_known_by_their_words() {
        assert!(
            is_id("locationId") && is_id("_id") && is_id("emailIds") && is_id("objectIdToMerge") && is_id("assignedTo")
        );
        assert_eq!((id("objectTypeId"), id("toObjectTypeId")), (Some("0-1"), Some("0-2")));
        assert_eq!(id("subscriberIdString"), Some("ada@example.com"));
        assert!(!is_id("idea") && !is_id("idType") && !is_id("idProperty"));
    }

    #[test]
    fn a_name_says_more_than_a_status_and_any_known_word_more_than_others() {
        let mut names = ["flavour", "campaignId", "status", "city", "displayName", "name"];
        names.sort_by_key(|name| rank(name));
        assert_eq!(names, ["name", "displayName", "status", "city", "flavour", "campaignId"]);
    }
}
