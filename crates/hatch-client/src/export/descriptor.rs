//! Data descriptors: the checksum and the sizes after the data of a file.
//!
//! A descriptor may have a signature, and its sizes have 32 or 64 bits. Headers do not announce
//! reliably which form follows: some writers use narrow sizes after a ZIP64 field, or wide ones
//! without such a field. So all forms are tried. A descriptor counts only if its checksum and both sizes
//! match the data before it, and if the next signature comes right after it. Data that begin with
//! the descriptor of an empty file and such a signature would end there; rows begin with text.

use super::fields::u32_at;

/// The signature of the header before a file.
pub(super) const LOCAL: u32 = 0x0403_4b50;
/// The signatures that may follow the last file: the directory, its end in both sizes, and extra data.
pub(super) const AFTER: [u32; 4] = [0x0201_4b50, 0x0605_4b50, 0x0606_4b50, 0x0806_4b50];

/// The maximum number of bytes needed: a signature, a checksum, two wide sizes, the next signature.
pub(super) const LONGEST: usize = 4 + 4 + 8 + 8 + NEXT;
/// The number of bytes that [`candidate`] reads.
pub(super) const LOOK: usize = 8;
/// The length of the signature that follows.
pub(super) const NEXT: usize = 4;

/// A narrow size that means: only the directory contains it. async_zip writes such descriptors.
const ELSEWHERE: [u8; 4] = [0xff; 4];
const SIGNATURE: [u8; 4] = *b"PK\x07\x08";

/// The checksum and sizes of the data that were read, which the descriptor must repeat.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    pub(super) checksum: u32,
    pub(super) packed: u64,
    pub(super) plain: u64,
}

/// The result of looking for a descriptor.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Descriptor {
    No,
    /// The bytes match so far; more are needed.
    Perhaps,
    Yes {
        length: usize,
    },
}

impl Descriptor {
    /// Looks for a descriptor at the beginning of `bytes`.
    pub(super) fn at(bytes: &[u8], seen: Seen) -> Self {
        let mut answer = Self::No;
        let checksum = seen.checksum.to_le_bytes();
        let (packed, plain) = (&seen.packed.to_le_bytes()[..], &seen.plain.to_le_bytes()[..]);
        for signature in [&SIGNATURE[..], &[]] {
            // A narrow size is the lower half, regardless of what the writer did with the upper one.
            for (packed, plain) in [(&packed[..4], &plain[..4]), (&ELSEWHERE, &ELSEWHERE), (packed, plain)] {
                match follow(bytes, [signature, &checksum, packed, plain]) {
                    Self::No => {}
                    Self::Perhaps => answer = Self::Perhaps,
                    yes @ Self::Yes { .. } => return yes,
                }
            }
        }
        answer
    }

    /// Returns the reason why there is no descriptor.
    pub(super) fn fault(bytes: &[u8], seen: Seen) -> &'static str {
        if [0, SIGNATURE.len()].iter().all(|&at| u32_at(bytes, at) != seen.checksum) {
            return "is damaged: the checksum of the file is wrong";
        }
        "is damaged: the size of the file is not the one announced, or no header follows the file"
    }
}

/// Compares `bytes` with the parts of a descriptor and a signature after it.
fn follow(bytes: &[u8], parts: [&[u8]; 4]) -> Descriptor {
    let mut length = 0;
    for part in parts {
        let rest = bytes.get(length..).unwrap_or_default();
        let known = rest.len().min(part.len());
        if rest[..known] != part[..known] {
            return Descriptor::No;
        }
        length += part.len();
    }
    if bytes.len() < length + NEXT {
        return Descriptor::Perhaps;
    }
    let next = u32_at(bytes, length);
    if next == LOCAL || AFTER.contains(&next) { Descriptor::Yes { length } } else { Descriptor::No }
}

/// Finds the first place from `from` on where a stored file could end, by a look at [`LOOK`] bytes:
/// the signature, or a size that is the place itself. The data before `bytes` have `before` bytes.
pub(super) fn candidate(bytes: &[u8], from: usize, before: u64) -> Option<usize> {
    let places = bytes.get(from..)?.windows(LOOK).zip(from..);
    let mut places = places.filter(|(look, at)| {
        let size = (before + *at as u64).to_le_bytes();
        look[..4] == SIGNATURE || look[4..] == size[..4]
    });
    places.next().map(|(_, at)| at)
}
