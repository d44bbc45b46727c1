//! Every kind of paging, walked with errors, stops, stored cursors and other page sizes: each item
//! is yielded once and in order, or there is an error.

mod support;

use std::cell::Cell;
use std::collections::VecDeque;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use crm_core::{
    Call, Cursor, Error, ErrorKind, OpMeta, PageFacts, Paged, Pages, Paginator, Paging, PagingKind, Pipeline, Position,
    SentIn,
};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use support::{Reply, Seen, Server, json as reply, once, op};
use tokio::runtime::Runtime;

/// A kind of paging: its list, and the vendor's replies for it.
struct Kind {
    op: &'static OpMeta,
    /// True if a position is a number of pages.
    numbered: bool,
    /// Returns what a page reports.
    facts: fn(&Value) -> PageFacts,
    /// Returns the first item that a request asks for.
    from: fn(&Asked) -> usize,
    /// A parameter and a position at which a caller's own call begins.
    own: fn() -> (&'static str, Value),
    /// Stored cursors: at the start, with a page size, with the caller's own start, and at a token.
    stored: [&'static str; 4],
}

macro_rules! kinds {
    ($($number:literal => $kind:expr,)+) => {
        static KINDS: &[Kind] = &[$($kind),+];
        const WALKS: &[Walks] = &[$(walk::<$number>),+];
        const CURSORS: &[fn(&Pipeline) -> [String; 4]] = &[$(cursors::<$number>),+];
    };
}

macro_rules! list {
    ($id:literal, $method:ident $path:literal, $paging:expr) => {{
        static PAGING: Paging = $paging;
        op!(LIST, $id, $method, $path, idempotent: true, paging: Some(&PAGING), rules.items: &["items"], rules.items_required: true);
        &LIST
    }};
}

const fn paging(kind: PagingKind, params: &'static [&'static str]) -> Paging {
    Paging { limit: Some("limit"), ..Paging::new(kind, params) }
}

/// Returns the facts of a page that reports only a position.
fn at(next: Option<Position>) -> PageFacts {
    PageFacts { next, ..PageFacts::default() }
}

fn last(page: &Value) -> Option<String> {
    items(page).last().map(u64::to_string)
}

// A new kind needs a row here, with the next number.
kinds! {
    0 => Kind {
        op: list!("things.by_token", GET "/0", paging(PagingKind::Token, &["after"])),
        numbered: false,
        facts: |page| PageFacts { more: page["more"].as_bool(), ..at(page["next"].as_str().map(|next| Position::Token(next.to_owned()))) },
        from: |asked| asked.text("after").map_or(0, |token| token[1..].parse().unwrap()),
        own: || ("after", json!("t1")),
        stored: [
            r#"{"v":2,"vendor":"acme","op":"things.by_token","list":"6f057c485f9e811a","at":"start","used":0,"sum":"4402d2d2"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_token","list":"6f057c485f9e811a","size":3,"at":"start","used":1,"sum":"b310fd84"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_token","list":"79af376f2a9a8521","at":"start","used":0,"sum":"7c2735d3"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_token","list":"6f057c485f9e811a","size":3,"at":{"token":"t9"},"used":2,"sum":"cc959760"}"#,
        ],
    },
    1 => Kind {
        op: list!("things.by_offset", GET "/1", paging(PagingKind::Offset, &["skip"])),
        numbered: false,
        facts: |_| at(None),
        from: |asked| asked.number("skip").unwrap_or(0),
        own: || ("skip", json!(4)),
        stored: [
            r#"{"v":2,"vendor":"acme","op":"things.by_offset","list":"a15831d092273dca","at":"start","used":0,"sum":"39901ea5"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_offset","list":"a15831d092273dca","size":3,"at":"start","used":1,"sum":"47815cab"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_offset","list":"3da126b3febd28d4","at":"start","used":0,"sum":"6dc3e8e2"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_offset","list":"a15831d092273dca","size":3,"at":{"token":"t9"},"used":2,"sum":"b970c903"}"#,
        ],
    },
    2 => Kind {
        op: list!("things.by_page", GET "/2", paging(PagingKind::Page, &["page"])),
        numbered: true,
        facts: |page| PageFacts { total: page["total"].as_u64(), ..at(None) },
        from: |asked| (asked.number("page").unwrap_or(1) - 1) * asked.size,
        own: || ("page", json!(2)),
        stored: [
            r#"{"v":2,"vendor":"acme","op":"things.by_page","list":"51d16dc54521aa6e","at":"start","used":0,"sum":"7309a20d"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_page","list":"51d16dc54521aa6e","size":3,"at":"start","used":1,"sum":"06cc6b72"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_page","list":"3dd40c6075ae0b7d","at":"start","used":0,"sum":"5c094c6d"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_page","list":"51d16dc54521aa6e","size":3,"at":{"token":"t9"},"used":2,"sum":"7abd84c0"}"#,
        ],
    },
    3 => Kind {
        op: list!("things.by_id", GET "/3", paging(PagingKind::KeysetId, &["after"])),
        numbered: false,
        facts: |page| at(last(page).map(Position::Token)),
        from: |asked| asked.number("after").map_or(0, |id| id + 1),
        own: || ("after", json!("5")),
        stored: [
            r#"{"v":2,"vendor":"acme","op":"things.by_id","list":"e1483f9278679c71","at":"start","used":0,"sum":"a2339fdf"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_id","list":"e1483f9278679c71","size":3,"at":"start","used":1,"sum":"e0f5f76d"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_id","list":"041dd71218f49f7f","at":"start","used":0,"sum":"2dbb1f64"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_id","list":"e1483f9278679c71","size":3,"at":{"token":"t9"},"used":2,"sum":"ef20fed7"}"#,
        ],
    },
    4 => Kind {
        op: list!("things.by_pair", GET "/4", paging(PagingKind::KeysetPair, &["value", "id"])),
        numbered: false,
        facts: |page| {
            let more = page["more"].as_bool();
            let last = last(page).filter(|_| more.is_none());
            PageFacts { more, ..at(last.map(|id| Position::After { value: id.clone(), id })) }
        },
        from: |asked| asked.number("id").map_or(0, |id| id + 1),
        own: || ("id", json!("5")),
        stored: [
            r#"{"v":2,"vendor":"acme","op":"things.by_pair","list":"70c89ddbee90fdd7","at":"start","used":0,"sum":"49786d76"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_pair","list":"70c89ddbee90fdd7","size":3,"at":"start","used":1,"sum":"cb91a24c"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_pair","list":"29e1bb741b645cc5","at":"start","used":0,"sum":"157ac2bf"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_pair","list":"70c89ddbee90fdd7","size":3,"at":{"token":"t9"},"used":2,"sum":"a55ed93a"}"#,
        ],
    },
    5 => Kind {
        op: list!("things.by_value", POST "/5", Paging { sent_in: SentIn::Body, ..paging(PagingKind::KeysetValue, &["since"]) }),
        numbered: false,
        facts: |page| at(last(page).map(Position::Token)),
        from: |asked| asked.number("since").map_or(0, |id| id + 1),
        own: || ("since", json!("5")),
        stored: [
            r#"{"v":2,"vendor":"acme","op":"things.by_value","list":"091c2d69e8e13899","at":"start","used":0,"sum":"ad52dbb4"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_value","list":"091c2d69e8e13899","size":3,"at":"start","used":1,"sum":"4567b560"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_value","list":"323ec4fcdfad5b18","at":"start","used":0,"sum":"c954344d"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_value","list":"091c2d69e8e13899","size":3,"at":{"token":"t9"},"used":2,"sum":"0d820157"}"#,
        ],
    },
    6 => Kind {
        op: list!("things.by_values", POST "/6", Paging { sent_in: SentIn::Body, ..paging(PagingKind::SearchAfter, &["searchAfter"]) }),
        numbered: false,
        facts: |page| at(items(page).last().map(|last| Position::Values(vec![json!(*last as f64 / 7.0), json!(last)]))),
        from: |asked| asked.params["searchAfter"][1].as_u64().map_or(0, |id| id as usize + 1),
        own: || ("searchAfter", json!([1, 5])),
        stored: [
            r#"{"v":2,"vendor":"acme","op":"things.by_values","list":"318ba1a6539d3b58","at":"start","used":0,"sum":"28a3b162"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_values","list":"318ba1a6539d3b58","size":3,"at":"start","used":1,"sum":"2b37b022"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_values","list":"73619d8a6a2f72ca","at":"start","used":0,"sum":"cd918b5a"}"#,
            r#"{"v":2,"vendor":"acme","op":"things.by_values","list":"318ba1a6539d3b58","size":3,"at":{"token":"t9"},"used":2,"sum":"f9cec0b4"}"#,
        ],
    },
}

impl Kind {
    fn of(path: &str) -> &'static Self {
        KINDS.iter().find(|kind| kind.op.path == path).expect("a list")
    }

