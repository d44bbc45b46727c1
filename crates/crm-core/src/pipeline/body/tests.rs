//! Bodies that arrive in pieces of every length.

use std::io::Write;

use flate2::{Compression, GzBuilder};
use http::HeaderValue;
use proptest::prelude::*;

use super::*;

const MOST: usize = 10_000;

fn gzip(text: &[u8]) -> Vec<u8> {
    packed(GzBuilder::new(), text)
}

fn packed(settings: GzBuilder, text: &[u8]) -> Vec<u8> {
    let mut encoder = settings.write(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// Reads a body that arrives in pieces of `piece` bytes.
fn read(coding: Coding, bytes: &[u8], piece: usize) -> Result<Bytes, Fault> {
    let mut body = Body::new(coding, bytes.len(), MOST);
    for piece in bytes.chunks(piece) {
        body.push(piece)?;
    }
    let (bytes, end) = body.end();
    end.map(|()| bytes)
}

/// A gzip header with every optional field.
fn full() -> GzBuilder {
    GzBuilder::new().extra(*b"extra").filename("name").comment("comment").mtime(1)
}

#[test]
fn the_text_is_the_same_whatever_the_pieces() {
    let text: Vec<u8> = (0..2_000_u32).map(|n| (n * n % 251) as u8).collect();
    let joined = [gzip(&text[..1]), packed(full(), b""), packed(full().extra(*b""), &text[1..])].concat();
    for piece in 1..=joined.len() {
        assert_eq!(read(Coding::Gzip, &joined, piece).unwrap(), text, "{piece}");
        assert_eq!(read(Coding::Plain, &text, piece).unwrap(), text, "{piece}");
    }
    assert_eq!(read(Coding::Gzip, &gzip(b""), 1).unwrap(), "");
    assert_eq!(read(Coding::Gzip, b"", 1).unwrap(), "");
}

#[test]
fn a_part_is_never_taken_for_the_whole() {
    let two = [gzip(b"{\"results\":[]}"), packed(full(), b"  ")].concat();
    let border = gzip(b"{\"results\":[]}").len();
    for length in (1..two.len()).filter(|length| *length != border) {
        for piece in [1, length] {
            let fault = read(Coding::Gzip, &two[..length], piece).unwrap_err();
            assert!(matches!(fault, Fault::Damaged(_)), "{length}: {fault:?}");
        }
    }
    // The checksum and the length at the end of each member.
    for at in (border - 8..border).chain(two.len() - 8..two.len()) {
        let mut wrong = two.clone();
        wrong[at] ^= 1;
        assert!(matches!(read(Coding::Gzip, &wrong, 7), Err(Fault::Damaged(_))), "{at}");
    }
    for rest in [&b"x"[..], b"\0\0\0\0\0\0\0\0\0\0\0\0", b"{\"results\":[]}", &[0x1f, 0x8b]] {
        let longer = [&two[..], rest].concat();
        assert!(matches!(read(Coding::Gzip, &longer, 7), Err(Fault::Damaged(_))), "{rest:?}");
    }
}

#[test]
fn what_is_not_gzip_is_found_at_its_first_bytes() {
    for plain in [&b"{}"[..], b"[", b"\x1f{", b"<!DOCTYPE html>"] {
        for piece in [1, plain.len()] {
            assert!(matches!(read(Coding::Gzip, plain, piece), Err(Fault::Wrong(_))), "{plain:?}");
        }
    }
}

#[test]
fn as_much_is_read_as_was_allowed() {
    for piece in [1, 64, 100_000] {
        let fits = vec![b'x'; MOST];
        assert_eq!(read(Coding::Plain, &fits, piece).unwrap().len(), MOST);
        assert_eq!(read(Coding::Gzip, &gzip(&fits), piece).unwrap().len(), MOST);
        let longer = vec![b'x'; MOST + 1];
        assert!(matches!(read(Coding::Plain, &longer, piece), Err(Fault::TooLarge)));
        assert!(matches!(read(Coding::Gzip, &gzip(&longer), piece), Err(Fault::TooLarge)));
    }
}

#[test]
fn members_without_content_come_to_an_end() {
    let empty = gzip(b"").repeat(LONGER / gzip(b"").len() + 2_000);
    let fault = read(Coding::Gzip, &empty, 8_000).unwrap_err();
    assert!(matches!(fault, Fault::Wrong(text) if text.contains("longer than its content")), "{fault:?}");
    let packed = [gzip(&[b'x'; MOST]), empty[..LONGER].to_vec()].concat();
    assert_eq!(read(Coding::Gzip, &packed[..packed.len() - LONGER % gzip(b"").len()], 8_000).unwrap().len(), MOST);
}

#[test]
fn memory_grows_to_what_is_allowed_and_not_beyond() {
    for most in [0, 1, 7, 1_000, 3_000_000] {
        let mut room = Room::new(usize::MAX, most);
        let mut held = room.bytes.capacity();
        while room.write(&[b'x'; 700]).is_ok() {
            let now = room.bytes.capacity();
            assert!(now == held || held + now <= most + most / 2, "{held} and {now} of {most}");
            held = now;
        }
        assert_eq!((room.bytes.len(), room.bytes.capacity() <= most), (most, true));
    }
}

#[test]
fn codings_are_read_from_all_headers() {
    let of = |values: &str| {
        let mut headers = HeaderMap::new();
        for value in values.split('|') {
            headers.append(header::CONTENT_ENCODING, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        Coding::of(&headers)
    };
    assert_eq!(Coding::of(&HeaderMap::new()), Ok(Coding::Plain));
    for plain in ["", "identity", " ,Identity|identity"] {
        assert_eq!(of(plain), Ok(Coding::Plain));
    }
    for gzip in ["gzip", "GZip", "x-gzip", "identity| gzip ,"] {
        assert_eq!(of(gzip), Ok(Coding::Gzip));
    }
    for (other, name) in [
        ("br", "br"),
        ("gzip, gzip", "gzip, gzip"),
        ("deflate|gzip", "deflate, gzip"),
        ("x;y\u{e9}", "something unknown"),
        ("a-name-of-more-than-twenty-letters", "something unknown"),
    ] {
        assert_eq!(of(other), Err(name.to_owned()));
    }
}

proptest! {
    /// A changed bit is an error, unless it is in a part of the header that does not affect the text.
    #[test]
    fn damage_is_never_a_text(text in proptest::collection::vec(any::<u8>(), 0..500), at in any::<prop::sample::Index>(), bit in 0..8_u32) {
        let mut bytes = gzip(&text);
        let at = at.index(bytes.len());
        bytes[at] ^= 1_u8 << bit;
        match read(Coding::Gzip, &bytes, 100) {
            Ok(read) => prop_assert_eq!(read, text),
            Err(fault) => prop_assert!(!matches!(fault, Fault::Wrong(_)) || at < 2),
        }
    }
}
