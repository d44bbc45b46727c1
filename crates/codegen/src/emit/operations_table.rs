//! `docs/operations.md`: what people come for, the call that does it, and the test that runs it.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::emit::catalogue;
use crate::model::Model;
use crate::normalise::ObjectType;
use crate::read::document;
use crate::read::vendor::Vendor;
use crate::write::Files;

const TABLE: &str = "specs/operations.json";
const TESTS: &str = "tests/tests";
/// The placeholder of a path if the call names the type of object.
const OBJECT_TYPE: &str = "{objectType}";

/// The operations that the founding documents name, in their order.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    /// The JSON Schema of this file, for editors.
    #[serde(rename = "$schema")]
    _schema: Option<String>,
    /// The operations; those of a vendor stand together.
    operations: Vec<Row>,
}

/// One operation.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Row {
    /// The vendor: a folder of specs.
    vendor: String,
    /// Its plain name.
    seed: String,
    /// The Rust that one calls.
    call: String,
    /// The generated operations it uses, as `objects.create`; none for the raw request.
    operation: Vec<String>,
    /// The test that runs it, as `hubspot_e2e/find.rs::name` below `tests/tests`.
    test: String,
}

/// The operations of the clients.
#[derive(Default)]
pub(crate) struct Known(BTreeMap<String, Client>);

#[derive(Default)]
struct Client {
    title: String,
    /// Method and path by the operation's identifier.
    operations: BTreeMap<String, (String, String)>,
    /// The segments of types of object, by the client's method.
    object_types: BTreeMap<String, String>,
}

impl Known {
    /// Adds an API of a vendor. Of two operations with one identifier the first counts.
    pub(crate) fn add(&mut self, vendor: &Vendor, model: &Model, object_types: &[ObjectType]) {
        let client = self.0.entry(vendor.name.clone()).or_default();
        client.title.clone_from(&vendor.file.title);
        for operation in &model.operations {
            let place = (operation.method.to_uppercase(), operation.path.clone());
            client.operations.entry(operation.name.clone()).or_insert(place);
        }
        client.object_types.extend(object_types.iter().map(|known| (known.name.clone(), known.segment.clone())));
    }

    /// Writes the table, if there is one.
    pub(crate) fn write(&self, root: &Path, files: &mut Files) -> Result<()> {
        let path = root.join(TABLE);
        if path.is_file() {
            let table: Table = document::read_typed(&path)?;
            files.add(root.join("docs/operations.md"), self.page(root, &table.operations).context(TABLE)?);
            files.add(root.join(catalogue::FOLDER).join("phrases.json"), phrases(&table.operations));
        }
        Ok(())
    }

    fn page(&self, root: &Path, rows: &[Row]) -> Result<String> {
        let mut text = String::from(
            "# Operations\n\nWritten by `cargo xtask generate` from `specs/operations.json`. Every row has a test that runs its call \
             against the fake; paths of tests are below `tests/tests`.\n",
        );
        for group in rows.chunk_by(|one, next| one.vendor == next.vendor) {
            let vendor = &group[0].vendor;
            let client = self.0.get(vendor).with_context(|| format!("there is no vendor `{vendor}`"))?;
            text.push_str(&format!(
                "\n## {}\n\n| | operation | call | HTTP | test |\n|---|---|---|---|---|\n",
                client.title
            ));
            for (number, row) in group.iter().enumerate() {
                let http = client.http(row).with_context(|| format!("`{}`", row.seed))?;
                check_test(root, &row.test).with_context(|| format!("`{}`", row.seed))?;
                text.push_str(&format!(
                    "| {} | {} | `{}` | {http} | `{}` |\n",
                    number + 1,
                    row.seed,
                    row.call,
                    row.test
                ));
            }
        }
        Ok(text)
    }
}

impl Client {
    /// Methods and paths of what the row uses.
    fn http(&self, row: &Row) -> Result<String> {
        let mut shown = Vec::new();
        for id in &row.operation {
            let Some((method, path)) = self.operations.get(id) else {
                bail!("the client has no operation `{id}`; `operation` takes identifiers as `contacts.list`");
            };
            let path = match self.object_type(&row.call) {
                Some(named) => path.replace(OBJECT_TYPE, named),
                None => path.clone(),
            };
            shown.push(format!("`{method} {path}`"));
        }
        Ok(if shown.is_empty() { "any".to_owned() } else { shown.join(", ") })
    }

    /// The type of object that a call names: by its method, or as its first text.
    fn object_type<'a>(&'a self, call: &'a str) -> Option<&'a str> {
        let method = call.strip_prefix("client.").and_then(|rest| rest.split('(').next());
        let folded = method.and_then(|method| self.object_types.get(method)).map(String::as_str);
        folded.or_else(|| call.split('"').nth(1))
    }
}

/// The plain names of operations, for searches: a line each.
fn phrases(rows: &[Row]) -> String {
    let one = |row: &Row| serde_json::json!([row.vendor, row.seed, row.operation, row.call]).to_string();
    format!("[\n{}\n]\n", rows.iter().map(one).collect::<Vec<_>>().join(",\n"))
}

/// A row without a test that is there is refused.
fn check_test(root: &Path, test: &str) -> Result<()> {
    let Some((file, function)) = test.split_once("::") else {
        bail!("`test` is `{test}`: name the test that runs the call, as `hubspot_e2e/find.rs::name`");
    };
    let path = root.join(TESTS).join(file);
    let Ok(text) = std::fs::read_to_string(&path) else {
        bail!("there is no test file `{TESTS}/{file}`");
    };
    let head = format!("fn {function}(");
    let mut lines = text.lines().map(str::trim_start);
    let mut is_test = false;
    let found = lines.any(|line| {
        let here = is_test && line.trim_start_matches("async ").starts_with(&head);
        // Other attributes may stand between the mark of a test and its name.
        is_test = line == "#[test]" || line.starts_with("#[tokio::test") || (is_test && line.starts_with("#["));
        here
    });
    if !found {
        bail!("`{TESTS}/{file}` has no test `{function}`");
    }
    Ok(())
}
