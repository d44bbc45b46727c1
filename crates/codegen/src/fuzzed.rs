//! Documents and corrections changed at random: they are taken or refused, and nothing panics.

// One driver for both packages; there it is public.
#[allow(unreachable_pub, reason = "see above")]
#[path = "../../../tests/src/fuzz.rs"]
mod fuzz;

use serde_json::Value;

use crate::correct::corrections::Corrections;
use crate::read::document::Document;
use crate::read::import;
use fuzz::Fuzz;

const DOCUMENT: &str = include_str!("../fixtures/awkward.json");
const CORRECTIONS: &str = r##"{"corrections": [
    {"document": "a.json", "at": "/info", "merge": {"title": null, "x": [1]}, "evidence": "e"},
    {"document": "*", "operation": "GET /things", "at": "/parameters/limit", "remove": true, "evidence": "e"},
    {"document": "a.json", "at": "/components/schemas/Thing/properties/a~1b~0c", "set": {"type": "string"}, "evidence": "e"}
]}"##;

#[test]
fn documents() {
    Fuzz::new("documents").from([DOCUMENT]).run(|input| {
        let Ok(value) = serde_json::from_slice::<Value>(input) else { return };
        let facts = import::facts(&value);
        assert_eq!(import::facts(&facts), facts, "importing twice changes nothing");
        let _ = Document::check("a.json", facts).map(|document| document.operations().len());
    });
}

#[test]
fn corrections() {
    let document: Value = import::facts(&serde_json::from_str(DOCUMENT).unwrap());
    Fuzz::new("corrections").from([CORRECTIONS]).run(|input| {
        let Ok(corrections) = serde_json::from_slice::<Corrections>(input) else { return };
        let mut documents = [Document::check("a.json", document.clone()).unwrap()];
        let _ = corrections.apply(&mut documents).map_err(|error| format!("{error:#}"));
    });
}
