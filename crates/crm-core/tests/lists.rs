//! Lists over a server with a known number of items.

use crate::support::things::{BY_TOKEN, Things, numbers};
use crate::support::{Reply, Seen, Server, json as reply, op, pipeline};
use crm_core::{
    Call, Cursor, Error, ErrorKind, PageFacts, Paged, Paginator, Paging, PagingKind, Pipeline, Position, Sent, SentIn,
};
use serde_json::{Value, json};

op!(LIST, "things.list", GET, "/things", idempotent: true, paging: BY_TOKEN, rules.items: &["items"]);
op!(SKIP, "things.skip", POST, "/things/search", idempotent: true, paging: Some(&Paging { sent_in: SentIn::Body, limit: Some("limit"), ..Paging::new(PagingKind::Offset, &["skip"]) }), rules.items: &["items"]);

const ALL: usize = 23;

struct Builder {
    call: Call<Value>,
}
crm_core::call_builder!(Builder => Value);
crm_core::paged_builder!(Builder => Things);

impl Builder {
    fn limit(mut self, limit: u64) -> Self {
        self.call = self.call.set_query("limit", &limit);
        self
    }
}

fn list(pipeline: &Pipeline) -> Builder {
    Builder { call: Call::new(pipeline, &LIST) }
}

/// Pages by an offset in the body, and leaves counting to the core.
struct Skipped;

impl Paged for Skipped {
    type Page = Value;
    type Item = u64;

    fn facts(_: &Value) -> PageFacts {
        PageFacts::default()
    }

    fn items(page: Value) -> Vec<u64> {
        numbers(&page)
    }
}

/// The same for records.
struct Records;

impl Paged for Records {
    type Page = Value;
    type Item = Value;

    fn facts(_: &Value) -> PageFacts {
        PageFacts::default()
    }

    fn items(page: Value) -> Vec<Value> {
        page["items"].as_array().cloned().unwrap_or_default()
    }
}

fn page(from: usize, size: usize) -> Reply {
    let to = (from + size).min(ALL);
    let next = if to < ALL { json!(format!("t{to}")) } else { Value::Null };
    reply(200, &json!({"items": (from.min(ALL)..to).collect::<Vec<_>>(), "next": next}).to_string())
}

fn tokens(seen: &Seen, _: usize) -> Reply {
    let from = seen.query("after").map_or(0, |token| token[1..].parse().unwrap());
    page(from, seen.query("limit").map_or(10, |limit| limit.parse().unwrap()))
}

#[tokio::test]
async fn items_and_pages_give_everything_once() {
    let server = Server::start(tokens).await;
    let pipeline = pipeline(&server);
    for prefetch in [false, true] {
        let all = list(&pipeline).limit(5).items().prefetch(prefetch).try_collect().await.unwrap();
        assert_eq!(all, (0..ALL as u64).collect::<Vec<_>>());
        let pages = list(&pipeline).limit(5).pages().prefetch(prefetch).try_collect().await.unwrap();
        assert_eq!(pages.len(), 5);
    }
    assert_eq!(server.seen().len(), 20);
    assert_eq!(pipeline.stats().pages, 20);
}

#[tokio::test]
async fn guards_end_a_list() {
    let server = Server::start(tokens).await;
    let pipeline = pipeline(&server);
    assert_eq!(list(&pipeline).limit(5).items().max_items(7).prefetch(true).try_collect().await.unwrap().len(), 7);
    assert_eq!(list(&pipeline).limit(5).items().max_pages(2).try_collect().await.unwrap().len(), 10);
    assert_eq!(list(&pipeline).limit(5).pages().max_items(7).try_collect().await.unwrap().len(), 2);
    assert_eq!(server.seen().len(), 6);
    assert!(list(&pipeline).items().max_items(0).next().await.is_none());
    assert_eq!(server.seen().len(), 6);
}

#[tokio::test]
async fn a_cursor_resumes_after_any_item() {
    let server = Server::start(tokens).await;
    let pipeline = pipeline(&server);
    for stop in 0..=ALL {
        let mut first = list(&pipeline).limit(5).items();
        let mut got = Vec::new();
        while got.len() < stop {
            got.push(first.next().await.unwrap().unwrap());
        }
        let stored = first.cursor().to_string();
        drop(first);
        let cursor: Cursor = stored.parse().unwrap();
        // Another page size does not make another list.
        let limit = if cursor.consumed() == 0 { 7 } else { 5 };
        got.extend(list(&pipeline).limit(limit).items().resume(cursor).unwrap().try_collect().await.unwrap());
        assert_eq!(got, (0..ALL as u64).collect::<Vec<_>>(), "stopped at {stop}");
    }
}

