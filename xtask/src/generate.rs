//! `cargo xtask generate`: documents become clients.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::specs::overlay::Overlay;
use crate::specs::vendor::{self, Vendor};
use crate::specs::{evidence::Evidence, schema};
use crate::write::{Changes, Files};
use crate::{emit, honesty, normalise, refine};

/// Where the fake finds the merged documents.
const FAKE_DOCUMENTS: &str = "crates/crm-fake/specs";

/// How a run ended.
pub(crate) enum Outcome {
    /// Everything is as it should be.
    Current,
    /// With `--check`: what is checked in differs from what would be generated.
    Drift,
}

/// Generates the crates of the named vendors, or of all.
pub(crate) fn run(root: &Path, vendors: &[String], check: bool) -> Result<Outcome> {
    let started = Instant::now();
    let (files, changes) = plan(root, vendors, true)?;
    if check {
        for (_, diff) in &changes.files {
            println!("{diff}");
        }
        if changes.files.is_empty() {
            println!("{} generated files are current ({:.1} s)", changes.total, started.elapsed().as_secs_f64());
            return Ok(Outcome::Current);
        }
        println!(
            "{} of {} generated files differ; run `cargo xtask generate` and commit the result",
            changes.files.len(),
            changes.total
        );
        return Ok(Outcome::Drift);
    }
    files.write()?;
    for (path, _) in &changes.files {
        println!("  wrote {}", path.strip_prefix(root).unwrap_or(path).display());
    }
    println!(
        "{} of {} generated files changed ({:.1} s)",
        changes.files.len(),
        changes.total,
        started.elapsed().as_secs_f64()
    );
    Ok(Outcome::Current)
}

/// Generates in memory and compares with what is checked in.
pub(crate) fn plan(root: &Path, vendors: &[String], progress: bool) -> Result<(Files, Changes)> {
    let known = vendor::all(root)?;
    let names = if vendors.is_empty() { known } else { vendors.to_vec() };
    let mut files = Files::default();
    schema::files(root, &mut files)?;
    if vendors.is_empty() {
        files.own(root.join(FAKE_DOCUMENTS));
    }
    for name in &names {
        let vendor = Vendor::read(root, name)?;
        generate(root, &vendor, &mut files, progress).with_context(|| format!("specs/{name}"))?;
    }
    let changes = files.changes(root)?;
    Ok((files, changes))
}

fn generate(root: &Path, vendor: &Vendor, files: &mut Files, progress: bool) -> Result<()> {
    let overlay = Overlay::read(&vendor.folder)?;
    overlay.check_documents(&vendor.file)?;
    let folder = vendor.generated(root);
    files.own(folder.clone());
    let single = vendor.file.apis.len() == 1;
    let mut evidence: Vec<Evidence> = Vec::new();
    for file in &vendor.file.apis {
        let started = Instant::now();
        let api = normalise::api(vendor, file, &overlay)?;
        let model = refine::refine(&api).with_context(|| file.name.clone())?;
        let target = if single { folder.clone() } else { folder.join(file.name.replace('-', "_")) };
        emit::api(file, &api, &model, &target, files).with_context(|| file.name.clone())?;
        let document = serde_json::to_string_pretty(&api.merged)? + "\n";
        let name = if single { vendor.name.clone() } else { format!("{}-{}", vendor.name, file.name) };
        files.add(root.join(FAKE_DOCUMENTS).join(format!("{name}.json")), document);
        evidence.extend(api.evidence);
        if progress {
            println!(
                "  {:<30} {:>4} operations  {:>4} types  {:>6} lines  {:>5.1} s",
                file.name,
                model.operations.len(),
                model.types.len(),
                files.rust_lines(&target),
                started.elapsed().as_secs_f64()
            );
        }
    }
    if !single {
        files.add(folder.join("mod.rs"), emit::modules(&vendor.file.apis)?);
    }
    if vendor.file.evidence {
        honesty::readme(root, vendor, &evidence, files)?;
    }
    Ok(())
}
