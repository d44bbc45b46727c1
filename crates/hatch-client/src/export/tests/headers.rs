//! The header of a table: marks before it, headers that cannot be used, and line ends.

use super::*;

/// Reads two files, of which the second is good.
fn two(first: &[u8], piece: usize) -> Rows {
    let bytes = archive(&[Pack::new(first), Pack::new(b"email,phone\nnext,1\n")]);
    let (rows, end, _) = read(Layout::Table, &bytes, piece);
    end.unwrap();
    rows
}

/// The error that the first file returns; the second one is read.
fn header_fault(first: &[u8]) -> String {
    let faults = [1, 2, 7, 4096].map(|piece| {
        let rows = two(first, piece);
        assert_eq!(rows.len(), 2, "an error in place of the first file: {:?}", rows[0]);
        assert_eq!(rows[1].as_ref().unwrap().email.as_deref(), Some("next"));
        fault(&rows[0])
    });
    assert!(faults.iter().all(|fault| *fault == faults[0]), "{faults:?}");
    assert!(faults[0].contains("no row of this file can be read"), "{}", faults[0]);
    faults[0].clone()
}

#[test]
fn marks_before_the_text_are_passed_in_pieces_of_every_size() {
    let mark = "\u{feff}";
    for text in ["email,phone\na,1\n", "\"email\",\"phone\"\r\n\"a\",\"1\"\r\n", "\r\n\nemail,phone\na,1", "email\na"] {
        for marks in ["", mark, "\u{feff}\u{feff}"] {
            for piece in [1, 2, 3, 4, 7, 4096] {
                let rows = two(format!("{marks}{text}").as_bytes(), piece);
                assert_eq!(emails(&rows), ["a", "next"], "{marks:?} {text:?} in pieces of {piece}");
            }
        }
    }
    // A mark alone is not text, and a part of a mark is not a mark.
    assert_eq!(emails(&two(mark.as_bytes(), 1)), ["next"]);
    assert!(header_fault(b"\xef\xbb").contains("not UTF-8"));
    assert!(header_fault(b"\xef\xbbemail\na\n").contains("not UTF-8"));
    // Elsewhere it is text.
    assert_eq!(emails(&two("email\n\u{feff}a\n".as_bytes(), 1)), ["\u{feff}a", "next"]);
}

#[test]
fn a_header_that_cannot_be_read_ends_its_file_and_no_row_takes_its_place() {
    let latin = b"email,stra\xdfe\na@example.com,b\nc@example.com,d\n";
    assert!(header_fault(latin).contains("line 1: the header is not UTF-8"));
    let wide =
        |text: &str, mark: &[u8]| [mark, &text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()].concat();
    assert!(header_fault(&wide("email,phone\r\na,1\r\nb,2\r\n", b"\xff\xfe")).contains("not UTF-8"));
    assert!(header_fault(&wide("email,phone\r\na,1\r\nb,2\r\n", b"")).contains("no known column name"));
    let long = format!("\nemail,{}\nemail,phone\na,1\n", "x".repeat(MOST_ROW + 1));
    let rows = two(long.as_bytes(), 4096);
    assert!(fault(&rows[0]).contains("line 2: the header is longer than 8 MiB"), "{}", fault(&rows[0]));
    assert_eq!((rows.len(), rows[1].as_ref().unwrap().email.as_deref()), (2, Some("next")));
    // An open quote takes all of the file.
    assert!(header_fault(b"\"email,phone\na,1\n").contains("no known column name"));
}

