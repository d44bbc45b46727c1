//! Every input has exactly one result.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::StatusCode;
use proptest::prelude::*;

use super::{Batch, BatchReport, ChunkOutcome};
use crate::error::{Error, ErrorKind, Sent};
use crate::sync::lock;

fn refused() -> Error {
    Error::from_vendor(ErrorKind::Validation).with_status(StatusCode::BAD_REQUEST)
}

fn run<F, Fut>(batch: &Batch, inputs: usize, send: F) -> BatchReport<usize>
where
    F: Fn(Vec<usize>) -> Fut,
    Fut: Future<Output = Result<ChunkOutcome<usize>, Error>>,
{
    futures::executor::block_on(batch.run((0..inputs).collect(), send))
}

#[test]
fn chunks_keep_indices_and_order() {
    let sizes = Mutex::new(Vec::new());
    let report = run(&Batch::new(100).concurrency(3), 250, |chunk| {
        lock(&sizes).push(chunk.len());
        async move { Ok(ChunkOutcome::in_order(chunk)) }
    });
    assert_eq!(*lock(&sizes), [100, 100, 50]);
    assert!(report.ok.iter().all(|(index, value)| index == value));
    assert_eq!(report.into_result().unwrap(), (0..250).collect::<Vec<_>>());
}

#[test]
fn what_is_not_mentioned_is_unknown() {
    let report = run(&Batch::new(10), 10, |_| async {
        let mut outcome = ChunkOutcome::new();
        outcome.ok(0, 0);
        outcome.ok(0, 99);
        outcome.ok(77, 77);
        outcome.failed(1, refused());
        outcome.failed(2, Error::new(ErrorKind::Io, "x").with_sent(Sent::Maybe));
        Ok(outcome)
    });
    assert_eq!(report.ok, [(0, 0)]);
    assert_eq!(report.failed.len(), 1);
    assert_eq!(report.unknown, (2..10).collect::<Vec<_>>());
    let error = report.into_result().unwrap_err();
    assert!(error.to_string().contains("1 of 10 inputs failed and 8 are unknown"), "{error}");
}

#[test]
fn a_lost_answer_makes_its_inputs_unknown() {
    let report = run(&Batch::new(2), 4, |chunk| async move {
        if chunk[0] == 0 { Err(Error::new(ErrorKind::Timeout, "x").with_sent(Sent::Maybe)) } else { Err(refused()) }
    });
    assert_eq!(report.unknown, [0, 1]);
    assert_eq!(report.failed.iter().map(|row| row.0).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(report.lost().map(Error::kind), Some(ErrorKind::Timeout));
}

#[test]
fn what_the_vendor_may_have_done_is_unknown_and_not_halved() {
    let calls = AtomicUsize::new(0);
    let report = run(&Batch::new(4).bisect(true), 4, |_| {
        calls.fetch_add(1, Ordering::Relaxed);
        async { Err(refused().with_doubt(true)) }
    });
    assert_eq!((calls.into_inner(), report.unknown.len()), (1, 4));
    let report = run(&Batch::new(2), 2, |_| async {
        let mut outcome = ChunkOutcome::new();
        outcome.failed(0, Error::decode("x").with_status(StatusCode::OK));
        outcome.failed(1, Error::decode("x"));
        Ok(outcome)
    });
    assert_eq!((report.unknown.as_slice(), report.failed.len()), (&[0][..], 1));
}

#[test]
fn conflicts_are_halved_too() {
    let report = run(&Batch::new(8).bisect(true), 8, |chunk| async move {
        let conflict = Error::from_vendor(ErrorKind::Conflict).with_status(StatusCode::CONFLICT);
        if chunk.contains(&5) { Err(conflict) } else { Ok(ChunkOutcome::in_order(chunk)) }
    });
    assert_eq!(report.failed.iter().map(|row| row.0).collect::<Vec<_>>(), [5]);
}

#[test]
fn hopeless_errors_stop_the_rest() {
    let calls = AtomicUsize::new(0);
    let report = run(&Batch::new(1), 5, |_| {
        calls.fetch_add(1, Ordering::Relaxed);
        async { Err(Error::from_vendor(ErrorKind::Auth)) }
    });
    assert_eq!(calls.into_inner(), 1);
    assert_eq!(report.failed.len(), 5);
    assert_eq!(report.failed[4].1.sent(), Sent::No);
}

proptest! {
    #[test]
    fn bisecting_finds_exactly_the_bad(bad in proptest::collection::btree_set(0..300usize, 0..6), chunk in 1..101usize, at_once in 1..5usize) {
        let batch = Batch::new(chunk).concurrency(at_once).bisect(true);
        let report = run(&batch, 300, |chunk| {
            let fails = chunk.iter().any(|input| bad.contains(input));
            async move { if fails { Err(refused()) } else { Ok(ChunkOutcome::in_order(chunk)) } }
        });
        let failed: Vec<usize> = report.failed.iter().map(|row| row.0).collect();
        prop_assert_eq!(failed, bad.into_iter().collect::<Vec<_>>());
        prop_assert!(report.unknown.is_empty());
        prop_assert_eq!(report.ok.len() + report.failed.len(), 300);
        prop_assert!(report.ok.iter().all(|(index, value)| index == value));
    }
}
