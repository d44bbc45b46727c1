//! Stores: what every one of them promises, and what files add.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crm_core::{
    BeforeSend, BoxFuture, Error, ErrorKind, FileStore, ManualClock, MemoryStore, OAuthCredentials, StoredTokens,
    TokenSet, TokenSource, TokenStore,
};
use futures::future::join_all;

use super::{ACCOUNT, CANARY, shared, told};

const LEASE: Duration = Duration::from_secs(60);

/// Never asked.
struct Nowhere;

impl TokenSource for Nowhere {
    fn vendor(&self) -> &str {
        "nowhere"
    }

    fn rotates(&self) -> bool {
        true
    }

    fn refresh<'a>(&'a self, _: &'a TokenSet, _: BeforeSend) -> BoxFuture<'a, Result<TokenSet, Error>> {
        Box::pin(async { Err(Error::config("there is nobody to ask")) })
    }
}

fn set(name: &str) -> TokenSet {
    TokenSet::new(format!("{CANARY}-{name}")).unwrap()
}

async fn install(store: &Arc<dyn TokenStore>, account: &str, tokens: TokenSet) -> Result<(), Error> {
    OAuthCredentials::new(account, Nowhere, Arc::clone(store)).unwrap().install(tokens).await
}

/// The key of an account of [`Nowhere`].
fn key(account: &str) -> String {
    format!("nowhere/{account}")
}

/// The promises of the trait.
pub(super) async fn keeps_its_promises(store: Arc<dyn TokenStore>) {
    assert!(store.load(&key(ACCOUNT)).await.unwrap().is_none());
    install(&store, ACCOUNT, set("1")).await.unwrap();
    let first = store.load(&key(ACCOUNT)).await.unwrap().unwrap();
    assert_eq!((first.revision(), first.generation()), (1, 1));
    assert_eq!(first.tokens(), &set("1"));
    assert!(!store.swap(&key(ACCOUNT), &first).await.unwrap(), "it is there already");

    // Names that differ little are different accounts.
    for other in ["Account-1", "account-1 ", "account/1", "../account-1", "ACCOUNT-1", "конто", &"x".repeat(300)] {
        assert!(store.load(&key(other)).await.unwrap().is_none(), "{other}");
        install(&store, other, set("other")).await.unwrap();
    }
    assert_eq!(store.load(&key(ACCOUNT)).await.unwrap().unwrap(), first);

    // Of several concurrent writers each is either in the chain or gets an error; none is lost.
    let all = join_all((0..20).map(|n| {
        let store = Arc::clone(&store);
        tokio::spawn(async move { install(&store, ACCOUNT, set(&n.to_string())).await })
    }));
    all.await.into_iter().for_each(|done| done.unwrap().unwrap());
    let last = store.load(&key(ACCOUNT)).await.unwrap().unwrap();
    assert_eq!((last.revision(), last.generation()), (21, 21));

    // One holds the lock, for one account.
    let held = store.lock(ACCOUNT, LEASE).await.unwrap().expect("it is free");
    assert!(store.lock(ACCOUNT, LEASE).await.unwrap().is_none());
    assert!(store.lock("another", LEASE).await.unwrap().is_some());
    held.release().await;
    // A child that another test starts shares the locks of files until it runs its own program.
    let mut again = None;
    for _ in 0..1_000 {
        again = store.lock(ACCOUNT, LEASE).await.unwrap();
        if again.is_some() {
            break;
        }
        tokio::task::yield_now().await;
    }
    again.expect("it is free again").release().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory() {
    keeps_its_promises(Arc::new(MemoryStore::new())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("made/on/the/way");
    keeps_its_promises(Arc::new(FileStore::open(&path).unwrap())).await;
}

fn record(directory: &Path) -> PathBuf {
    let files = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    files.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "json")).unwrap()
}

#[cfg(unix)]
#[tokio::test]
async fn files_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tokens");
    let store: Arc<dyn TokenStore> = Arc::new(FileStore::open(&path).unwrap());
    install(&store, ACCOUNT, set("1")).await.unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o700);
    for file in fs::read_dir(&path).unwrap() {
        assert_eq!(mode(&file.unwrap().path()), 0o600);
    }
}