    fn sent_in(&self) -> SentIn {
        self.op.paging.expect("it pages").sent_in
    }

    /// Returns a call with a parameter, or a member of the body.
    fn set<T>(&self, call: Call<T>, name: &'static str, value: &Value) -> Call<T> {
        match self.sent_in() {
            SentIn::Body => call.set_body_field(name, value.clone()),
            SentIn::Query => call.query(name, &value.as_str().map_or_else(|| value.to_string(), str::to_owned)),
        }
    }
}

/// The default page size.
const USUAL: usize = 4;

/// The list of one kind of paging.
struct Things<const KIND: usize>;

impl<const KIND: usize> Paged for Things<KIND> {
    type Page = Value;
    type Item = u64;

    fn facts(page: &Value) -> PageFacts {
        (KINDS[KIND].facts)(page)
    }

    fn items(page: Value) -> Vec<u64> {
        items(&page)
    }
}

fn items(page: &Value) -> Vec<u64> {
    page["items"].as_array().into_iter().flatten().filter_map(Value::as_u64).collect()
}

#[derive(Debug, Clone, Copy)]
enum Fault {
    Refused,
    Cut,
    /// A page without its list.
    NoList,
    /// A valid page that announces more without a position, if the vendor can send that.
    Lost,
}

/// The vendor: the numbers below `count`, and the next faults.
#[derive(Default)]
struct World {
    count: usize,
    /// Maximum number of items per page, whatever was requested.
    cap: Option<usize>,
    faults: VecDeque<Fault>,
}

