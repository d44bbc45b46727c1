//! A zip archive, read from front to back as it arrives.
//!
//! Only the headers before each file are used; the reader does not wait for the directory at the end. Files
//! are stored or deflated. Their sizes are before or after the data, in 32 or 64 bits. Sizes
//! and checksum are compared at the end of each file.

use bytes::{Buf, Bytes};
use flate2::{Decompress, FlushDecompress, Status};

use super::descriptor::{self, AFTER, Descriptor, LOCAL};
use super::fields::u32_at;
use super::file::{self, Fault, File};

/// Maximum number of bytes that are unpacked in one step.
const STEP: usize = 32 * 1024;
/// The number of bytes of a stored file that are searched for its end in one step.
const SEARCH: usize = 4 * 1024;

/// The result of one step.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// There was progress, and data may have been unpacked.
    More,
    /// More input is needed.
    Starved,
    /// A file has ended, and it is complete.
    FileEnd,
    /// All files were read.
    Done,
}

pub(super) struct Archive {
    state: State,
    /// The bytes of the current header, or those of a stored file that may be its descriptor.
    head: Vec<u8>,
    file: File,
    files: u64,
    inflate: Decompress,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Signature,
    Header,
    Names {
        length: usize,
    },
    Stored {
        packed: u64,
    },
    /// A stored file of unknown length.
    Searched,
    Deflated,
    Descriptor,
    Done,
}

impl Archive {
    pub(super) fn new() -> Self {
        Self {
            state: State::Signature,
            head: Vec::new(),
            file: File::default(),
            files: 0,
            inflate: Decompress::new(false),
        }
    }

    /// Returns the number of bytes kept between steps, apart from what unpacking needs.
    pub(super) fn held(&self) -> usize {
        self.head.capacity()
    }

