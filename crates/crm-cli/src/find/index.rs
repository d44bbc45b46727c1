//! The words of every operation, and how well a question fits them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use super::question::Question;
use super::words::{split, stem};
use crate::catalogue::{Api, Found};

/// The plain names of operations: vendor, name, operations, and the call in Rust.
const PHRASES: &str = include_str!("../../catalogue/phrases.json");

type Phrase = (String, String, Vec<String>, String);

/// All operations with their words.
pub(super) struct Index {
    entries: Vec<Entry>,
    /// The number of operations that have a word.
    frequency: BTreeMap<String, usize>,
}

/// The words of an operation.
struct Entry {
    found: Found,
    verb: String,
    /// The best weight of each word.
    words: BTreeMap<String, f64>,
    /// The words of its resource.
    resource: BTreeSet<String>,
    /// The number of words of its name and its resource.
    length: usize,
    /// Beta, another version, deprecated: less likely to be meant.
    factor: f64,
}

impl Index {
    /// The index, made once.
    pub(super) fn of_all() -> &'static Self {
        static INDEX: OnceLock<Index> = OnceLock::new();
        INDEX.get_or_init(Self::made)
    }

    fn made() -> Self {
        let phrases: Vec<Phrase> = serde_json::from_str(PHRASES).unwrap_or_default();
        let mut seen = BTreeSet::new();
        let mut entries = Vec::new();
        for found in Api::all().flat_map(Api::operations) {
            let resource = found.object.map_or(found.operation.resource, |object| object.name);
            // The operation of another version is found under its own name only if the root does not have it.
            if seen.insert((found.api.file.vendor, resource, found.operation.call)) {
                entries.push(Entry::of(found, resource, &phrases));
            }
        }
        let mut frequency: BTreeMap<String, usize> = BTreeMap::new();
        for word in entries.iter().flat_map(|entry| entry.words.keys()) {
            *frequency.entry(word.clone()).or_default() += 1;
        }
        Self { entries, frequency }
    }

    /// Returns the operations that fit a question, best first.
    pub(super) fn search(&self, question: &str) -> Vec<Found> {
        let question = Question::of(question);
        let here = self
            .entries
            .iter()
            .filter(|entry| question.vendor.is_none_or(|vendor| entry.found.api.file.vendor == vendor));
        let scored = here.map(|entry| (self.score(entry, &question), entry)).filter(|(score, _)| *score > 0.0);
        let mut scored: Vec<(f64, &Entry)> = scored.collect();
        scored.sort_by(|one, other| other.0.total_cmp(&one.0));
        // What destroys data is not the first, unless that was asked for.
        let harmless = scored.iter().position(|(_, entry)| !entry.found.operation.destroys());
        if let Some(place) = harmless.filter(|_| !question.destroys) {
            scored[..=place].rotate_right(1);
        }
        scored.into_iter().map(|(_, entry)| entry.found).collect()
    }

    fn score(&self, entry: &Entry, question: &Question) -> f64 {
        let mut score = 0.0;
        let mut matched = BTreeSet::new();
        for (word, alike) in &question.nouns {
            let own = entry.words.get(word).map(|weight| (word.as_str(), *weight));
            let near =
                alike.iter().filter(|one| *one != word).filter_map(|one| Some((*one, entry.words.get(*one)? * 0.8)));
            let best = own.into_iter().chain(near).map(|(word, weight)| (weight * self.rarity(word), word));
            if let Some((points, word)) = best.max_by(|one, other| one.0.total_cmp(&other.0)) {
                score += points;
                matched.insert(word.to_owned());
            }
        }
        if score == 0.0 && !question.nouns.is_empty() {
            return 0.0;
        }
        // A resource that only a phrase has in common with the question is another one: it is not to be destroyed.
        let meant = |(word, alike): &(String, &[&str])| {
            entry.resource.contains(word) || alike.iter().any(|one| entry.resource.contains(*one))
        };
        if question.destroys && entry.found.operation.destroys() && !question.nouns.iter().any(meant) {
            score -= 3.0;
        }
        let verb = match question.verbs.iter().position(|verb| *verb == entry.verb) {
            Some(0) => 6.0,
            // A vendor has one of these: HubSpot archives what a user deletes.
            Some(_) if question.destroys && matches!(entry.verb.as_str(), "archive" | "delete") => 6.0,
            Some(_) => 4.5,
            None if question.verbs.is_empty() => 0.0,
            // Operations with names like `get_free_slots` have their verb in front; others are nouns.
            None => -3.0,
        };
        let plural = match (question.many, entry.verb.as_str()) {
            (true, "list" | "search") => 1.5,
            (false, "list") if question.verbs.contains(&"get") => -0.5,
            _ => 0.0,
        };
        let batch = match (entry.words.contains_key("batch"), question.batch) {
            (true, true) => 4.0,
            (true, false) => -2.5,
            (false, _) => 0.0,
        };
        let others = entry.length.saturating_sub(matched.len()) as f64;
        (score + verb + plural + batch - 0.9 * others) * entry.factor
    }

    /// A rare word says more.
    fn rarity(&self, word: &str) -> f64 {
        let (all, with) = (self.entries.len() as f64, self.frequency.get(word).copied().unwrap_or(0) as f64);
        (1.0 + all / (1.0 + with)).ln()
    }
}

impl Entry {
    fn of(found: Found, resource: &str, phrases: &[Phrase]) -> Self {
        let operation = found.operation;
        let mut words = BTreeMap::new();
        let mut add = |text: &str, weight: f64| {
            for word in split(text) {
                let best: &mut f64 = words.entry(stem(&word)).or_insert(0.0);
                *best = best.max(weight);
            }
        };
        let call = operation.call.strip_prefix("batch_").unwrap_or(operation.call);
        let (verb, rest) = call.split_once('_').unwrap_or((call, ""));
        add(resource, 2.0);
        add(rest, 2.0);
        add(verb, 1.0);
        if call != operation.call {
            add("batch", 1.0);
        }
        let id = format!("{}.{}", operation.resource, operation.call);
        let handle = format!("client.{}(", found.object.map_or(operation.resource, |object| object.name));
        let vendor = found.api.file.vendor;
        for (_, plain, operations, _) in phrases.iter().filter(|one| one.0 == vendor && one.3.starts_with(&handle)) {
            if operations.first() == Some(&id) {
                add(plain, 1.5);
            }
        }
        if found.object.is_none() {
            add(&operation.summary, 1.2);
        }
        add(operation.path, 0.7);
        let length = split(resource).count() + split(rest).count();
        let mut factor = 1.0;
        if found.api.prefix().is_some() || operation.beta {
            factor *= 0.85;
        }
        if operation.deprecated {
            factor *= 0.8;
        }
        let resource = split(resource).map(|word| stem(&word)).collect();
        Self { found, verb: verb.to_owned(), words, resource, length, factor }
    }
}
