//! Inputs at random, made out of good ones: flipped, cut, doubled, spliced. On stable Rust, from a
//! seed, so that what is found is found again.
//!
//! A test runs a few thousand inputs; `cargo xtask fuzz` runs the same targets for as long as is asked.
//! An input that makes a target panic is written below `tests/fixtures/fuzz`, where it is a regression
//! test from then on.

use std::fs;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use fastrand::Rng;

/// Limits of a run.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    until: Until,
    seed: u64,
}

#[derive(Clone, Copy, Debug)]
enum Until {
    Inputs(u64),
    Passed(Duration),
}

impl Effort {
    /// The limits of a test: a few thousand inputs, the same in every run.
    pub const TEST: Self = Self { until: Until::Inputs(2_000), seed: 1 };

    /// Tries inputs from this seed for this time.
    #[must_use]
    pub const fn new(time: Duration, seed: u64) -> Self {
        Self { until: Until::Passed(time), seed }
    }
}

/// Maximum time for one input.
const SLOW: Duration = Duration::from_secs(5);
/// Inputs have about the size of replies.
const LARGEST: usize = 64 * 1024;
/// Tokens that often break readers.
const TOKENS: [&str; 30] = [
    "null",
    "true",
    "[]",
    "{}",
    "[",
    "{\"",
    "\"",
    "\\u0000",
    "\\ud800",
    "é",
    "\u{202e}",
    "\0",
    "\r\n",
    "\n\n",
    ":",
    ",",
    "0",
    "-1",
    "-0",
    "1e400",
    "1e19",
    "1e-400",
    "NaN",
    "9223372036854775808",
    "18446744073709551616",
    "99999999999999999999",
    "0.1",
    "9999-12-31T23:59:60Z",
    "-0001-01-01",
    "%",
];

/// A target and the good inputs to begin from.
#[derive(Debug)]
pub struct Fuzz {
    folder: PathBuf,
    corpus: Vec<Vec<u8>>,
}

impl Fuzz {
    /// A target of this name.
    #[must_use]
    pub fn new(target: &str) -> Self {
        let fixtures = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fixtures/fuzz");
        Self { folder: fixtures.join(target), corpus: vec![Vec::new()] }
    }

    /// More inputs to begin from.
    #[must_use]
    pub fn from(mut self, inputs: impl IntoIterator<Item = impl Into<Vec<u8>>>) -> Self {
        self.corpus.extend(inputs.into_iter().map(Into::into));
        self
    }

    /// Tries all stored findings, and then new inputs.
    ///
    /// # Panics
    ///
    /// If the target panics or is very slow.
    pub fn run(self, effort: Effort, target: impl Fn(&[u8])) {
        let found = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut found: Vec<_> = found.filter_map(|entry| fs::read(entry.path()).ok()).collect();
        found.sort();
        self.corpus.iter().chain(&found).for_each(|input| self.try_one(input, &target));

        let (mut rng, start, mut tried) = (Rng::with_seed(effort.seed), Instant::now(), 0);
        let goes_on = |tried| match effort.until {
            Until::Inputs(inputs) => tried < inputs,
            Until::Passed(time) => start.elapsed() < time,
        };
        while goes_on(tried) {
            let input = self.mutated(&mut rng);
            self.try_one(&input, &target);
            tried += 1;
        }
        let name = self.folder.file_name().unwrap_or_default().to_string_lossy();
        println!("{name}: {tried} inputs from {} in {:.1} s", self.corpus.len(), start.elapsed().as_secs_f64());
    }

    fn try_one(&self, input: &[u8], target: impl Fn(&[u8])) {
        let start = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| target(input)));
        if outcome.is_ok() && start.elapsed() < SLOW {
            return;
        }
        let name = BuildHasherDefault::<DefaultHasher>::default().hash_one(input);
        let file = self.folder.join(format!("{name:016x}"));
        let written = fs::create_dir_all(&self.folder).and_then(|()| fs::write(&file, input));
        eprintln!("this input is in {} ({written:?}): {:?}", file.display(), String::from_utf8_lossy(input));
        match outcome {
            Ok(()) => panic!("an input takes {:?}", start.elapsed()),
            Err(panic) => resume_unwind(panic),
        }
    }

    fn mutated(&self, rng: &mut Rng) -> Vec<u8> {
        let mut input = self.any(rng).clone();
        for _ in 0..rng.usize(1..6) {
            self.mutate(&mut input, rng);
        }
        input.truncate(LARGEST);
        input
    }

    fn any(&self, rng: &mut Rng) -> &Vec<u8> {
        &self.corpus[rng.usize(0..self.corpus.len())]
    }

    fn mutate(&self, input: &mut Vec<u8>, rng: &mut Rng) {
        let at = rng.usize(0..=input.len());
        let end = (at + rng.usize(0..64)).min(input.len());
        match rng.u8(0..8) {
            0 if at < input.len() => input[at] ^= 1 << rng.u8(0..8),
            1 if at < input.len() => input[at] = rng.u8(..),
            2 => input.truncate(at),
            3 => drop(input.drain(at..end)),
            4 => {
                // Again and again, as deep as it goes.
                let piece = input[at..end].repeat(rng.usize(1..300));
                input.splice(at..at, piece);
            }
            5 => {
                let other = self.any(rng);
                let from = rng.usize(0..=other.len());
                let to = (from + rng.usize(0..200)).min(other.len());
                input.splice(at..end, other[from..to].iter().copied());
            }
            6 => number(input, at, rng),
            _ => drop(input.splice(at..end, TOKENS[rng.usize(0..TOKENS.len())].bytes())),
        }
    }
}

/// Replaces the next number.
fn number(input: &mut Vec<u8>, at: usize, rng: &mut Rng) {
    let Some(start) = input[at..].iter().position(u8::is_ascii_digit).map(|offset| at + offset) else { return };
    let length = input[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let text = match rng.u8(0..3) {
        0 => rng.u64(..).to_string(),
        1 => rng.u8(..).to_string(),
        _ => "9".repeat(rng.usize(1..40)),
    };
    input.splice(start..start + length, text.bytes());
}
