use serde_json::{Value, json};

use super::csv::MISQUOTED;
use super::{Source, lost};

fn rows(name: &str, text: &str) -> Result<Vec<Value>, String> {
    let source = Source::of(name, text.as_bytes().to_vec())?;
    Ok((1..=source.len()).map(|number| Value::Object(source.row(number))).collect())
}

#[test]
fn rows_keep_their_cells_and_their_places() {
    let text = "\u{feff}email,name\r\n\r\nada@example.com,\"Ada\r\n\"\"L\"\"\"\nbob@example.com,\r\n\n";
    let source = Source::of("a.csv", text.as_bytes().to_vec()).unwrap();
    assert_eq!(source.head(), Some(&b"email,name"[..]));
    assert_eq!(source.given(1), b"ada@example.com,\"Ada\r\n\"\"L\"\"\"");
    assert_eq!(source.given(2), b"bob@example.com,");
    assert_eq!((source.place(1), source.place(2)), ("row 1 (line 3)".into(), "row 2 (line 5)".into()));
    assert_eq!(
        rows("-", text).unwrap(),
        [json!({"email": "ada@example.com", "name": "Ada\r\n\"L\""}), json!({"email": "bob@example.com", "name": ""})]
    );
    let source = Source::of("a.csv", b"a,b,c\n,,\n1,,\n\"\",,\n,\n4,5,6\n,,".to_vec()).unwrap();
    assert_eq!((source.len(), source.empty, source.place(2)), (2, 4, "row 2 (line 6)".into()));
    assert_eq!(rows("a.csv", "a,,\n1,, \n , ,\n").unwrap(), [json!({"a": "1"})]);
    let text = "{\"a\": 1}\r\n\n  {\"a\": {\"b\": null}}";
    let source = Source::of("standard input", text.as_bytes().to_vec()).unwrap();
    assert_eq!((source.head(), source.given(1), source.place(2)), (None, &b"{\"a\": 1}"[..], "row 2 (line 3)".into()));
    assert_eq!(rows("a.ndjson", text).unwrap(), [json!({"a": 1}), json!({"a": {"b": null}})]);
    assert!(rows("a.csv", "email\n").unwrap().is_empty() && rows("a.jsonl", "").unwrap().is_empty());
}

#[test]
fn quotation_marks_and_ends_of_lines_that_programs_write_are_taken() {
    // CR CR LF is of programs of Windows that add a CR to the CR LF of CSV.
    let text = "a,b\r\r\n1,\"2, \"\"3\"\"\"\r\r\n\"\",5\" pipe\r\r\n\"\"\"\",\"x\ny\"";
    let expected =
        [json!({"a": "1", "b": "2, \"3\""}), json!({"a": "", "b": "5\" pipe"}), json!({"a": "\"", "b": "x\ny"})];
    assert_eq!(rows("a.csv", text).unwrap(), expected);
    assert_eq!(Source::of("a.csv", text.into()).unwrap().place(3), "row 3 (line 4)");
}

#[test]
fn errors_of_spreadsheets_are_no_values() {
    for cell in ["#N/A ", " #SPILL!", "#GETTING_DATA", "#ERROR!", "Err:508 ", "J\u{fffd}rgen"] {
        assert!(lost(&json!(cell)).is_some(), "{cell}");
    }
    // LibreOffice and Excel in other languages.
    for cell in ["#NV", "#BEZUG!", "#N/D", "#WERT!", "#¿NOMBRE?", "#NOM\u{a0}?", "#Н/Д", "Fehler:508", "Err :502"] {
        assert!(lost(&json!(cell)).is_some(), "{cell}");
    }
    for cell in [
        "#1",
        "N/A",
        "Err:",
        "Error",
        "#hashtag!",
        "",
        "de",
        "#",
        "#IT",
        "Fehler: keiner",
        "Hata: 404",
        "Nap:12",
        "Room:123",
    ] {
        assert_eq!(lost(&json!(cell)), None, "{cell}");
    }
}

