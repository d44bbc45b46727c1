//! Only files directly in the folder are read, and none is written over.

use serde_json::json;

use super::{Folder, SCHEME};

#[test]
fn nothing_outside_of_the_folder_is_read() {
    let outer = tempfile::tempdir().unwrap();
    let inner = outer.path().join("inner");
    std::fs::create_dir_all(inner.join("folder")).unwrap();
    std::fs::write(outer.path().join("secret"), "secret").unwrap();
    std::fs::write(inner.join("plain.jsonl"), "{}\n").unwrap();
    std::fs::write(inner.join(".hidden"), "hidden").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(outer.path().join("secret"), inner.join("link")).unwrap();
    let folder = Folder::open(&inner).unwrap();
    folder.read(&format!("{SCHEME}plain.jsonl")).unwrap();
    let absolute = outer.path().join("secret").display().to_string();
    for name in [
        "../secret",
        "..%2fsecret",
        "folder/../../secret",
        "folder",
        "link",
        ".hidden",
        ".",
        "..",
        "",
        "plain.jsonl/",
        "plain.jsonl\0",
        &absolute,
    ] {
        folder.read(&format!("{SCHEME}{name}")).unwrap_err();
        assert_eq!(folder.path(name), None, "{name}");
    }
    folder.read(&format!("file://{absolute}")).unwrap_err();
    let names: Vec<String> = folder.list().into_iter().map(|one| one.name).collect();
    assert_eq!(names, ["plain.jsonl"]);
}

#[test]
fn a_file_is_new_private_and_gone_unless_kept() {
    let place = tempfile::tempdir().unwrap();
    let folder = Folder::open(place.path()).unwrap();
    for number in 1..=2 {
        let mut file = folder.create("hubspot contacts list", "jsonl").unwrap();
        file.row(&json!({"number": number})).unwrap();
        let file = file.keep().unwrap();
        assert_eq!(file.name, format!("hubspot-contacts-list-{number}.jsonl"));
        let text = std::fs::read_to_string(place.path().join(&file.name)).unwrap();
        assert_eq!(text, format!("{{\"number\":{number}}}\n"));
        assert_eq!(file.size, Some(text.len() as u64));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let data = place.path().join("hubspot-contacts-list-1.jsonl").metadata().unwrap();
        assert_eq!(data.permissions().mode() & 0o777, 0o600);
    }
    drop(folder.create("hubspot contacts list", "jsonl").unwrap());
    assert_eq!(folder.list().len(), 2);
}
