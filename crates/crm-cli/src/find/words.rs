//! Words: their stems, verbs that mean the same, nouns that mean nearly the same.

/// Words that say nothing about an operation.
const SILENT: &[&str] = &[
    "a",
    "an",
    "the",
    "of",
    "in",
    "on",
    "to",
    "for",
    "from",
    "with",
    "and",
    "or",
    "my",
    "me",
    "i",
    "is",
    "are",
    "be",
    "do",
    "does",
    "how",
    "can",
    "want",
    "please",
    "that",
    "this",
    "it",
    "its",
    "their",
    "our",
    "into",
    "at",
    "as",
    "via",
    "using",
    "use",
    "what",
    "which",
    "who",
    "was",
    "has",
    "have",
    "we",
    "you",
    "your",
    "need",
    "one",
    "some",
    "there",
    "everything",
    "api",
    "crm",
    "s",
];

/// Names of the vendors.
const VENDORS: &[(&str, &str)] = &[
    ("hubspot", "hubspot"),
    ("hoopai", "hoopai"),
    ("hoop", "hoopai"),
    ("highlevel", "hoopai"),
    ("gohighlevel", "hoopai"),
    ("ghl", "hoopai"),
    ("hockeystack", "hockeystack"),
    ("hatch", "hatch"),
];

/// Verbs, each with the verbs of operations that it can mean.
const VERBS: &[(&str, &[&str])] = &[
    ("add", &["create", "add", "upsert"]),
    ("all", &["list", "search"]),
    ("archive", &["archive", "delete"]),
    ("ask", &["ask", "send", "query", "create"]),
    ("assign", &["assign", "update", "set", "add"]),
    ("begin", &["start", "create"]),
    ("book", &["create", "book", "schedule"]),
    ("browse", &["list", "search"]),
    ("cancel", &["cancel", "delete", "void"]),
    ("change", &["update", "set", "change", "replace"]),
    ("check", &["get", "check", "list", "validate"]),
    ("clone", &["clone", "duplicate", "copy"]),
    ("connect", &["associate", "create", "add", "connect"]),
    ("copy", &["clone", "duplicate", "copy"]),
    ("count", &["count", "get", "list", "search"]),
    ("create", &["create", "add", "upsert"]),
    ("deduplicate", &["merge"]),
    ("delete", &["delete", "archive", "remove", "purge", "gdpr"]),
    ("disconnect", &["delete", "archive", "remove", "disconnect"]),
    ("download", &["download", "get", "export"]),
    ("drop", &["delete", "archive", "remove"]),
    ("duplicate", &["clone", "duplicate", "copy"]),
    ("edit", &["update", "set", "replace"]),
    ("enrol", &["enroll", "add", "create"]),
    ("enroll", &["enroll", "add", "create"]),
    ("erase", &["delete", "archive", "remove", "gdpr", "purge"]),
    ("export", &["export", "start", "download", "list", "create"]),
    ("fetch", &["get", "read", "list"]),
    ("find", &["search", "get", "list", "find"]),
    ("get", &["get", "read", "list"]),
    ("import", &["import", "start", "create"]),
    ("insert", &["create", "add", "upsert"]),
    ("install", &["install", "create"]),
    ("invite", &["create", "add", "invite"]),
    ("link", &["create", "associate", "add", "link"]),
    ("list", &["list", "get", "search", "read"]),
    ("look", &["get", "search", "list"]),
    ("lookup", &["get", "search", "list"]),
    ("make", &["create", "add"]),
    ("merge", &["merge"]),
    ("modify", &["update", "set"]),
    ("move", &["update", "move", "set"]),
    ("new", &["create"]),
    ("note", &["create"]),
    ("open", &["get", "create"]),
    ("page", &["list"]),
    ("pause", &["pause", "update"]),
    ("post", &["create", "send", "post"]),
    ("publish", &["publish", "push", "schedule"]),
    ("pull", &["list", "get"]),
    ("query", &["search", "query", "list"]),
    ("read", &["get", "read", "list"]),
    ("record", &["create", "record"]),
    ("refresh", &["refresh", "get", "create"]),
    ("register", &["create", "register"]),
    ("remove", &["remove", "delete", "archive"]),
    ("rename", &["update", "set"]),
    ("replace", &["replace", "update", "set"]),
    ("reschedule", &["update", "reschedule"]),
    ("research", &["research", "get", "start"]),
    ("restore", &["restore"]),
    ("retrieve", &["get", "read", "list"]),
    ("revoke", &["revoke", "delete"]),
    ("run", &["start", "create", "run", "send"]),
    ("save", &["create", "update", "upsert"]),
    ("schedule", &["create", "schedule"]),
    ("search", &["search", "list", "find"]),
    ("see", &["get", "list"]),
    ("send", &["send", "create"]),
    ("set", &["set", "update"]),
    ("show", &["get", "list", "read"]),
    ("start", &["start", "create"]),
    ("stop", &["stop", "cancel", "delete", "remove"]),
    ("submit", &["submit", "send", "create"]),
    ("subscribe", &["subscribe", "create", "set", "update"]),
    ("sync", &["upsert"]),
    ("tag", &["add"]),
    ("track", &["send", "create", "track"]),
    ("unsubscribe", &["unsubscribe"]),
    ("untag", &["remove", "delete"]),
    ("update", &["update", "set", "replace", "upsert"]),
    ("upload", &["upload", "create"]),
    ("upsert", &["upsert"]),
    ("view", &["get", "list"]),
];

