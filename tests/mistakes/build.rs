//! Lists the test as ignored with another Rust than that of the texts: each release words some of them anew.

use std::process::Command;

/// The Rust whose texts are kept.
const TEXTS_OF: &str = "rustc 1.95.";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(other_rust)");
    let rustc = std::env::var_os("RUSTC").expect("cargo names the compiler");
    let version = Command::new(rustc).arg("--version").output().expect("the compiler runs").stdout;
    if !String::from_utf8_lossy(&version).starts_with(TEXTS_OF) {
        println!("cargo::rustc-cfg=other_rust");
    }
}
