//! The ends of files whose length is not announced, and files that do not belong to the export.

use super::super::archive::{Archive, Progress};
use super::*;

const UNKNOWN: Sizes = Sizes::After { signed: true, wide: false, announced: false };

/// Unpacks all files of an archive, in pieces of `piece` bytes.
fn unpack(bytes: &[u8], piece: usize) -> Result<Vec<Vec<u8>>, &'static str> {
    let (mut archive, mut input, mut pieces) = (Archive::new(), Bytes::new(), bytes.chunks(piece));
    let (mut files, mut text) = (Vec::new(), Vec::new());
    loop {
        match archive.step(&mut input, &mut text)? {
            Progress::More => {}
            Progress::FileEnd => files.push(std::mem::take(&mut text)),
            Progress::Done => return Ok(files),
            Progress::Starved => input = Bytes::copy_from_slice(pieces.next().ok_or(archive.cut_off())?),
        }
    }
}

fn stored(text: &[u8], sizes: Sizes) -> Vec<u8> {
    archive(&[Pack { deflate: false, sizes, ..Pack::new(text) }])
}

/// A correct descriptor of `data`.
fn descriptor(data: &[u8]) -> Vec<u8> {
    let mut crc = flate2::Crc::new();
    crc.update(data);
    let size = (data.len() as u32).to_le_bytes();
    [&b"PK\x07\x08"[..], &crc.sum().to_le_bytes(), &size, &size].concat()
}

#[test]
fn what_looks_like_an_end_is_data() {
    let rows = sample(3);
    let spoiled = |at: usize| {
        let mut end = descriptor(rows.as_bytes());
        end[at] ^= 1;
        end
    };
    let decoys = [
        b"PK\x07\x08".to_vec(),
        b"PK\x07\x08PK\x07\x08PK\x01\x02".to_vec(),
        [&spoiled(4)[..], b"PK\x01\x02"].concat(),
        [&spoiled(8)[..], b"PK\x01\x02"].concat(),
        [&spoiled(12)[..], b"PK\x03\x04"].concat(),
        // The descriptor is correct, but the bytes after it are not a signature that follows a file.
        descriptor(rows.as_bytes()),
        [&descriptor(rows.as_bytes())[..], b"PK\x01\x03"].concat(),
        descriptor(rows.as_bytes())[4..].to_vec(),
        // An archive in the archive.
        stored(rows.as_bytes(), UNKNOWN),
        b"PK\x07\x08\0\0\0\0".repeat(2_000),
        vec![0; 5_000],
        Vec::new(),
    ];
    for decoy in &decoys {
        let text = [rows.as_bytes(), decoy, b"\n{}"].concat();
        for signed in [true, false] {
            for wide in [true, false] {
                let bytes = stored(&text, Sizes::After { signed, wide, announced: wide });
                for piece in [1, 7, 4096, usize::MAX] {
                    let files = unpack(&bytes, piece).unwrap_or_else(|fault| panic!("{decoy:?}: {fault}"));
                    assert!(files == [&text[..]], "{decoy:?} in pieces of {piece}");
                }
            }
        }
    }
}

#[test]
fn a_stored_file_of_unknown_length_that_is_damaged_says_so() {
    let text = sample(20);
    for spoiled in [Pack { spoiled: true, ..Pack::new(text.as_bytes()) }, Pack::new(text.as_bytes())] {
        let mut bytes = archive(&[Pack { deflate: false, sizes: UNKNOWN, ..spoiled.clone() }]);
        if !spoiled.spoiled {
            bytes[60] ^= 1;
        }
        let (_, end, _) = read(Layout::Lines, &bytes, 10);
        let error = end.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io);
        assert!(error.to_string().contains("or a file in it is damaged"), "{error}");
    }
}

#[test]
fn files_that_are_not_the_exports_are_passed() {
    let foreign = [
        "__MACOSX/",
        "__MACOSX/._rows.json",
        "__MACOSX/rows.json",
        "data/__MACOSX/rows.json",
        "data\\__MACOSX\\rows.json",
        ".DS_Store",
        "data/.DS_Store",
        "._rows.json",
        "data/",
        "data\\",
    ];
    let own = ["rows.json", "", "-", "data/rows.json", "data\\.rows.json", "MACOSX/rows", "a__MACOSX/b", "x.DS_Store"];
    for (deflate, sizes) in [(true, Sizes::Before), (true, UNKNOWN), (false, Sizes::Before), (false, UNKNOWN)] {
        for (names, rows) in [(&foreign[..], 2), (&own[..], 3)] {
            for name in names {
                let pack = |name| Pack { name, deflate, sizes, ..Pack::new(b"{\"email\":\"a\"}\n") };
                let bytes = archive(&[pack("first"), pack(name), pack("last")]);
                for piece in [1, 4096] {
                    let (read, end, _) = read(Layout::Lines, &bytes, piece);
                    end.unwrap();
                    assert_eq!(emails(&read), vec!["a"; rows], "{name}");
                }
            }
        }
    }
    // Damage in them is damage to the archive.
    let spoiled = Pack { name: "__MACOSX/a", spoiled: true, ..Pack::new(b"x") };
    assert!(read(Layout::Lines, &archive(&[spoiled]), 10).1.is_err());
}

/// Text that is full of the parts of a descriptor.
///
/// It is empty or begins with a letter. Text that begins with the correct descriptor of an empty
/// file and a signature cannot be distinguished from that file.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let parts = ["PK\x07\x08", "PK\x01\x02", "PK\x03\x04", "PK", "\0\0\0\0", "\x08\0\0\0", "\x20\0\0\0", "row\n"];
    let part = prop_oneof![
        proptest::sample::select(parts.to_vec()).prop_map(|part| part.as_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 0..6),
    ];
    prop::collection::vec(part, 0..40).prop_map(|parts| match parts.concat() {
        text if text.is_empty() => text,
        text => [b"r", &text[..]].concat(),
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_stored_file_ends_where_it_ended(texts in prop::collection::vec(text(), 1..4), signed: bool, wide: bool, announced: bool, piece in 1..70usize) {
        let sizes = Sizes::After { signed, wide, announced };
        let packs: Vec<_> = texts.iter().map(|text| Pack { deflate: false, sizes, ..Pack::new(text) }).collect();
        prop_assert_eq!(unpack(&archive(&packs), piece).unwrap(), texts);
    }
}