/// Verbs that are nouns of operations too.
const NOUNS_TOO: &[&str] = &["export", "import", "link", "list", "merge", "note", "page", "post", "record", "tag"];

/// Nouns that people use for the nouns of operations.
const NOUNS: &[(&str, &[&str])] = &[
    ("account", &["company", "business", "location", "account"]),
    ("agent", &["agent", "owner"]),
    ("attachment", &["file"]),
    ("blog", &["blog", "post"]),
    ("calendar", &["calendar"]),
    ("chat", &["conversation", "message", "thread"]),
    ("client", &["contact"]),
    ("column", &["property", "field"]),
    ("comment", &["note", "comment"]),
    ("custom", &["custom", "object"]),
    ("customer", &["contact"]),
    ("email", &["email"]),
    ("field", &["property", "field"]),
    ("firm", &["company"]),
    ("folder", &["folder"]),
    ("funnel", &["funnel", "pipeline"]),
    ("image", &["file", "image", "media"]),
    ("invoice", &["invoice"]),
    ("label", &["label", "tag"]),
    ("lead", &["lead", "contact"]),
    ("mail", &["email"]),
    ("meeting", &["meeting", "appointment", "event"]),
    ("member", &["membership", "member", "user"]),
    ("opening", &["slot"]),
    ("opportunity", &["opportunity", "deal"]),
    ("organisation", &["company", "organisation"]),
    ("organization", &["company", "organization"]),
    ("permission", &["scope", "permission"]),
    ("person", &["contact"]),
    ("people", &["contact", "person"]),
    ("phone", &["phone", "number"]),
    ("photo", &["file", "image", "media"]),
    ("picture", &["file", "image", "media"]),
    ("relation", &["association", "relation"]),
    ("relationship", &["association", "relation"]),
    ("reminder", &["task"]),
    ("salesperson", &["owner", "user"]),
    ("segment", &["list"]),
    ("slot", &["slot"]),
    ("sms", &["message", "sms"]),
    ("stage", &["stage", "pipeline"]),
    ("staff", &["user"]),
    ("subaccount", &["location"]),
    ("teammate", &["user", "owner"]),
    ("text", &["message", "text"]),
    ("ticket", &["ticket"]),
    ("time", &["time", "slot"]),
    ("todo", &["task"]),
    ("token", &["token"]),
    ("webhook", &["webhook", "subscription"]),
    ("workspace", &["location", "workspace"]),
];

/// Nouns of records that can be associated.
const RECORDS: &[&str] = &[
    "call", "company", "contact", "deal", "email", "invoice", "meeting", "note", "order", "product", "quote", "task",
    "ticket",
];

/// Verbs of operations that destroy data.
const DESTROYING: &[&str] = &["archive", "delete", "gdpr", "merge", "purge", "remove", "revoke", "uninstall"];