    /// Returns the error for an end of the input before the archive is done.
    pub(super) fn cut_off(&self) -> &'static str {
        match self.state {
            State::Searched => "the archive was cut off before its end, or a file in it is damaged",
            _ => "the archive was cut off before its end",
        }
    }

    /// Takes from `input` and adds to `out`, at most [`STEP`] bytes.
    pub(super) fn step(&mut self, input: &mut Bytes, out: &mut Vec<u8>) -> Result<Progress, Fault> {
        let before = out.len();
        let progress = match self.state {
            State::Signature => self.signature(input),
            State::Header => self.header(input),
            State::Names { length } => self.names(length, input),
            State::Stored { packed } => self.stored(packed, input, out),
            State::Searched => self.searched(input, out),
            State::Deflated => self.deflated(input, out),
            State::Descriptor => self.descriptor(input),
            State::Done => Ok(Progress::Done),
        };
        if !self.file.skipped {
            return progress;
        }
        out.truncate(before);
        progress.map(|progress| if progress == Progress::FileEnd { Progress::More } else { progress })
    }

    /// Collects the current header up to `length` bytes.
    fn gather(&mut self, length: usize, input: &mut Bytes) -> bool {
        let missing = length.saturating_sub(self.head.len()).min(input.len());
        self.head.extend_from_slice(&input.split_to(missing));
        self.head.len() >= length
    }

    fn signature(&mut self, input: &mut Bytes) -> Result<Progress, Fault> {
        if !self.gather(4, input) {
            return Ok(Progress::Starved);
        }
        let signature = u32_at(&self.head, 0);
        if signature == LOCAL {
            self.state = State::Header;
            return Ok(Progress::More);
        }
        if AFTER.contains(&signature) {
            self.state = State::Done;
            return Ok(Progress::Done);
        }
        Err(if self.files == 0 { "is not a zip archive" } else { "is damaged: no header follows the file" })
    }

    fn header(&mut self, input: &mut Bytes) -> Result<Progress, Fault> {
        if !self.gather(file::HEADER, input) {
            return Ok(Progress::Starved);
        }
        self.state = State::Names { length: file::header_length(&self.head) };
        Ok(Progress::More)
    }

    /// The name and the extra fields, which may contain the wide sizes.
    fn names(&mut self, length: usize, input: &mut Bytes) -> Result<Progress, Fault> {
        if !self.gather(length, input) {
            return Ok(Progress::Starved);
        }
        self.file = File::new(&self.head)?;
        self.files += 1;
        // A header may be long, and there is usually only one: its memory is not kept.
        self.head = Vec::new();
        self.state = match self.file.packed {
            _ if self.file.deflated => State::Deflated,
            Some(packed) => State::Stored { packed },
            None => State::Searched,
        };
        if self.file.deflated {
            self.inflate.reset(false);
        }
        Ok(Progress::More)
    }

    fn stored(&mut self, packed: u64, input: &mut Bytes, out: &mut Vec<u8>) -> Result<Progress, Fault> {
        let left = packed - self.file.seen_packed;
        if left == 0 {
            return self.data_end();
        }
        let most = usize::try_from(left).unwrap_or(STEP).min(STEP).min(input.len());
        if most == 0 {
            return Ok(Progress::Starved);
        }
        let data = input.split_to(most);
        out.extend_from_slice(&data);
        self.file.count(most, &data);
        Ok(Progress::More)
    }

    /// Reads a stored file of unknown length up to the descriptor that agrees with all bytes before
    /// it. A cell of the export cannot contain such a descriptor unless its author knows every byte
    /// before it. Only what could be the beginning of a descriptor is held back.
    fn searched(&mut self, input: &mut Bytes, out: &mut Vec<u8>) -> Result<Progress, Fault> {
        let taken = input.len().min(SEARCH);
        if taken == 0 {
            return Ok(Progress::Starved);
        }
        self.head.extend_from_slice(&input[..taken]);
        let before = self.file.seen_packed;
        let (mut from, mut passed) = (0, 0);
        let length = loop {
            let place = descriptor::candidate(&self.head, from, before);
            let end = place.unwrap_or((self.head.len() + 1).saturating_sub(descriptor::LOOK));
            let data = &self.head[passed..end];
            out.extend_from_slice(data);
            self.file.count(data.len(), data);
            passed = end;
            if place.is_none() {
                break None;
            }
            match Descriptor::at(&self.head[end..], self.file.seen()) {
                Descriptor::No => from = end + 1,
                Descriptor::Perhaps => break None,
                Descriptor::Yes { length } => break Some(length),
            }
        };
        let Some(length) = length else {
            input.advance(taken);
            self.head.drain(..passed);
            return Ok(Progress::More);
        };
        self.head.drain(..passed + length);
        // The next signature stays; the bytes after it were not taken.
        let beyond = self.head.len() - descriptor::NEXT;
        self.head.truncate(descriptor::NEXT);
        input.advance(taken.saturating_sub(beyond));
        Ok(self.file_end())
    }

    fn deflated(&mut self, input: &mut Bytes, out: &mut Vec<u8>) -> Result<Progress, Fault> {
        let left = self.file.packed.map_or(u64::MAX, |packed| packed - self.file.seen_packed);
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
        let (before, from) = (self.inflate.total_in(), out.len());
        out.reserve(STEP);
        let status = self.inflate.decompress_vec(&input[..most], out, FlushDecompress::None);
        let status = status.map_err(|_| "is damaged: the packed data are invalid")?;
        let used = usize::try_from(self.inflate.total_in() - before).unwrap_or(most).min(most);
        input.advance(used);
        self.file.count(used, &out[from..]);
        if status == Status::StreamEnd {
            return self.data_end();
        }
        if used > 0 || out.len() > from {
            return Ok(Progress::More);
        }
        if left == 0 {
            return Err("is damaged: the packed data continue after their end");
        }
        Ok(Progress::Starved)
    }

    fn data_end(&mut self) -> Result<Progress, Fault> {
        if self.file.descriptor {
            self.state = State::Descriptor;
            return Ok(Progress::More);
        }
        self.file.check()?;
        Ok(self.file_end())
    }

    fn descriptor(&mut self, input: &mut Bytes) -> Result<Progress, Fault> {
        self.gather(descriptor::LONGEST, input);
        let seen = self.file.seen();
        match Descriptor::at(&self.head, seen) {
            Descriptor::No => Err(Descriptor::fault(&self.head, seen)),
            Descriptor::Perhaps => Ok(Progress::Starved),
            Descriptor::Yes { length } => {
                // The rest is the beginning of the next header, and shorter than it.
                self.head.drain(..length);
                Ok(self.file_end())
            }
        }
    }

    fn file_end(&mut self) -> Progress {
        self.state = State::Signature;
        Progress::FileEnd
    }
}