#[tokio::test]
async fn a_cursor_stays_on_its_page_until_its_items_are_handed_out() {
    let server = Server::start(tokens).await;
    let mut items = list(&pipeline(&server)).limit(2).items().prefetch(true);
    let mut places = Vec::new();
    for _ in 0..4 {
        items.next().await.unwrap().unwrap();
        places.push((items.cursor().position().clone(), items.cursor().consumed()));
    }
    let token = |text: &str| Position::Token(text.into());
    assert_eq!(places, [(Position::Start, 1), (token("t2"), 0), (token("t2"), 1), (token("t4"), 0)]);
}

#[tokio::test]
async fn an_end_stays_the_end() {
    let server = Server::start(tokens).await;
    let pipeline = pipeline(&server);
    let mut all = list(&pipeline).limit(50).items();
    while all.next().await.is_some() {}
    assert!(all.cursor().is_end());
    assert!(list(&pipeline).items().resume(all.cursor()).unwrap().next().await.is_none());
    assert_eq!(server.seen().len(), 1);
    // The next run.
    let stored = all.cursor().to_string().parse().unwrap();
    let again = list(&pipeline).limit(50).items().resume_or_begin(Some(stored)).unwrap();
    assert_eq!(again.try_collect().await.unwrap().len(), ALL);
}

#[tokio::test]
async fn repeated_and_circling_cursors_are_errors() {
    for circle in [1, 3] {
        let server = Server::start(move |_, number| {
            reply(200, &json!({"items": [number], "next": format!("t{}", number % circle)}).to_string())
        })
        .await;
        let mut items = list(&pipeline(&server)).items();
        let error = loop {
            match items.next().await.unwrap() {
                Ok(_) => assert!(server.seen().len() < 12, "goes on for ever"),
                Err(error) => break error,
            }
        };
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Paging, "things.list"), "{error}");
        assert!(items.next().await.is_none());
    }
}

#[tokio::test]
async fn empty_pages_with_a_next_one_go_on() {
    let server = Server::start(|_, number| match number {
        0 => reply(200, "{\"items\":[1],\"next\":\"a\"}"),
        1 => reply(200, "{\"items\":[],\"next\":\"b\"}"),
        _ => reply(200, "{\"items\":[2],\"next\":\"\"}"),
    })
    .await;
    assert_eq!(list(&pipeline(&server)).items().try_collect().await.unwrap(), [1, 2]);
}