/// The parameters of a request, or its body, and its page size.
struct Asked {
    params: Value,
    size: usize,
}

impl Asked {
    fn text(&self, name: &str) -> Option<&str> {
        self.params[name].as_str()
    }

    fn number(&self, name: &str) -> Option<usize> {
        let value = &self.params[name];
        value.as_u64().map(|number| number as usize).or_else(|| value.as_str().map(|text| text.parse().unwrap()))
    }
}

fn answer(world: &mut World, seen: &Seen) -> Reply {
    let (path, query) = seen.target.split_once('?').unwrap_or((&seen.target, ""));
    let kind = Kind::of(path);
    let params = match kind.sent_in() {
        SentIn::Body => serde_json::from_str(&seen.body).unwrap_or_default(),
        SentIn::Query => query.split('&').filter_map(|pair| pair.split_once('=')).collect(),
    };
    let mut asked = Asked { params, size: 0 };
    let size = asked.number("limit").unwrap_or(USUAL);
    asked.size = if kind.numbered { size.min(world.cap.unwrap_or(size)) } else { size };
    let (from, size) = ((kind.from)(&asked), asked.size);
    let to = (from + size).min(world.count);
    let mut page = json!({"items": (from.min(to)..to).collect::<Vec<_>>(), "total": world.count});
    if to < world.count {
        page["next"] = json!(format!("t{to}"));
    }
    match world.faults.pop_front() {
        None => reply(200, &page.to_string()),
        Some(Fault::Refused) => reply(403, "{}"),
        Some(Fault::Cut) => Reply::Cut(page.to_string()),
        Some(Fault::NoList) => reply(200, r#"{"total":9,"next":"t1"}"#),
        Some(Fault::Lost) => {
            page["next"] = Value::Null;
            page["more"] = json!(true);
            reply(200, &page.to_string())
        }
    }
}

/// An action of a program on a list.
#[derive(Debug, Clone)]
enum Act {
    /// Reads on.
    Read(usize),
    /// Lets the next requests fail.
    Fail(Fault),
    /// Polls once and gives up.
    Poll,
    /// Resumes the list at its current position.
    Resume,
    /// Keeps the cursor for later.
    Keep,
    /// Resumes the list at a kept cursor.
    Back(usize),
    /// Ends, and starts again with the stored text and another page size.
    Restart(Option<usize>),
}

#[derive(Debug, Clone)]
struct Case {
    count: usize,
    cap: Option<usize>,
    size: Option<usize>,
    prefetch: bool,
    pages: bool,
    acts: Vec<Act>,
}

fn cases() -> impl Strategy<Value = Case> {
    let size = || prop::option::of(1..8usize);
    let fault = prop_oneof![Just(Fault::Refused), Just(Fault::Cut), Just(Fault::NoList), Just(Fault::Lost)];
    let act = prop_oneof![
        4 => (1..9usize).prop_map(Act::Read),
        2 => fault.prop_map(Act::Fail),
        1 => Just(Act::Poll),
        2 => Just(Act::Resume),
        1 => Just(Act::Keep),
        1 => (0..9usize).prop_map(Act::Back),
        2 => size().prop_map(Act::Restart),
    ];
    (0..24usize, size(), size(), any::<bool>(), any::<bool>(), prop::collection::vec(act, 2..20))
        .prop_map(|(count, cap, size, prefetch, pages, acts)| Case { count, cap, size, prefetch, pages, acts })
}

/// A list as items or as pages.
enum List<const KIND: usize> {
    Items(Paginator<Things<KIND>>),
    Pages(Pages<Things<KIND>>),
}

impl<const KIND: usize> List<KIND> {
    fn new(pipeline: &Pipeline, case: &Case, size: Option<usize>) -> Self {
        let mut call = Call::new(pipeline, KINDS[KIND].op);
        if let Some(size) = size {
            call = KINDS[KIND].set(call, "limit", &json!(size));
        }
        match case.pages {
            false => Self::Items(Paginator::new(call).prefetch(case.prefetch)),
            true => Self::Pages(Pages::new(call).prefetch(case.prefetch)),
        }
    }

    fn cursor(&self) -> Cursor {
        match self {
            Self::Items(list) => list.cursor(),
            Self::Pages(list) => list.cursor(),
        }
    }

    fn resume(self, cursor: Cursor) -> Result<Self, Error> {
        match self {
            Self::Items(list) => list.resume(cursor).map(Self::Items),
            Self::Pages(list) => list.resume(cursor).map(Self::Pages),
        }
    }

    /// Returns one item, or the items of one page.
    async fn next(&mut self) -> Option<Result<Vec<u64>, Error>> {
        match self {
            Self::Items(list) => list.next().await.map(|item| item.map(|item| vec![item])),
            Self::Pages(list) => list.next().await.map(|page| page.map(|page| items(&page))),
        }
    }
}

/// A list that is walked, and the results.
struct Walk<'a, const KIND: usize> {
    pipeline: &'a Pipeline,
    case: &'a Case,
    list: Option<List<KIND>>,
    size: Option<usize>,
    got: Vec<u64>,
    kept: Vec<(Cursor, usize)>,
}

