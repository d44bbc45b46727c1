//! Files that are sent as parts of a form.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_core::Stream;

use crate::error::Error;
use crate::sync::lock;

/// Progress of a transfer. A repeated transfer starts again at 0.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Number of bytes transferred so far.
    pub bytes: u64,
    /// Total number of bytes, if known.
    pub total: Option<u64>,
}

impl Progress {
    pub(super) fn new(bytes: u64, total: Option<u64>) -> Self {
        Self { bytes, total }
    }
}

pub(super) type OnProgress = Arc<dyn Fn(Progress) + Send + Sync>;
pub(super) type Incoming = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

/// A file to send: bytes in memory, a file by its path, or a stream. For [`Call::file`](crate::Call::file).
///
/// Nothing is read before the call is sent, and a file or a stream is never held in memory as a
/// whole. `Debug` shows the size, but neither the content nor the file's name.
///
/// ```
/// # use crm_core as hubspot_client;
/// use hubspot_client::Upload;
///
/// let upload = Upload::bytes("id,name\n1,Ada\n").file_name("people.csv").content_type("text/csv");
/// let upload = Upload::path("people.csv").on_progress(|progress| println!("{} bytes", progress.bytes));
/// ```
#[derive(Clone)]
#[must_use = "an upload does nothing until a call sends it"]
pub struct Upload {
    pub(super) source: Source,
    pub(super) file_name: Option<String>,
    pub(crate) content_type: String,
    pub(super) on_progress: Option<OnProgress>,
    /// The declared size of a stream.
    pub(super) promised: Option<u64>,
}

#[derive(Clone)]
pub(super) enum Source {
    Bytes(Bytes),
    Path(Arc<Path>),
    /// Taken by the first attempt that reads it.
    Stream(Arc<Mutex<Option<Incoming>>>),
}

impl Upload {
    /// Bytes in memory.
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        Self::new(Source::Bytes(bytes.into()))
    }

    /// A file of the file system. It is opened when the call is sent, and again for each attempt.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Self::new(Source::Path(Arc::from(path.into())))
    }

    /// A stream. It can be read only once: a call whose stream was started is not repeated.
    pub fn stream(stream: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> Self {
        Self::new(Source::Stream(Arc::new(Mutex::new(Some(Box::pin(stream))))))
    }

    fn new(source: Source) -> Self {
        let content_type = "application/octet-stream".to_owned();
        Self { source, file_name: None, content_type, on_progress: None, promised: None }
    }

    /// Sets the size of a stream in bytes, so that the vendor receives it before the content. It must be exact:
    /// a stream with more or fewer bytes makes the call fail. The size of bytes and paths is known.
    pub fn size(mut self, bytes: u64) -> Self {
        self.promised = Some(bytes);
        self
    }

    /// Sets the file name that is sent. The default is the last part of the path, or `file`.
    pub fn file_name(mut self, name: impl Into<String>) -> Self {
        self.file_name = Some(name.into());
        self
    }

    /// Sets the media type that is sent. The default is `application/octet-stream`.
    pub fn content_type(mut self, media: impl Into<String>) -> Self {
        self.content_type = media.into();
        self
    }

    /// Calls `f` at the start and for each piece handed to the connection.
    pub fn on_progress(mut self, f: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.on_progress = Some(Arc::new(f));
        self
    }

    /// The size, if it is known without reading the file system.
    fn known_size(&self) -> Option<u64> {
        match &self.source {
            Source::Bytes(bytes) => Some(bytes.len() as u64),
            Source::Path(_) => None,
            Source::Stream(_) => self.promised,
        }
    }

    pub(super) fn shown_name(&self) -> String {
        match (&self.file_name, &self.source) {
            (Some(name), _) => name.clone(),
            (None, Source::Path(path)) => path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            (None, _) => "file".to_owned(),
        }
    }

    /// Returns true if a stream was started, so that it cannot be sent again.
    pub(super) fn is_spent(&self) -> bool {
        matches!(&self.source, Source::Stream(stream) if lock(stream).is_none())
    }
}

impl From<Vec<u8>> for Upload {
    fn from(bytes: Vec<u8>) -> Self {
        Self::bytes(bytes)
    }
}

impl From<Bytes> for Upload {
    fn from(bytes: Bytes) -> Self {
        Self::bytes(bytes)
    }
}

impl From<PathBuf> for Upload {
    fn from(path: PathBuf) -> Self {
        Self::path(path)
    }
}

impl From<&Path> for Upload {
    fn from(path: &Path) -> Self {
        Self::path(path)
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = match self.source {
            Source::Bytes(_) => "bytes",
            Source::Path(_) => "path",
            Source::Stream(_) => "stream",
        };
        f.debug_struct("Upload").field("source", &source).field("size", &self.known_size()).finish_non_exhaustive()
    }
}

/// The error of a file that cannot be sent. Names the part, but neither the path nor the content.
pub(super) fn unreadable(part: &str, fault: &str) -> Error {
    Error::validation(format!("the file of part \"{part}\" {fault}"))
}
