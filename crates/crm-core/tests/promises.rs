//! A success matches the document, and a request contains what was set, over a real connection.

use crate::support::{Server, TOKEN, json as reply, op, pipeline};
use crm_core::{Call, CallOptions, ErrorKind, Map, OpMeta, Paging, PagingKind, Pipeline, Wire};
use serde_json::{Value, json};

op!(GET, "things.get", GET, "/thing", idempotent: true);
op!(CREATE, "things.create", POST, "/thing", idempotent: false);
op!(UPDATE, "things.update", PATCH, "/thing", idempotent: false);
op!(REPLACE, "things.replace", PUT, "/thing", idempotent: true);
op!(DELETE, "things.delete", DELETE, "/thing", idempotent: true);
op!(FREE, "things.free", POST, "/thing", idempotent: false, rules.may_be_empty: true);
op!(PUBLIC, "things.public", POST, "/thing", idempotent: false, rules.anonymous: true);

crm_core::record! {
    /// A thing.
    pub struct Thing {
        /// Its id.
        id: Option<String> = "id",
        /// Its message.
        message: Option<String> = "message",
    }
    with default
}

crm_core::record! {
    /// The result of an action.
    pub struct Done {
        /// True if the action succeeded.
        done: Option<bool> = "done",
    }
    with default
}

/// Returns true if the reply counts as a success.
async fn succeeds<T: Wire + Send + 'static>(op: &'static OpMeta, status: u16, body: &'static str) -> bool {
    let server = Server::start(move |_, _| reply(status, body)).await;
    let sent = Call::<T>::new(&pipeline(&server), op).send().await;
    if let Err(error) = &sent {
        assert_eq!((error.kind(), error.status()), (ErrorKind::Decode, Some(status)), "{body}: {error}");
        assert!(error.may_have_happened(), "{body}: {error}");
        assert_eq!(error.body(), body.as_bytes());
        assert_eq!(error.operation(), op.id);
    }
    sent.is_ok()
}

