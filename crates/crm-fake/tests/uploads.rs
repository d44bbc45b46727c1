//! A form that `crm-core` sends arrives unchanged.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use crm_core::{Call, ClientBuilder, OpMeta, Pipeline, Quotas, RawReply, Upload, Vendor, VendorError};
use crm_fake::{Fake, Part};
use proptest::prelude::*;

struct Nobody;

impl Vendor for Nobody {
    fn name(&self) -> &'static str {
        "nobody"
    }

    fn read_error(&self, _: &OpMeta, reply: &RawReply) -> VendorError {
        VendorError::from_status(reply.status())
    }
}

#[derive(Clone, Debug)]
enum Given {
    Text(String),
    Bytes(Option<String>, Vec<u8>),
    Stream(Vec<Vec<u8>>, bool),
}

/// Names that would break out of their quotes, and contents that look like the end of a part.
fn name() -> impl Strategy<Value = String> {
    "(\\PC|[\"\r\n;=\\\\-]){1,12}".prop_filter("escapes themselves", |name| !name.contains('%'))
}

fn content() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..2000),
        "(\r|\n|--|a){0,40}".prop_map(String::into_bytes),
        (60_000usize..200_000, any::<u8>()).prop_map(|(length, byte)| vec![byte; length]),
    ]
}

fn given() -> impl Strategy<Value = Given> {
    prop_oneof![
        "(\\PC|[\r\n\"-]){0,40}".prop_map(Given::Text),
        (proptest::option::of(name()), content()).prop_map(|(name, bytes)| Given::Bytes(name, bytes)),
        (proptest::collection::vec(content(), 0..4), any::<bool>()).prop_map(|(all, sized)| Given::Stream(all, sized)),
    ]
}

async fn send(fake: &Fake, given: &[(String, Given)]) -> (Vec<Part>, Option<String>) {
    let builder = ClientBuilder::new(Nobody, &fake.base_url(), Quotas::none(), |pipeline| pipeline);
    let pipeline: Pipeline = builder.token(fake.token()).build().unwrap();
    let mut call = Call::raw(&pipeline, http::Method::POST, "/nowhere");
    for (name, given) in given {
        let name = name.clone();
        call = match given.clone() {
            Given::Text(text) => call.part(name, &text),
            Given::Bytes(None, bytes) => call.file(name, bytes),
            Given::Bytes(Some(file), bytes) => call.file(name, Upload::bytes(bytes).file_name(file)),
            Given::Stream(all, sized) => {
                let size = all.iter().map(Vec::len).sum::<usize>() as u64;
                let upload = Upload::stream(Pieces(all.into_iter()));
                call.file(name, if sized { upload.size(size) } else { upload })
            }
        };
    }
    // There is no such operation, but the request is recorded anyway.
    assert_eq!(call.send().await.unwrap_err().status(), Some(404));
    let seen = fake.requests().pop().unwrap();
    (seen.parts(), seen.header("content-length").map(str::to_owned))
}

fn runtime<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

struct Pieces(std::vec::IntoIter<Vec<u8>>);

impl futures_core::Stream for Pieces {
    type Item = std::io::Result<Bytes>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Ready(self.0.next().map(|piece| Ok(piece.into())))
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_form_arrives(form in proptest::collection::vec((name(), given()), 1..5)) {
        let (parts, length) = runtime(async {
            let fake = Fake::builder(crm_fake::Vendor::HubSpot).start().await.unwrap();
            send(&fake, &form).await
        });
        let known = form.iter().all(|(_, given)| !matches!(given, Given::Stream(_, false)));
        prop_assert_eq!(known, length.is_some());
        prop_assert_eq!(parts.len(), form.len());
        for (part, (name, given)) in parts.iter().zip(&form) {
            prop_assert_eq!(&part.name, name);
            let (file, content) = match given {
                Given::Text(text) => (None, text.clone().into_bytes()),
                Given::Bytes(file, bytes) => (Some(file.clone().unwrap_or("file".into())), bytes.clone()),
                Given::Stream(all, _) => (Some("file".into()), all.concat()),
            };
            prop_assert_eq!(&part.file_name, &file);
            let kind = file.map(|_| "application/octet-stream");
            prop_assert_eq!(part.content_type.as_deref(), kind);
            prop_assert!(part.content == content);
        }
    }
}

#[test]
fn progress_counts_up_to_the_total() {
    let steps = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&steps);
    let upload = Upload::bytes(vec![7; 300_000]).on_progress(move |progress| log.lock().unwrap().push(progress));
    let parts = runtime(async {
        let fake = Fake::builder(crm_fake::Vendor::HubSpot).start().await.unwrap();
        let builder = ClientBuilder::new(Nobody, &fake.base_url(), Quotas::none(), |pipeline| pipeline);
        let pipeline: Pipeline = builder.token("t").build().unwrap();
        let call = Call::raw(&pipeline, http::Method::POST, "/nowhere");
        let call = call.part("a", &[1, 2]).part("none", &None::<String>).part("b", "old").set_part("b", "new");
        call.file("file", upload).send().await.unwrap_err();
        fake.requests().pop().unwrap().parts()
    });
    let texts: Vec<(&str, &[u8])> = parts[..3].iter().map(|part| (part.name.as_str(), &part.content[..])).collect();
    assert_eq!(texts, [("a", &b"1"[..]), ("a", b"2"), ("b", b"new")]);
    let steps = steps.lock().unwrap();
    assert!(steps.len() > 3 && steps.is_sorted_by(|a, b| a.bytes < b.bytes), "{steps:?}");
    assert_eq!((steps[0].bytes, steps[steps.len() - 1].bytes), (0, 300_000));
    assert!(steps.iter().all(|step| step.total == Some(300_000)));
}
