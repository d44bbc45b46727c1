//! The exchange of every operation: the request of its sample call, and the sample reply after reading.
//! One snapshot per resource, kept in `wire/`.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use crm_calls::Api;

/// Compares the requests and replies of an API with its snapshots.
pub(crate) async fn snapshots<C>(api: &Api<C>) {
    let fake = api.sampled().await;
    let client = api.client(&fake);
    let mut resources: BTreeMap<String, String> = BTreeMap::new();
    for op in (api.operations)() {
        let (request, result) = api.exchange(&fake, &client, op).await;
        let resource = op.id.rsplit_once('.').map_or(op.id, |(resource, _)| resource);
        let text = resources.entry(format!("{}__{resource}", api.name)).or_default();
        let reply = result.unwrap_or_else(|error| panic!("{}: {error}", op.id));
        text.push_str(&format!("{request}\n{reply}\n"));
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/every_operation/wire");
    let mut differ = Vec::new();
    insta::with_settings!({ snapshot_path => &folder, prepend_module_to_snapshot => false, omit_expression => true }, {
        for (name, text) in &resources {
            if catch_unwind(AssertUnwindSafe(|| insta::assert_snapshot!(name.as_str(), text))).is_err() {
                differ.push(name.as_str());
            }
        }
    });
    assert!(differ.is_empty(), "these differ; look at them with `cargo insta review`: {}", differ.join(", "));
    let mut gone = BTreeSet::new();
    for file in std::fs::read_dir(&folder).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let known = name.strip_suffix(".snap").is_none_or(|name| resources.contains_key(name));
        if name.split_once("__").is_some_and(|(owner, _)| owner == api.name) && !known {
            gone.insert(name);
        }
    }
    assert!(gone.is_empty(), "nothing is sent for these, remove them: {gone:?}");
}
