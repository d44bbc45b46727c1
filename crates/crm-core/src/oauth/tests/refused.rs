//! Calls that the vendor refuses, in several processes. Only a token that a process obtained itself because of a
//! refusal shows that renewing does not help.

use super::*;

const MINUTE: Duration = Duration::from_secs(60);
/// Longer than the time in which a token that is refused counts as new.
const AGED: Duration = Duration::from_secs(11);

/// Several processes that share a store, and a vendor that revokes access tokens.
struct Processes {
    world: World,
    all: Vec<OAuthCredentials>,
    /// Number of requests of one renewal.
    requests: usize,
    /// Number of the first token that is not revoked.
    good_from: Mutex<usize>,
}

/// The way to new tokens.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Way {
    Refresh,
    /// The vendor refuses each refresh token, and returns tokens without one, as for a location of a company and
    /// for an app itself.
    Obtain,
}

impl Processes {
    /// Creates processes that use the same first token, which is a minute old.
    async fn new(count: usize, way: Way) -> Self {
        let clock = ManualClock::auto();
        let (requests, answers) = match way {
            Way::Refresh => (1, Vec::new()),
            Way::Obtain => (2, vec![[Answer::Fails(vendor_error(400, "invalid_grant")), Answer::New]; 9].concat()),
        };
        let source = FakeSource::build(&clock, true, way == Way::Obtain, answers);
        let world = World::new(clock, source).await;
        let all: Vec<_> = (0..count).map(|_| world.restarted()).collect();
        for process in &all {
            process.authorize().await.unwrap();
        }
        world.clock.advance(MINUTE);
        Self { world, all, requests, good_from: Mutex::default() }
    }

    fn renewals(&self) -> usize {
        self.world.source.sent().len() / self.requests
    }

    /// The vendor revokes all access tokens that it issued. The refresh token stays good.
    fn revokes(&self) {
        *lock(&self.good_from) = self.world.source.sent().len() + 2;
    }

    /// The vendor refuses all tokens, also new ones.
    fn refuses_everything(&self) {
        *lock(&self.good_from) = usize::MAX;
    }

    /// Makes a call as the pipeline does: returns true if a token was accepted, and the number of repeats.
    async fn call(&self, process: usize) -> (bool, usize) {
        let credentials = &self.all[process];
        for repeats in 0.. {
            let used = credentials.authorize().await.unwrap();
            if number(&used) >= *lock(&self.good_from) {
                return (true, repeats);
            }
            let again = repeats == 0 || credentials.not_cured(&used);
            if !again || repeats == 2 || !credentials.refused(&used).await.unwrap() {
                return (false, repeats);
            }
        }
        unreachable!()
    }
}

/// An event of a course.
#[derive(Debug, Clone, Copy)]
enum Event {
    /// The process makes a call.
    Call(usize),
    Revoked,
    Passes(Duration),
}

