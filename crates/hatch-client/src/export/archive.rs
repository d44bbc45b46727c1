//! A zip archive, read from front to back as it arrives.
//!
//! Only the headers before each file are used; the directory at the end is not waited for. Files
//! are stored or deflated, their sizes stand before or after the data, in 32 or 64 bits. Sizes
//! and checksum are compared at the end of each file.

use bytes::{Buf, Bytes};
use flate2::{Crc, Decompress, FlushDecompress, Status};

/// How much is unpacked in one step.
const STEP: usize = 32 * 1024;

const LOCAL: u32 = 0x0403_4b50;
const DESCRIPTOR: u32 = 0x0807_4b50;
/// What may follow the last file: the directory, its end in both sizes, and extra data.
const AFTER: [u32; 4] = [0x0201_4b50, 0x0605_4b50, 0x0606_4b50, 0x0806_4b50];
const HEADER: usize = 30;
const ZIP64: u16 = 0x0001;
const FULL: u32 = u32::MAX;

/// What one step brought.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// It went on, and may have unpacked something.
    More,
    /// Nothing can be done without more input.
    Starved,
    /// A file has ended, and it is whole.
    FileEnd,
    /// All files were read.
    Done,
}

pub(super) struct Archive {
    state: State,
    /// The bytes of the header at hand.
    head: Vec<u8>,
    file: File,
    files: u64,
    inflate: Decompress,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Signature,
    Header,
    Names { length: usize },
    Stored { packed: u64 },
    Deflated,
    Descriptor,
    Done,
}

/// The file at hand: what was announced, and what was seen.
#[derive(Default)]
struct File {
    checksum: u32,
    packed: Option<u64>,
    plain: Option<u64>,
    deflated: bool,
    /// The sizes come after the data.
    descriptor: bool,
    /// The sizes have 64 bits.
    wide: bool,
    seen: Crc,
    seen_packed: u64,
    seen_plain: u64,
}

