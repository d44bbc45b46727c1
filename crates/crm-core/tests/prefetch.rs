//! Pages that are fetched ahead, by a task.

use std::future::Future;
use std::pin::pin;
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crate::support::things::{BY_TOKEN, Things};
use crate::support::{self, Reply, SECOND, Seen, Server, builder, json as reply, limited, op};
use crm_core::{Call, ManualClock, Paged, Pages, Paginator, Pipeline, Quotas, Window};
use serde_json::{Value, json};

op!(LIST, "things.list", GET, "/things", idempotent: true, paging: BY_TOKEN, rules.items: &["items"]);
op!(GET, "things.get", GET, "/thing", idempotent: true);

const PAGES: u64 = 4;

/// Returns pages of three items.
fn page(seen: &Seen) -> Reply {
    let page: u64 = seen.query("after").map_or(0, |page| page.parse().unwrap());
    let next = (page + 1 < PAGES).then(|| (page + 1).to_string());
    let items: Vec<u64> = (page * 3..page * 3 + 3).collect();
    reply(200, &json!({"items": items, "next": next}).to_string())
}

fn all() -> Vec<u64> {
    (0..PAGES * 3).collect()
}

fn items(pipeline: &Pipeline) -> Paginator<Things> {
    Paginator::new(Call::new(pipeline, &LIST))
}

/// Lets all tasks run until something has happened, or for a limited time.
async fn until(happened: impl Fn() -> bool) -> bool {
    for _ in 0..20_000 {
        if happened() {
            return true;
        }
        tokio::task::yield_now().await;
    }
    false
}

/// Processing a page can take longer than the timeout of a call.
#[tokio::test]
async fn a_page_arrives_while_nobody_polls_the_list() {
    let server = Server::start(|seen, _| page(seen)).await;
    let clock = ManualClock::new();
    let pipeline = builder(&server.base_url, &clock).build().unwrap();
    let mut pages = Pages::<Things>::new(Call::new(&pipeline, &LIST)).prefetch(true);
    for number in 1..=PAGES {
        let page = pages.next().await.unwrap().unwrap_or_else(|error| panic!("page {number}: {error}"));
        assert_eq!(Things::items(page).len(), 3);
        until(|| pipeline.stats().pages == PAGES.min(number + 1)).await;
        clock.advance(3_600 * SECOND);
    }
    assert!(pages.next().await.is_none());
    assert_eq!((server.seen().len(), pipeline.stats().errors), (PAGES as usize, 0));
}

/// A page that waits for its permit must not block the calls that the list itself waits for.
#[tokio::test]
async fn a_list_and_the_calls_of_its_rows_share_a_limit() {
    let server = Server::start(|seen, _| if seen.target == "/thing" { reply(200, "{}") } else { page(seen) }).await;
    let quotas = Quotas::new([Window::new("burst", 3, 10 * SECOND)]);
    let pipeline = limited(&server.base_url, &ManualClock::auto(), quotas).build().unwrap();
    let read = async {
        let mut items = items(&pipeline).prefetch(true);
        let mut read = Vec::new();
        while let Some(item) = items.next().await {
            read.push(item.unwrap());
            let call = Call::<Value>::new(&pipeline, &GET);
            tokio::spawn(call.send()).await.unwrap().unwrap();
        }
        read
    };
    // The manual clock does not move if no task sleeps, so a list that waits for itself would hang.
    let read = tokio::time::timeout(Duration::from_secs(30), read).await;
    assert_eq!(read.expect("the list waits for itself"), all());
}

#[tokio::test]
async fn a_prefetch_ends_with_its_list_and_when_the_list_is_resumed() {
    for resumed in [false, true] {
        let server = Server::start(|seen, number| if number == 1 { Reply::Hang } else { page(seen) }).await;
        let clock = ManualClock::new();
        let pipeline = builder(&server.base_url, &clock).build().unwrap();
        let mut items = items(&pipeline).prefetch(true);
        assert_eq!(items.next().await.unwrap().unwrap(), 0);
        assert!(until(|| server.seen().len() == 2).await, "the second page is asked for");
        assert!(clock.waiting() > 0);
        if resumed {
            let cursor = items.cursor();
            let items = items.resume(cursor).unwrap();
            assert!(until(|| clock.waiting() == 0).await, "nothing waits for the page that hangs");
            assert_eq!(items.try_collect().await.unwrap(), all()[1..]);
        } else {
            drop(items);
            assert!(until(|| clock.waiting() == 0).await, "nothing waits for the page that hangs");
        }
    }
}

/// Starts a server on a separate thread.
fn server_elsewhere() -> Server {
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        runtime().block_on(async {
            tell.send(Server::start(|seen, _| page(seen)).await).ok();
            std::future::pending::<()>().await;
        });
    });
    told.recv().unwrap()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn without_a_runtime_a_page_is_fetched_when_it_is_needed() {
    let server = server_elsewhere();
    let pipeline = support::pipeline(&server);
    let runtime = runtime();
    let mut items = items(&pipeline);
    assert_eq!(runtime.block_on(items.next()).unwrap().unwrap(), 0);
    let mut items = items.prefetch(true);
    let polled = pin!(items.next()).poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(polled, Poll::Ready(Some(Ok(1)))));
    assert_eq!(server.seen().len(), 1);
    assert_eq!(runtime.block_on(items.try_collect()).unwrap(), all()[2..]);
}

/// The runtime in which the task was started is no longer driven.
#[test]
fn a_list_that_moves_to_another_runtime_fetches_the_page_there() {
    let server = server_elsewhere();
    let pipeline = support::pipeline(&server);
    let mut items = items(&pipeline).prefetch(true);
    let first = runtime();
    assert_eq!(first.block_on(items.next()).unwrap().unwrap(), 0);
    let rest = runtime().block_on(async { tokio::time::timeout(Duration::from_secs(30), items.try_collect()).await });
    assert_eq!(rest.expect("the list waits for the first runtime").unwrap(), all()[1..]);
    drop(first);
}
