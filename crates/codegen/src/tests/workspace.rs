//! The files of the workspace that list its vendors.

use serde_json::json;

use super::{Workspace, awkward};

const README: &str =
    "# Acme\n\n<!-- clients: written by `cargo xtask generate` -->\n<!-- end of the written clients -->\n";
const MANIFEST: &str =
    "[dependencies]\n# Clients: written by `cargo xtask generate`.\n# End of the written clients.\n\n[lints]\n";

/// Returns a vendor with an API whose client is made from a credential, and a further one behind a feature.
fn workspace() -> Workspace {
    let workspace = Workspace::new(&awkward());
    std::fs::create_dir_all(workspace.root().join("tests/calls")).unwrap();
    // An API has no operations of those before it.
    let later = awkward().to_string().replace("/crm/things/2026-03", "/v2/things");
    workspace.put_text("specs/acme/later.json", &later);
    let documents = |file: &str| json!({file: {"resource": "things", "bind": ["objectType"]}});
    workspace.put(
        "specs/acme/vendor.json",
        &json!({
            "title": "Acme", "crate": "acme-client", "about": "things",
            "apis": [
                {"name": "acme", "client": "Client", "credential": "Key", "holds": ["account"], "documents": documents("awkward.json")},
                {"name": "v2", "client": "V2", "feature": "v2", "documents": documents("later.json")},
            ],
        }),
    );
    workspace
}

#[test]
fn a_vendor_is_listed_where_the_workspace_lists_all() {
    let workspace = workspace();
    workspace.put_text("README.md", README);
    workspace.put_text("tests/calls/Cargo.toml", MANIFEST);
    workspace.put_text("LICENSE-MIT", "the licence\n");
    workspace.generated("mod.rs");
    let read = |name: &str| std::fs::read_to_string(workspace.root().join(name)).unwrap();
    let row = "\n| [`acme-client`](crates/acme-client) | things | `Client`, `V2` |\n";
    assert!(read("README.md").contains(row), "{}", read("README.md"));
    let dependency = "cargo xtask generate`.\nacme-client = { workspace = true, features = [\"v2\"] }\n# End";
    assert!(read("tests/calls/Cargo.toml").contains(dependency), "{}", read("tests/calls/Cargo.toml"));
    assert_eq!(read("crates/acme-client/LICENSE-MIT"), "the licence\n");
    assert!(workspace.plan().unwrap().files.is_empty(), "nothing differs after writing");
}

#[test]
fn tests_make_the_client_of_an_api_as_users_do() {
    let workspace = workspace();
    workspace.generated("mod.rs");
    let calls = std::fs::read_to_string(workspace.root().join("tests/calls/src/generated/mod.rs")).unwrap();
    let calls = calls.split_whitespace().collect::<String>();
    let built = "acme_client::Client::builder(\"account\",acme_client::Key::new(token).expect(\"atoken\"),)";
    assert_eq!(calls.matches(built).count(), 2, "{calls}");
    assert!(calls.contains("Api<acme_client::V2>") && calls.contains("client(token,url,quotas).v2()"), "{calls}");
    assert!(calls.contains("acme_client::v2::operations::all()"), "{calls}");
}

#[test]
fn a_readme_without_the_marks_is_refused() {
    let workspace = workspace();
    workspace.put_text("README.md", "# Acme\n");
    assert_eq!(
        workspace.refusal(),
        "/README.md: the line `<!-- clients: written by `cargo xtask generate` -->` is missing"
    );
}
