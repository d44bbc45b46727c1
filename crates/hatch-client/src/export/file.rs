//! One file of an archive: the sizes that its header announces, and those that were counted.

use flate2::Crc;

use super::descriptor::Seen;
use super::fields::{u16_at, u32_at, u64_at};

/// The length of a header without the name and the extra fields.
pub(super) const HEADER: usize = 30;

const ZIP64: u16 = 0x0001;
/// The value of a size whose actual value is in the ZIP64 field.
const FULL: u32 = u32::MAX;

pub(super) type Fault = &'static str;

#[derive(Default)]
pub(super) struct File {
    pub(super) deflated: bool,
    /// Checksum and sizes come after the data.
    pub(super) descriptor: bool,
    /// The file does not belong to the export, so its text is discarded.
    pub(super) skipped: bool,
    /// The length of the data, if the header announces it.
    pub(super) packed: Option<u64>,
    plain: u64,
    checksum: u32,
    crc: Crc,
    pub(super) seen_packed: u64,
    seen_plain: u64,
}

/// The length of a header with the name and the extra fields.
pub(super) fn header_length(head: &[u8]) -> usize {
    HEADER + usize::from(u16_at(head, 26)) + usize::from(u16_at(head, 28))
}

impl File {
    /// Reads a complete header.
    pub(super) fn new(head: &[u8]) -> Result<Self, Fault> {
        let flags = u16_at(head, 6);
        if flags & 0x2041 != 0 {
            return Err("is encrypted");
        }
        let deflated = match u16_at(head, 8) {
            0 => false,
            8 => true,
            _ => return Err("is packed in a way that cannot be read (neither stored nor deflated)"),
        };
        let descriptor = flags & 8 != 0;
        let extra = HEADER + usize::from(u16_at(head, 26));
        let mut wide = wide_sizes(head.get(extra..).unwrap_or_default());
        let mut size = |at: usize| match u32_at(head, at) {
            FULL => wide.as_mut().and_then(Iterator::next),
            narrow => Some(u64::from(narrow)),
        };
        // The field contains the wide sizes in this order, and only those that are needed.
        let (plain, packed) = (size(22), size(18));
        // If a descriptor follows, 0 means unknown. Deflated data contain their own end.
        let packed = if descriptor { packed.filter(|&size| size > 0 && !deflated) } else { packed };
        if !descriptor && (plain.is_none() || packed.is_none()) {
            return Err("is damaged: a size is missing");
        }
        Ok(Self {
            deflated,
            descriptor,
            skipped: is_foreign(head.get(HEADER..extra).unwrap_or_default()),
            packed,
            plain: plain.unwrap_or_default(),
            checksum: u32_at(head, 14),
            ..Self::default()
        })
    }

    /// Counts data of which `packed` bytes were read.
    pub(super) fn count(&mut self, packed: usize, plain: &[u8]) {
        self.crc.update(plain);
        self.seen_packed += packed as u64;
        self.seen_plain += plain.len() as u64;
    }

    /// Returns the checksum and sizes that a descriptor must contain if it begins here.
    pub(super) fn seen(&self) -> Seen {
        Seen { checksum: self.crc.sum(), packed: self.seen_packed, plain: self.seen_plain }
    }

    /// Compares the counted sizes and the checksum with those that the header announced.
    pub(super) fn check(&self) -> Result<(), Fault> {
        if self.packed.is_some_and(|packed| packed != self.seen_packed) || self.plain != self.seen_plain {
            return Err("is damaged: the size of the file is not the one announced");
        }
        if self.checksum != self.crc.sum() {
            return Err("is damaged: the checksum of the file is wrong");
        }
        Ok(())
    }
}

/// The sizes of the ZIP64 field, if there is one.
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

/// Returns true for folders and for the files that macOS adds to archives. A file may have no name at all.
fn is_foreign(name: &[u8]) -> bool {
    let (path, last) = match name.iter().rposition(|&byte| is_separator(byte)) {
        Some(at) if at + 1 == name.len() => return true,
        Some(at) => (&name[..at], &name[at + 1..]),
        None => (&[][..], name),
    };
    let added = last == b".DS_Store" || last.starts_with(b"._");
    added || path.split(|&byte| is_separator(byte)).any(|part| part == b"__MACOSX")
}

fn is_separator(byte: u8) -> bool {
    matches!(byte, b'/' | b'\\')
}
