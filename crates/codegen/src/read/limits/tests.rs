//! The values read from `limits.json`, and its errors.

use serde_json::{Value, json};

use crate::tests::{Workspace, awkward};

const README: &str =
    "# acme\n\n<!-- limits: written by `cargo xtask generate` -->\n<!-- end of the written limits -->\n";

/// A vendor with a search whose class has separate windows.
fn workspace(change: &dyn Fn(&mut Value), class: &str) -> Workspace {
    let mut document = awkward();
    document["paths"]["/crm/things/2026-03/{objectType}"]["get"]["x-crm-limit-class"] = json!(class);
    let workspace = Workspace::new(&document);
    let mut file = json!({"limits": [{
        "apis": ["acme"],
        "windows": {
            "burst": {
                "seconds": 10, "counted_for": "each token", "source": "page 1",
                "headers": {"x-max": "limit", "x-left": "remaining"},
            },
            "day": {"seconds": 86_400, "ends": "account_midnight", "counted_for": "each account", "source": "page 2"},
            "search": {"seconds": 1, "counted_for": "each account", "at_most": 5, "source": "page 3"},
        },
        "classes": {"": ["burst", "day"], "search": ["search", "day"]},
        "tiers": [
            {"name": "Small", "about": "A small one.", "at_most": {"burst": 10, "day": 1_000}, "source": "page 4"},
            {"name": "Large", "about": "A large one.", "source": "page 4", "at_most": {
                "burst": 20, "day": [{"requests": 3_000, "source": "page 4"}, {"requests": 2_500, "source": "page 5"}],
            }},
            {"name": "App", "about": "An app.", "at_most": {"burst": 10}, "source": "page 4"},
        ],
        "fake": "Large",
    }]});
    change(&mut file["limits"][0]);
    workspace.put("specs/acme/limits.json", &file);
    workspace.put_text("crates/acme-client/README.md", README);
    workspace
}

#[test]
fn quotas_of_the_client_limits_of_the_fake_and_the_table_come_from_one_file() {
    let workspace = workspace(&|_| {}, "search");
    insta::assert_snapshot!("quotas", workspace.generated("limits.rs"));
    let read = |path: &str| std::fs::read_to_string(workspace.root().join(path)).unwrap();
    insta::assert_snapshot!("readme", read("crates/acme-client/README.md"));
    let document: Value = serde_json::from_str(&read("crates/crm-fake/specs/acme.json")).unwrap();
    insta::assert_snapshot!("fake", serde_json::to_string_pretty(&document["x-crm-limits"]).unwrap());
    assert!(read("crates/acme-client/src/generated/mod.rs").contains("pub(crate) mod limits;"));
    assert!(workspace.plan().unwrap().files.is_empty());
}

#[test]
fn a_mistake_is_refused_with_its_place_and_what_to_do() {
    type Change<'a> = &'a dyn Fn(&mut Value);
    let cases: [(&str, &str, Change<'_>); 12] = [
        ("an unknown class", "serach", &|_| {}),
        ("a class without operations", "", &|_| {}),
        ("no default class", "search", &|l| drop(l["classes"].as_object_mut().unwrap().remove(""))),
        ("a class with an unknown window", "search", &|l| l["classes"]["search"] = json!(["serach"])),
        ("a tier with an unknown window", "search", &|l| l["tiers"][0]["at_most"]["dya"] = json!(1)),
        ("two numbers", "search", &|l| l["windows"]["day"]["at_most"] = json!(1)),
        ("no number", "search", &|l| drop(l["windows"]["search"].as_object_mut().unwrap().remove("at_most"))),
        ("a number of zero", "search", &|l| l["windows"]["search"]["at_most"] = json!(0)),
        ("no source", "search", &|l| l["windows"]["day"]["source"] = json!(" ")),
        ("a fake with an unknown tier", "search", &|l| l["fake"] = json!("Huge")),
        ("an unknown API", "search", &|l| l["apis"] = json!(["acme", "emca"])),
        ("a typo", "search", &|l| l["windows"]["day"]["second"] = json!(1)),
    ];
    let mut table = String::new();
    for (name, class, change) in cases {
        let refusal = workspace(change, class).refusal();
        table.push_str(&format!("{name}\n    {refusal}\n"));
    }
    let workspace = workspace(&|_| {}, "search");
    let surface = workspace.root().join("specs/acme/surface");
    std::fs::create_dir_all(&surface).unwrap();
    let entry = json!({"operations": {"GET /crm/things/2026-03/{objectType}": {"limit_class": "serach"}}});
    workspace.put("specs/acme/surface/things.json", &entry);
    table.push_str(&format!("an unknown class in the surface\n    {}\n", workspace.refusal()));
    std::fs::remove_file(surface.join("things.json")).unwrap();
    std::fs::remove_file(workspace.root().join("specs/acme/limits.json")).unwrap();
    table.push_str(&format!("a class without limits\n    {}\n", workspace.refusal()));
    insta::assert_snapshot!(table);
}
