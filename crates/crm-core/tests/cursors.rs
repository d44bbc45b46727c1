//! The cursors that a list continues, and the errors for all others.

use crate::support::{self, Server, json as reply, op, pipeline};
use crm_core::page::List;
use crm_core::{
    Call, Cursor, Error, ErrorKind, PageFacts, Paged, Pages, Paginator, Paging, PagingKind, Position, Sent, SentIn,
};
use serde_json::{Value, json};

op!(PAGE, "things.list", GET, "/places/{place}/things", idempotent: true, paging: NUMBERED, rules.items: &["items"]);
op!(OTHER, "things.search", GET, "/places/{place}/things", idempotent: true, paging: NUMBERED, rules.items: &["items"]);
op!(BODY, "things.query", POST, "/things/query", idempotent: true, paging: QUERIED, rules.items: &["items"]);

const NUMBERED: Option<&Paging> = Some(&Paging { limit: Some("limit"), ..Paging::new(PagingKind::Page, &["page"]) });
const QUERIED: Option<&Paging> = Some(&Paging {
    sent_in: SentIn::Body,
    limit: Some("limit"),
    ..Paging::new(PagingKind::SearchAfter, &["searchAfter"])
});

struct Numbered;

impl Paged for Numbered {
    type Page = Value;
    type Item = Value;

    fn facts(_: &Value) -> PageFacts {
        PageFacts::default()
    }

    fn items(page: Value) -> Vec<Value> {
        page["items"].as_array().cloned().unwrap_or_default()
    }
}

struct Queried;

impl Paged for Queried {
    type Page = Value;
    type Item = Value;

    fn facts(_: &Value) -> PageFacts {
        PageFacts::default()
    }

    fn items(page: Value) -> Vec<Value> {
        Numbered::items(page)
    }
}

