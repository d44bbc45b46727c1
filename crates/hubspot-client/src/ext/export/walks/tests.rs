//! Random histories: records are created, archived, merged and restored while walks read them, in any order of
//! arrival, and runs are killed and resumed.

use std::collections::{BTreeMap, BTreeSet};

use super::{Next, Page, Walk, Walks};

/// The kinds of list that a vendor may have.
#[derive(Clone, Copy, Debug, PartialEq)]
enum List {
    /// By id, as observed, and the cursor is the last id plus one.
    Observed,
    /// By id, with cursors of another form.
    Opaque,
    /// With cursors of another form from some page on.
    Turning,
    /// With ids that do not rise.
    Disordered,
    /// By id, and a guess is refused.
    Refusing,
}

struct Rng(u64);

impl Rng {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}

struct Account {
    list: List,
    /// The key orders the list.
    live: BTreeMap<u64, u64>,
    archived: Vec<(u64, u64)>,
    last: u64,
    /// Records that were there all the time.
    constant: BTreeSet<u64>,
    /// Cursors that were returned.
    given: BTreeSet<String>,
    pages: usize,
}

impl Account {
    fn new(list: List, records: usize, rng: &mut Rng) -> Self {
        let mut account = Self {
            list,
            live: BTreeMap::new(),
            archived: Vec::new(),
            last: 0,
            constant: BTreeSet::new(),
            given: BTreeSet::new(),
            pages: 0,
        };
        for _ in 0..records {
            account.create(rng);
        }
        account.constant = account.live.values().copied().collect();
        account
    }

    fn create(&mut self, rng: &mut Rng) {
        self.last += 1 + if rng.one_in(10) { rng.below(500) as u64 } else { rng.below(3) as u64 };
        let id = self.last;
        // Another order of the list: neighbours are swapped.
        let place = if self.list == List::Disordered { id ^ 0b111 } else { id };
        self.live.insert(place, id);
    }

    fn archive(&mut self, rng: &mut Rng, from: usize) {
        let key = self.live.keys().nth(from + rng.below(self.live.len().saturating_sub(from))).copied();
        if let Some(key) = key
            && let Some(id) = self.live.remove(&key)
        {
            self.constant.remove(&id);
            self.archived.push((key, id));
        }
    }

    fn change(&mut self, rng: &mut Rng) {
        match rng.below(8) {
            0..3 => self.create(rng),
            3..6 => self.archive(rng, 0),
            // Many at the same time, next to each other.
            6 => {
                let from = rng.below(self.live.len());
                for _ in 0..rng.below(30) {
                    if self.live.len() > from {
                        let key = self.live.keys().nth(from).copied();
                        let id = key.and_then(|key| self.live.remove(&key));
                        self.constant.remove(&id.unwrap_or_default());
                    }
                }
            }
            _ if self.archived.is_empty() => {}
            _ => {
                let back = self.archived.swap_remove(rng.below(self.archived.len()));
                self.live.insert(back.0, back.1);
            }
        }
    }

    /// `None` if the cursor is refused.
    fn page(&mut self, at: Option<&String>, limit: usize) -> Option<Page<u64>> {
        self.pages += 1;
        if self.list == List::Refusing && at.is_some_and(|at| !self.given.contains(at)) {
            return None;
        }
        let from = at.map_or(0, |at| at.trim_start_matches("c-").parse::<u64>().unwrap());
        let mut rows: Vec<(u64, u64)> = self.live.range(from..).map(|(key, id)| (*key, *id)).take(limit + 1).collect();
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|(key, _)| match self.list {
            List::Opaque => format!("c-{:08}", key + 1),
            List::Turning if self.pages > 20 => format!("c-{:08}", key + 1),
            _ => (key + 1).to_string(),
        });
        self.given.extend(next.clone());
        Some(Page { rows: rows.into_iter().map(|(_, id)| (Some(id), id)).collect(), next, requests: 1 })
    }
}

fn guess(id: u64) -> String {
    (id + 1).to_string()
}

/// Resumes the walks from a stored position.
fn resumed(walks: &Walks<u64>) -> Walks<u64> {
    let places = walks.walks().enumerate().map(|(index, (walk, ids))| {
        let (next, skip) = walk.place();
        let border = if index > 0 { walk.border } else { 0 };
        Walk::resumed(border, next, skip, walk.behind(), ids.take(100).collect())
    });
    Walks::of(guess, places.collect::<Vec<_>>())
}

#[derive(Debug, Default)]
struct Outcome {
    lost: usize,
    doubled: usize,
    most_under_way: usize,
    alone: bool,
    kills: usize,
}

/// Kind of runs that are killed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kills {
    None,
    /// Some; the position was stored a while before.
    Late,
    /// Some, right after the position was stored, and nothing changes.
    Exact,
}

/// A page that was requested: its walk, its cursor, and the reply once the server has read it.
type UnderWay = (u64, Option<String>, Option<Option<Page<u64>>>);

