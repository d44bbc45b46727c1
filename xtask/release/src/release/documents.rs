//! Changes that a vendor makes, on two real documents: the effect of each on the user of the crate, the version of
//! the release, and the text of its changelog.

use codegen::diff::{between, classes};
use codegen::read::vendor;
use crm_testkit::specs::Specs;
use semver::Version;
use serde_json::{Value, json};
use xtask::diff::shown;

use super::changelog::Entries;
use super::version;

/// The documents that are kept of the real specs.
const KEPT: [&str; 2] = ["v2/links.json", "v2/medias.json"];

trait Edits {
    fn links(&self, change: impl FnOnce(&mut Value));
    fn medias(&self, change: impl FnOnce(&mut Value));
}

impl Edits for Specs {
    fn links(&self, change: impl FnOnce(&mut Value)) {
        self.edit("v2/links.json", change);
    }

    fn medias(&self, change: impl FnOnce(&mut Value)) {
        self.edit("v2/medias.json", change);
    }
}

type Recorded = (&'static str, fn(&Specs));

/// Changes as vendors make them.
const RECORDED: [Recorded; 16] = [
    ("an operation is added", |specs| {
        specs.links(|d| {
            let mut clicks = d["paths"]["/links/id/{linkId}"]["get"].clone();
            clicks["operationId"] = json!("get-link-clicks");
            clicks["responses"]["200"]["content"]["application/json"]["schema"] =
                json!({"type": "object", "properties": {"clicks": {"type": "integer"}}});
            d["paths"]["/links/{linkId}/clicks"] = json!({"get": clicks});
        });
    }),
    ("a path is renamed", |specs| {
        specs.links(|d| {
            let paths = d["paths"].as_object_mut().unwrap();
            let item = paths.remove("/links/{linkId}").unwrap();
            paths.insert("/trigger-links/{linkId}".to_owned(), item);
        });
    }),
    ("a required parameter is added", |specs| {
        specs.links(|d| {
            let parameters = d["paths"]["/links/"]["get"]["parameters"].as_array_mut().unwrap();
            parameters.push(json!({"in": "query", "name": "folderId", "required": true, "schema": {"type": "string"}}));
        });
    }),
    ("a type is widened", |specs| {
        specs.links(|d| {
            d["components"]["schemas"]["DeleteLinksSuccessfulResponseDto"]["properties"]["succeded"]["type"] =
                json!("string")
        });
    }),
    ("a parameter's type is widened", |specs| {
        specs.medias(|d| {
            let upload =
                &mut d["paths"]["/medias/upload-file"]["post"]["requestBody"]["content"]["multipart/form-data"];
            upload["schema"]["properties"]["hosted"]["type"] = json!("string");
        });
    }),
    ("a value of an enum is added", |specs| {
        specs.medias(|d| {
            let status = &mut d["components"]["schemas"]["DeleteMediaObjectsBodyParams"]["properties"]["status"];
            status["enum"].as_array_mut().unwrap().push(json!("archived"));
        });
    }),
    ("a value of an enum is replaced", |specs| {
        specs.medias(|d| {
            let status = &mut d["components"]["schemas"]["DeleteMediaObjectsBodyParams"]["properties"]["status"];
            status["enum"] = json!(["deleted", "purged"]);
        });
    }),
    ("a field of a reply may be null", |specs| {
        specs.links(|d| d["components"]["schemas"]["LinkSchema"]["properties"]["name"]["nullable"] = json!(true));
    }),
    ("200 became 201", |specs| {
        specs.medias(|d| {
            let responses = d["paths"]["/medias/folder"]["post"]["responses"].as_object_mut().unwrap();
            let reply = responses.remove("200").unwrap();
            responses.insert("201".to_owned(), reply);
        });
    }),
    ("a list pages by a cursor", |specs| {
        specs.links(|d| {
            let parameters = d["paths"]["/links/search"]["get"]["parameters"].as_array_mut().unwrap();
            parameters.push(json!({"in": "query", "name": "cursor", "required": false, "schema": {"type": "string"}}));
            d["components"]["schemas"]["GetLinksSuccessfulResponseDto"]["properties"]["nextCursor"] =
                json!({"type": "string"});
        });
        specs.edit("surface/links.json", |surface| {
            surface["operations"]["GET /links/search"]["paging"] =
                json!({"kind": "token", "in": "query", "param": "cursor", "limit": "limit", "items": "links", "next": "nextCursor"});
        });
    }),
    ("an operation is deprecated", |specs| {
        specs.links(|d| d["paths"]["/links/"]["post"]["deprecated"] = json!(true));
    }),
    ("the version moved", |specs| {
        specs.links(|d| d["paths"]["/links/"]["get"]["parameters"][0]["schema"]["enum"] = json!(["2023-02-21"]));
    }),
    ("a schema is renamed", |specs| {
        specs.links(|d| *d = serde_json::from_str(&d.to_string().replace("LinkSchema", "TriggerLink")).unwrap());
    }),
    ("an operation is described", |specs| {
        specs.edit("surface/links.json", |surface| {
            surface["operations"]["GET /links/"]["summary"] = json!("Lists the links that start workflows.");
        });
    }),
    ("the host is another", |specs| {
        specs.links(|d| d["servers"][0]["url"] = json!("https://api.example.com"));
    }),
    ("a whole API is removed", |specs| {
        std::fs::remove_file(specs.root().join("specs/hoopai/v2/medias.json")).unwrap();
        specs.edit("vendor.json", |file| {
            file["apis"][0]["documents"].as_object_mut().unwrap().remove("v2/medias.json");
        });
        specs.edit("corrections.json", |file| {
            file["corrections"].as_array_mut().unwrap().retain(|one| one["document"] != "v2/medias.json");
        });
        std::fs::remove_file(specs.root().join("specs/hoopai/surface/media.json")).unwrap();
    }),
];

#[test]
fn what_a_vendor_changes_is_told_classed_and_called() {
    let before = Specs::of(&KEPT);
    assert_eq!(vendor::all(before.root()).unwrap(), ["hoopai"]);
    assert_eq!(between(before.root(), Specs::of(&KEPT).root(), &mut |_| {}).unwrap(), [], "nothing changed");
    let mut said = String::new();
    for (name, change) in RECORDED {
        let now = Specs::of(&KEPT);
        change(&now);
        let changes = between(before.root(), now.root(), &mut |_| {}).unwrap();
        assert!(!changes.is_empty(), "{name}: a difference passes unseen");
        let class = classes(&changes)["hoopai-client"];
        let next = |version: &str| version::next(&version.parse::<Version>().unwrap(), class);
        let mut entries = Entries::default();
        entries.tell(&changes);
        said += &format!(
            "━━ {name}: {}, 0.1.0 → {}, 1.4.2 → {}\n{}\n{}\n",
            class.name(),
            next("0.1.0"),
            next("1.4.2"),
            shown(&changes),
            entries.text()
        );
    }
    let trimmed: Vec<&str> = said.lines().map(str::trim_end).collect();
    insta::assert_snapshot!(trimmed.join("\n"));
}

#[test]
fn a_type_that_two_versions_no_longer_have_in_common_is_told() {
    let both = || Specs::of(&["v2/links.json", "v3/links.json"]);
    let apart = both();
    apart.edit("v3/links.json", |d| {
        d["components"]["schemas"]["LinkSchema"]["properties"]["clicks"] = json!({"type": "integer"});
    });
    let said = |before: &Specs, now: &Specs| shown(&between(before.root(), now.root(), &mut |_| {}).unwrap());
    insta::assert_snapshot!([said(&both(), &apart), said(&apart, &both())].join("\n━━ and back\n"));
}
