//! No argument changes what a request is: its method, its path's segments, the names of its
//! parameters and headers, its parts.

use crm_core::{ErrorKind, Sent, Upload};
use crm_fake::{Fake, Recorded, Vendor};
use hubspot_client::{CallOptions, Client, Error};
use proptest::prelude::*;
use tokio::runtime::Runtime;

use super::build;

const CASES: u32 = 200;

/// Any text, and often one that looks like something else.
fn text() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "/",
        "\\",
        "..",
        ".",
        "%2e",
        "%2F",
        "?",
        "#",
        "&",
        "=",
        ";",
        ",",
        "\r\n",
        "\r\n\r\n",
        "\n",
        "\0",
        "\"",
        "--",
        " ",
        "%",
        "+",
        "@",
        ":",
        "a",
        "é",
        "\u{202e}",
        "Content-Disposition: form-data; name=\"x\"",
        "HTTP/1.1",
        "${x}",
        "{objectId}",
    ]);
    prop_oneof![any::<String>(), prop::collection::vec(pieces, 0..8).prop_map(|pieces| pieces.concat())]
}

struct Rig {
    runtime: Runtime,
    fake: Fake,
    client: Client,
}

impl Rig {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (fake, client) = runtime.block_on(async {
            let fake = Fake::builder(Vendor::HubSpot).no_quota().sample_replies().start().await.unwrap();
            let client = build(Client::builder().token(fake.token()), &fake.base_url());
            (fake, client)
        });
        Self { runtime, fake, client }
    }

    /// The one request that a call sends, or none where it is refused before.
    fn sent<T>(&self, call: impl Future<Output = Result<T, Error>>) -> Option<Recorded> {
        let before = self.fake.requests().len();
        let result = self.runtime.block_on(call);
        let mut sent = self.fake.requests().split_off(before);
        match result {
            Err(error) if error.sent() == Sent::No => {
                assert_eq!((error.kind(), sent.len()), (ErrorKind::Validation, 0), "{error}");
                None
            }
            // The vendor's reply to such an argument does not matter here.
            _ => {
                assert_eq!(sent.len(), 1);
                sent.pop()
            }
        }
    }

    fn run<S: Strategy>(&self, strategy: S, test: impl Fn(S::Value)) {
        let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(CASES) };
        let rng = proptest::test_runner::TestRng::deterministic_rng(config.rng_algorithm);
        let outcome = proptest::test_runner::TestRunner::new_with_rng(config, rng).run(&strategy, |value| {
            test(value);
            Ok(())
        });
        outcome.unwrap();
    }
}

fn names(pairs: &[(String, String)]) -> Vec<&str> {
    let mut names: Vec<&str> = pairs.iter().map(|pair| &*pair.0).collect();
    names.sort_unstable();
    names
}

fn decoded(segment: &str) -> String {
    percent_encoding::percent_decode_str(segment).decode_utf8().unwrap().into_owned()
}

#[test]
fn of_a_path_and_a_query() {
    let rig = Rig::new();
    let call =
        |id: &str, property: &str| rig.client.companies().get(id).properties([property]).id_property(property).send();
    let usual = rig.sent(call("1", "name")).unwrap();
    let reached = std::cell::Cell::new(0);
    rig.run((text(), text()), |(id, property)| {
        let Some(sent) = rig.sent(call(&id, &property)) else { return };
        reached.set(reached.get() + 1);
        let segments: Vec<&str> = sent.path.split('/').collect();
        assert_eq!((&sent.method, segments.len()), (&usual.method, usual.path.split('/').count()), "{}", sent.path);
        assert_eq!(decoded(segments.last().unwrap()), id);
        assert_eq!(names(&sent.query), names(&usual.query));
        assert_eq!(sent.query_value("idProperty"), Some(&*property));
        assert_eq!((names(&sent.headers), sent.body.len()), (names(&usual.headers), 0));
    });
    assert!(reached.get() > CASES / 2, "{} of {CASES} were sent at all", reached.get());
}

#[test]
fn of_a_header() {
    let rig = Rig::new();
    let call = |value: &str| {
        let client = rig.client.with(CallOptions::new().header("x-note", value));
        async move { client.companies().list().send().await }
    };
    let usual = rig.sent(call("note")).unwrap();
    let reached = std::cell::Cell::new(0);
    rig.run(text(), |value| {
        let Some(sent) = rig.sent(call(&value)) else { return };
        reached.set(reached.get() + 1);
        assert_eq!((&sent.method, &sent.path, &sent.query), (&usual.method, &usual.path, &usual.query));
        assert_eq!(names(&sent.headers), names(&usual.headers));
        // White space around a value is not a part of it.
        assert_eq!(sent.header("x-note").map(str::trim), Some(value.trim_matches([' ', '\t']).trim()), "{value:?}");
    });
    assert!(reached.get() > CASES / 8, "{} of {CASES} were sent at all", reached.get());
    // The name is an argument too.
    for name in ["authorization", "Host", "content-length", "transfer-encoding", "a b", "a\r\nb", ""] {
        let client = rig.client.with(CallOptions::new().header(name, "1"));
        assert!(rig.sent(async { client.companies().list().send().await }).is_none(), "{name}");
    }
}

#[test]
fn of_a_form_with_a_file() {
    let rig = Rig::new();
    let call = |path: &str, file: &str, content: &str, media: &str| {
        let upload = Upload::bytes(content.to_owned()).file_name(file).content_type(media);
        rig.client.files().upload(upload, "{}").folder_path(path).send()
    };
    let usual = rig.sent(call("/a", "a.csv", "id", "text/csv")).unwrap();
    let usual_parts: Vec<String> = usual.parts().into_iter().map(|part| part.name).collect();
    assert_eq!(usual_parts.len(), 3);
    let reached = std::cell::Cell::new(0);
    rig.run((text(), text(), text(), text()), |(path, file, content, media)| {
        // Usually they are not a media type and are refused; the others are useful anyway.
        let media = if media.len() % 2 == 0 { "text/csv".to_owned() } else { media };
        let Some(sent) = rig.sent(call(&path, &file, &content, &media)) else { return };
        reached.set(reached.get() + 1);
        let parts = sent.parts();
        assert_eq!(parts.iter().map(|part| part.name.clone()).collect::<Vec<_>>(), usual_parts, "{file:?} {media:?}");
        let find = |name: &str| parts.iter().find(|part| part.name == name).unwrap();
        assert_eq!(find("folderPath").content, path.as_bytes());
        assert_eq!(find("file").content, content.as_bytes());
        assert_eq!((names(&sent.headers), &sent.path), (names(&usual.headers), &usual.path));
    });
    assert!(reached.get() > CASES / 4, "{} of {CASES} were sent at all", reached.get());
}
