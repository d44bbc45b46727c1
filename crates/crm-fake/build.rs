//! Packs the documents: unpacked they would be a third of a program that contains the fakes.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=specs");
    let folder = std::env::var_os("OUT_DIR").map(PathBuf::from).ok_or(io::ErrorKind::NotFound)?;
    for entry in fs::read_dir("specs")? {
        let document = entry?.path();
        let (Some(name), Some("json")) = (document.file_stem(), document.extension().and_then(OsStr::to_str)) else {
            continue;
        };
        let packed = File::create(folder.join(name).with_extension("gz"))?;
        let mut packed = GzEncoder::new(packed, Compression::default());
        io::copy(&mut File::open(&document)?, &mut packed)?;
        packed.finish()?;
    }
    Ok(())
}
