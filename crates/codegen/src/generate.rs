//! From documents to files: every step in its order.

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::apis::Refined;
use crate::correct::corrections::Corrections;
use crate::correct::{surface, versions};
use crate::emit::features::Resources;
use crate::emit::operations_table::Known;
use crate::emit::{catalogue, honesty, limits_table};
use crate::read::evidence::Evidence;
use crate::read::limits::Classified;
use crate::read::vendor::{self, Vendor};
use crate::write::{Change, Changes, Files};
use crate::{apis, emit, ours};

/// Folder from which the fake reads the merged documents.
const FAKE_DOCUMENTS: &str = "crates/crm-fake/specs";

/// Folder from which the tests read a call of every operation.
const CALLS: &str = "tests/calls/src/generated";

/// Lists the files that differ from the generated ones, and the command to run.
pub fn drift(root: &Path, changes: &Changes) -> String {
    let name = |change: &Change| change.path.strip_prefix(root).unwrap_or(&change.path).display().to_string();
    let names: String = changes.files.iter().map(|change| format!("  differs: {}\n", name(change))).collect();
    format!(
        "{names}{} of {} generated files differ; run `cargo xtask generate` and commit the result\n",
        changes.files.len(),
        changes.total
    )
}

/// Generates in memory and compares with the checked-in files; `say` receives a line for each API.
pub fn plan(root: &Path, vendors: &[String], say: &mut dyn FnMut(&str)) -> Result<(Files, Changes)> {
    let names = if vendors.is_empty() { vendor::all(root)? } else { vendors.to_vec() };
    let mut files = Files::default();
    ours::files(root, &mut files)?;
    if vendors.is_empty() {
        files.own(root.join(FAKE_DOCUMENTS));
        files.own(root.join(CALLS));
        files.own(root.join(catalogue::FOLDER));
    }
    let mut known = Known::default();
    for name in &names {
        let vendor = Vendor::read(root, name)?;
        generate(root, &vendor, &mut files, &mut known, say).with_context(|| format!("specs/{name}"))?;
    }
    if vendors.is_empty() {
        known.write(root, &mut files)?;
    }
    let all = vendor::all(root)?.iter().map(|name| Vendor::read(root, name)).collect::<Result<Vec<_>>>()?;
    files.add(root.join(CALLS).join("mod.rs"), emit::calls::root(&all)?);
    emit::workspace::files(root, &all, &mut files)?;
    let changes = files.changes()?;
    Ok((files, changes))
}

fn generate(
    root: &Path,
    vendor: &Vendor,
    files: &mut Files,
    known: &mut Known,
    say: &mut dyn FnMut(&str),
) -> Result<()> {
    let folder = vendor.generated(root);
    files.own(folder.clone());
    let mut evidence: Vec<Evidence> = Vec::new();
    let mut resources = Resources::default();
    let apis = apis::vendor(vendor)?;
    // Older documents can still be compared (`diff`).
    let refusals: Vec<&str> = apis.iter().flat_map(|refined| &refined.api.refusals).map(String::as_str).collect();
    if !refusals.is_empty() {
        bail!("{}", refusals.join("\n"));
    }
    let classes = apis.iter().flat_map(|Refined { file: api, model, .. }| {
        model.operations.iter().map(|one| Classified {
            api: &api.name,
            name: &one.name,
            resource: &one.resource,
            document: &one.document,
            class: &one.limit_class,
        })
    });
    vendor.limits.check(&classes.collect::<Vec<_>>())?;
    let (path, text) = apis::lock(vendor, &apis)?;
    files.add(path, text);
    versions::check(vendor, &Corrections::read(&vendor.folder)?)?;
    for refined in &apis {
        let Refined { file, api, model } = refined;
        let target = if vendor.is_root(file) { folder.clone() } else { folder.join(file.module()) };
        let others: Vec<&Refined<'_>> = apis.iter().filter(|other| other.file.name != file.name).collect();
        emit::api(vendor, &target, refined, &others, files).with_context(|| file.name.clone())?;
        let mut document = api.merged.clone();
        surface::remove_remarks(&mut document);
        if let Some(limits) = vendor.limits.of(&file.name) {
            document["x-crm-limits"] = limits.for_fake();
        }
        let document = serde_json::to_string_pretty(&document)? + "\n";
        files.add(root.join(FAKE_DOCUMENTS).join(format!("{}.json", vendor.document(file))), document);
        catalogue::api(root, vendor, refined, files);
        let calls = emit::calls::api(vendor, file, model).with_context(|| file.name.clone())?;
        files.add(root.join(CALLS).join(format!("{}.rs", emit::calls::module(vendor, file))), calls);
        evidence.extend(api.evidence.iter().cloned());
        resources.add(file, model);
        known.add(vendor, model, &api.object_types);
        say(&format!(
            "{:<30} {:>4} operations  {:>4} types  {:>6} lines",
            file.name,
            model.operations.len(),
            model.types.len() - model.common.len(),
            files.rust_lines(&target)
        ));
    }
    if !vendor.file.apis.iter().any(|api| vendor.is_root(api)) {
        files.add(folder.join("mod.rs"), emit::root(vendor)?);
    }
    if let Some(features) = &vendor.file.features {
        resources.write(root, vendor, features, files)?;
    }
    if vendor.file.evidence {
        honesty::readme(root, vendor, &evidence, files)?;
    }
    if !vendor.limits.all.is_empty() {
        files.add(folder.join("limits.rs"), emit::quotas::file(&vendor.limits)?);
        limits_table::readme(root, vendor, files)?;
    }
    Ok(())
}
