//! Importing files from a URL.

use std::time::Duration;

use hubspot_client::types::ImportFromUrlInput;
use hubspot_client::{ErrorKind, PollPolicy, Status};

use super::{Rig, failed};

fn input(url: &str) -> ImportFromUrlInput {
    ImportFromUrlInput::new("PRIVATE", "EXACT_FOLDER", "NONE", false).url(url).folder_path("/logos")
}

fn policy(seconds: u64) -> PollPolicy {
    PollPolicy::new(Duration::from_secs(2), Duration::from_secs(seconds))
}

#[tokio::test]
async fn an_import_is_waited_for() {
    let rig = Rig::new().await;
    let files = rig.client.files();
    let file = files.import_and_wait(input("https://www.example.com/logo.png"), policy(60)).await.unwrap();
    assert_eq!(file.name.as_deref(), Some("logo.png"));
    assert_eq!(rig.passed(), Duration::from_secs(4), "asked three times, two seconds apart");
    assert_eq!(
        files.get(file.id.unwrap()).send().await.unwrap().url.as_deref(),
        Some("https://www.example.com/logo.png")
    );

    let task = files.import_from_url(input("https://www.example.com/b.png")).send().await.unwrap().id.unwrap();
    let mut waiting = files.wait_for_import(&task, policy(60));
    let mut pending = 0;
    let file = loop {
        match waiting.next().await.unwrap().unwrap() {
            Status::Pending { .. } => pending += 1,
            Status::Done(file) => break file,
        }
    };
    assert_eq!((pending, file.name.as_deref()), (2, Some("b.png")));
    rig.assert_accepted();
}

#[tokio::test]
async fn an_import_that_fails_says_why() {
    let rig = Rig::new().await;
    let files = rig.client.files();
    let error = failed(files.import_and_wait(input("https://nowhere.invalid/a.png"), policy(60)).await);
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Validation, "files.get_import_status"));
    assert!(error.to_string().contains("nothing can be fetched"), "{error}");
    let error = failed(files.import_and_wait(input("https://www.example.com/a.png"), policy(1)).await);
    assert_eq!(error.kind(), ErrorKind::Pending);
    assert_eq!(failed(files.wait_for_import("404", policy(60)).await).kind(), ErrorKind::NotFound);
    let error = failed(
        files.import_and_wait(ImportFromUrlInput::new("PRIVATE", "EXACT_FOLDER", "NONE", false), policy(1)).await,
    );
    assert_eq!(error.kind(), ErrorKind::Validation);
}
