//! A store of files, for the processes of one machine.

use std::fmt;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{StoreLock, StoredTokens, TokenStore};
use crate::auth::Secret;
use crate::error::{Error, ErrorKind};
use crate::stable_hash::StableHash;
use crate::sync::BoxFuture;

/// Time for which a write waits for another one of the same account, which takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);
/// A record is a few kilobytes; a file larger than this is not a record.
const LARGEST: u64 = 1 << 20;

/// Keeps each account's record in a separate file in one directory.
///
/// Files are readable only by their owner, and replaced as a whole: after a crash at any point
/// either the old record or the new one exists. Locks are those of the operating system and end with the
/// process that holds them. They may not work on a network file system; use Redis there.
#[derive(Clone)]
pub struct FileStore {
    directory: Arc<Path>,
}

impl FileStore {
    /// Opens a store in this directory, which is created if it does not exist.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] if the directory cannot be created.
    pub fn open(directory: impl Into<PathBuf>) -> Result<Self, Error> {
        let directory = directory.into();
        make_directory(&directory).map_err(|error| {
            Error::config(format!("the token store's directory {} cannot be created", directory.display()))
                .with_source(error)
        })?;
        Ok(Self { directory: Arc::from(directory) })
    }

    fn path(&self, account: &str, ending: &str) -> PathBuf {
        // The hash distinguishes names that a file system might not; the name is only human-readable.
        let hash = StableHash::new().part(b"crm-core account").part(account.as_bytes()).finish();
        let word = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
        let words: String = account.chars().take(40).map(word).collect();
        self.directory.join(format!("{words}-{hash:016x}.{ending}"))
    }

    /// Runs file operations on a thread that may block.
    async fn blocking<T: Send + 'static>(
        &self,
        account: &str,
        work: impl FnOnce(&Self, &str) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (store, account) = (self.clone(), account.to_owned());
        let runtime = tokio::runtime::Handle::try_current()
            .map_err(|error| Error::config("the token store needs a tokio runtime").with_source(error))?;
        let done = runtime.spawn_blocking(move || work(&store, &account)).await;
        done.map_err(|error| Error::new(ErrorKind::Token, "work on the token store was cut off").with_source(error))?
    }

    fn read(&self, account: &str) -> Result<Option<StoredTokens>, Error> {
        let path = self.path(account, "json");
        let failed = |what: &str, error: io::Error| self.failed(what, account, error);
        let mut file = match File::open(&path) {
            Ok(file) => file.take(LARGEST),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed("opened", error)),
        };
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(|error| failed("read", error))?;
        let text = Secret::new(text);
        let record = StoredTokens::decode(text.expose()).map_err(|error| {
            let advice = "put it back from a copy, or remove it and authorise the account again";
            let text = format!("the account's file in {} contains no tokens; {advice}", self.directory.display());
            Error::new(ErrorKind::Token, text).with_account(account).with_source(error)
        })?;
        Ok(Some(record))
    }

    fn replace(&self, account: &str, record: &StoredTokens) -> Result<bool, Error> {
        let _writing = self.writing(account)?;
        let stored = self.read(account)?.map_or(0, |stored| stored.revision());
        if stored.checked_add(1) != Some(record.revision()) {
            return Ok(false);
        }
        let (path, draft) = (self.path(account, "json"), self.path(account, "draft"));
        write_whole(&draft, record.encode().expose())
            .and_then(|()| fs::rename(&draft, &path))
            .and_then(|()| sync_directory(&self.directory))
            .map_err(|error| {
                // It may contain a part of a token.
                let _ = fs::remove_file(&draft);
                self.failed("written", account, error)
            })?;
        Ok(true)
    }

    fn failed(&self, what: &str, account: &str, error: io::Error) -> Error {
        let text = format!("the account's file in {} could not be {what}: {error}", self.directory.display());
        Error::new(ErrorKind::Token, text).with_account(account).with_source(error)
    }

    /// The lock of an account's writes, held during one write. Each account has its own: a write
    /// waits for the disk, and many accounts may renew at the same time.
    fn writing(&self, account: &str) -> Result<File, Error> {
        let path = self.path(account, "write");
        let file = lock_file(&path)?;
        let start = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) if start.elapsed() < PATIENCE => {
                    std::thread::sleep(Duration::from_millis(2));
                }
                Err(TryLockError::WouldBlock) => {
                    let text = format!("another process holds {} for more than {PATIENCE:?}", path.display());
                    return Err(Error::new(ErrorKind::Token, text));
                }
                Err(TryLockError::Error(error)) => return Err(file_error("locked", &path, error)),
            }
        }
    }
}

impl TokenStore for FileStore {
    fn load<'a>(&'a self, account: &'a str) -> BoxFuture<'a, Result<Option<StoredTokens>, Error>> {
        Box::pin(self.blocking(account, Self::read))
    }

    fn swap<'a>(&'a self, account: &'a str, record: &'a StoredTokens) -> BoxFuture<'a, Result<bool, Error>> {
        let record = record.clone();
        Box::pin(self.blocking(account, move |store, account| store.replace(account, &record)))
    }

    fn lock<'a>(&'a self, account: &'a str, _lease: Duration) -> BoxFuture<'a, Result<Option<StoreLock>, Error>> {
        Box::pin(self.blocking(account, |store, account| {
            let path = store.path(account, "lock");
            let file = lock_file(&path)?;
            match file.try_lock() {
                // Closing the file releases the lock.
                Ok(()) => Ok(Some(StoreLock::new(async move { drop(file) }))),
                Err(TryLockError::WouldBlock) => Ok(None),
                Err(TryLockError::Error(error)) => Err(file_error("locked", &path, error)),
            }
        }))
    }
}

impl fmt::Debug for FileStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileStore").field("directory", &self.directory).finish()
    }
}

fn file_error(what: &str, path: &Path, error: io::Error) -> Error {
    Error::new(ErrorKind::Token, format!("{} could not be {what}: {error}", path.display())).with_source(error)
}

fn lock_file(path: &Path) -> Result<File, Error> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    for_owner(&mut options);
    options.open(path).map_err(|error| file_error("opened", path, error))
}

/// Writes a new file to the disk. Removes a file that an earlier crash left there.
fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.create_new(true).write(true);
    for_owner(&mut options);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(unix)]
fn for_owner(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt as _;
    options.mode(0o600);
}

#[cfg(not(unix))]
fn for_owner(_: &mut OpenOptions) {}

#[cfg(unix)]
fn make_directory(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(not(unix))]
fn make_directory(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

/// Makes a rename durable.
#[cfg(unix)]
fn sync_directory(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

#[cfg(not(unix))]
fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}
