//! Archives of every form, in pieces of every size, whole and broken.

mod ends;
mod headers;
mod pack;
mod writers;

use bytes::Bytes;
use crm_core::{Error, ErrorKind};
use proptest::prelude::*;

use super::found::MOST_ROW;
use super::reader::{Layout, Next, RowReader};
use crate::bulk_export::types::{ContactHistoryRow, ContactStatus};
use pack::{Pack, Sizes, archive};

const COLUMNS: [&str; 6] = ["contact_status", "campaign_name", "sales_value", "opted_out", "email", "phone"];

type Rows = Vec<Result<ContactHistoryRow, Error>>;

/// Reads an archive in pieces of `piece` bytes. Returns the rows, the result at the end, and the
/// maximum number of bytes that were held.
fn read(layout: Layout, bytes: &[u8], piece: usize) -> (Rows, Result<(), Error>, usize) {
    let mut reader = RowReader::new(layout, &COLUMNS);
    let mut pieces = bytes.chunks(piece.max(1));
    let mut rows = Vec::new();
    loop {
        match reader.next() {
            Next::Row(row) => rows.push(row),
            Next::Starved => match pieces.next() {
                Some(piece) => reader.feed(Bytes::copy_from_slice(piece)),
                None => reader.close(),
            },
            Next::End => return (rows, Ok(()), reader.peak()),
            Next::Broken(error) => return (rows, Err(error), reader.peak()),
        }
    }
}

fn lines(text: &[u8]) -> (Rows, Result<(), Error>, usize) {
    read(Layout::Lines, &archive(&[Pack::new(text)]), 100)
}

fn table(text: &[u8]) -> Rows {
    let (rows, end, _) = read(Layout::Table, &archive(&[Pack::new(text)]), 3);
    end.unwrap();
    rows
}

fn emails(rows: &Rows) -> Vec<&str> {
    rows.iter().map(|row| row.as_ref().unwrap().email.as_deref().unwrap_or("")).collect()
}

fn fault(row: &Result<ContactHistoryRow, Error>) -> String {
    let error = row.as_ref().unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Decode, "exports.download"));
    error.to_string()
}

fn sample(rows: usize) -> String {
    (0..rows).map(|n| format!("{{\"email\":\"p{n}@example.com\",\"contact_status\":\"No Reply\"}}\n")).collect()
}

#[test]
fn every_form_of_archive_gives_the_same_rows() {
    let mut forms = vec![Sizes::Before, Sizes::BeforeWide];
    for signed in [true, false] {
        for wide in [true, false] {
            forms.extend([true, false].map(|announced| Sizes::After { signed, wide, announced }));
        }
    }
    for (deflate, rows) in [(true, 50), (true, 0), (false, 50), (false, 0)] {
        let text = sample(rows);
        let pack = |sizes: &Sizes| Pack { deflate, sizes: *sizes, ..Pack::new(text.as_bytes()) };
        let mut packs: Vec<_> = forms.iter().map(pack).collect();
        // Stored with everything before and again after.
        packs.extend((!deflate).then(|| pack(&Sizes::Both)));
        for pack in packs {
            let more = Pack::new(b"{\"email\":\"next\"}");
            let bytes = archive(&[pack.clone(), more]);
            for piece in [1, 2, 3, 7, 64, 4096, usize::MAX] {
                let (read, end, _) = read(Layout::Lines, &bytes, piece);
                end.unwrap_or_else(|error| panic!("{pack:?} in pieces of {piece}: {error}"));
                let emails = emails(&read);
                assert_eq!((emails.len(), emails[rows]), (rows + 1, "next"), "{pack:?} in pieces of {piece}");
                if rows > 0 {
                    let last = read[rows - 1].as_ref().unwrap();
                    assert_eq!(last.email.as_deref(), Some("p49@example.com"));
                    assert_eq!(last.contact_status, Some(ContactStatus::NoReply));
                }
            }
        }
    }
}

#[test]
fn an_archive_cut_off_anywhere_is_an_error_and_never_the_end() {
    let text = sample(20);
    for sizes in [Sizes::Before, Sizes::After { signed: true, wide: false, announced: false }] {
        let bytes = archive(&[Pack { sizes, ..Pack::new(text.as_bytes()) }]);
        let directory = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
        for cut in 0..directory + 4 {
            let (rows, end, _) = read(Layout::Lines, &bytes[..cut], 11);
            let error = end.expect_err("an archive that was cut off");
            assert_eq!(error.kind(), ErrorKind::Io, "cut at {cut}");
            assert!(error.to_string().contains("cut off"), "{error}");
            assert!(rows.iter().all(Result::is_ok), "cut at {cut}: only whole rows");
        }
        // The directory itself is not needed.
        assert!(read(Layout::Lines, &bytes[..directory + 4], 11).1.is_ok());
    }
}