impl<const KIND: usize> Walk<'_, KIND> {
    /// Records a result. Returns true if there was one.
    fn take(&mut self, next: Option<Result<Vec<u64>, Error>>) -> Result<bool, TestCaseError> {
        match next {
            Some(Ok(items)) => {
                self.got.extend(items);
                prop_assert!(self.got.iter().copied().eq(0..self.got.len() as u64), "{:?}", self.got);
                Ok(true)
            }
            Some(Err(error)) => {
                prop_assert!(error.kind() != ErrorKind::Validation, "{}", error);
                Ok(true)
            }
            None => Ok(false),
        }
    }

    fn list(&mut self) -> &mut List<KIND> {
        self.list.as_mut().unwrap()
    }

    /// Resumes at a cursor with a page size, or checks that another page size is refused.
    fn resume(&mut self, list: List<KIND>, cursor: Cursor, cursor_size: Option<usize>) -> Result<(), TestCaseError> {
        let (at_start, at_end) = (cursor.position() == &Position::Start, cursor.is_end());
        let numbered = KINDS[KIND].numbered && !at_end && !(at_start && cursor.consumed() == 0);
        let refused = numbered && cursor_size != self.size;
        match list.resume(cursor.clone()) {
            Ok(list) => {
                prop_assert!(!refused, "pages of another size were continued");
                self.list = Some(list);
            }
            Err(error) => {
                prop_assert!(refused && error.kind() == ErrorKind::Validation, "{}", error);
                self.size = cursor_size;
                let list = List::new(self.pipeline, self.case, self.size);
                self.list = Some(list.resume(cursor).map_err(|error| TestCaseError::fail(error.to_string()))?);
            }
        }
        Ok(())
    }

    async fn act(&mut self, act: &Act, world: &Mutex<World>) -> Result<(), TestCaseError> {
        match act {
            Act::Read(count) => {
                for _ in 0..*count {
                    let next = self.list().next().await;
                    self.take(next)?;
                }
            }
            Act::Fail(fault) => world.lock().unwrap().faults.push_back(*fault),
            Act::Poll => {
                let polled = {
                    let mut next = Box::pin(self.list().next());
                    next.as_mut().poll(&mut Context::from_waker(Waker::noop()))
                };
                if let Poll::Ready(next) = polled {
                    self.take(next)?;
                }
            }
            Act::Resume => {
                let list = self.list.take().unwrap();
                let cursor = list.cursor();
                self.resume(list, cursor, self.size)?;
            }
            Act::Keep => {
                let cursor = self.list().cursor();
                self.kept.push((cursor, self.got.len()));
            }
            Act::Back(index) => {
                let Some((cursor, got)) = self.kept.get(*index).cloned() else { return Ok(()) };
                self.got.truncate(got);
                // Cursors that were kept later are ahead, and resuming there would skip items.
                self.kept.truncate(index + 1);
                let list = self.list.take().unwrap();
                self.resume(list, cursor, self.size)?;
            }
            Act::Restart(size) => {
                let stored = self.list.take().unwrap().cursor().to_string();
                let cursor: Cursor = stored.parse().map_err(|error: Error| TestCaseError::fail(error.to_string()))?;
                let before = self.size;
                // Pages are yielded whole, so another size yields another part of a page that was started.
                if !(self.case.pages && cursor.consumed() > 0) {
                    self.size = *size;
                    // The kept cursors count other pages.
                    self.kept.clear();
                }
                let list = List::new(self.pipeline, self.case, self.size);
                self.resume(list, cursor, before)?;
            }
        }
        Ok(())
    }
}

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

/// Many more walks: `PROPTEST_CASES=5000 cargo test -p crm-core --test walks`.
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
