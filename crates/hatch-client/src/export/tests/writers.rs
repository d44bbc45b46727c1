//! The archives and tables of real writers, in pieces of every size. `archives/README.md` records how each was made.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::*;

const PIECES: [usize; 5] = [1, 2, 7, 4096, usize::MAX];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/export/tests/archives")
}

/// The files of a folder with this extension, by name.
fn files(folder: &Path, extension: &str) -> BTreeMap<String, Vec<u8>> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let paths = paths.filter(|path| path.extension().is_some_and(|found| found == extension));
    paths.map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap())).collect()
}

type Cells = [(Option<String>, Option<String>, Option<bool>)];

fn cells(rows: &Rows) -> Vec<(Option<String>, Option<String>, Option<bool>)> {
    let cells = |row: &ContactHistoryRow| (row.email.clone(), row.campaign_name.clone(), row.opted_out);
    rows.iter().map(|row| cells(row.as_ref().unwrap())).collect()
}

fn check(name: &str, layout: Layout, bytes: &[u8], expected: &Cells) {
    for piece in PIECES {
        let (rows, end, _) = read(layout, bytes, piece);
        end.unwrap_or_else(|error| panic!("{name} in pieces of {piece}: {error}"));
        assert_eq!(cells(&rows), expected, "{name} in pieces of {piece}");
    }
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn archives_of_every_real_writer_give_the_same_rows() {
    let rows = [
        (some("ada@example.com"), some("Grüße"), None),
        (some("grace@example.com"), None, Some(true)),
        (some("alan@example.com"), some("Two\nlines"), None),
    ];
    let archives = files(&folder(), "zip");
    assert!(archives.len() > 100, "{} archives", archives.len());
    for (name, bytes) in &archives {
        let expected = if name.ends_with(".rows3.zip") { &rows[..] } else { &[] };
        check(name, Layout::Lines, bytes, expected);
    }
}

/// Writes an export to a pipe, which cannot be rewound, with Python's `zipfile`.
const PYTHON: &str = r#"
import sys, zipfile
rows, method, zip64 = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "true"
line = '{"email":"ada@example.com","campaign_name":"Gr\u00fc\u00dfe","opted_out":true}\n'.encode()
with zipfile.ZipFile(sys.stdout.buffer, "w", method) as archive:
    with archive.open("contact_history.json", "w", force_zip64=zip64) as file:
        for _ in range(rows):
            file.write(line)
"#;

/// The checked-in archives are as old as their files; this test uses the writer that is installed.
#[test]
fn archives_that_pythons_zipfile_writes_now_are_read() {
    let row = (some("ada@example.com"), some("Grüße"), Some(true));
    for (rows, method, zip64) in [0, 1, 3, 5_000]
        .into_iter()
        .flat_map(|rows| [0, 8].map(|method| (rows, method)))
        .flat_map(|(rows, method)| [false, true].map(|zip64| (rows, method, zip64)))
    {
        let arguments = [rows.to_string(), method.to_string(), zip64.to_string()];
        let written = std::process::Command::new("python3").args(["-c", PYTHON]).args(&arguments).output();
        let written = written.unwrap_or_else(|error| panic!("this test runs python3, which cannot be run: {error}"));
        assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
        for piece in if rows > 100 { &PIECES[3..] } else { &PIECES[..] } {
            let (read, end, _) = read(Layout::Lines, &written.stdout, *piece);
            end.unwrap_or_else(|error| panic!("{arguments:?} in pieces of {piece}: {error}"));
            assert_eq!(cells(&read), vec![row.clone(); rows], "{arguments:?} in pieces of {piece}");
        }
    }
}

#[test]
fn tables_of_every_real_writer_give_the_same_rows() {
    let rows = [
        (some("ada@example.com"), some("Grüße"), Some(true)),
        (some("grace@example.com"), None, Some(false)),
        (some("alan@example.com"), some("Two\nlines, \"quoted\""), None),
    ];
    let tables = files(&folder().join("tables"), "csv");
    assert_eq!(tables.len(), 5);
    for (name, text) in &tables {
        for deflate in [true, false] {
            let bytes = archive(&[Pack { deflate, ..Pack::new(text) }]);
            check(name, Layout::Table, &bytes, &rows);
        }
    }
}

/// The name of a writer: what is before its version.
fn before_version(writer: &str) -> Option<&str> {
    let writer = writer.trim();
    let version = writer.match_indices(' ').find(|(at, _)| writer[at + 1..].starts_with(|c: char| c.is_ascii_digit()));
    writer.get(..version?.0)
}

/// An archive that is not listed in the README cannot be made again.
#[test]
fn the_readme_lists_every_writer_once() {
    let readme = fs::read_to_string(folder().join("README.md")).unwrap();
    let stem = |name: &String| name.split('.').next().unwrap().to_owned();
    let mut found: Vec<_> = files(&folder(), "zip").keys().map(stem).collect();
    found.dedup();
    found.extend(files(&folder().join("tables"), "csv").keys().map(|name| format!("tables/{name}")));
    let listed = readme.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let mut listed: Vec<_> = listed.map(str::to_owned).collect();
    listed.sort();
    found.sort();
    assert_eq!(listed, found);

    // The second column has a name, a version and more; archives of one writer differ in their options.
    let rows = readme.lines().filter_map(|line| line.strip_prefix("| `")).filter(|row| !row.starts_with("tables/"));
    let writers: BTreeSet<_> = rows.filter_map(|row| before_version(row.split('|').nth(1)?)).collect();
    let told = format!("archives of {} writers", writers.len());
    assert!(include_str!("../../../README.md").contains(&told), "the crate's README must say \"{told}\": {writers:?}");
}

/// Every archive is cut after each of its bytes: the rows before the cut are correct, and the end is never reported.
#[test]
fn archives_of_real_writers_that_are_cut_off_are_never_whole() {
    for (name, bytes) in files(&folder(), "zip") {
        let directory = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
        for cut in 0..directory {
            let (rows, end, _) = read(Layout::Lines, &bytes[..cut], 11);
            assert_eq!(end.unwrap_err().kind(), ErrorKind::Io, "{name} cut at {cut}");
            assert!(rows.iter().all(Result::is_ok), "{name} cut at {cut}");
        }
    }
}

/// Damage is found, or it is in a place that does not matter.
#[test]
fn archives_of_real_writers_with_a_wrong_byte_are_refused_or_right() {
    for (name, bytes) in files(&folder(), "zip").into_iter().filter(|(name, _)| name.ends_with(".rows3.zip")) {
        let good = cells(&read(Layout::Lines, &bytes, 4096).0);
        for (at, mask) in (0..bytes.len()).flat_map(|at| [(at, 0x01), (at, 0x80)]) {
            let mut bytes = bytes.clone();
            bytes[at] ^= mask;
            let (rows, end, _) = read(Layout::Lines, &bytes, 4096);
            if end.is_ok() {
                assert_eq!(cells(&rows), good, "{name} at {at}");
            }
        }
    }
}