#[test]
fn archives_that_cannot_be_read_say_why() {
    let text = sample(3);
    let pack = || Pack::new(text.as_bytes());
    let good = archive(&[pack()]);
    let patched = |at: usize, byte: u8| {
        let mut bytes = good.clone();
        bytes[at] = byte;
        bytes
    };
    let nameless = Sizes::After { signed: true, wide: false, announced: false };
    let cases = [
        (b"<html><body>Bad Gateway</body></html>".to_vec(), "is not a zip archive"),
        (b"{\"errors\":{\"detail\":\"x\"}}".to_vec(), "is not a zip archive"),
        (patched(6, 1), "encrypted"),
        (patched(8, 12), "neither stored nor deflated"),
        (patched(14, good[14] ^ 1), "checksum"),
        (patched(18, good[18] ^ 1), "damaged"),
        (patched(22, good[22] ^ 1), "size"),
        (archive(&[Pack { spoiled: true, sizes: nameless, ..pack() }]), "checksum"),
    ];
    for (bytes, reason) in cases {
        let (_, end, _) = read(Layout::Lines, &bytes, 10);
        let error = end.expect_err(reason);
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
        assert!(error.to_string().contains(reason), "{error}");
    }
}

#[test]
fn files_follow_each_other_and_folders_are_passed() {
    let bytes = archive(&[
        Pack { name: "rows/", deflate: false, ..Pack::new(b"") },
        Pack { name: "rows/a.json", ..Pack::new(b"{\"email\":\"a\"}") },
        Pack { name: "rows/b.json", ..Pack::new(b"{\"email\":\"b\"}\nbroken") },
    ]);
    let (rows, end, _) = read(Layout::Lines, &bytes, 5);
    end.unwrap();
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[1].as_ref().unwrap().email.as_deref(), Some("b"));
    assert!(fault(&rows[2]).contains("line 2:"), "each file counts its own lines: {}", fault(&rows[2]));
    let (rows, end, _) = read(Layout::Lines, &archive(&[]), 5);
    assert!(rows.is_empty() && end.is_ok());
}

#[test]
fn lines_of_every_kind() {
    let text = b"\xef\xbb\xbf{\"email\":\"a\"}\r\n\n   \n{\"email\":\"gr\xc3\xbc\xc3\x9fe\",\"new\":[1]}\n{\"email\":null,\"sales_value\":12.5,\"opted_out\":\"true\"}";
    let (rows, end, _) = lines(text);
    end.unwrap();
    assert_eq!(emails(&rows), ["a", "grüße", ""]);
    let (second, third) = (rows[1].as_ref().unwrap(), rows[2].as_ref().unwrap());
    assert!(second.extra.get("new").is_some());
    assert_eq!(
        (third.opted_out, third.sales_value.as_ref().and_then(|value| value.as_f64())),
        (Some(true), Some(12.5))
    );
}

#[test]
fn a_bad_row_is_an_error_with_its_line_and_the_next_one_comes() {
    let text = b"{\"email\":\"a\"}\n{\"email\":\"secret@example.com\n\"secret@example.com\"\n[]\n\n{\"email\":\"b\"}\n";
    let (rows, end, _) = lines(text);
    end.unwrap();
    let shown: Vec<String> =
        rows.iter().map(|row| row.as_ref().map_or_else(|_| fault(row), |row| row.email.clone().unwrap())).collect();
    assert_eq!(shown.len(), 5);
    assert_eq!((shown[0].as_str(), shown[4].as_str()), ("a", "b"));
    for (line, shown) in (2..=4).zip(&shown[1..4]) {
        assert!(shown.contains(&format!("line {line}:")), "{shown}");
        assert!(!shown.contains("secret"), "{shown}");
    }
}

#[test]
fn a_row_without_known_names_is_an_error() {
    let text =
        b"{\"error\":\"the export failed\"}\n{\"Email\":\"a\"}\n{}\n{\"\\u0065mail\":\"b\"}\n{\"a@example.com\":1}\n";
    let (rows, end, _) = lines(text);
    end.unwrap();
    let faults: Vec<String> = [0, 1, 2, 4].iter().map(|&row| fault(&rows[row])).collect();
    for (fault, shown) in faults.iter().zip(["`error`", "`Email`", "``", "not shown"]) {
        assert!(fault.contains("the row has no known member name: ") && fault.contains(shown), "{fault}");
        assert!(!fault.contains("example.com") && !fault.contains("failed"), "{fault}");
    }
    assert_eq!(rows[3].as_ref().unwrap().email.as_deref(), Some("b"));
}