#[tokio::test]
async fn an_error_ends_the_stream_and_leaves_the_cursor() {
    for prefetch in [false, true] {
        let server =
            Server::start(|seen, number| if number == 1 { reply(403, "") } else { tokens(seen, number) }).await;
        let pipeline = pipeline(&server);
        let mut items = list(&pipeline).limit(10).items().prefetch(prefetch);
        let mut got = Vec::new();
        let error: Error = loop {
            match items.next().await {
                Some(Ok(item)) => got.push(item),
                Some(Err(error)) => break error,
                None => panic!("ended without the error"),
            }
        };
        assert_eq!(error.kind(), ErrorKind::Permission);
        assert!(items.next().await.is_none());
        got.extend(list(&pipeline).limit(10).items().resume(items.cursor()).unwrap().try_collect().await.unwrap());
        assert_eq!(got, (0..ALL as u64).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn offsets_in_the_body_begin_where_the_caller_says() {
    let server = Server::start(|seen, _| {
        let body: Value = serde_json::from_str(&seen.body).unwrap();
        let number = |name: &str, default| body[name].as_u64().unwrap_or(default) as usize;
        page(number("skip", 0), number("limit", 10))
    })
    .await;
    let pipeline = pipeline(&server);
    let search = |body: Value| Paginator::<Skipped>::new(Call::new(&pipeline, &SKIP).json(&body));
    assert_eq!(search(json!({"limit": 10})).try_collect().await.unwrap().len(), ALL);
    // 10, 10 and a short page: no request follows.
    assert_eq!(server.seen().len(), 3);
    let tail = search(json!({"limit": 10, "skip": 5})).try_collect().await.unwrap();
    assert_eq!(tail, (5..ALL as u64).collect::<Vec<_>>());
    assert_eq!(search(json!({"q": 1})).try_collect().await.unwrap().len(), ALL);
}

#[tokio::test]
async fn a_list_that_ignores_the_position_ends() {
    // The vendor returns the same contacts for each offset; a page of three is all that it has if ten were requested.
    let server = Server::start(|_, _| reply(200, "{\"items\":[{\"id\":\"7\"},{\"id\":\"8\"},{\"id\":\"9\"}]}")).await;
    let pipeline = pipeline(&server);
    let search = |body: Value| Paginator::<Records>::new(Call::new(&pipeline, &SKIP).json(&body));
    let mut items = search(json!({"limit": 10}));
    for _ in 0..3 {
        items.next().await.unwrap().unwrap();
    }
    assert!(items.next().await.is_none());
    assert!(items.cursor().is_end());
    assert_eq!(server.seen().len(), 2);
    for body in [json!({"limit": 3}), json!({})] {
        let mut items = search(body);
        let mut got = 0;
        let error = loop {
            match items.next().await {
                Some(Ok(_)) => got += 1,
                Some(Err(error)) => break error,
                None => panic!("ended without the error"),
            }
        };
        assert_eq!((got, error.kind(), error.may_have_happened()), (3, ErrorKind::Paging, false));
        assert!(error.to_string().contains("the items of the last page again"), "{error}");
        assert!(items.next().await.is_none());
    }
}

#[tokio::test]
async fn lists_can_be_spawned() {
    let server = Server::start(tokens).await;
    let pipeline = pipeline(&server);
    let task = tokio::spawn(list(&pipeline).items().try_collect());
    assert_eq!(task.await.unwrap().unwrap().len(), ALL);
    use futures::StreamExt;
    let mut stream = list(&pipeline).pages();
    let pages = tokio::spawn(async move { StreamExt::next(&mut stream).await.is_some() });
    assert!(pages.await.unwrap());
}

/// Once a page announced more, only an existing list can show that no items are left.
#[tokio::test]
async fn a_page_without_its_list_keeps_the_cursor() {
    for body in
        ["{}", "", "  ", "null", r#"{"items":null}"#, r#"{"items":"none"}"#, r#"{"status":"error","message":"x"}"#]
    {
        let server = Server::start(move |seen, _| match seen.query("after") {
            None => page(0, 10),
            Some(_) => reply(200, body),
        })
        .await;
        let pipeline = pipeline(&server);
        let mut items = list(&pipeline).limit(10).items();
        for expected in 0..10 {
            assert_eq!(items.next().await.unwrap().unwrap(), expected, "{body}");
        }
        let error = items.next().await.unwrap().unwrap_err();
        assert_eq!((error.kind(), error.sent()), (ErrorKind::Decode, Sent::Answered), "{body}: {error}");
        assert_eq!(items.cursor().position(), &Position::Token("t10".into()), "{body}");
        assert!(items.next().await.is_none());
    }
}

/// An item that cannot be read is neither the end of the list nor omitted.
#[tokio::test]
async fn a_list_whose_items_cannot_be_read_is_an_error_on_every_page() {
    struct Names;
    impl Paged for Names {
        type Page = Named;
        type Item = Named;
        fn facts(page: &Named) -> PageFacts {
            PageFacts { next: page.next.clone().map(Position::Token), ..PageFacts::default() }
        }
        fn items(page: Named) -> Vec<Named> {
            page.items
        }
    }
    let server = Server::start(|_, _| reply(200, r#"{"items":[{"next":"x"},"odd"],"next":"a"}"#)).await;
    let pipeline = pipeline(&server);
    let mut items = Paginator::<Names>::new(Call::new(&pipeline, &LIST));
    let error = items.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
    assert_eq!(items.cursor().position(), &Position::Start);
    let error = Call::<Named>::new(&pipeline, &LIST).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
}

crm_core::record! {
    /// A page, or an item of one.
    pub struct Named {
        /// Its items.
        items: Vec<Named> = "items",
        /// The cursor of the next page.
        next: Option<String> = "next",
    }
    with default
}

/// A record instead of a page is not an empty page.
#[tokio::test]
async fn a_record_is_not_the_end_of_a_list() {
    for (body, ends) in
        [(r#"{"id":"a","key":"k"}"#, false), (r#"{"_id":7}"#, false), (r#"{"id":null,"total":0}"#, true)]
    {
        let server = Server::start(move |_, _| reply(200, body)).await;
        let all = list(&pipeline(&server)).items().try_collect().await;
        assert_eq!(all.is_ok(), ends, "{body}");
    }
}

/// A page size or a position that is set as an option counts as part of the call.
#[tokio::test]
async fn options_take_part_in_paging() {
    let server = Server::start(|seen, _| {
        let body: Value = serde_json::from_str(&seen.body).unwrap_or_default();
        let from = body["skip"].as_u64().unwrap_or_default() as usize;
        page(from, body["limit"].as_u64().unwrap_or(10) as usize)
    })
    .await;
    let pipeline = pipeline(&server);
    let call = Call::<Value>::new(&pipeline, &SKIP).json(&json!({"limit": 4}));
    let options = crm_core::CallOptions::new().member("limit", 2).member("skip", 3);
    let all = Paginator::<Skipped>::new(call.with(options)).try_collect().await.unwrap();
    assert_eq!(all, (3..ALL as u64).collect::<Vec<_>>());
}
