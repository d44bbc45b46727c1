//! A workspace in git with two crates that were released once.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::registry::Registry;

/// The workspace, which is removed when the value is dropped.
pub(crate) struct Workspace {
    folder: TempDir,
    registry: Option<String>,
}

/// Returns the code of the lower crate, with a method of this name.
pub(crate) fn code(method: &str) -> String {
    format!(
        "//! Code.\n/// A thing.\npub struct Thing;\nimpl Thing {{\n    /// Acts.\n    pub fn {method}(&self) {{}}\n}}\n"
    )
}

impl Workspace {
    pub(crate) fn released(registry: Option<&Registry>) -> Self {
        let this = Self { folder: tempfile::tempdir().unwrap(), registry: registry.map(Registry::index) };
        let at = if registry.is_some() { ", registry = \"local\"" } else { "" };
        this.put(
            "Cargo.toml",
            &format!(
                "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n\n[workspace.package]\nversion = \"0.1.0\"\n\n\
                 [workspace.dependencies]\n# What others stand on.\nbase = {{ path = \"crates/base\", version = \"0.1.0\"{at} }}\n\
                 client = {{ path = \"crates/client\", version = \"0.1.0\"{at} }}\n"
            ),
        );
        this.put(".gitignore", "target\ntools\n");
        std::fs::create_dir_all(this.root().join("specs")).unwrap();
        codegen::generate::plan(this.root(), &[], &mut |_| {}).unwrap().0.write().unwrap();
        let client =
            "\n[package.metadata.external-types]\nbase = \"it is shown\"\n\n[dependencies]\nbase.workspace = true\n";
        for (name, more, text) in
            [("base", "", code("first")), ("client", client, "//! Code.\npub use base::Thing;\n".to_owned())]
        {
            this.put(
                &format!("crates/{name}/Cargo.toml"),
                &format!(
                    "[package]\nname = \"{name}\"\nversion.workspace = true\nedition = \"2024\"\nlicense = \"MIT\"\n\
                     description = \"A crate\"\nrust-version = \"1.89\"\nreadme = \"README.md\"\nkeywords = [\"a\"]\n\
                     categories = [\"api-bindings\"]\n\n[package.metadata.docs.rs]\nall-features = true\n{more}"
                ),
            );
            this.put(&format!("crates/{name}/src/lib.rs"), &text);
            this.put(&format!("crates/{name}/README.md"), "A crate.\n");
            let changelog = "# Changelog\n\n## Unreleased\n\n## 0.1.0 - 2026-01-01\n\n### Added\n\n- All.\n";
            this.put(&format!("crates/{name}/CHANGELOG.md"), changelog);
        }
        this.git(&["init", "--quiet"]);
        let (text, right) = this.run(&["api"]);
        assert!(right, "{text}");
        this.commit();
        ["base-v0.1.0", "client-v0.1.0"].into_iter().for_each(|tag| drop(this.git(&["tag", tag])));
        this
    }

    fn root(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn put(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=nobody", "-c", "user.email=nobody@example.com", "-c", "commit.gpgsign=false"]);
        let output = command.current_dir(self.root()).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    pub(crate) fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "all"]);
    }

    /// Installs a script as cargo-semver-checks.
    pub(crate) fn semver_checks(&self, script: &str) {
        let text = format!("#!/bin/sh\ncase \"$*\" in *--version*) exit 0;; esac\n{script}\n");
        self.put("tools/cargo-semver-checks", &text);
        let path = self.tools().join("cargo-semver-checks");
        assert!(Command::new("chmod").arg("+x").arg(path).status().unwrap().success());
    }

    fn tools(&self) -> PathBuf {
        self.root().join("tools")
    }

    /// Runs the command in the workspace. Returns its output, and true if it succeeds.
    pub(crate) fn run(&self, arguments: &[&str]) -> (String, bool) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask-release"));
        command.args(arguments).current_dir(self.root()).env("CARGO_MANIFEST_DIR", self.root());
        // A cargo-semver-checks that is installed on this machine must not be used.
        let path = std::env::var_os("PATH").unwrap();
        let path = std::env::split_paths(&path).filter(|folder| !folder.join("cargo-semver-checks").exists());
        let toolchain = Path::new(&std::env::var_os("CARGO").unwrap()).parent().unwrap().to_owned();
        let path = std::env::join_paths([self.tools(), toolchain].into_iter().chain(path)).unwrap();
        command.env("PATH", path).env("CARGO_TARGET_DIR", self.root().join("target")).env("CARGO_TERM_COLOR", "never");
        command.env("CARGO_HOME", self.root().join("target/home")).env_remove("RUSTFLAGS");
        command.env("GIT_AUTHOR_NAME", "nobody").env("GIT_COMMITTER_NAME", "nobody");
        if let Some(index) = &self.registry {
            command.env("CARGO_REGISTRIES_LOCAL_INDEX", index).env("CARGO_REGISTRY_DEFAULT", "local");
            command.env("CARGO_REGISTRIES_LOCAL_TOKEN", "nobody");
        }
        let output = command.output().unwrap();
        let said = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned());
        (said.concat(), output.status.success())
    }
}