#[test]
fn tables_of_every_kind() {
    let text = "\u{feff}email,campaign_name,opted_out,new\r\na,\"Two\r\nlines, \"\"quoted\"\"\",false,x\r\n\r\n\"gr\u{fc}\u{df}e\",,TRUE,";
    let rows = table(text.as_bytes());
    assert_eq!(emails(&rows), ["a", "grüße"]);
    let (first, second) = (rows[0].as_ref().unwrap(), rows[1].as_ref().unwrap());
    assert_eq!(first.campaign_name.as_deref(), Some("Two\r\nlines, \"quoted\""));
    assert_eq!((first.opted_out, second.opted_out), (Some(false), Some(true)));
    assert_eq!((second.campaign_name.as_deref(), second.extra.get("new")), (None, None));
    assert!(first.extra.get("new").is_some());
    assert!(table(b"email,phone\n").is_empty() && table(b"").is_empty());
}

#[test]
fn a_bad_record_is_an_error_with_its_line() {
    for end in ["\n", "\r\n"] {
        let text = ["email,phone", "a,\"1", "2\"", "only-one", "", "b,2", "c,3,4", "d,5"].join(end);
        let rows = table(text.as_bytes());
        assert_eq!(rows.len(), 5, "{end:?}");
        assert!(fault(&rows[1]).contains("line 4: the row has 1 cells but the header has 2"), "{}", fault(&rows[1]));
        assert!(fault(&rows[3]).contains("line 7:"), "{}", fault(&rows[3]));
        assert_eq!(rows[4].as_ref().unwrap().email.as_deref(), Some("d"));
    }
    let rows = table(b"email\n\xff\xfe\nb\n");
    assert!(fault(&rows[0]).contains("line 2: the row is not UTF-8"));
    assert_eq!(rows[1].as_ref().unwrap().email.as_deref(), Some("b"));
}

#[test]
fn an_endless_row_is_skipped_and_not_kept() {
    let long = "x".repeat(MOST_ROW + 1);
    let json = format!("{{\"email\":\"{long}\"}}\n{{\"email\":\"b\"}}\n");
    let csv = format!("email\n{long}\nb\n");
    for (layout, text) in [(Layout::Lines, json), (Layout::Table, csv)] {
        let (rows, end, peak) = read(layout, &archive(&[Pack::new(text.as_bytes())]), 4096);
        end.unwrap();
        assert!(fault(&rows[0]).contains("longer than 8 MiB"), "{}", fault(&rows[0]));
        assert_eq!(rows[1].as_ref().unwrap().email.as_deref(), Some("b"));
        assert!(peak < 3 * MOST_ROW, "{layout:?}: {peak}");
    }
}

#[test]
fn memory_does_not_grow_with_the_export() {
    let nameless = Sizes::After { signed: true, wide: false, announced: false };
    for (deflate, sizes) in [(true, Sizes::Before), (false, Sizes::Before), (false, nameless)] {
        let peak = |rows: usize| {
            let bytes = archive(&[Pack { deflate, sizes, ..Pack::new(sample(rows).as_bytes()) }]);
            let (read, end, peak) = read(Layout::Lines, &bytes, 16 * 1024);
            end.unwrap();
            assert_eq!(read.len(), rows);
            peak
        };
        // A piece of the network, a step of unpacking, a row, and rounding.
        let most = (16 + 32 + 1 + 1) * 1024;
        assert!(peak(10_000) < most, "{}", peak(10_000));
        assert!(peak(200_000) < most, "{}", peak(200_000));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn text_and_pieces_do_not_matter(cells in prop::collection::vec("[a-z\u{e4},\"\r\n ]{0,12}", 1..20), piece in 1..50usize, deflate: bool) {
        let json: String = cells.iter().map(|cell| format!("{{\"campaign_name\":{}}}\n", crate::json!(cell))).collect();
        let quoted = |cell: &String| format!("\"{}\",x\r\n", cell.replace('"', "\"\""));
        let csv: String = std::iter::once("campaign_name,phone\r\n".to_owned()).chain(cells.iter().map(quoted)).collect();
        for (layout, text) in [(Layout::Lines, json), (Layout::Table, csv)] {
            let bytes = archive(&[Pack { deflate, ..Pack::new(text.as_bytes()) }]);
            let (rows, end, _) = read(layout, &bytes, piece);
            prop_assert!(end.is_ok());
            let names: Vec<String> = rows.into_iter().map(|row| row.unwrap().campaign_name.unwrap_or_default()).collect();
            prop_assert_eq!(&names, &cells);
        }
    }

    #[test]
    fn damage_never_panics_nor_hangs(spots in prop::collection::vec((0..2_000usize, any::<u8>()), 1..6), piece in 1..200usize, table: bool) {
        let text = sample(30);
        let mut bytes = archive(&[Pack { sizes: Sizes::After { signed: false, wide: true, announced: false }, ..Pack::new(text.as_bytes()) }]);
        for (spot, byte) in spots {
            let at = spot % bytes.len();
            bytes[at] = byte;
        }
        let layout = if table { Layout::Table } else { Layout::Lines };
        let (rows, _, _) = read(layout, &bytes, piece);
        prop_assert!(rows.len() < 10_000);
    }
}
