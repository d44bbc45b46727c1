//! Many accounts of one program that renew at the same time.

use std::time::{Duration, Instant};

use futures::future::join_all;

use super::{HOUR, tokens};
use crate::auth::Credentials as _;
use crate::clock::{Clock as _, SystemClock};
use crate::error::Error;
use crate::oauth::{FileStore, OAuthCredentials, TokenSet, TokenSource};
use crate::request::BeforeSend;
use crate::sync::BoxFuture;

/// A vendor that answers at once, and whose refresh tokens can be used only once.
struct Prompt;

impl TokenSource for Prompt {
    fn vendor(&self) -> &str {
        "prompt"
    }

    fn rotates(&self) -> bool {
        true
    }

    fn refresh<'a>(&'a self, _: &'a TokenSet, sending: BeforeSend) -> BoxFuture<'a, Result<TokenSet, Error>> {
        Box::pin(async move {
            sending.run().await?;
            tokens(2, SystemClock::new().wall())
        })
    }
}

/// In real time, because the disk needs it.
#[tokio::test(flavor = "multi_thread")]
async fn a_directory_takes_500_renewals_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let ended = SystemClock::new().wall() - HOUR * 2;
    let accounts = join_all((0..500).map(|n| {
        let store = FileStore::open(directory.path()).unwrap();
        async move {
            let credentials = OAuthCredentials::new(format!("account-{n}"), Prompt, store).unwrap();
            credentials.install(tokens(1, ended).unwrap()).await.map(|()| credentials)
        }
    }));
    // Each account creates its first record, at the same time as the others.
    let accounts: Vec<_> = accounts.await.into_iter().map(Result::unwrap).collect();
    let start = Instant::now();
    let all = join_all(accounts.iter().map(|credentials| credentials.authorize())).await;
    let failed = all.iter().filter(|outcome| outcome.is_err()).count();
    println!("500 renewals: {failed} failed, {:?}", start.elapsed());
    assert_eq!(failed, 0, "{:?}", all.into_iter().find_map(Result::err));
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_write_waits_only_for_writes_of_its_own_account() {
    let directory = tempfile::tempdir().unwrap();
    let store = FileStore::open(directory.path()).unwrap();
    let install = async |account: &str| {
        let credentials = OAuthCredentials::new(account, Prompt, store.clone()).unwrap();
        credentials.install(tokens(1, SystemClock::new().wall()).unwrap()).await
    };
    install("slow").await.unwrap();
    // Another process is in the middle of a write, on a disk that does not respond.
    let mut held = Vec::new();
    for entry in std::fs::read_dir(directory.path()).unwrap() {
        let file = std::fs::File::open(entry.unwrap().path()).unwrap();
        file.try_lock().unwrap();
        held.push(file);
    }
    install("another").await.unwrap();
    assert!(held.len() >= 2, "the record and what is locked to write it");
}
