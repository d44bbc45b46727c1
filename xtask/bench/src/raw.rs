//! The baseline: a crate with a module for each document, as stock progenitor writes it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;

use super::measure::Bench;
use super::rewrite::rewrite;
use codegen::read::document::{self, Document, operations};

/// progenitor recurses as deep as the schemas do.
const STACK: usize = 1 << 30;

/// Dependencies of progenitor's output.
const DEPENDENCIES: &str = r#"bytes = "1"
chrono = { version = "0.4", default-features = false, features = ["serde"] }
futures = "0.3"
progenitor-client = "=0.15.1"
regress = "0.12"
reqwest = { version = "0.13", default-features = false, features = ["json", "query", "stream"] }
serde = { version = "1", features = ["derive"] }
serde_json = "1"
uuid = { version = "1", features = ["serde", "v4"] }
"#;

/// A baseline crate on disk.
#[derive(Clone)]
pub(super) struct Raw {
    pub(super) project: PathBuf,
    pub(super) package: String,
    pub(super) operations: usize,
    pub(super) lines: usize,
    /// Documents, operations and types in it, and those that are missing.
    pub(super) summary: String,
}

/// A document in Rust.
pub(super) struct Module {
    pub(super) text: String,
    operations: usize,
    types: usize,
}

/// Writes a crate from the wanted documents of a folder.
pub(super) fn write(bench: &Bench, package: &str, folder: &Path, wanted: &dyn Fn(&str) -> bool) -> Result<Raw> {
    let names: Vec<String> = document::names(folder)?.into_iter().filter(|name| wanted(name)).collect();
    if names.is_empty() {
        bail!("no document in {} is wanted", folder.display());
    }
    let (mut taken, mut aside, mut operations, mut types, mut lines) = (0, 0, 0, 0, 0);
    // The types of some documents nest deeper than rustc allows by default in a release build.
    let mut root = String::from("#![allow(warnings)]\n#![recursion_limit = \"1024\"]\n");
    let mut modules = Vec::new();
    for name in &names {
        let mut document = Document::read(folder, name)?.value;
        aside += rewrite(&mut document);
        let module = match module(document) {
            Ok(module) => module,
            Err(error) => {
                eprintln!("  {name}: left out of the baseline, progenitor does not take it: {error:#}");
                continue;
            }
        };
        let file = name.trim_end_matches(".json").replace(['/', '-', '.'], "_");
        root.push_str(&format!("pub mod {file};\n"));
        taken += 1;
        operations += module.operations;
        types += module.types;
        lines += module.text.lines().count();
        modules.push((file, module.text));
    }
    let project = bench.project(package, DEPENDENCIES, &root)?;
    for (file, text) in modules {
        std::fs::write(project.join("src").join(file).with_extension("rs"), text)?;
    }
    let summary = format!(
        "{taken} of {} documents, {operations} operations ({aside} multipart ones set aside), {types} types",
        names.len()
    );
    Ok(Raw { project, package: package.to_owned(), operations, lines, summary })
}

/// Generates code from a document with progenitor. A panic is returned as an error with its message.
pub(super) fn module(document: Value) -> Result<Module> {
    let thread = std::thread::Builder::new().name("progenitor".to_owned()).stack_size(STACK);
    let thread = thread.spawn(move || generate(document)).context("there is no thread for progenitor")?;
    thread.join().map_err(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        anyhow!("{}", said.unwrap_or("it panicked"))
    })?
}

fn generate(document: Value) -> Result<Module> {
    let operations = operations(&document).len();
    let document: openapiv3::OpenAPI = serde_json::from_value(document)?;
    let mut settings = progenitor::GenerationSettings::default();
    settings.with_interface(progenitor::InterfaceStyle::Builder);
    let mut generator = progenitor::Generator::new(&settings);
    let tokens = generator.generate_tokens(&document)?;
    let types = generator.get_type_space().iter_types().count();
    let text = prettyplease::unparse(&syn::parse2(tokens).context("its output does not parse")?);
    Ok(Module { text, operations, types })
}
