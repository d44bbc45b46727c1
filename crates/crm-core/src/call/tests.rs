//! Paths, queries and bodies.

use http::Method;
use serde_json::{Value, json};

use super::Call;
use crate::error::{Error, ErrorKind, Sent};
use crate::meta::OpMeta;
use crate::pipeline::{ClientBuilder, Pipeline};
use crate::vendor::{RawReply, Vendor, VendorError};
use crate::{BodyStream, CallOptions, PollPolicy, Quotas};

struct Nobody;

impl Vendor for Nobody {
    fn name(&self) -> &'static str {
        "nobody"
    }

    fn read_error(&self, _: &OpMeta, reply: &RawReply) -> VendorError {
        VendorError::from_status(reply.status())
    }
}

fn pipeline() -> Pipeline {
    // No server listens there; these tests send nothing.
    let builder = ClientBuilder::new(Nobody, "http://127.0.0.1:9/base", Quotas::none(), |pipeline| pipeline);
    builder.token("canary-token").build().unwrap()
}

static READ: OpMeta = OpMeta {
    id: "things.read",
    spec_id: "",
    method: Method::POST,
    path: "/things/{id}/parts/{part}",
    idempotent: true,
    limit_class: "",
    paging: None,
    rules: crate::Rules::PLAIN,
    long_running: false,
    batch_max: None,
    scopes: &[],
    version: None,
    deprecated: false,
};

fn call() -> Call<Value> {
    Call::new(&pipeline(), &READ)
}

#[test]
fn values_are_escaped_and_stay_one_segment() {
    let target = call().path("id", "a/b?c#d%e f+g@ü").path("part", 7).request.target().unwrap();
    assert_eq!(target, "/things/a%2Fb%3Fc%23d%25e%20f%2Bg%40%C3%BC/parts/7");
    let target = call().path("id", "%2e%2e").path_segments("part", "summarize/daily").request.target().unwrap();
    assert_eq!(target, "/things/%252e%252e/parts/summarize/daily");
}

fn refusal(call: Call<Value>) -> String {
    let error = futures::executor::block_on(call.send()).unwrap_err();
    assert_eq!((error.kind(), error.sent(), error.attempts()), (ErrorKind::Validation, Sent::No, 0));
    error.to_string()
}

#[test]
fn mistakes_are_kept_and_nothing_is_sent() {
    for bad in ["", ".", ".."] {
        assert!(refusal(call().path("id", bad).path("part", 1)).contains("\"id\""));
    }
    assert!(refusal(call().path("id", 1)).contains("\"part\" is missing"));
    assert!(refusal(call().path("nonsense", 1)).contains("no placeholder"));
    assert!(refusal(call().path("id", 1).path_segments("part", "a//b")).contains("is empty"));
    assert!(refusal(call().path("id", 1).path_segments("part", "a/../b")).contains("is a relative path"));
    let two = call().path("id", "..").path("part", "").header("Authorization", "x");
    assert!(refusal(two).contains("\"id\""), "the first mistake counts");
    assert!(refusal(call().path("id", 1).path("part", 1).header("x-a", "a\nb")).contains("x-a"));
    assert!(
        refusal(call().path("id", 1).path("part", 1).with(CallOptions::new().header("host", "x"))).contains("header")
    );
}

#[test]
fn raw_paths_stay_on_the_host() {
    let raw = |path: &str| Call::raw(&pipeline(), Method::GET, path);
    let target = raw("/a/b?c=d").query("e", "f g").request.target().unwrap();
    assert_eq!(target, "/a/b?c=d&e=f%20g");
    for bad in [
        "",
        "a",
        "https://evil.example",
        "//evil.example/a",
        "/\\evil.example",
        "/a/../b",
        "/a/%2E./b",
        "/a#b",
        "/a b",
        "/a\n",
    ] {
        refusal(raw(bad));
    }
    assert!(refusal(Call::raw(&pipeline(), Method::CONNECT, "/")).contains("method"));
}

#[test]
fn queries_repeat_join_and_are_replaced() {
    let call = Call::<Value>::raw(&pipeline(), Method::GET, "/")
        .query("id", &vec![1, 2])
        .query_joined("name", &["a", "b&c"])
        .query("none", &None::<String>)
        .query_named("p.email".to_owned(), "a@b")
        .query("after", "x")
        .set_query("after", "y");
    assert_eq!(call.request.target().unwrap(), "/?id=1&id=2&name=a,b%26c&p.email=a%40b&after=y");
    assert_eq!(call.query_value("after"), Some("y"));
}

#[test]
fn bodies_are_patched() {
    let call = call().json(&json!({"limit": 5, "deep": {"a": 1}})).set_body_field("after", json!("x"));
    assert_eq!(call.body_value("after"), Some(json!("x")));
    assert_eq!(call.body_value("deep"), Some(json!({"a": 1})));
    let empty = self::call().set_body_field("after", json!(1));
    assert_eq!(empty.body_value("after"), Some(json!(1)));
    let form = self::call().path("id", 1).path("part", 1).form(&json!({"a": "b c"})).set_body_field("after", json!(1));
    assert!(refusal(form).contains("after"));
}

#[tokio::test]
async fn a_preview_is_the_request_without_its_credential() {
    let call = call().path("id", 1).path("part", "a b").query("q", "x").json(&json!({"a": 1}));
    let shown = call.clone().with(CallOptions::new().query("more", 1).header("x-a", "b")).preview().await.unwrap();
    assert_eq!(
        (shown.method.as_str(), &*shown.url),
        ("POST", "http://127.0.0.1:9/base/things/1/parts/a%20b?q=x&more=1")
    );
    assert_eq!(shown.body.as_deref(), Some(&b"{\"a\":1}"[..]));
    assert!(shown.headers["content-type"] == "application/json" && shown.headers["x-a"] == "b", "{:?}", shown.headers);
    assert_eq!(shown.headers["authorization"].as_bytes(), "[…]".as_bytes());
    assert!(!format!("{shown:?}").contains("canary") && !format!("{shown:?}").contains("parts"), "{shown:?}");
    assert_eq!(call.refuse("no").preview().await.unwrap_err().operation(), "things.read");
}

#[test]
fn debug_shows_no_values() {
    let call = call().path("id", "canary").query("q", "canary").header("x-h", "canary").json(&json!({"a": "canary"}));
    let shown = format!("{call:?} {:?}", call.pipeline);
    assert!(!shown.contains("canary"), "{shown}");
}

#[test]
fn everything_can_be_spawned() {
    fn sends<T: Send>(_: &T) {}
    sends(&call());
    sends(&call().send());
    sends(&call().send_raw());
    sends(&call().poll(PollPolicy::new(std::time::Duration::ZERO, std::time::Duration::ZERO)));
    sends(&Call::<BodyStream>::new(&pipeline(), &READ).send());
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Pipeline>();
    shared::<Call<Value>>();
    shared::<Error>();
}
