//! A question in plain words, taken apart.

use super::words::{NOUNS, NOUNS_TOO, SILENT, VERBS, split, stem, vendor};

/// Nouns of records that can be associated.
const RECORDS: &[&str] = &[
    "call",
    "company",
    "contact",
    "deal",
    "email",
    "invoice",
    "meeting",
    "note",
    "opportunity",
    "order",
    "product",
    "quote",
    "task",
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
    /// True if it asks to add something to something.
    adds: bool,
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
            if let Some(vendor) = vendor(&word) {
                question.vendor = Some(vendor);
                continue;
            }
            let stem = stem(&word).into_owned();
            if matches!(word.as_str(), "once" | "bulk" | "batch") {
                question.batch = true;
                continue;
            }
            if word == "many" {
                question.many = true;
                continue;
            }
            question.adds |= word == "add" && question.verbs.is_empty();
            joins |= matches!(stem.as_str(), "link" | "connect" | "associate" | "association" | "relationship");
            // The first verb counts: in "add a contact to a list" the list is a noun.
            let is_noun = NOUNS_TOO.contains(&stem.as_str());
            let verb = VERBS.iter().find(|(verb, _)| *verb == stem || *verb == word);
            if let Some((_, verbs)) = verb.filter(|_| question.verbs.is_empty() || !is_noun) {
                question.verbs.extend_from_slice(verbs);
                // "Stop" can mean an operation that destroys, but does not ask for it.
                question.destroys |= verbs.first().is_some_and(|verb| DESTROYING.contains(verb)) || stem == "cancel";
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
        question.of_two(joins);
        question.destroys |= question.nouns.iter().any(|(noun, _)| DESTROYING.contains(&noun.as_str()));
        question
    }
}

impl Question {
    /// "Link a contact to a company", or "add" it, is about neither, but about their association; "add a contact to a list" is about
    /// a membership.
    fn of_two(&mut self, joins: bool) {
        const MAIN: &[&str] = &["company", "contact", "deal", "ticket"];
        let is_record = |(noun, _): &(String, _)| RECORDS.contains(&noun.as_str());
        let records = self.nouns.iter().filter(|noun| is_record(noun)).count();
        let main = self.nouns.iter().filter(|(noun, _)| MAIN.contains(&noun.as_str())).count();
        if joins && records > 1 || self.adds && main > 1 {
            self.nouns.retain(|noun| !is_record(noun) && !matches!(noun.0.as_str(), "link" | "association"));
            self.nouns.push(("association".to_owned(), &[]));
        }
        let moves = self.adds || self.verbs.first() == Some(&"remove");
        if moves && records > 0 && self.nouns.iter().any(|(noun, _)| noun == "list") {
            self.nouns.push(("membership".to_owned(), &[]));
        }
    }
}
