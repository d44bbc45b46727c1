//! The words of every operation, and how well a question fits them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
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
    words: Words,
}

/// The words of all operations, each with a number, and the number of operations that have it.
#[derive(Default)]
struct Words {
    numbers: HashMap<String, usize>,
    frequency: Vec<usize>,
}

/// The words of an operation, by their numbers.
struct Entry {
    found: Found,
    verb: &'static str,
    /// Each word with its best weight.
    words: Vec<(usize, f64)>,
    /// The words of its resource.
    resource: Vec<usize>,
    /// The number of words of its name and its resource.
    length: usize,
    /// Beta, another version, deprecated: less likely to be meant.
    factor: f64,
}

/// A word of a question, with those that mean nearly the same, by their numbers.
struct Noun {
    own: Option<usize>,
    alike: Vec<usize>,
}

impl Words {
    /// Returns the number of a word, which gets one if it is new.
    fn number(&mut self, word: &str) -> usize {
        if let Some(number) = self.numbers.get(word) {
            return *number;
        }
        let number = self.frequency.len();
        self.numbers.insert(word.to_owned(), number);
        self.frequency.push(0);
        number
    }

    fn noun(&self, (word, alike): &(String, &[&str])) -> Noun {
        let known = |word: &str| self.numbers.get(word).copied();
        let alike = alike.iter().filter(|one| *one != word).filter_map(|one| known(one)).collect();
        Noun { own: known(word), alike }
    }
}

impl Noun {
    fn all(&self) -> impl Iterator<Item = usize> {
        self.own.into_iter().chain(self.alike.iter().copied())
    }
}

impl Index {
    /// The index, made once.
    pub(super) fn of_all() -> &'static Self {
        static INDEX: OnceLock<Index> = OnceLock::new();
        INDEX.get_or_init(Self::made)
    }

    fn made() -> Self {
        let phrases: Vec<Phrase> = serde_json::from_str(PHRASES).unwrap_or_default();
        let mut named: BTreeMap<&str, Vec<&Phrase>> = BTreeMap::new();
        for phrase in &phrases {
            if let Some(first) = phrase.2.first() {
                named.entry(first).or_default().push(phrase);
            }
        }
        let (mut words, mut seen, mut entries) = (Words::default(), BTreeSet::new(), Vec::new());
        for found in Api::all().flat_map(Api::operations) {
            let resource = found.object.map_or(found.operation.resource, |object| object.name);
            // The operation of another version is found under its own name only if the root does not have it.
            if seen.insert((found.api.file.vendor, resource, found.operation.call)) {
                entries.push(Entry::of(found, resource, &named, &mut words));
            }
        }
        for (word, _) in entries.iter().flat_map(|entry| &entry.words) {
            words.frequency[*word] += 1;
        }
        Self { entries, words }
    }

    /// Returns the operations that fit a question, best first.
    pub(super) fn search(&self, question: &str) -> Vec<Found> {
        let question = Question::of(question);
        let nouns: Vec<Noun> = question.nouns.iter().map(|noun| self.words.noun(noun)).collect();
        let batch = self.words.numbers.get("batch").copied();
        let here = self
            .entries
            .iter()
            .filter(|entry| question.vendor.is_none_or(|vendor| entry.found.api.file.vendor == vendor));
        let scored =
            here.map(|entry| (self.score(entry, &question, &nouns, batch), entry)).filter(|(score, _)| *score > 0.0);
        let mut scored: Vec<(f64, &Entry)> = scored.collect();
        scored.sort_by(|one, other| other.0.total_cmp(&one.0));
        // What destroys data is not the first, unless that was asked for.
        let harmless = scored.iter().position(|(_, entry)| !entry.found.operation.destroys());
        if let Some(place) = harmless.filter(|_| !question.destroys) {
            scored[..=place].rotate_right(1);
        }
        scored.into_iter().map(|(_, entry)| entry.found).collect()
    }

    fn score(&self, entry: &Entry, question: &Question, nouns: &[Noun], batch: Option<usize>) -> f64 {
        let mut score = 0.0;
        let mut matched = Vec::new();
        for noun in nouns {
            let weighed = |word: usize, part: f64| Some((entry.weight(word)? * part * self.rarity(word), word));
            let own = noun.own.and_then(|word| weighed(word, 1.0));
            let near = noun.alike.iter().filter_map(|word| weighed(*word, 0.8));
            if let Some((points, word)) = own.into_iter().chain(near).max_by(|one, other| one.0.total_cmp(&other.0)) {
                score += points;
                if !matched.contains(&word) {
                    matched.push(word);
                }
            }
        }
        if score == 0.0 && !nouns.is_empty() {
            return 0.0;
        }
        // A resource that only a phrase has in common with the question is another one: it is not to be destroyed.
        let meant = || nouns.iter().flat_map(Noun::all).any(|word| entry.resource.contains(&word));
        if question.destroys && entry.found.operation.destroys() && !meant() {
            score -= 3.0;
        }
        let verb = match question.verbs.iter().position(|verb| *verb == entry.verb) {
            Some(0) => 6.0,
            // A vendor has one of these: HubSpot archives what a user deletes.
            Some(_) if question.destroys && matches!(entry.verb, "archive" | "delete") => 6.0,
            Some(_) => 4.5,
            None if question.verbs.is_empty() => 0.0,
            // Operations with names like `get_free_slots` have their verb in front; others are nouns.
            None => -3.0,
        };
        let plural = match (question.many, entry.verb) {
            (true, "list" | "search") => 1.5,
            (false, "list") if question.verbs.contains(&"get") => -0.5,
            _ => 0.0,
        };
        let batch = match (batch.is_some_and(|batch| entry.weight(batch).is_some()), question.batch) {
            (true, true) => 4.0,
            (true, false) => -2.5,
            (false, _) => 0.0,
        };
        let others = entry.length.saturating_sub(matched.len()) as f64;
        (score + verb + plural + batch - 0.9 * others) * entry.factor
    }

    /// A rare word says more.
    fn rarity(&self, word: usize) -> f64 {
        let (all, with) = (self.entries.len() as f64, self.words.frequency[word] as f64);
        (1.0 + all / (1.0 + with)).ln()
    }
}

impl Entry {
    fn of(found: Found, resource: &'static str, named: &BTreeMap<&str, Vec<&Phrase>>, numbers: &mut Words) -> Self {
        let operation = found.operation;
        let mut words: Vec<(usize, f64)> = Vec::new();
        let mut add = |text: &str, weight: f64| {
            for word in split(text) {
                let number = numbers.number(&stem(&word));
                match words.iter_mut().find(|(known, _)| *known == number) {
                    Some((_, best)) => *best = best.max(weight),
                    None => words.push((number, weight)),
                }
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
        let handle = format!("client.{resource}(");
        let vendor = found.api.file.vendor;
        let phrases = named.get(id.as_str()).into_iter().flatten();
        for (_, plain, ..) in phrases.filter(|one| one.0 == vendor && one.3.starts_with(&handle)) {
            add(plain, 1.5);
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
        let resource = split(resource).map(|word| numbers.number(&stem(&word))).collect();
        Self { found, verb, words, resource, length, factor }
    }

    /// Returns the weight of a word, if the operation has it.
    fn weight(&self, word: usize) -> Option<f64> {
        self.words.iter().find(|(known, _)| *known == word).map(|(_, weight)| *weight)
    }
}
