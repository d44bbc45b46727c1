//! Lists the test as ignored with a Rust other than that of the texts, and warns: each release words some of them anew.

use std::process::Command;

/// The Rust whose texts are kept.
const TEXTS_OF: &str = "rustc 1.95.";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(other_rust)");
    let rustc = std::env::var_os("RUSTC").expect("cargo names the compiler");
    let version = Command::new(rustc).arg("--version").output().expect("the compiler runs").stdout;
    let version = String::from_utf8_lossy(&version);
    if !version.starts_with(TEXTS_OF) {
        println!("cargo::rustc-cfg=other_rust");
        println!(
            "cargo::warning=the texts about mistakes are NOT checked: they are those of {TEXTS_OF}x, and this is {}; with this \
             one, change TEXTS_OF and run `TRYBUILD=overwrite cargo test --package crm-mistakes`",
            version.trim()
        );
    }
}
