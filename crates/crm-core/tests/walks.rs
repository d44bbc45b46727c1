//! Every kind of paging, walked with errors, stops, stored cursors and other page sizes: each item
//! is yielded once and in order, or there is an error.

mod kinds;
mod program;
mod vendor;

use std::cell::Cell;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use crate::support::{self, Server, json as reply, once};
use crm_core::{Call, Pipeline, Position};
use kinds::{CURSORS, KINDS, WALKS};
use program::{Act, Case, List, Walk, cases};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use vendor::{Fault, World, answer};

async fn play<const KIND: usize>(pipeline: &Pipeline, world: &Mutex<World>, case: &Case) -> Result<(), TestCaseError> {
    *world.lock().unwrap() = World { count: case.count, cap: case.cap, faults: VecDeque::new() };
    let list = Some(List::new(pipeline, case, case.size));
    let mut walk = Walk::<KIND> { pipeline, case, list, size: case.size, got: Vec::new(), kept: Vec::new() };
    for act in &case.acts {
        walk.act(act, world).await?;
    }
    world.lock().unwrap().faults.clear();
    for _ in 0..200 {
        let next = walk.list().next().await;
        if walk.take(next)? {
            continue;
        }
        if walk.list().cursor().is_end() {
            break;
        }
        // It ended with an error.
        walk.act(&Act::Resume, world).await?;
    }
    prop_assert!(walk.list().cursor().is_end());
    prop_assert_eq!(walk.got, (0..case.count as u64).collect::<Vec<_>>());
    Ok(())
}

type Walks = fn(&Runtime, &Pipeline, &Mutex<World>, &Case) -> Result<(), TestCaseError>;

fn walk<const KIND: usize>(
    runtime: &Runtime,
    pipeline: &Pipeline,
    world: &Mutex<World>,
    case: &Case,
) -> Result<(), TestCaseError> {
    runtime.block_on(play::<KIND>(pipeline, world, case))
}

/// Returns walks that once lost or repeated an item.
fn found() -> [Case; 3] {
    // An error within the items that a larger page had yielded.
    let smaller = vec![Act::Read(3), Act::Fail(Fault::Lost), Act::Restart(Some(1)), Act::Read(1)];
    let after_an_error = vec![Act::Fail(Fault::Refused), Act::Read(1), Act::Resume];
    let case = |acts| Case { count: 4, cap: None, size: None, prefetch: false, pages: false, acts };
    // A total that pages of the requested size would have reached.
    let capped = Case { count: 12, cap: Some(5), size: Some(7), ..case(Vec::new()) };
    [case(smaller), case(after_an_error), capped]
}

/// Many more walks: `PROPTEST_CASES=5000 cargo test -p crm-core --test suite walks::`.
#[test]
fn each_item_comes_once_or_there_is_an_error() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let world = Arc::new(Mutex::new(World::default()));
    let told = Arc::clone(&world);
    let server = runtime.block_on(Server::start(move |seen, _| answer(&mut told.lock().unwrap(), seen)));
    let pipeline = once(&server);
    let tried = Cell::new(0);
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    for (kind, walk) in KINDS.iter().zip(WALKS) {
        let walk = |case: &Case| {
            tried.set(tried.get() + 1);
            walk(&runtime, &pipeline, &world, case)
        };
        for case in found() {
            assert!(walk(&case).is_ok(), "{}: {case:?}", kind.op.id);
        }
        let outcome = TestRunner::new(config.clone()).run(&cases(), |case| walk(&case));
        assert!(outcome.is_ok(), "{}: {}", kind.op.id, outcome.unwrap_err());
    }
    println!("{} walks over {} kinds of lists, {} requests", tried.get(), KINDS.len(), server.seen().len());
}

/// Users store cursors: their content must not depend on the implementation of lists.
#[tokio::test]
async fn a_cursor_of_every_kind_is_stored_as_before() {
    let server = Server::start(|_, _| reply(200, "{}")).await;
    let pipeline = support::pipeline(&server);
    for (kind, cursors) in KINDS.iter().zip(CURSORS) {
        assert_eq!(cursors(&pipeline), kind.stored);
    }
}

fn cursors<const KIND: usize>(pipeline: &Pipeline) -> [String; 4] {
    let kind = &KINDS[KIND];
    let call = Call::<Value>::new(pipeline, kind.op).query("archived", &true);
    let sized = kind.set(call.clone(), "limit", &json!(3));
    let (name, value) = (kind.own)();
    let begun = kind.set(call.clone(), name, &value);
    [
        crm_core::page::List::of(&call).cursor(Position::Start, 0),
        crm_core::page::List::of(&sized).cursor(Position::Start, 1),
        crm_core::page::List::of(&begun).cursor(Position::Start, 0),
        crm_core::page::List::of(&sized).cursor(Position::Token("t9".into()), 2),
    ]
    .map(|cursor| cursor.to_string())
}