#[tokio::test]
async fn a_record_with_an_id() {
    for (body, [get, create, update, delete]) in [
        (r#"{"id":"1"}"#, [true, true, true, true]),
        (r#"{"id":1,"new":2}"#, [true, true, true, true]),
        (r#"{"message":"x"}"#, [true, true, true, true]),
        (r#"{"id":null}"#, [true, true, true, true]),
        ("{}", [false; 4]),
        (r#"{"new":2}"#, [false; 4]),
        ("", [false, false, false, true]),
        (" \n", [false, false, false, true]),
        ("null", [false, false, false, true]),
        ("[]", [false; 4]),
        (r#""""#, [false; 4]),
        (r#""x""#, [false; 4]),
        ("7", [false; 4]),
        (r#"{"failed":true,"message":"x"}"#, [false; 4]),
        (r#"{"failed":true,"message":"\ud83d"}"#, [false; 4]),
        ("<html></html>", [false; 4]),
        (r#"{"id":"1""#, [false; 4]),
    ] {
        assert_eq!(succeeds::<Thing>(&GET, 200, body).await, get, "GET {body}");
        assert_eq!(succeeds::<Thing>(&CREATE, 201, body).await, create, "POST {body}");
        assert_eq!(succeeds::<Thing>(&UPDATE, 200, body).await, update, "PATCH {body}");
        assert_eq!(succeeds::<Thing>(&DELETE, 200, body).await, delete, "DELETE {body}");
    }
    // A reply without content is accepted if no result is lost by it.
    for (op, believed) in
        [(&GET, false), (&CREATE, false), (&UPDATE, true), (&REPLACE, true), (&DELETE, true), (&FREE, true)]
    {
        assert_eq!(succeeds::<Thing>(op, 204, "").await, believed, "{}", op.method);
    }
    assert!(succeeds::<Thing>(&FREE, 200, "").await);
}

#[tokio::test]
async fn a_record_without_an_id_cannot_conclude_that_a_write_failed() {
    for op in [&CREATE, &UPDATE, &REPLACE, &DELETE] {
        assert!(succeeds::<Done>(op, 200, r#"{"other":1}"#).await, "{}", op.method);
    }
    assert!(!succeeds::<Done>(&GET, 200, r#"{"other":1}"#).await);
    assert!(!succeeds::<Done>(&CREATE, 200, r#"{"failed":true,"message":"x"}"#).await);
    let server = Server::start(|_, _| reply(200, r#"{"other":1}"#)).await;
    let kept = Call::<Done>::new(&pipeline(&server), &UPDATE).send().await.unwrap();
    assert_eq!(kept.extra.get("other"), Some(&json!(1)));
}

#[tokio::test]
async fn lists_maps_json_and_nothing() {
    for (body, [list, map, any, nothing]) in [
        ("[]", [true, false, true, true]),
        (r#"[{"id":"1"}]"#, [true, false, true, true]),
        (r#"{"id":"1"}"#, [true, true, true, true]),
        ("{}", [false, true, true, true]),
        ("", [false, false, false, true]),
        ("null", [false, false, false, true]),
        (r#""""#, [false, false, true, true]),
        (r#""x""#, [false, false, true, true]),
        (r#"{"failed":true,"message":"x"}"#, [false; 4]),
    ] {
        assert_eq!(succeeds::<Vec<Thing>>(&GET, 200, body).await, list, "list {body}");
        assert_eq!(succeeds::<Map<String>>(&GET, 200, body).await, map, "map {body}");
        assert_eq!(succeeds::<Value>(&GET, 200, body).await, any, "any {body}");
        assert_eq!(succeeds::<()>(&GET, 200, body).await, nothing, "nothing {body}");
    }
}

crm_core::union! {
    /// One of two types, identified by its kind.
    pub enum Either by "kind" { Thing(Thing) = "thing", Done(Done) = "done" }
}

#[tokio::test]
async fn one_of_several_records() {
    for (body, right) in [
        (r#"{"kind":"thing","id":"1"}"#, true),
        (r#"{"kind":"new","other":1}"#, true),
        (r#"{"id":"1"}"#, true),
        (r#"{"other":1}"#, false),
        ("{}", false),
        ("", false),
        ("[]", false),
        (r#""x""#, false),
    ] {
        assert_eq!(succeeds::<Either>(&GET, 200, body).await, right, "{body}");
    }
}

#[tokio::test]
async fn the_error_within_a_success_says_what_the_vendor_said() {
    let server = Server::start(|_, _| reply(200, r#"{"failed":true,"message":"no such plan"}"#)).await;
    let error = Call::<Thing>::new(&pipeline(&server), &CREATE).send().await.unwrap_err();
    assert!(error.to_string().contains("no such plan"), "{error}");
    assert!(error.may_have_happened());
}

#[tokio::test]
async fn an_error_about_a_reply_knows_that_its_call_may_be_repeated() {
    let server = Server::start(|_, _| reply(200, "[]")).await;
    let search = Call::<Thing>::new(&pipeline(&server), &CREATE);
    let error = search.clone().send().await.unwrap_err();
    assert!(error.to_string().contains("do not repeat it"), "{error}");
    let error = search.with(CallOptions::new().idempotent(true)).send().await.unwrap_err();
    assert!(error.to_string().contains("repeating it is safe"), "{error}");
}

#[tokio::test]
async fn a_write_without_content_says_so() {
    let server = Server::start(|_, _| reply(200, r#"{"id":"1"}"#)).await;
    let pipeline = pipeline(&server);
    for (op, length) in
        [(&GET, None), (&CREATE, Some("0")), (&UPDATE, Some("0")), (&REPLACE, Some("0")), (&DELETE, None)]
    {
        Call::<Thing>::new(&pipeline, op).send().await.unwrap();
        let seen = server.seen().pop().unwrap();
        assert_eq!(seen.header("content-length"), length, "{}", op.method);
        assert_eq!(seen.header("transfer-encoding"), None);
        assert_eq!(seen.header("content-type"), None);
    }
}

#[tokio::test]
async fn an_operation_without_security_goes_without_the_credential() {
    let server = Server::start(|_, _| reply(401, "{}")).await;
    let pipeline = pipeline(&server);
    let error = Call::<Thing>::new(&pipeline, &PUBLIC).send().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Auth, 1));
    Call::<Thing>::new(&pipeline, &CREATE).send().await.unwrap_err();
    let sent: Vec<_> = server.seen().iter().map(|seen| seen.header("authorization").map(str::to_owned)).collect();
    assert_eq!(sent, [None, Some(format!("Bearer {TOKEN}"))]);
}

#[tokio::test]
async fn what_a_document_forgot_can_be_sent() {
    let server = Server::start(|_, _| reply(200, r#"{"id":"1"}"#)).await;
    let pipeline: Pipeline = pipeline(&server);
    let call = |op| Call::<Thing>::new(&pipeline, op);
    let options = || CallOptions::new().query("altType", "location").member("parent", json!({"id": 1}));
    call(&CREATE)
        .query("altType", "a")
        .query("b", "1")
        .json(&json!({"parent": 0, "x": 1}))
        .with(options())
        .send()
        .await
        .unwrap();
    call(&CREATE).with(options()).send().await.unwrap();
    call(&CREATE)
        .form(&json!({"x": "1 2", "parent": "a"}))
        .with(CallOptions::new().member("parent", "b c"))
        .send()
        .await
        .unwrap();
    let scoped = pipeline.with(CallOptions::new().query("a", 1).query("a", 2));
    Call::<Thing>::new(&scoped, &GET).send().await.unwrap();
    let sent: Vec<_> = server.seen().into_iter().map(|seen| (seen.target, seen.body)).collect();
    let sent: Vec<_> = sent.iter().map(|(target, body)| (target.as_str(), body.as_str())).collect();
    assert_eq!(
        sent,
        [
            ("/thing?b=1&altType=location", r#"{"parent":{"id":1},"x":1}"#),
            ("/thing?altType=location", r#"{"parent":{"id":1}}"#),
            ("/thing", "x=1+2&parent=b+c"),
            ("/thing?a=1&a=2", ""),
        ]
    );
    let error = call(&CREATE).text("x").with(options()).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Validation, "{error}");
    assert_eq!(server.seen().len(), 4, "nothing is sent");
}

op!(LIST, "things.list", GET, "/things", idempotent: true, paging: Some(&Paging::new(PagingKind::Token, &["after"])), rules.items: &["things"], rules.items_required: true);

crm_core::record! {
    /// A page of things.
    pub struct Page {
        /// The things.
        things: Vec<Thing> = "things",
        /// Number of things.
        total: Option<i64> = "total",
    }
    with default
}

#[tokio::test]
async fn a_page_without_its_list_is_none_even_if_it_is_sent_for_alone() {
    for (body, right) in [
        (r#"{"things":[],"total":0}"#, true),
        (r#"{"things":[]}"#, true),
        (r#"{"things":[{"id":"1"}]}"#, true),
        (r#"{"total":0}"#, false),
        (r#"{"things":null,"total":3}"#, false),
        (r#"{"things":"none","total":3}"#, false),
        (r#"{"things":[null],"total":3}"#, true),
        (r#"{"things":[7],"total":3}"#, false),
    ] {
        assert_eq!(succeeds::<Page>(&LIST, 200, body).await, right, "{body}");
    }
}

op!(UPLOAD, "things.upload", POST, "/upload", idempotent: false, rules.one_of_parts: &["folderId", "folderPath"]);

#[tokio::test]
async fn a_form_without_the_parts_that_it_needs_is_not_sent() {
    let server = Server::start(|_, _| reply(200, r#"{"id":"1"}"#)).await;
    let pipeline: Pipeline = pipeline(&server);
    let call = || Call::<Thing>::new(&pipeline, &UPLOAD);
    for call in [call(), call().part("file", "x")] {
        let error = call.send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Validation);
        assert!(error.to_string().contains("one of these parts: folderId, folderPath"), "{error}");
    }
    assert!(server.seen().is_empty());
    call().part("file", "x").part("folderPath", "/a").send().await.unwrap();
}