/// A server whose pages are all full.
async fn endless() -> Server {
    Server::start(|_, _| reply(200, r#"{"items":[1,2,3]}"#)).await
}

async fn read(list: Paginator<Numbered>, items: usize) -> Cursor {
    let mut list = list;
    for _ in 0..items {
        list.next().await.unwrap().unwrap();
    }
    list.cursor()
}

/// Each refusal happens before anything is sent, and its message contains the reason and advice.
#[tokio::test]
async fn a_list_refuses_the_cursors_that_it_cannot_continue() {
    let server = endless().await;
    let pipeline = pipeline(&server);
    let vendor = support::other(&server);
    let call = || Call::<Value>::new(&pipeline, &PAGE).path("place", "a").query("limit", &3).query("sort", "name");
    let stored = read(Paginator::new(call()), 4).await;
    let begun = read(Paginator::new(call().query("page", &5)), 1).await;
    let untouched = Paginator::<Numbered>::new(call().query("page", &5)).cursor();
    let sent = server.seen().len();

    let other = Call::<Value>::new(&pipeline, &OTHER).path("place", "a").query("limit", &3).query("sort", "name");
    let there = Call::<Value>::new(&pipeline, &PAGE).path("place", "b").query("limit", &3).query("sort", "name");
    let foreign = Call::<Value>::new(&vendor, &PAGE).path("place", "a").query("limit", &3).query("sort", "name");
    let unsized_ = Call::<Value>::new(&pipeline, &PAGE).path("place", "a").query("sort", "name");
    let parameters = "belongs to things.list with other parameters";
    let pages = "counts pages of 3 items and the call asks for";
    let rows: [(&str, &Cursor, Call<Value>, &str); 12] = [
        ("vendor", &stored, foreign, "belongs to a list of acme, not of other"),
        ("operation", &stored, other, "belongs to things.list, not to things.search"),
        ("path", &stored, there, parameters),
        ("order", &stored, call().set_query("sort", "date"), parameters),
        ("filter", &stored, call().query("archived", &true), parameters),
        ("header", &stored, call().header("x-scope", "all"), parameters),
        ("page size", &stored, call().set_query("limit", &100), pages),
        ("no page size", &stored, unsized_, "the call asks for the vendor's default size"),
        ("page size within the first page", &begun, call().query("page", &5).set_query("limit", &100), pages),
        (
            "page size before a first page with a number",
            &untouched,
            call().query("page", &5).set_query("limit", &9),
            pages,
        ),
        ("another beginning", &begun, call().query("page", &6), parameters),
        ("no beginning", &untouched, call(), parameters),
    ];
    for (row, cursor, call, expected) in rows {
        let cursor: Cursor = cursor.to_string().parse().unwrap();
        let refusals = [
            Paginator::<Numbered>::new(call.clone()).resume(cursor.clone()).err(),
            Pages::<Numbered>::new(call.clone()).resume(cursor.clone()).err(),
            Paginator::<Numbered>::new(call).resume_or_begin(Some(cursor)).err(),
        ];
        for error in refusals {
            let error: Error = error.unwrap_or_else(|| panic!("{row} is accepted"));
            assert_eq!((error.kind(), error.sent()), (ErrorKind::Validation, Sent::No), "{row}");
            assert!(error.to_string().contains(expected), "{row}: {error}");
        }
    }
    assert_eq!(server.seen().len(), sent);
}

/// Properties that do not affect the items of a list do not matter.
#[tokio::test]
async fn a_list_continues_the_cursors_of_the_same_list() {
    let server = endless().await;
    let pipeline = pipeline(&server);
    let call = || Call::<Value>::new(&pipeline, &PAGE).path("place", "a");
    let sorted = call().query("sort", "name").query("archived", &true).query("limit", &3);
    let stored = read(Paginator::new(sorted.clone()), 4).await;
    let set_otherwise = call().query("limit", &3).query("archived", &true).query("sort", "name");
    for (row, call) in [
        ("order of setters", set_otherwise),
        ("a position of its own", sorted.clone().query("page", &7)),
        ("other options", sorted.clone().with(crm_core::CallOptions::new().header("x-trace", "1"))),
    ] {
        let mut list = Paginator::<Numbered>::new(call).resume(stored.clone()).unwrap();
        assert_eq!(list.next().await.unwrap().unwrap(), 2, "{row}");
        assert_eq!(server.seen().last().unwrap().query("page"), Some("2"), "{row}");
    }
    // Nothing was read yet, so no page was counted.
    let start = Paginator::<Numbered>::new(sorted.clone()).cursor();
    assert!(Paginator::<Numbered>::new(sorted.set_query("limit", &50)).resume(start).is_ok());
}

#[test]
fn text_that_is_no_cursor_is_refused_with_the_reason() {
    let good = r#"{"v":2,"vendor":"acme","op":"things.list","list":"7b8a2bf0f3f02f8c","size":3,"at":{"page":2},"used":1,"sum":"#;
    let (empty, damaged) = ("the text is empty", "the text was changed or cut off");
    let newer = "has version 3 of its format, and this library reads version 2";
    let older = "has version 1 of its format, and this library reads version 2";
    let whole = format!("{good}\"00000000\"}}");
    for (text, expected) in [
        ("", empty),
        (" \n", empty),
        ("null", damaged),
        ("7", damaged),
        ("{}", damaged),
        ("[]", damaged),
        ("start", damaged),
        (good, damaged),
        (&whole, damaged),
        (r#"{"v":"2"}"#, damaged),
        (&whole.replace("\"v\":2", "\"v\":3"), newer),
        (r#"{"op":"things.list","list":"00ff00ff00ff00ff","at":{"page":2},"used":1}"#, older),
    ] {
        let error = text.parse::<Cursor>().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Validation, "{text}");
        assert!(error.to_string().contains(expected), "{text}: {error}");
        assert!(error.to_string().contains("begin the list without a cursor"), "{error}");
        if serde_json::from_str::<Value>(text).is_ok() {
            let error = serde_json::from_str::<Cursor>(text).unwrap_err();
            assert!(error.to_string().contains(expected), "{text}: {error}");
        }
    }
}

const STORED: &str = concat!(
    r#"{"v":2,"vendor":"acme","op":"things.query","list":"4592eb3177a38cd6","size":9,"#,
    r#""at":"start","used":1,"sum":"b21674ff"}"#,
);

/// `serde_json/preserve_order` and `arbitrary_precision` change the text of a body, not its list.
/// The crate's tests run with and without them: `cargo test -p crm-core --features serde_json/preserve_order`.
#[tokio::test]
async fn the_fingerprint_does_not_depend_on_features_of_other_crates() {
    let server = Server::start(|_, _| reply(200, r#"{"items":[1,2,3]}"#)).await;
    let pipeline = pipeline(&server);
    let list = |body: &str| {
        let call = Call::<Value>::new(&pipeline, &BODY).json(&serde_json::from_str::<Value>(body).unwrap());
        Paginator::<Queried>::new(call)
    };
    let mut one = list(r#"{"query":"q","filters":[{"field":"size","value":1.50,"operator":"gt"}],"limit":9}"#);
    one.next().await.unwrap().unwrap();
    let stored = one.cursor().to_string();
    assert_eq!(stored, STORED, "stored cursors depend on this text");
    let other = list(r#"{"limit":5,"filters":[{"operator":"gt","value":15e-1,"field":"size"}],"query":"q"}"#);
    assert!(other.resume(stored.parse().unwrap()).is_ok());
    let other = list(r#"{"limit":5,"filters":[{"operator":"gt","value":1.6,"field":"size"}],"query":"q"}"#);
    assert!(other.resume(stored.parse().unwrap()).is_err());
}

/// The position is sent in the place and in the form of the operation's table.
#[tokio::test]
async fn positions_are_sent_as_the_table_says() {
    let token = || Position::Token("t+1".into());
    let pair = || Position::After { value: "5".into(), id: "a b".into() };
    let body = |kind, params| Paging { sent_in: SentIn::Body, ..Paging::new(kind, params) };
    let text = |kind, params| Paging { as_text: true, ..body(kind, params) };
    let cases = [
        (Paging::new(PagingKind::Token, &["after"]), token(), "/things?after=t%2B1", ""),
        (body(PagingKind::Token, &["after"]), token(), "/things", r#"{"after":"t+1"}"#),
        (Paging::new(PagingKind::Offset, &["skip"]), Position::Offset(40), "/things?skip=40", ""),
        (body(PagingKind::Offset, &["skip"]), Position::Offset(40), "/things", r#"{"skip":40}"#),
        (text(PagingKind::Offset, &["skip"]), Position::Offset(40), "/things", r#"{"skip":"40"}"#),
        (Paging::new(PagingKind::Page, &["page"]), Position::Page(3), "/things?page=3", ""),
        (body(PagingKind::Page, &["page"]), Position::Page(3), "/things", r#"{"page":3}"#),
        (Paging::new(PagingKind::KeysetPair, &["from", "id"]), pair(), "/things?from=5&id=a%20b", ""),
        (body(PagingKind::KeysetPair, &["from", "id"]), pair(), "/things", r#"{"from":"5","id":"a b"}"#),
        (
            body(PagingKind::SearchAfter, &["at"]),
            Position::Values(vec![json!(1), json!("a")]),
            "/things",
            r#"{"at":[1,"a"]}"#,
        ),
    ];
    for (paging, position, target, sent) in cases {
        let server = endless().await;
        let mut op = BODY.clone();
        (op.path, op.paging) = ("/things", Some(&*Box::leak(Box::new(paging))));
        let call = Call::<Value>::new(&pipeline(&server), Box::leak(Box::new(op)));
        let cursor = List::of(&call).cursor(position, 0);
        let mut list = Paginator::<Queried>::new(call).resume(cursor).unwrap();
        list.next().await.unwrap().unwrap();
        let seen = &server.seen()[0];
        assert_eq!((seen.target.as_str(), seen.body.as_str()), (target, sent), "{paging:?}");
    }
}