/// A course of events with its name, the outcome and the repeats of its last call, and the number of renewals.
type Row = (&'static str, Vec<Event>, (bool, usize), usize);

#[tokio::test]
async fn a_token_of_another_process_that_is_refused_too_is_renewed() {
    use Event::{Call, Passes, Revoked};
    let rows: Vec<Row> = vec![
        ("one process renews", vec![Revoked, Call(0)], (true, 1), 1),
        ("the store has a good token", vec![Revoked, Call(1), Call(0)], (true, 1), 1),
        ("the store's token was revoked", vec![Revoked, Call(1), Passes(AGED), Revoked, Call(0)], (true, 2), 2),
        ("the store's token is young", vec![Revoked, Call(1), Revoked, Call(0)], (false, 1), 1),
        ("the store's token was young", vec![Revoked, Call(1), Revoked, Call(0), Passes(AGED), Call(0)], (true, 1), 2),
        (
            "and another process renewed it",
            vec![Revoked, Call(1), Revoked, Call(0), Passes(AGED), Call(1), Call(0)],
            (true, 1),
            2,
        ),
        ("the own token is young", vec![Revoked, Call(0), Revoked, Call(0)], (false, 0), 1),
        ("the own token was young", vec![Revoked, Call(0), Revoked, Call(0), Passes(AGED), Call(0)], (true, 1), 2),
    ];
    for way in [Way::Refresh, Way::Obtain] {
        for (name, events, expected, renewals) in &rows {
            let processes = Processes::new(2, way).await;
            let mut last = (false, 0);
            for event in events {
                match *event {
                    Call(process) => last = processes.call(process).await,
                    Revoked => processes.revokes(),
                    Passes(time) => processes.world.clock.advance(time),
                }
            }
            assert_eq!((last, processes.renewals()), (*expected, *renewals), "{way:?}: {name}");
        }
    }
}

/// Random courses of calls, revocations and pauses: only a token that is younger than ten seconds makes a call fail.
#[tokio::test]
async fn a_revoked_token_never_keeps_a_process_from_a_good_refresh_token() {
    for seed in 0..200 {
        let mut random = fastrand::Rng::with_seed(seed);
        let processes = Processes::new(3, Way::Refresh).await;
        let mut newest = Duration::ZERO;
        for _ in 0..60 {
            match random.usize(..4) {
                0 => processes.revokes(),
                1 => processes.world.clock.advance(Duration::from_secs(random.u64(1..20))),
                _ => {
                    let before = (processes.renewals(), processes.world.clock.now());
                    let (accepted, repeats) = processes.call(random.usize(..3)).await;
                    assert!(repeats <= 2);
                    assert!(accepted || before.1 - newest < AGED, "seed {seed}: {:?}", before.1 - newest);
                    let renewals = processes.renewals() - before.0;
                    assert!(renewals <= 1, "seed {seed}: a call renewed {renewals} times");
                    if renewals > 0 {
                        newest = processes.world.clock.now();
                    }
                }
            }
        }
        let mut sent = processes.world.source.sent();
        let all = sent.len();
        sent.sort();
        sent.dedup();
        assert_eq!(sent.len(), all, "seed {seed}: a refresh token was sent twice");
    }
}

/// Eight tasks of each of two processes: one renewal for all, whatever token each of them has.
#[tokio::test]
async fn many_calls_that_are_refused_at_once_share_the_second_renewal_too() {
    let processes = Processes::new(3, Way::Refresh).await;
    processes.revokes();
    assert_eq!(processes.call(2).await, (true, 1));
    processes.world.clock.advance(AGED);
    processes.revokes();
    let calls = join_all((0..16).map(|task| processes.call(task % 2))).await;
    assert!(calls.iter().all(|(accepted, repeats)| *accepted && *repeats <= 2), "{calls:?}");
    assert_eq!(processes.renewals(), 2);
}

/// The time without renewals is for the vendor. A token that another process stores in it is used at once, and so
/// is one that a person authorised.
#[tokio::test]
async fn a_time_without_renewals_does_not_keep_from_what_another_process_stored() {
    for installs in [false, true] {
        let processes = Processes::new(2, Way::Refresh).await;
        let world = &processes.world;
        processes.refuses_everything();
        assert_eq!((processes.call(0).await, processes.renewals()), ((false, 1), 1));
        world.clock.advance(AGED);
        processes.revokes();
        assert_eq!((processes.call(0).await, processes.renewals()), ((false, 0), 1), "nothing is sent");
        if installs {
            processes.all[1].install(tokens(9, world.clock.wall()).unwrap()).await.unwrap();
        } else {
            assert_eq!(processes.call(1).await, (true, 2));
        }
        let renewals = processes.renewals();
        assert_eq!((processes.call(0).await, processes.renewals()), ((true, 1), renewals));
    }
}

/// The same for the ten seconds in which a token is not renewed.
#[tokio::test]
async fn a_young_token_does_not_keep_from_what_another_process_stored() {
    let processes = Processes::new(2, Way::Refresh).await;
    processes.revokes();
    assert_eq!(processes.call(0).await, (true, 1));
    processes.revokes();
    assert_eq!((processes.call(0).await, processes.renewals()), ((false, 0), 1));
    processes.all[1].install(tokens(9, processes.world.clock.wall()).unwrap()).await.unwrap();
    assert_eq!((processes.call(0).await, processes.renewals()), ((true, 1), 1));
}

/// If the vendor refuses all tokens, each process renews once before a time without renewals, and no call is
/// repeated more than twice.
#[tokio::test]
async fn refusals_without_end_cost_a_few_renewals_of_each_process() {
    const PROCESSES: usize = 8;
    let processes = Processes::new(PROCESSES, Way::Refresh).await;
    processes.refuses_everything();
    let (clock, mut calls) = (&processes.world.clock, 0);
    let start = clock.now();
    let mut in_the_first_time = 0;
    while clock.now() - start < HOUR * 24 {
        for (accepted, repeats) in join_all((0..PROCESSES).map(|process| processes.call(process))).await {
            assert!(!accepted && repeats <= 2);
            calls += 1;
        }
        clock.advance(Duration::from_secs(7));
        if clock.now() - start < MINUTE * 10 {
            in_the_first_time = processes.renewals();
        }
    }
    let ends = 24 + 1; // Renewals because tokens end, of which there is one an hour.
    let renewals = processes.renewals();
    println!("{calls} refused calls in a day renewed {renewals} times, {in_the_first_time} in the first ten minutes");
    assert!(in_the_first_time <= PROCESSES, "{in_the_first_time}");
    assert!(renewals <= ends + 8 * PROCESSES, "{renewals}");
}