/// An error of a store contains the reason and the file, and no token.
#[tokio::test]
async fn files_that_cannot_be_used() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().display().to_string();
    let mut table = Vec::new();
    let mut row = |what: &str, error: &Error| {
        assert!([ErrorKind::Token, ErrorKind::Config].contains(&error.kind()));
        table.push(format!("{what}\n{}\n", told(error).replace(&root, "DIR")));
    };

    fs::write(directory.path().join("file"), "").unwrap();
    row("a directory that is a file", &FileStore::open(directory.path().join("file")).unwrap_err());

    let path = directory.path().join("tokens");
    let store: Arc<dyn TokenStore> = Arc::new(FileStore::open(&path).unwrap());
    install(&store, ACCOUNT, set("1")).await.unwrap();
    let (file, good) = (record(&path), fs::read_to_string(record(&path)).unwrap());
    for (what, text) in
        [("cut off", &good[..good.len() / 2]), ("empty", ""), ("something else", r#"{"access_token": "canary"}"#)]
    {
        fs::write(&file, text).unwrap();
        row(what, &store.load(&key(ACCOUNT)).await.unwrap_err());
        row(&format!("{what}, and written to"), &install(&store, ACCOUNT, set("2")).await.unwrap_err());
        assert_eq!(fs::read_to_string(&file).unwrap(), text, "it is left for its owner to look at");
    }
    fs::write(&file, [0xff, 0xfe]).unwrap();
    row("not text", &store.load(&key(ACCOUNT)).await.unwrap_err());
    fs::write(&file, &good).unwrap();

    // A draft left by a process that ended while it wrote does not affect others …
    let draft = file.with_extension("draft");
    fs::write(&draft, "half a rec").unwrap();
    install(&store, ACCOUNT, set("2")).await.unwrap();
    assert!(!draft.exists());
    // … and what cannot be written leaves the record as it was.
    fs::create_dir(&draft).unwrap();
    row("not writable", &install(&store, ACCOUNT, set("3")).await.unwrap_err());
    assert_eq!(store.load(&key(ACCOUNT)).await.unwrap().unwrap().tokens(), &set("2"));
    insta::assert_snapshot!(table.join("\n"));
}

/// In a process that may write no byte to any file, as if the disk was full.
#[cfg(unix)]
#[tokio::test]
async fn a_full_disk_leaves_the_record_and_nothing_else() {
    const PLACE: &str = "CRM_FULL_DISK";
    if let Some(path) = std::env::var_os(PLACE) {
        let store: Arc<dyn TokenStore> = Arc::new(FileStore::open(path).unwrap());
        let error = install(&store, ACCOUNT, set("2")).await.unwrap_err();
        assert!(told(&error).contains("could not be written"), "{}", told(&error));
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tokens");
    let store: Arc<dyn TokenStore> = Arc::new(FileStore::open(&path).unwrap());
    install(&store, ACCOUNT, set("1")).await.unwrap();
    let files = || {
        let mut names: Vec<_> = fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort_unstable();
        names
    };
    let before = files();
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\""]).arg(std::env::current_exe().unwrap());
    shell
        .args(["--exact", "oauth::stores::a_full_disk_leaves_the_record_and_nothing_else", "--nocapture"])
        .env(PLACE, &path);
    let output = tokio::task::spawn_blocking(move || shell.output().unwrap()).await.unwrap();
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
    assert_eq!(files(), before);
    assert_eq!(store.load(&key(ACCOUNT)).await.unwrap().unwrap().tokens(), &set("1"));
}

#[tokio::test]
async fn a_store_is_asked_for_nothing_before_the_first_call() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tokens");
    let store = FileStore::open(&path).unwrap();
    let credentials = OAuthCredentials::new(ACCOUNT, Nowhere, store).unwrap();
    let clock = ManualClock::auto();
    let credentials = credentials.with_clock(shared(&clock), 7);
    assert_eq!(fs::read_dir(&path).unwrap().count(), 0);
    assert!(credentials.tokens().await.unwrap().is_none());
    let stored: Option<StoredTokens> = FileStore::open(&path).unwrap().load(&key(ACCOUNT)).await.unwrap();
    assert!(stored.is_none());
}
