//! Forms with files, read into their parts.

use bytes::Bytes;

/// One part of a `multipart/form-data` form.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The name of the field.
    pub name: String,
    /// The file's name; only files have one.
    pub file_name: Option<String>,
    /// The announced media type of the part.
    pub content_type: Option<String>,
    /// The content of the part.
    pub content: Bytes,
}

/// Reads a body with the `Content-Type` of the request.
pub(crate) fn read(content_type: &str, body: &Bytes) -> Result<Vec<Part>, &'static str> {
    let boundary = parameter(content_type, "boundary").ok_or("its Content-Type names no boundary")?;
    let first = format!("--{boundary}");
    let next = format!("\r\n{first}");
    let mut at = if body.starts_with(first.as_bytes()) {
        first.len()
    } else {
        find(body, next.as_bytes()).ok_or("the boundary is nowhere in it")? + next.len()
    };
    let mut parts = Vec::new();
    while !body[at..].starts_with(b"--") {
        let rest = body[at..].strip_prefix(b"\r\n").ok_or("a boundary is not followed by a new line")?;
        at = body.len() - rest.len();
        let length = find(rest, b"\r\n\r\n").ok_or("a part has no end of its headers")?;
        let mut part = head(&String::from_utf8_lossy(&rest[..length]))?;
        at += length + 4;
        let length = find(&body[at..], next.as_bytes()).ok_or("a part has no end")?;
        part.content = body.slice(at..at + length);
        parts.push(part);
        at += length + next.len();
    }
    Ok(parts)
}

fn head(text: &str) -> Result<Part, &'static str> {
    let mut part = Part { name: String::new(), file_name: None, content_type: None, content: Bytes::new() };
    let mut named = false;
    for (header, value) in text.split("\r\n").filter_map(|line| line.split_once(':')) {
        match header.to_ascii_lowercase().as_str() {
            "content-disposition" => {
                part.name = parameter(value, "name").ok_or("a part has no name")?;
                part.file_name = parameter(value, "filename");
                named = value.trim_start().starts_with("form-data");
            }
            "content-type" => part.content_type = Some(value.trim().to_owned()),
            _ => {}
        }
    }
    if named { Ok(part) } else { Err("a part is not form-data") }
}

/// A parameter of a header; quoted ones escape what browsers escape.
fn parameter(header: &str, wanted: &str) -> Option<String> {
    let mut rest = header.split_once(';')?.1;
    loop {
        let (name, value) = rest.split_once('=')?;
        let (value, after) = match value.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => {
                let (plain, after) = value.split_at(value.find(';').unwrap_or(value.len()));
                (plain.trim(), after)
            }
        };
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(value.replace("%0D", "\r").replace("%0A", "\n").replace("%22", "\""));
        }
        rest = after.split_once(';').map_or("", |(_, rest)| rest);
    }
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_read_and_broken_ones_say_why() {
        let body = "--b\r\ncontent-disposition: form-data; name=\"a%22\"\r\n\r\n1\r\n--b\r\nContent-Type: text/csv\r\n\
                    Content-Disposition: form-data; name=f; filename=\"x;=y.csv\"\r\n\r\n\r\n--b--\r\n";
        let parts = read("multipart/form-data; charset=utf-8; boundary=\"b\"", &Bytes::from(body)).unwrap();
        let text = |part: &Part| (part.name.clone(), part.file_name.clone(), part.content.clone());
        assert_eq!(text(&parts[0]), ("a\"".into(), None, "1".into()));
        assert_eq!(text(&parts[1]), ("f".into(), Some("x;=y.csv".into()), "".into()));
        assert_eq!(parts[1].content_type.as_deref(), Some("text/csv"));
        for (kind, body, fault) in [
            ("multipart/form-data", "", "no boundary"),
            ("multipart/form-data; boundary=b", "x", "nowhere"),
            ("multipart/form-data; boundary=b", "--b", "new line"),
            ("multipart/form-data; boundary=b", "--b\r\n", "headers"),
            ("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx", "no end"),
            ("multipart/form-data; boundary=b", "--b\r\n\r\n\r\n\r\n--b--", "not form-data"),
        ] {
            let why = read(kind, &Bytes::from(body)).unwrap_err();
            assert!(why.contains(fault), "{body}: {why}");
        }
    }
}
