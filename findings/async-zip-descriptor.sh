#!/usr/bin/env bash
# async_zip 0.0.18 (Rust): an entry written as a stream has a data descriptor without sizes.
#
# Expected: `write_entry_stream` announces ZIP64 in the local header (both sizes FFFFFFFF and an empty ZIP64 field), so the
# descriptor after the data has a checksum and two sizes of 64 bits, 24 bytes with its signature.
# Seen: the descriptor has 16 bytes, and both 32-bit sizes in it are FFFFFFFF. The true sizes are in the central directory
# only. So readers of whole files (Python's zipfile, unzip) read the archive, and readers of streams refuse it: stream-unzip
# 0.0.101 raises CompressedSizeIntegrityError. (Java 17's ZipInputStream says "invalid entry size (expected 4294967295 but
# got …)"; it is not run here.)
#
# Output, seen twice with Rust 1.95.0 and Python 3.11.7:
#   descriptor: 504b0708 364e4ed7 ffffffff ffffffff, then 504b0102
#   zipfile: 12 bytes
#   stream-unzip: CompressedSizeIntegrityError
#
# What follows: a reader of streams takes a descriptor whose sizes are FFFFFFFF if the checksum is right and a signature
# follows. Needs cargo, python3 with venv, and the registries of both. Exits with 1 if the behaviour is another one.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

mkdir src
cat > Cargo.toml <<'END'
[package]
name = "writer"
version = "0.0.0"
edition = "2021"

[dependencies]
async_zip = { version = "=0.0.18", features = ["deflate"] }
futures-lite = "2"

[workspace]
END
cat > src/main.rs <<'END'
use async_zip::{Compression, ZipEntryBuilder, base::write::ZipFileWriter};
use futures_lite::{future::block_on, io::AsyncWriteExt};

fn main() {
    let archive = block_on(async {
        let mut archive = Vec::new();
        let mut writer = ZipFileWriter::new(&mut archive);
        let entry = ZipEntryBuilder::new("rows.json".into(), Compression::Deflate);
        let mut stream = writer.write_entry_stream(entry).await.unwrap();
        stream.write_all(b"{\"id\":\"abc\"}").await.unwrap();
        stream.close().await.unwrap();
        writer.close().await.unwrap();
        archive
    });
    std::fs::write("archive.zip", archive).unwrap();
}
END
cargo run --quiet

python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check stream-unzip==0.0.101
cat > check.py <<'END'
import zipfile
from stream_unzip import CompressedSizeIntegrityError, stream_unzip

data = open("archive.zip", "rb").read()
at = data.index(b"PK\x07\x08")
words = [data[at + n:at + n + 4].hex() for n in range(0, 20, 4)]
print(f"descriptor: {' '.join(words[:4])}, then {words[4]}")
assert words[2:] == ["ffffffff", "ffffffff", "504b0102"], "the descriptor has another form"
assert data[18:26] == b"\xff" * 8 and data[39:43] == b"\x01\x00\x10\x00", "the header has another form"

text = zipfile.ZipFile("archive.zip").read("rows.json")
print(f"zipfile: {len(text)} bytes")
assert text == b'{"id":"abc"}'

try:
    for _, _, chunks in stream_unzip([data]):
        for _ in chunks:
            pass
except CompressedSizeIntegrityError:
    print("stream-unzip: CompressedSizeIntegrityError")
else:
    raise SystemExit("stream-unzip reads it now")
END
venv/bin/python check.py
