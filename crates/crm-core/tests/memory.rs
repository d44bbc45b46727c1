//! The memory that a reply may take when it is read.

#![allow(missing_docs, reason = "of types for one test")]

use std::process::Command;

use crate::support::{self, Server, builder, json as reply, op, pipeline};
use crm_core::{Call, ErrorKind, Map, Pipeline, Wire};
use serde_json::{Value, json};

op!(READ, "things.read", GET, "/things", idempotent: true);

const MIB: usize = 1024 * 1024;
/// The variable that passes the server's address to a test that is run again in a separate process.
const ADDRESS: &str = "CRM_CORE_TEST_ADDRESS";

crm_core::record! {
    /// A record with so many fields that an empty one takes hundreds of bytes.
    pub struct Thing {
        id: Option<String> = "id",
        one: Option<String> = "one",
        two: Option<String> = "two",
        three: Option<Vec<String>> = "three",
        four: Option<Map<String>> = "four",
        five: Option<String> = "five",
        six: Option<String> = "six",
        seven: Option<Box<Thing>> = "seven",
    }
    with default
}

crm_core::record! {
    pub struct Page {
        items: Option<Vec<Thing>> = "items",
    }
    with default
}

async fn read<T: Wire>(pipeline: &Pipeline) -> Result<T, crm_core::Error> {
    Call::<T>::new(pipeline, &READ).send().await
}

/// Returns 16 MiB of the same element.
fn many(before: &str, element: &str, after: &str) -> String {
    let count = 16 * MIB / (element.len() + 1);
    format!("{before}{}{after}", vec![element; count].join(","))
}

/// Returns the bodies that take the most memory, each with its path.
fn worst() -> [(&'static str, String); 6] {
    [
        ("records", many("{\"items\":[", "{}", "]}")),
        ("boxes", many("{\"items\":[", "{\"seven\":{}}", "]}")),
        ("unknown", many("{\"items\":[],\"other\":[", "{}", "]}")),
        ("members", many("{\"items\":[],\"other\":[", "{\"a\":0}", "]}")),
        ("odd", many("{\"items\":[1,", "{}", "]}")),
        ("repeated", many("{\"items\":[],", "\"x\":0", "}")),
    ]
}

crm_core::record! {
    pub struct Choices {
        items: Option<Vec<Choice>> = "items",
    }
    with default
}

crm_core::union! {
    pub enum Choice by members {
        Thing(Thing) = "id",
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_small_body_that_takes_much_memory_is_refused_before_it_does() {
    const TEST: &str = "memory::a_small_body_that_takes_much_memory_is_refused_before_it_does";
    if let Ok(address) = std::env::var(ADDRESS) {
        let pipeline = builder(&address, &crm_core::ManualClock::auto()).build().unwrap();
        let before = support::peak();
        let error = match std::env::var("AS").unwrap().as_str() {
            "json" => read::<Value>(&pipeline).await.err(),
            _ => read::<Page>(&pipeline).await.err(),
        };
        let error = error.expect("it takes too much");
        assert_eq!(error.kind(), ErrorKind::Decode);
        let text = error.to_string();
        assert!(text.contains("67108864 bytes of memory that max_decoded allows"), "{text}");
        // The body, which may be in memory twice while it grows, and its values.
        let took = support::peak() - before;
        println!("measured {} MiB", took / MIB);
        assert!(took < (32 + 64 + 8) * MIB, "{} MiB", took / MIB);
        return;
    }
    for (name, body) in worst() {
        let server = Server::start(move |_, _| reply(200, &body)).await;
        // In JSON a repeated member replaces the previous one.
        for kind in ["record", "json"].into_iter().filter(|kind| (name, *kind) != ("repeated", "json")) {
            let (program, address) = (std::env::current_exe().unwrap(), server.base_url.clone());
            let output = tokio::task::spawn_blocking(move || {
                let mut command = Command::new(program);
                command.args(["--exact", TEST, "--nocapture"]).env(ADDRESS, address).env("AS", kind).output().unwrap()
            });
            let output = output.await.unwrap();
            let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
            let measured = text.lines().find(|line| line.starts_with("measured"));
            println!("{name} as {kind}: {measured:?}");
            assert!(output.status.success() && text.contains("1 passed"), "{name} as {kind}: {text}");
        }
    }
}

#[tokio::test]
async fn the_largest_pages_of_vendors_are_read() {
    // Five hundred records are the maximum of any of the vendors; twenty times as many are read too.
    for (count, fields) in
        [(500, json!({"id": "1"})), (10_000, json!({"id": "1"})), (500, json!({"seven": {}, "x": [{}]}))]
    {
        let body = json!({"items": vec![fields; count]}).to_string();
        let server = Server::start(move |_, _| reply(200, &body)).await;
        let page: Page = read(&pipeline(&server)).await.unwrap();
        assert_eq!(page.items.unwrap().len(), count);
        let value: Value = read(&pipeline(&server)).await.unwrap();
        assert_eq!(value["items"].as_array().unwrap().len(), count);
    }
}

#[tokio::test]
async fn the_bound_can_be_set_and_holds_for_odd_parts() {
    // An element of another type causes the reply to be read a second time.
    for body in [r#"{"items":[{},{},{},{}]}"#, r#"{"items":[{},{},{},{},"odd"]}"#] {
        let server = Server::start(move |_, _| reply(200, body)).await;
        let clock = crm_core::ManualClock::auto();
        let small = builder(&server.base_url, &clock).max_decoded(100).build().unwrap();
        let error = read::<Page>(&small).await.unwrap_err();
        assert!(error.to_string().contains("100 bytes of memory that max_decoded allows"), "{error}");
        assert_eq!((error.attempts(), error.status()), (1, Some(200)));
        assert!(read::<Page>(&pipeline(&server)).await.is_ok());
        let error = read::<Choices>(&small).await.unwrap_err();
        assert!(error.to_string().contains("100 bytes of memory that max_decoded allows"), "{error}");
        // A reply that its receiver reads later has the same limit.
        let raw = Call::<Value>::new(&small, &READ).send_raw().await.unwrap();
        assert!(raw.decode::<Page>().unwrap_err().to_string().contains("too much memory"));
        assert_eq!(raw.json(), None);
        let raw = Call::<Value>::new(&pipeline(&server), &READ).send_raw().await.unwrap();
        assert!(raw.decode::<Page>().is_ok() && raw.json().is_some());
    }
}