type Fault = &'static str;

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

    /// How many bytes are kept between steps, apart from what unpacking needs.
    pub(super) fn held(&self) -> usize {
        self.head.capacity()
    }

    /// Takes from `input` and adds to `out`, at most [`STEP`] bytes.
    pub(super) fn step(&mut self, input: &mut Bytes, out: &mut Vec<u8>) -> Result<Progress, Fault> {
        match self.state {
            State::Signature => self.signature(input),
            State::Header => self.header(input),
            State::Names { length } => self.names(length, input),
            State::Stored { packed } => self.stored(packed, input, out),
            State::Deflated => self.deflated(input, out),
            State::Descriptor => self.descriptor(input),
            State::Done => Ok(Progress::Done),
        }
    }

    /// Collects the header at hand up to `length` bytes.
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
        Err(if self.files == 0 { "is no zip archive" } else { "is damaged: no header follows the file" })
    }

    fn header(&mut self, input: &mut Bytes) -> Result<Progress, Fault> {
        if !self.gather(HEADER, input) {
            return Ok(Progress::Starved);
        }
        let flags = u16_at(&self.head, 6);
        if flags & 0x2041 != 0 {
            return Err("is encrypted");
        }
        let deflated = match u16_at(&self.head, 8) {
            0 => false,
            8 => true,
            _ => return Err("is packed in a way that cannot be read (neither stored nor deflated)"),
        };
        self.file = File { deflated, descriptor: flags & 8 != 0, ..File::default() };
        let length = HEADER + usize::from(u16_at(&self.head, 26)) + usize::from(u16_at(&self.head, 28));
        self.state = State::Names { length };
        Ok(Progress::More)
    }

    /// The name, which does not matter, and the extra fields, which may hold the wide sizes.
    fn names(&mut self, length: usize, input: &mut Bytes) -> Result<Progress, Fault> {
        if !self.gather(length, input) {
            return Ok(Progress::Starved);
        }
        let head = std::mem::take(&mut self.head);
        let (packed, plain) = (u32_at(&head, 18), u32_at(&head, 22));
        let extra = head.get(HEADER + usize::from(u16_at(&head, 26))..).unwrap_or_default();
        let mut wide = wide_sizes(extra);
        self.file.wide = wide.is_some();
        let mut size = |narrow: u32| match narrow {
            FULL => wide.as_mut().and_then(Iterator::next).ok_or("is damaged: a size is missing"),
            narrow => Ok(u64::from(narrow)),
        };
        // The wide sizes stand in this order, and only those that are needed.
        let plain = size(plain)?;
        let packed = size(packed)?;
        if self.file.descriptor && self.file.deflated {
            // The data tells its own end.
        } else if self.file.descriptor && packed == 0 && !is_folder(&head) {
            return Err("cannot be read as a stream: it does not say where a stored file ends");
        } else {
            self.file.packed = Some(packed);
        }
        if !self.file.descriptor {
            self.file.checksum = u32_at(&head, 14);
            self.file.plain = Some(plain);
        }
        self.files += 1;
        if self.file.deflated {
            self.inflate.reset(false);
            self.state = State::Deflated;
        } else {
            self.state = State::Stored { packed };
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

    fn deflated(&mut self, input: &mut Bytes, out: &mut Vec<u8>) -> Result<Progress, Fault> {
        let left = self.file.packed.map_or(u64::MAX, |packed| packed - self.file.seen_packed);
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
        let (before, from) = (self.inflate.total_in(), out.len());
        out.reserve(STEP);
        let status = self.inflate.decompress_vec(&input[..most], out, FlushDecompress::None);
        let status = status.map_err(|_| "is damaged: the packed data make no sense")?;
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
            return Err("is damaged: the packed data go on beyond their end");
        }
        Ok(Progress::Starved)
    }

    fn data_end(&mut self) -> Result<Progress, Fault> {
        if self.file.descriptor {
            self.state = State::Descriptor;
            return Ok(Progress::More);
        }
        self.file_end()
    }

    fn file_end(&mut self) -> Result<Progress, Fault> {
        let file = &self.file;
        let sizes = file.packed.is_none_or(|packed| packed == file.seen_packed)
            && file.plain.is_none_or(|plain| plain == file.seen_plain);
        if !sizes {
            return Err("is damaged: the size of the file is not the one announced");
        }
        if file.checksum != file.seen.sum() {
            return Err("is damaged: the checksum of the file is wrong");
        }
        self.head.clear();
        self.state = State::Signature;
        Ok(Progress::FileEnd)
    }

    /// Checksum and sizes after the data: with or without a signature, in 32 or 64 bits. Which it
    /// is shows by comparison with what was seen.
    fn descriptor(&mut self, input: &mut Bytes) -> Result<Progress, Fault> {
        if !self.gather(8, input) {
            return Ok(Progress::Starved);
        }
        let seen = self.file.seen.sum();
        let start = if u32_at(&self.head, 0) == DESCRIPTOR && u32_at(&self.head, 4) == seen {
            8
        } else if u32_at(&self.head, 0) == seen {
            4
        } else {
            return Err("is damaged: the checksum of the file is wrong");
        };
        self.file.checksum = seen;
        if !self.gather(start + 8, input) {
            return Ok(Progress::Starved);
        }
        let (packed, plain) = (self.file.seen_packed, self.file.seen_plain);
        let narrow = (u64::from(u32_at(&self.head, start)), u64::from(u32_at(&self.head, start + 4)));
        if self.file.wide || narrow != (packed, plain) {
            if !self.gather(start + 16, input) {
                return Ok(Progress::Starved);
            }
            if (u64_at(&self.head, start), u64_at(&self.head, start + 8)) != (packed, plain) {
                return Err("is damaged: the size of the file is not the one announced");
            }
        }
        self.file_end()
    }
}

impl File {
    fn count(&mut self, packed: usize, plain: &[u8]) {
        self.seen.update(plain);
        self.seen_packed += packed as u64;
        self.seen_plain += plain.len() as u64;
    }
}

/// The sizes of the zip64 field, if there is one.
fn wide_sizes(mut extra: &[u8]) -> Option<impl Iterator<Item = u64> + '_> {
    while extra.len() >= 4 {
        let length = usize::from(u16_at(extra, 2));
        let field = extra.get(4..4 + length)?;
        if u16_at(extra, 0) == ZIP64 {
            return Some(field.chunks_exact(8).map(|size| u64_at(size, 0)));
        }
        extra = &extra[4 + length..];
    }
    None
}

fn is_folder(head: &[u8]) -> bool {
    let name = head.get(HEADER..HEADER + usize::from(u16_at(head, 26))).unwrap_or_default();
    name.ends_with(b"/")
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).map_or(0, |bytes| u16::from_le_bytes([bytes[0], bytes[1]]))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}
