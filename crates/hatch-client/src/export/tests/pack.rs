//! Writes archives in every form that the reader must read.

use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;

/// Position of the sizes and the checksum of a file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Sizes {
    Before,
    /// In the zip64 field.
    BeforeWide,
    /// After the data, as a streaming writer does: zeros before, the actual values after.
    After {
        signed: bool,
        wide: bool,
        /// True if a ZIP64 field announces wide sizes, correctly or not.
        announced: bool,
    },
    /// Before, and again after.
    Both,
}

/// One file of an archive.
#[derive(Debug, Clone)]
pub(super) struct Pack<'a> {
    pub(super) name: &'a str,
    pub(super) text: &'a [u8],
    pub(super) deflate: bool,
    pub(super) sizes: Sizes,
    /// Writes a wrong checksum.
    pub(super) spoiled: bool,
}

impl<'a> Pack<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { name: "rows.json", text, deflate: true, sizes: Sizes::Before, spoiled: false }
    }

    fn write(&self, out: &mut Vec<u8>) {
        let data = if self.deflate { deflated(self.text) } else { self.text.to_vec() };
        let mut crc = flate2::Crc::new();
        crc.update(self.text);
        let sum = crc.sum() ^ u32::from(self.spoiled);
        let (packed, plain) = (data.len() as u64, self.text.len() as u64);
        let after = matches!(self.sizes, Sizes::After { .. } | Sizes::Both);
        let (flags, method) = (if after { 8u16 } else { 0 }, if self.deflate { 8u16 } else { 0 });
        let extra = match self.sizes {
            Sizes::BeforeWide => wide_field(plain, packed),
            // The sizes of an announced field are zero, and another field comes first.
            Sizes::After { announced: true, .. } => [&[0x55, 0x54, 1, 0, 0][..], &wide_field(0, 0)].concat(),
            _ => Vec::new(),
        };
        let (known, narrow) = match self.sizes {
            Sizes::Before => (sum, [packed as u32, plain as u32]),
            Sizes::Both => (0, [packed as u32, plain as u32]),
            Sizes::BeforeWide => (sum, [u32::MAX; 2]),
            Sizes::After { .. } => (0, [0; 2]),
        };
        out.extend_from_slice(b"PK\x03\x04");
        for value in [20, flags, method, 0, 0x21] {
            out.extend_from_slice(&value.to_le_bytes());
        }
        for value in [known, narrow[0], narrow[1]] {
            out.extend_from_slice(&value.to_le_bytes());
        }
        for value in [self.name.len() as u16, extra.len() as u16] {
            out.extend_from_slice(&value.to_le_bytes());
        }
        out.extend_from_slice(self.name.as_bytes());
        out.extend_from_slice(&extra);
        out.extend_from_slice(&data);
        let (signed, wide) = match self.sizes {
            Sizes::After { signed, wide, .. } => (signed, wide),
            Sizes::Both => (true, false),
            Sizes::Before | Sizes::BeforeWide => return,
        };
        if signed {
            out.extend_from_slice(b"PK\x07\x08");
        }
        out.extend_from_slice(&sum.to_le_bytes());
        for size in [packed, plain] {
            let bytes = size.to_le_bytes();
            out.extend_from_slice(if wide { &bytes } else { &bytes[..4] });
        }
    }
}

/// The files and bytes that the reader accepts as a directory.
pub(super) fn archive(files: &[Pack<'_>]) -> Vec<u8> {
    let mut out = Vec::new();
    files.iter().for_each(|file| file.write(&mut out));
    if !files.is_empty() {
        out.extend_from_slice(b"PK\x01\x02 the directory, which nobody reads");
    }
    out.extend_from_slice(b"PK\x05\x06");
    out.extend_from_slice(&[0; 18]);
    out
}

fn wide_field(plain: u64, packed: u64) -> Vec<u8> {
    let mut field = vec![1, 0, 16, 0];
    field.extend_from_slice(&plain.to_le_bytes());
    field.extend_from_slice(&packed.to_le_bytes());
    field
}

fn deflated(text: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}
