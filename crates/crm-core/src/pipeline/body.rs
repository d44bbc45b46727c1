//! The body of a reply that is read into memory. gzip is unpacked piece by piece, so that a small body that unpacks to
//! a large one takes no more memory than if it were sent unpacked.

use std::io::{self, Write};

use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use http::{HeaderMap, header};

use crate::vendor::GZIP_BEGIN;

/// Maximum number of bytes by which gzip may be longer than its content. If packing saves nothing, gzip adds a
/// thousandth and a frame.
const LONGER: usize = 1024 * 1024;
/// The maximum number of bytes that are reserved because of a `Content-Length`.
const RESERVED: usize = 1024 * 1024;
/// gzip reduces the JSON of these vendors to about a fifth, so one allocation is usually enough.
const USUAL_RATIO: usize = 8;

/// The encoding in which a body is transferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Plain,
    Gzip,
}

impl Coding {
    /// Reads `Content-Encoding`. The error is the name of an unsupported coding, or of several codings.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, String> {
        let values = headers.get_all(header::CONTENT_ENCODING).iter();
        let words = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b',')).map(<[u8]>::trim_ascii);
        let words = words.filter(|word| !word.is_empty() && !word.eq_ignore_ascii_case(b"identity"));
        match *words.take(3).collect::<Vec<_>>() {
            [] => Ok(Self::Plain),
            // The older name (RFC 9110, 8.4.1.3).
            [word] if word.eq_ignore_ascii_case(b"gzip") || word.eq_ignore_ascii_case(b"x-gzip") => Ok(Self::Gzip),
            ref words => Err(words.iter().copied().map(shown).collect::<Vec<_>>().join(", ")),
        }
    }
}

/// Returns the vendor's text if it is a word.
fn shown(word: &[u8]) -> String {
    let plain = word.len() <= 20 && word.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
    if plain { String::from_utf8_lossy(word).into_owned() } else { "something unknown".to_owned() }
}

/// The reason why a body was not read to its end.
#[derive(Debug)]
pub(super) enum Fault {
    TooLarge,
    /// It does not match the document; the text names the difference.
    Wrong(&'static str),
    Damaged(io::Error),
}

/// A body as far as it has arrived, unpacked.
pub(super) struct Body {
    form: Form,
    arrived: usize,
}

enum Form {
    Plain(Room),
    Gzip(Box<MultiGzDecoder<Room>>),
}

impl Body {
    /// Creates an empty body of at most `most` bytes. `promised` is the announced length, in the transferred encoding.
    pub(super) fn new(coding: Coding, promised: usize, most: usize) -> Self {
        let form = match coding {
            Coding::Plain => Form::Plain(Room::new(promised, most)),
            Coding::Gzip => {
                let room = Room::new(promised.saturating_mul(USUAL_RATIO), most);
                Form::Gzip(Box::new(MultiGzDecoder::new(room)))
            }
        };
        Self { form, arrived: 0 }
    }

    pub(super) fn push(&mut self, piece: &[u8]) -> Result<(), Fault> {
        let decoder = match &mut self.form {
            Form::Plain(room) => return room.write_all(piece).map_err(|error| room.fault(error)),
            Form::Gzip(decoder) => decoder,
        };
        let begin = GZIP_BEGIN.get(self.arrived..).unwrap_or_default();
        if begin.iter().zip(piece).any(|(magic, byte)| magic != byte) {
            return Err(Fault::Wrong("the reply is not gzip, which its Content-Encoding names"));
        }
        self.arrived += piece.len();
        decoder.write_all(piece).map_err(|error| decoder.get_ref().fault(error))?;
        // Any number of bytes can unpack to nothing, and each gzip member takes time.
        if self.arrived > decoder.get_ref().bytes.len() + LONGER {
            return Err(Fault::Wrong("the reply is gzip that is longer than its content"));
        }
        Ok(())
    }

    /// Returns true if bytes arrived that are still packed.
    pub(super) fn is_packed(&self) -> bool {
        matches!(self.form, Form::Gzip(_)) && self.arrived > 0
    }

    /// Returns the bytes, and an error if they are incomplete. An empty body is complete, whatever its coding.
    pub(super) fn end(self) -> (Bytes, Result<(), Fault>) {
        match self.form {
            Form::Plain(room) => (room.bytes.into(), Ok(())),
            Form::Gzip(_) if self.arrived == 0 => (Bytes::new(), Ok(())),
            Form::Gzip(mut decoder) => {
                let end = decoder.try_finish().map_err(|error| decoder.get_ref().fault(error));
                (std::mem::take(&mut decoder.get_mut().bytes).into(), end)
            }
        }
    }
}

/// Memory for at most `most` bytes. While it grows, at most one and a half times as much is allocated.
struct Room {
    bytes: Vec<u8>,
    most: usize,
    /// True if a write exceeded the maximum.
    full: bool,
}

impl Room {
    fn new(wanted: usize, most: usize) -> Self {
        Self { bytes: Vec::with_capacity(wanted.min(RESERVED).min(most)), most, full: false }
    }

    fn fault(&self, error: io::Error) -> Fault {
        if self.full { Fault::TooLarge } else { Fault::Damaged(error) }
    }

    /// Returns the next size, for at least `length` bytes.
    fn grown(&self, length: usize) -> usize {
        let size = length.max(self.bytes.capacity().saturating_mul(2));
        if size > self.most / 2 { self.most } else { size }
    }
}

impl Write for Room {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let fits = &piece[..piece.len().min(self.most - self.bytes.len())];
        let length = self.bytes.len() + fits.len();
        if length > self.bytes.capacity() {
            self.bytes.reserve_exact(self.grown(length) - self.bytes.len());
        }
        self.bytes.extend_from_slice(fits);
        self.full |= fits.len() < piece.len();
        if self.full { Err(io::ErrorKind::StorageFull.into()) } else { Ok(piece.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