fn history(seed: u64, list: List, kills: Kills) -> Outcome {
    let rng = &mut Rng(seed);
    let records = rng.below(600);
    let mut account = Account::new(list, records, rng);
    let mut limit = 1 + rng.below(12);
    let mut walks = Walks::new(guess);
    let mut under_way: Vec<UnderWay> = Vec::new();
    let mut seen: BTreeMap<u64, usize> = BTreeMap::new();
    let mut outcome = Outcome::default();
    let mut stored = resumed(&walks);
    let (quiet, slow) = (rng.one_in(4) || kills == Kills::Exact, rng.one_in(3));
    let mut border = 0;
    for step in 0.. {
        assert!(step < 100_000, "history {seed} does not end");
        let most = 1 + rng.below(8);
        for (key, at) in walks.due(most) {
            under_way.push((key, at, None));
        }
        outcome.most_under_way = outcome.most_under_way.max(under_way.len());
        if walks.wants_borders(most) && rng.one_in(2) {
            // The index lags behind, so that a border may be a record that no longer exists.
            let ids: Vec<u64> = account.live.values().copied().filter(|id| *id > border).collect();
            let sorted = ids.iter().copied().collect::<BTreeSet<_>>();
            if let Some(id) = sorted.iter().nth(limit * (2 + rng.below(8))) {
                border = *id - u64::from(rng.one_in(5));
                walks.add_border(border);
            }
        }
        if !quiet && step < 5_000 && rng.one_in(3) {
            account.change(rng);
        }
        if !under_way.is_empty() {
            let index = if slow { under_way.len() - 1 } else { rng.below(under_way.len()) };
            // The vendor may read long before the reply arrives.
            let (key, at, read) = &mut under_way[index];
            if read.is_none() && rng.one_in(2) {
                *read = Some(account.page(at.as_ref(), limit));
            } else {
                let page = read.take().unwrap_or_else(|| account.page(at.as_ref(), limit));
                let key = *key;
                under_way.swap_remove(index);
                match page {
                    Some(page) => walks.arrive(key, page),
                    None => walks.refuse(key),
                }
                .unwrap();
            }
        }
        let pops = if rng.one_in(4) { 0 } else { rng.below(3 * limit) };
        for _ in 0..pops {
            if let Some(Ok(id)) = walks.pop(Ok::<u64, ()>) {
                *seen.entry(id).or_default() += 1;
            }
        }
        outcome.alone |= walks.is_alone();
        if kills == Kills::Exact || rng.one_in(8) {
            stored = resumed(&walks);
        }
        if kills != Kills::None && outcome.kills < 10 && rng.one_in(60) {
            outcome.kills += 1;
            walks = resumed(&stored);
            under_way.clear();
            limit = 1 + rng.below(12);
            border = border.max(walks.through());
        }
        if walks.is_over() {
            break;
        }
    }
    outcome.lost = account.constant.iter().filter(|id| !seen.contains_key(id)).count();
    outcome.doubled = seen.values().filter(|times| **times > 1).count();
    outcome
}

fn play(histories: u64) {
    for list in [List::Observed, List::Opaque, List::Turning, List::Disordered, List::Refusing] {
        let (mut alone, mut most, mut kills, mut again) = (0, 0, 0, 0);
        for seed in 0..histories {
            let outcome = history(seed, list, Kills::None);
            assert_eq!((outcome.lost, outcome.doubled), (0, 0), "{list:?}, history {seed}");
            alone += u64::from(outcome.alone);
            most = most.max(outcome.most_under_way);
            let killed = history(seed, list, Kills::Late);
            assert_eq!(killed.lost, 0, "{list:?}, killed, history {seed}");
            kills += killed.kills;
            if list == List::Observed {
                let exact = history(seed, list, Kills::Exact);
                assert_eq!(exact.lost, 0, "killed at once, history {seed}");
                // If one page passes a whole walk, its ids are not stored.
                assert!(exact.doubled <= 12, "{} of a page, killed at once, history {seed}", exact.doubled);
                again += u64::from(exact.doubled > 0);
            }
        }
        assert!(kills > 0);
        assert!(again * 100 <= histories, "records came again in {again} of {histories}");
        // A test that never walks at several places, or never alone, would show nothing.
        let together = most > 4;
        assert_eq!(together, matches!(list, List::Observed | List::Turning | List::Refusing), "{list:?}: {most}");
        assert_eq!(alone == 0, list == List::Observed, "{list:?}: {alone} of {histories}");
    }
}

#[test]
fn a_hundred_histories_lose_and_double_nothing() {
    play(100);
}

#[test]
#[ignore = "ten thousand histories of five kinds of list, a minute"]
fn ten_thousand_histories_lose_and_double_nothing() {
    play(10_000);
}

#[test]
fn a_list_that_does_not_move_on_is_an_error() {
    let mut walks: Walks<u64> = Walks::new(guess);
    let page = |next: &str| Page { rows: vec![(Some(5), 5)], next: Some(next.to_owned()), requests: 1 };
    let mut arrive = |cursor: &str| {
        let (key, _) = walks.due(1)[0].clone();
        let fault = walks.arrive(key, page(cursor)).err();
        while walks.pop(Ok::<u64, ()>).is_some() {}
        (fault, walks.walks().next().unwrap().0.place().0)
    };
    let at = |cursor: &str| Next::At(Some(cursor.to_owned()));
    assert_eq!(arrive("a"), (None, at("a")));
    assert_eq!(arrive("a"), (Some("the vendor returned the same cursor again"), at("a")));
    assert_eq!(arrive("b"), (None, at("b")));
    let circle = std::iter::from_fn(|| Some(["c", "d", "b"])).flatten().take(20).find_map(|cursor| arrive(cursor).0);
    assert_eq!(circle, Some("the vendor's cursors repeat in a cycle"));
}