#[test]
fn a_row_that_is_not_well_formed_is_named() {
    for (name, text, fault) in [
        ("a.csv", "", "the file is empty; its first line must have the names of the columns"),
        ("a.csv", "a,,b\n", "column 2 has no name"),
        ("a.csv", "a,,b,\n", "column 2 has no name"),
        ("a.csv", ",\n", "column 1 has no name"),
        ("a.csv", "a,,\n1,,\n1,,2\n", "row 2 (line 3) has a value in column 3, which has no name"),
        ("a.csv", "a,b\n1,2,\n", "row 1 (line 2) has 3 cells, and there are 2 columns"),
        ("a.csv", "sep=,\na,b\n", "the first line is `sep=…`, not the column names; delete it"),
        ("a.csv", "SEP=;\na;b\n", "the first line is `sep=…`, not the column names; delete it"),
        ("a.csv", "a,b\r1,2\r", "the lines end with CR alone; save the file with lines that end with LF or CR LF"),
        (
            "a.csv",
            "a,b\r1,\"2\n3\"\r",
            "the lines end with CR alone; save the file with lines that end with LF or CR LF",
        ),
        ("a.csv", "a,b\r\r1,2\r\r", "the lines end with CR alone; save the file with lines that end with LF or CR LF"),
        ("a.csv", "a,b\n1,\"A\n2,B\n3,\"C\"\n", &format!("row 1 (line 2) {MISQUOTED}")),
        ("a.csv", "a,b\n1,2\n\"\"\"1\"\" \"2\",3\r\n", &format!("row 2 (line 3) {MISQUOTED}")),
        ("a.csv", "a,\"b\n1,\"2\"\n", &format!("the line with the names of the columns {MISQUOTED}")),
        ("a.csv", "\u{feff}\n<table>", "the file is HTML, not CSV; save it as CSV (UTF-8)"),
        ("a.xlsx", "PK\u{3}\u{4}…", "the file is a ZIP archive, as .xlsx and .ods files are; save it as CSV (UTF-8)"),
        ("a.csv", "a\0,\0", "the file is UTF-16; save it as CSV (UTF-8)"),
        ("a.csv", "a,a\n", "there are two columns called \"a\""),
        ("a.csv", "a;b\n1;2\n", "the columns are not separated by commas; save the file with commas"),
        ("a.csv", "a,b\n1,2\n1,2,3\n", "row 2 (line 3) has 3 cells, and there are 2 columns"),
        ("a.csv", "a,b\n1\n1,2\n", "row 1 (line 2) has 1 cells, and there are 2 columns"),
        ("a.csv", "a,b\n1,2\n\"", "the file ends in the middle of row 2 (line 3)"),
        ("a.csv", "a,b\n1,2\n1", "the file ends in the middle of row 2 (line 3)"),
        ("a.csv", "a,b\n1,\"2\n", "the file ends in the middle of row 1 (line 2)"),
        ("a.csv", "a,b\n1,\"2\n1,2\n", "the file ends in the middle of row 1 (line 2)"),
        ("a.jsonl", "{\"a\":1}\n{\"a\":", "the file ends in the middle of row 2 (line 2)"),
        ("a.jsonl", "{\"a\":1}\n{\"a\":}\n", "row 2 (line 2) is not valid JSON at column 6"),
        ("a.jsonl", "17\n", "row 1 (line 1) is not a JSON object"),
        ("a.json", "[{}]", "write a JSON object per line, without a list"),
        ("-", " [{}]", "write a JSON object per line, without a list"),
    ] {
        assert_eq!(rows(name, text).unwrap_err(), fault, "{text}");
    }
    let latin = Source::of("a.csv", b"a\nok\n\xe9\n".to_vec()).err();
    assert_eq!(latin.as_deref(), Some("row 2 (line 3) is not valid UTF-8; save the file as UTF-8"));
    for text in [b"\xff\xfea\0", b"\xfe\xff\0a"] {
        let fault = Source::of("a.csv", text.to_vec()).err();
        assert_eq!(fault.as_deref(), Some("the file is UTF-16; save it as CSV (UTF-8)"));
    }
}
