//! A crate with everything that is awkward to list, as text; and the list of foreign types.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::foreign;
use xtask::cargo::Package;

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/api")
}

fn package(external: &Value) -> Package {
    serde_json::from_value(json!({
        "name": "awkward", "version": "0.0.0", "manifest_path": fixture().join("Cargo.toml"),
        "features": {"extra": [], "more": [], "third": [], "fourth": [], "other": []},
        "metadata": {"external-types": external},
    }))
    .unwrap()
}

fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(fixture())
        .env("RUSTC_BOOTSTRAP", "1")
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn what_is_public_is_listed_with_what_gates_it_and_foreign_types_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    run("rustc", &["--edition", "2024", "--crate-type", "lib", "--emit", "metadata", "--out-dir", out, "other.rs"]);
    let other = format!("other={out}/libother.rmeta");
    let features = ["extra", "more", "third", "fourth"].map(|name| format!("feature=\"{name}\""));
    let mut arguments = vec!["--edition", "2024", "--crate-name", "awkward", "--extern", &other, "--out-dir", out];
    arguments.extend(features.iter().flat_map(|feature| ["--cfg", feature]));
    arguments.extend(["-Z", "unstable-options", "--output-format", "json", "src/lib.rs"]);
    run("rustdoc", &arguments);

    let listed = json!({"other::Leak": " ", "other::Gone": "it was here once", "other::Schema": "schemas"});
    let package = package(&listed);
    let (text, found) = super::read(&fixture(), &package, &folder.path().join("awkward.json")).unwrap();
    insta::assert_snapshot!(text + "\n" + &foreign::check(&package, &found).join("\n"));
}
