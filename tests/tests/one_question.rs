//! Texts for users ask one question about a failed write: may it have happened?

use std::fs;
use std::path::{Path, PathBuf};

/// All files below a path with one of the endings.
fn files(path: &Path, endings: &[&str], found: &mut Vec<PathBuf>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            files(&entry.unwrap().path(), endings, found);
        }
    } else if path.extension().is_some_and(|ending| endings.iter().any(|known| ending == *known)) {
        found.push(path.to_owned());
    }
}

/// `Sent` is the progress of the last attempt: a server error is `Answered`, and the write may have
/// happened anyway.
#[test]
fn readmes_tours_and_examples_ask_whether_a_write_may_have_happened() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut found = vec![root.join("README.md"), root.join("ARCHITECTURE.md")];
    for entry in fs::read_dir(root.join("crates")).unwrap() {
        let entry = entry.unwrap().path();
        // The generator is for contributors and has none.
        if entry.join("README.md").is_file() {
            let sources = ["README.md", "src/lib.rs", "src/main.rs"].map(|file| entry.join(file));
            found.extend(sources.into_iter().filter(|file| file.is_file()));
        }
        if entry.join("examples").is_dir() {
            files(&entry.join("examples"), &["rs"], &mut found);
        }
    }
    files(&root.join("tests/demo/src"), &["rs"], &mut found);
    let mut asked = 0;
    for file in found {
        let text = fs::read_to_string(&file).unwrap();
        for wrong in ["Sent::", ".sent()", "`sent()`", "Error::sent"] {
            assert!(!text.contains(wrong), "{} asks {wrong}", file.display());
        }
        asked += text.matches("may_have_happened").count();
    }
    assert!(asked >= 5, "{asked}");
}
