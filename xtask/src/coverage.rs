//! `cargo xtask coverage`: which operations of the documents are in the clients.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;
use serde_json::json;

use codegen::apis::{self, Refined};
use codegen::read::document::{self, Document};
use codegen::read::vendor::{self, Vendor};

/// Format of the output.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Table,
    Json,
    Operations,
}

#[derive(Default)]
struct Row {
    vendor: String,
    api: String,
    documents: usize,
    operations: Vec<String>,
    methods: usize,
    paged: usize,
    types: usize,
    /// True if the operations are in the client.
    generated: bool,
}

/// Prints the coverage of all vendors.
pub(crate) fn run(root: &Path, format: Format) -> Result<()> {
    let mut rows = Vec::new();
    for name in vendor::all(root)? {
        let vendor = Vendor::read(root, &name)?;
        for Refined { file, api, model } in apis::vendor(&vendor)? {
            rows.push(Row {
                vendor: name.clone(),
                api: file.name.clone(),
                documents: file.documents.len(),
                methods: model.operations.len(),
                paged: model.operations.iter().filter(|operation| operation.paging.is_some()).count(),
                types: model.types.len(),
                operations: api.operations,
                generated: true,
            });
        }
        rows.extend(waiting(&vendor)?);
    }
    match format {
        Format::Operations => {
            for row in rows.iter().filter(|row| row.generated) {
                for operation in &row.operations {
                    println!("{} {operation}", row.vendor);
                }
            }
        }
        Format::Json => {
            let rows: Vec<_> = rows
                .iter()
                .map(|row| {
                    json!({
                        "vendor": row.vendor, "api": row.api, "documents": row.documents, "operations": row.operations.len(),
                        "covered": row.covered(), "methods": row.methods, "paged": row.paged, "types": row.types,
                        "left_out": row.left_out(),
                    })
                })
                .collect();
            println!("{}", serde_json::to_string_pretty(&rows)?);
        }
        Format::Table => table(&rows),
    }
    Ok(())
}

/// The documents that are in specs and that vendor.json does not list yet.
fn waiting(vendor: &Vendor) -> Result<Option<Row>> {
    let listed: BTreeSet<&String> = vendor.file.apis.iter().flat_map(|api| api.documents.keys()).collect();
    // A folder holds one version of an API: the same path in another folder is another operation.
    let folder = |name: &str| name.split_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
    let mut generated = BTreeSet::new();
    let mut missing = BTreeSet::new();
    let mut documents = 0;
    for name in document::names(&vendor.folder)? {
        let document = Document::read(&vendor.folder, &name)?;
        let here = listed.contains(&name);
        documents += usize::from(!here);
        for (path, method) in document.operations() {
            let operation = (folder(&name), format!("{} {path}", method.to_uppercase()));
            if here {
                generated.insert(operation)
            } else {
                missing.insert(operation)
            };
        }
    }
    let operations: Vec<String> = missing.difference(&generated).map(|(_, operation)| operation.clone()).collect();
    if documents == 0 {
        return Ok(None);
    }
    Ok(Some(Row {
        vendor: vendor.name.clone(),
        api: "(imported, not generated)".to_owned(),
        documents,
        operations,
        ..Row::default()
    }))
}

fn table(rows: &[Row]) {
    let line = |vendor: &str, api: &str, cells: [String; 6]| {
        let [documents, operations, covered, methods, paged, types] = cells;
        println!(
            "{vendor:<13} {api:<32} {documents:>9} {operations:>10} {covered:>8} {methods:>8} {paged:>6} {types:>6}"
        );
    };
    line("vendor", "api", ["documents", "operations", "covered", "methods", "paged", "types"].map(str::to_owned));
    let mut sums = [0; 6];
    for row in rows {
        sums.iter_mut().zip(row.counts()).for_each(|(sum, count)| *sum += count);
        line(&row.vendor, &row.api, row.counts().map(|count| count.to_string()));
    }
    line("all", "", sums.map(|sum| sum.to_string()));
    println!(
        "\nAn operation is one method and path of a document; one method of a client serves it for many types of object."
    );
    for row in rows {
        for operation in row.left_out() {
            println!("left out: {} {operation}: vendor.json does not list its document", row.vendor);
        }
    }
}

impl Row {
    fn counts(&self) -> [usize; 6] {
        [self.documents, self.operations.len(), self.covered(), self.methods, self.paged, self.types]
    }

    fn covered(&self) -> usize {
        if self.generated { self.operations.len() } else { 0 }
    }

    fn left_out(&self) -> &[String] {
        if self.generated { &[] } else { &self.operations }
    }
}
