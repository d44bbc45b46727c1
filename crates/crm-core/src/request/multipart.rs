//! Forms with files: `multipart/form-data`.
//!
//! This encoder replaces reqwest's, which guesses media types. For that, every user of every client would
//! compile three more crates, even without uploads. This one needs no additional crate, knows the total
//! size whenever the sizes of the parts are known, and reports progress.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;

use super::Upload;
use super::upload_reader::Reader;
use crate::error::Error;
use crate::sync::lock;

/// The parts of a form, in order.
#[derive(Clone, Default)]
pub(crate) struct Multipart(Vec<(Cow<'static, str>, Content)>);

#[derive(Clone)]
enum Content {
    Text(String),
    File(Upload),
}

impl Multipart {
    pub(crate) fn text(&mut self, name: Cow<'static, str>, text: &str) {
        self.0.push((name, Content::Text(text.to_owned())));
    }

    pub(crate) fn file(&mut self, name: Cow<'static, str>, upload: Upload) {
        self.0.push((name, Content::File(upload)));
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(part, _)| part == name)
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.0.retain(|part| part.0 != name);
    }

    /// Returns true if a stream among the parts was started, so that the form cannot be sent again.
    pub(crate) fn is_spent(&self) -> bool {
        self.0.iter().any(|(_, content)| matches!(content, Content::File(upload) if upload.is_spent()))
    }

    /// Opens every part for one attempt.
    pub(crate) async fn open(&self) -> Result<Encoder, Error> {
        let boundary = boundary();
        let mut pieces = VecDeque::new();
        let mut gap = "";
        for (name, content) in &self.0 {
            let head = format!("{gap}--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"", escape(name));
            match content {
                Content::Text(text) => pieces.push_back(Piece::Bytes(format!("{head}\r\n\r\n{text}").into())),
                Content::File(upload) => {
                    let (file, media) = (escape(&upload.shown_name()), &upload.content_type);
                    let head = format!("{head}; filename=\"{file}\"\r\nContent-Type: {media}\r\n\r\n");
                    pieces.push_back(Piece::Bytes(head.into()));
                    pieces.push_back(Piece::File(Reader::open(name, upload).await?));
                }
            }
            gap = "\r\n";
        }
        pieces.push_back(Piece::Bytes(format!("{gap}--{boundary}--\r\n").into()));
        Ok(Encoder { boundary, pieces, watch: Arc::default() })
    }
}

/// Shows the names and kinds of the parts.
impl fmt::Debug for Multipart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.0).finish()
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{} bytes", text.len()),
            Self::File(upload) => upload.fmt(f),
        }
    }
}

/// A form that is being sent, as a stream.
pub(crate) struct Encoder {
    boundary: String,
    pieces: VecDeque<Piece>,
    watch: Arc<Watch>,
}

enum Piece {
    Bytes(Bytes),
    File(Reader),
}

/// Observes a body that is being sent.
#[derive(Default)]
pub(crate) struct Watch {
    moves: AtomicU64,
    failure: Mutex<Option<Error>>,
}

impl Watch {
    /// Number of pieces that the connection accepted.
    pub(crate) fn moves(&self) -> u64 {
        self.moves.load(Ordering::Relaxed)
    }

    /// Reason why the body could not be read to its end.
    pub(crate) fn failure(&self) -> Option<Error> {
        lock(&self.failure).clone()
    }
}

impl Encoder {
    pub(crate) fn watch(&self) -> Arc<Watch> {
        Arc::clone(&self.watch)
    }

    pub(crate) fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.boundary)
    }

    /// The total size, if the size of each part is known.
    pub(crate) fn size(&self) -> Option<u64> {
        self.pieces.iter().try_fold(0u64, |sum, piece| {
            sum.checked_add(match piece {
                Piece::Bytes(bytes) => bytes.len() as u64,
                Piece::File(reader) => reader.size()?,
            })
        })
    }
}

impl Stream for Encoder {
    type Item = Result<Bytes, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            let item = match this.pieces.front_mut() {
                None => return Poll::Ready(None),
                Some(Piece::Bytes(bytes)) => Some(Ok(std::mem::take(bytes))),
                Some(Piece::File(reader)) => ready!(Pin::new(reader).poll_next(cx)),
            };
            this.watch.moves.fetch_add(1, Ordering::Relaxed);
            match item {
                Some(Ok(bytes)) if bytes.is_empty() => {}
                Some(Ok(bytes)) => return Poll::Ready(Some(Ok(bytes))),
                Some(Err(error)) => {
                    this.pieces.clear();
                    *lock(&this.watch.failure) = Some(error.clone());
                    return Poll::Ready(Some(Err(error)));
                }
                None => {}
            }
            this.pieces.pop_front();
        }
    }
}

/// A text that occurs in no content: 128 unpredictable bits.
fn boundary() -> String {
    let random = || RandomState::new().hash_one(());
    format!("{:016x}{:016x}", random(), random())
}

/// Escapes names in the same way as browsers.
fn escape(name: &str) -> String {
    name.replace('\r', "%0D").replace('\n', "%0A").replace('"', "%22")
}