#[test]
fn a_header_without_known_names_is_shown() {
    let cases = [
        ("email;phone\na;1\n", "`email;phone`"),
        ("email\tphone\na\t1\n", "`email\\tphone`"),
        ("sep=,\r\nemail,phone\r\na,1\r\n", "`sep=,`"),
        ("E-Mail,Phone Number\na,1\n", "`E-Mail,Phone Number`"),
        ("email|phone\r", "`email|phone`"),
        ("a\u{202e}b\n", "`a\\u{202e}b`"),
    ];
    for (text, shown) in cases {
        let fault = header_fault(text.as_bytes());
        assert!(fault.contains("line 1: the header has no known column name: "), "{fault}");
        assert!(fault.contains(shown), "{fault}");
    }
    let fault = header_fault(format!("{}\na\n", "x;".repeat(5_000)).as_bytes());
    assert!(fault.contains("x;` …") && fault.len() < 500, "{fault}");
}

#[test]
fn a_row_in_place_of_the_header_is_not_shown() {
    for row in ["1,ada@example.com,Ada", "7,Ada,+12025550142", "Ada,0b5c0000-0000-4000-8000-1234567890ab"] {
        let fault = header_fault(format!("{row}\n{row}\n").as_bytes());
        assert!(fault.contains("not shown because it looks like a row"), "{fault}");
        assert!(!fault.contains("Ada"), "{fault}");
    }
}

#[test]
fn two_columns_of_one_name_are_an_error() {
    for header in ["email,phone,email", "email,new,new", "\"email\",email"] {
        let fault = header_fault(format!("{header}\na,1,b\n").as_bytes());
        assert!(fault.contains("the header has two columns of one name: `"), "{fault}");
    }
    // Names that differ in case are two names, and columns without a name are mostly empty.
    let rows = table(b"email,phone,,\na,1,,\nb,1,x,\nc,1,x,y\n");
    assert_eq!(emails(&rows[..2].iter().map(|row| Ok(row.as_ref().unwrap().clone())).collect()), ["a", "b"]);
    assert!(rows[1].as_ref().unwrap().extra.get("").is_some());
    assert!(fault(&rows[2]).contains("the row has 4 cells but the header has 2"), "{}", fault(&rows[2]));
    assert_eq!(table(b"email,Email\na,b\n").len(), 1);
}

#[test]
fn a_carriage_return_alone_is_data() {
    let name = |row: &Result<ContactHistoryRow, Error>| row.as_ref().unwrap().campaign_name.clone().unwrap();
    let cases = [
        ("a\rb", "a\rb"),
        ("\ra", "\ra"),
        ("a\r\r", "a\r\r"),
        ("\"a\rb\"", "a\rb"),
        ("\"a\r\"", "a\r"),
        ("\"a\r\nb\"", "a\r\nb"),
        ("\"a\"", "a"),
    ];
    for (cell, read) in cases {
        for end in ["\n", "\r\n"] {
            // In the middle of a row, at its end, and as all of it.
            let first = format!("campaign_name,phone{end}{cell},1{end}{end}b,2{end}");
            let last = format!("phone,campaign_name{end}1,{cell}{end}{end}2,b{end}");
            let only = format!("campaign_name{end}{cell}{end}{end}b");
            for text in [first, last, only] {
                for piece in [1, 2, 7, 4096] {
                    if cell.ends_with('\r') && end == "\n" {
                        // Here it is a part of the line end.
                        continue;
                    }
                    let bytes = archive(&[Pack::new(text.as_bytes())]);
                    let (rows, ended, _) = super::read(Layout::Table, &bytes, piece);
                    ended.unwrap();
                    let names: Vec<_> = rows.iter().map(name).collect();
                    assert_eq!(names, [read, "b"], "{text:?} in pieces of {piece}");
                }
            }
        }
    }
    // At the end of the text it ends the line, too, and a line of nothing else is blank.
    for (text, expected) in [
        ("email\r\na\r", &["a", "next"][..]),
        ("email\n\r\n\r\na\n\r", &["a", "next"]),
        ("email\n\"\"\r\n\"\"\n", &["", "", "next"]),
    ] {
        assert_eq!(emails(&two(text.as_bytes(), 1)), expected, "{text:?}");
    }
    assert!(header_fault(b"email\ra\rb\n").contains("`email\\ra\\rb`"));
}