/// A question, taken apart.
#[derive(Default)]
pub(super) struct Question {
    /// The vendor that it names.
    pub(super) vendor: Option<&'static str>,
    /// The words of operations that its verbs can mean; empty if it has no verb.
    pub(super) verbs: Vec<&'static str>,
    /// Each other word, with those that mean nearly the same.
    pub(super) nouns: Vec<(String, &'static [&'static str])>,
    /// True if it asks for one request that does several things.
    pub(super) batch: bool,
    /// True if it asks for several things.
    pub(super) many: bool,
    /// True if it asks to destroy data.
    pub(super) destroys: bool,
}

impl Question {
    pub(super) fn of(text: &str) -> Self {
        let mut question = Self::default();
        let mut joins = false;
        let words: Vec<String> = split(text).collect();
        for (place, word) in words.iter().enumerate() {
            let (before, next) = (place.checked_sub(1).and_then(|place| words.get(place)), words.get(place + 1));
            let begins = |noun: &str| next.is_some_and(|next| stem(next) == noun);
            let follows = |word: &str| before.is_some_and(|before| before == word);
            let word = match word.as_str() {
                "many" if follows("how") => "count".to_owned(),
                "sub" if begins("account") => continue,
                _ if stem(word) == "account" && follows("sub") => "subaccount".to_owned(),
                _ => word.clone(),
            };
            if SILENT.contains(&word.as_str()) {
                continue;
            }
            if let Some((_, vendor)) = VENDORS.iter().find(|(name, _)| *name == word) {
                question.vendor = Some(vendor);
                continue;
            }
            let stem = stem(&word);
            if matches!(word.as_str(), "once" | "bulk" | "batch") {
                question.batch = true;
                continue;
            }
            if word == "many" {
                question.many = true;
                continue;
            }
            joins |= matches!(stem.as_str(), "link" | "connect") && question.verbs.is_empty();
            // The first verb counts: in "add a contact to a list" the list is a noun.
            let is_noun = NOUNS_TOO.contains(&stem.as_str());
            let verb = VERBS.iter().find(|(verb, _)| *verb == stem || *verb == word);
            if let Some((_, verbs)) = verb.filter(|_| question.verbs.is_empty() || !is_noun) {
                question.verbs.extend_from_slice(verbs);
                question.many |= matches!(stem.as_str(), "list" | "all" | "browse" | "count");
                if !is_noun {
                    continue;
                }
            }
            question.many |= word != stem;
            let alike = NOUNS.iter().find(|(noun, _)| *noun == stem).map_or(&[][..], |(_, alike)| alike);
            if !question.nouns.iter().any(|(known, _)| *known == stem) {
                question.nouns.push((stem, alike));
            }
        }
        // "Link a contact to a company" is about neither, but about their association.
        if joins && question.nouns.iter().filter(|(noun, _)| RECORDS.contains(&noun.as_str())).count() > 1 {
            question.nouns.retain(|(noun, _)| noun != "link");
            question.nouns.push(("association".to_owned(), &[]));
        }
        let asked = question.nouns.iter().map(|(noun, _)| noun.as_str()).chain(question.verbs.iter().copied());
        question.destroys = asked.into_iter().any(|word| DESTROYING.contains(&word));
        question
    }
}

/// Splits text into words in lower case, also where a name has capitals.
pub(super) fn split(text: &str) -> impl Iterator<Item = String> {
    let plain = crate::catalogue::kebab(text);
    plain.split('-').filter(|word| !word.is_empty()).map(str::to_owned).collect::<Vec<_>>().into_iter()
}

/// Returns the singular of a noun, the same for all forms of a word.
pub(super) fn stem(word: &str) -> String {
    let cut = |end: &str, put: &str| word.strip_suffix(end).map(|rest| format!("{rest}{put}"));
    match word {
        "people" | "sms" | "news" | "status" | "address" | "business" | "access" | "analytics" | "previous" => {
            word.to_owned()
        }
        _ if word.len() <= 3 || word.ends_with("ss") => word.to_owned(),
        _ if word.ends_with("ies") => cut("ies", "y").unwrap_or_default(),
        _ if ["sses", "xes", "ches", "shes", "sses"].iter().any(|end| word.ends_with(end)) => {
            cut("es", "").unwrap_or_default()
        }
        _ => cut("s", "").unwrap_or_else(|| word.to_owned()),
    }
}
