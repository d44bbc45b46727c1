//! State that the workers share: the position in the list, and the worker of each page. It is one file, changed
//! under a lock and replaced as a whole.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use hubspot_client::Cursor;
use serde::{Deserialize, Serialize};

/// One worker's access to the ledger. Its claims are valid while it runs.
pub(crate) struct Ledger {
    directory: PathBuf,
    worker: String,
    /// Locked: the system releases the lock when the process ends for any reason.
    _alive: File,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct State {
    /// Beginning of the next page; `None` is the beginning of the list.
    pub(crate) next: Option<Cursor>,
    pub(crate) read_to_end: bool,
    /// Worker that reads the next page.
    reader: Option<String>,
    /// Pages that were read and are not written yet.
    pub(crate) pages: BTreeMap<u64, Page>,
    pub(crate) pages_read: u64,
    pub(crate) contacts_written: u64,
    pub(crate) contacts_skipped: u64,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Page {
    cursor: Option<Cursor>,
    worker: String,
}

/// The next piece of work.
pub(crate) enum Work {
    /// Read the page at this cursor, then call [`Ledger::advance`].
    Read(Option<Cursor>),
    /// Write this page again, because its worker ended.
    Again(u64, Option<Cursor>),
    /// Other workers do the rest.
    Wait,
    Done,
}

impl Ledger {
    pub(crate) fn open(directory: &Path, worker: &str) -> Result<Self, Box<dyn std::error::Error>> {
        fs::create_dir_all(directory)?;
        let alive = lock_file(directory, worker)?;
        // Other workers lock it for a moment to check if this worker is alive.
        let patience = Instant::now() + Duration::from_secs(1);
        while alive.try_lock().is_err() {
            if Instant::now() > patience {
                return Err(format!("another worker is called {worker}").into());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(Self { directory: directory.to_owned(), worker: worker.to_owned(), _alive: alive })
    }

    /// Finds something to do and claims it.
    pub(crate) fn take(&self) -> io::Result<Work> {
        self.change(|state| {
            let left_over = state.pages.iter_mut().find(|(_, page)| self.is_left(&page.worker));
            if let Some((id, page)) = left_over {
                page.worker.clone_from(&self.worker);
                return Work::Again(*id, page.cursor.clone());
            }
            let free = state.reader.as_deref().is_none_or(|reader| self.is_left(reader));
            if !state.read_to_end && free {
                state.reader = Some(self.worker.clone());
                return Work::Read(state.next.clone());
            }
            if state.read_to_end && state.pages.is_empty() { Work::Done } else { Work::Wait }
        })
    }

    /// Claims the page at `cursor`, which was read; the list continues at `next`.
    pub(crate) fn advance(&self, cursor: Option<Cursor>, next: Cursor) -> io::Result<u64> {
        self.change(|state| {
            state.pages_read += 1;
            let id = state.pages_read;
            state.pages.insert(id, Page { cursor, worker: self.worker.clone() });
            state.read_to_end = next.is_end();
            state.next = Some(next);
            state.reader = None;
            id
        })
    }

    /// Records that the list has no more pages.
    pub(crate) fn end(&self) -> io::Result<()> {
        self.change(|state| {
            state.read_to_end = true;
            state.reader = None;
        })
    }

    /// Records that all contacts of a page were written, or cannot be written.
    pub(crate) fn written(&self, id: u64, written: u64, skipped: u64) -> io::Result<u64> {
        self.change(|state| {
            state.pages.remove(&id);
            state.contacts_written += written;
            state.contacts_skipped += skipped;
            state.contacts_written
        })
    }

    /// Returns true if no running worker has a claim of this name: its worker ended, or it is this one after a restart,
    /// which does one thing at a time.
    fn is_left(&self, worker: &str) -> bool {
        worker == self.worker || lock_file(&self.directory, worker).is_ok_and(|file| file.try_lock().is_ok())
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> io::Result<T> {
        let writing = lock_file(&self.directory, "ledger")?;
        writing.lock()?;
        let mut state = read(&self.directory)?;
        let result = change(&mut state);
        let draft = self.directory.join("ledger.draft");
        fs::write(&draft, serde_json::to_vec_pretty(&state)?)?;
        File::open(&draft)?.sync_all()?;
        fs::rename(draft, self.directory.join("ledger.json"))?;
        Ok(result)
    }
}

/// Reads the state.
pub(crate) fn read(directory: &Path) -> io::Result<State> {
    match fs::read(directory.join("ledger.json")) {
        Ok(text) => Ok(serde_json::from_slice(&text)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(State::default()),
        Err(error) => Err(error),
    }
}

fn lock_file(directory: &Path, name: &str) -> io::Result<File> {
    File::options().create(true).truncate(false).write(true).open(directory.join(format!("{name}.lock")))
}
