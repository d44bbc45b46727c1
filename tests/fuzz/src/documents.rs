//! Documents and corrections of the generator.

use codegen::correct::corrections::Corrections;
use codegen::read::document::Document;
use codegen::read::import;
use crm_testkit::fuzz::{Effort, Fuzz};
use serde_json::Value;

const DOCUMENT: &str = include_str!("../../../crates/codegen/fixtures/awkward.json");
const CORRECTIONS: &str = r##"{"corrections": [
    {"document": "a.json", "at": "/info", "merge": {"title": null, "x": [1]}, "evidence": "e"},
    {"document": "*", "operation": "GET /things", "at": "/parameters/limit", "remove": true, "evidence": "e"},
    {"document": "a.json", "at": "/components/schemas/Thing/properties/a~1b~0c", "set": {"type": "string"}, "evidence": "e"}
]}"##;

/// Documents of vendors, as they are imported.
pub fn documents(effort: Effort) {
    Fuzz::new("documents").from([DOCUMENT]).run(effort, |input| {
        let Ok(value) = serde_json::from_slice::<Value>(input) else { return };
        let facts = import::facts(&value);
        assert_eq!(import::facts(&facts), facts, "importing twice changes nothing");
        let _ = Document::check("a.json", facts).map(|document| document.operations().len());
    });
}

/// Our corrections of them.
pub fn corrections(effort: Effort) {
    let document: Value = import::facts(&serde_json::from_str(DOCUMENT).unwrap());
    Fuzz::new("corrections").from([CORRECTIONS]).run(effort, |input| {
        let Ok(corrections) = serde_json::from_slice::<Corrections>(input) else { return };
        let mut documents = [Document::check("a.json", document.clone()).unwrap()];
        let _ = corrections.apply(&mut documents).map_err(|error| format!("{error:#}"));
    });
}
