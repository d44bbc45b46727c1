//! A zip file with one deflated member. The text is written piece by piece, so that only the compressed
//! bytes are held.

use std::io::Write;

use bytes::Bytes;
use flate2::{Compression, Crc, write::DeflateEncoder};

pub(super) struct Zip {
    name: String,
    encoder: DeflateEncoder<Vec<u8>>,
    crc: Crc,
    /// Sizes after the data instead of in the local header, as a streaming writer does.
    descriptor: bool,
}

const LOCAL: u32 = 0x0403_4b50;
const DESCRIPTOR: u32 = 0x0807_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
/// 1980-01-01, the earliest date of the format.
const DATE: u16 = 0x0021;

impl Zip {
    pub(super) fn new(name: String, descriptor: bool) -> Self {
        Self { name, encoder: DeflateEncoder::new(Vec::new(), Compression::fast()), crc: Crc::new(), descriptor }
    }

    pub(super) fn write(&mut self, text: &[u8]) {
        self.crc.update(text);
        // Writing into memory cannot fail.
        let _ = self.encoder.write_all(text);
    }

    pub(super) fn finish(mut self) -> Bytes {
        // Writing into memory cannot fail.
        let _ = self.encoder.try_finish();
        let data = std::mem::take(self.encoder.get_mut());
        let crc = self.crc.sum();
        let (packed, plain) = (data.len() as u32, self.crc.amount());
        let flags: u16 = if self.descriptor { 0x0808 } else { 0x0800 };
        let mut out = Vec::with_capacity(data.len() + 256);
        put32(&mut out, LOCAL);
        let local = if self.descriptor { (0, 0, 0) } else { (crc, packed, plain) };
        self.header(&mut out, flags, local);
        out.extend_from_slice(self.name.as_bytes());
        out.extend_from_slice(&data);
        if self.descriptor {
            for value in [DESCRIPTOR, crc, packed, plain] {
                put32(&mut out, value);
            }
        }
        let start = out.len() as u32;
        put32(&mut out, CENTRAL);
        put16(&mut out, 20);
        self.header(&mut out, flags, (crc, packed, plain));
        // No comment, first disk, no attributes, offset 0.
        for _ in 0..3 {
            put16(&mut out, 0);
        }
        put32(&mut out, 0);
        put32(&mut out, 0);
        out.extend_from_slice(self.name.as_bytes());
        let length = out.len() as u32 - start;
        put32(&mut out, END);
        for value in [0, 0, 1, 1] {
            put16(&mut out, value);
        }
        put32(&mut out, length);
        put32(&mut out, start);
        put16(&mut out, 0);
        Bytes::from(out)
    }

    /// The part that the local and the central header have in common.
    fn header(&self, out: &mut Vec<u8>, flags: u16, (crc, packed, plain): (u32, u32, u32)) {
        for value in [20, flags, 8, 0, DATE] {
            put16(out, value);
        }
        for value in [crc, packed, plain] {
            put32(out, value);
        }
        put16(out, self.name.len() as u16);
        put16(out, 0);
    }
}

fn put16(out: &mut Vec<u8>, value: u16) {
    out.extend_from_slice(&value.to_le_bytes());
}

fn put32(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_le_bytes());
}
