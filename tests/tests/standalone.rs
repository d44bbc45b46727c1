//! A project outside this workspace that depends on one client: the example of its README
//! compiles, runs, and the README contains the number of crates.

use std::path::{Path, PathBuf};
use std::process::Output;

use crm_fake::{Fake, Vendor};

const MANIFEST: &str = r#"[package]
name = "standalone"
version = "0.1.0"
edition = "2024"

[dependencies]
hatch-client = { path = "CRATE" }
tokio = { version = "1", features = ["macros", "rt-multi-thread"] }

[workspace]
"#;

/// Text of the example, and its replacement in this test: the same client with another
/// address.
const SAID: &str = "Client::new(key)?;";
const MEANT: &str = r#"Client::builder(key).base_url(std::env::var("HATCH_BASE_URL")?).build()?;"#;

#[tokio::test]
async fn the_example_of_hatch_runs_alone() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let home = root.join("crates/hatch-client");
    let readme = std::fs::read_to_string(home.join("README.md")).unwrap();
    let example = first_example(&readme);
    assert_eq!(example.matches(SAID).count(), 1, "the example makes its client in another way");

    let project = tempfile::tempdir().unwrap();
    let place = |file: &str| project.path().join(file);
    std::fs::create_dir(place("src")).unwrap();
    std::fs::write(place("src/main.rs"), example.replace(SAID, MEANT)).unwrap();
    std::fs::write(place("Cargo.toml"), MANIFEST.replace("CRATE", &home.display().to_string())).unwrap();
    // The versions that this workspace was tested with; what is not needed drops out.
    std::fs::copy(root.join("Cargo.lock"), place("Cargo.lock")).unwrap();

    let fake = Fake::start(Vendor::HatchContacts).await.unwrap();
    let output = run(project.path().to_owned(), root.join("target/standalone"), &fake).await;
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));

    let stored = fake.records("contacts");
    assert_eq!(said.trim(), format!("contact {}", stored[0]["id"].as_str().unwrap()));
    assert_eq!(stored[0]["email"], "ada@example.com");
    assert_eq!(fake.report().refused, 0, "{:?}", fake.report().problems);

    // The compiled crates depend on the platform; the README is about one.
    if cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        let told = format!("compiles {} crates on Linux", crates(project.path()));
        let front = std::fs::read_to_string(root.join("README.md")).unwrap();
        let front = front.split_whitespace().collect::<Vec<_>>().join(" ");
        for (name, text) in [("README of hatch-client", &readme), ("README", &front)] {
            assert!(text.contains(&told), "the {name} must say \"{told}\"");
        }
    }
}

/// The crates that cargo compiles for the project, without the project itself.
fn crates(project: &Path) -> usize {
    let tree = std::process::Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--edges", "normal,build", "--prefix", "none", "--format", "{p}"])
        .current_dir(project)
        .output()
        .unwrap();
    let listed = String::from_utf8(tree.stdout).unwrap();
    let names: std::collections::BTreeSet<&str> =
        listed.lines().map(|line| line.trim_end_matches(" (*)")).filter(|line| !line.is_empty()).collect();
    names.len() - 1
}

/// The first Rust block.
fn first_example(readme: &str) -> String {
    let (_, rest) = readme.split_once("```rust").unwrap();
    let (_, rest) = rest.split_once('\n').unwrap();
    rest.split_once("\n```").unwrap().0.to_owned()
}

async fn run(project: PathBuf, target: PathBuf, fake: &Fake) -> Output {
    let (base_url, key) = (fake.base_url(), fake.token().to_owned());
    // The build takes its time, and the fake answers on this runtime.
    tokio::task::spawn_blocking(move || {
        let mut cargo = std::process::Command::new(env!("CARGO"));
        // Environment variables that cargo set for this test must not affect another project.
        let inherited = std::env::vars_os().map(|(name, _)| name);
        for name in
            inherited.filter(|name| name.to_string_lossy().starts_with("CARGO_PKG_") || name == "CARGO_MANIFEST_DIR")
        {
            cargo.env_remove(name);
        }
        cargo
            .args(["run", "--quiet", "--offline"])
            .current_dir(project)
            .env("CARGO_TARGET_DIR", target)
            .env("HATCH_BASE_URL", base_url)
            .env("HATCH_API_KEY", key)
            .output()
            .unwrap()
    })
    .await
    .unwrap()
}
