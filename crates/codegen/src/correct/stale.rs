//! Corrections that the vendor's new documents have no place for, or do not need any more, are taken out.

use std::path::Path;

use anyhow::{Context, Result};
use serde::de::IgnoredAny;

use crate::correct::overlay::{Effect, Overlay};
use crate::read::document::Document;
use crate::read::vendor::Vendor;

/// A correction that was taken out.
pub struct Stale {
    effect: Effect,
    place: String,
    evidence: String,
}

impl Stale {
    /// For people, who decide whether the correction belongs somewhere else now.
    pub fn said(&self) -> String {
        let why = match self.effect {
            Effect::Nowhere => "its place is gone",
            _ => "the vendor mended it",
        };
        format!("taken out, {why}: {}; it said: {}", self.place, self.evidence)
    }
}

/// Takes them out of the overlay of a vendor; the others stay as they are written.
pub fn mend(root: &Path, vendor: &str) -> Result<Vec<Stale>> {
    let vendor = Vendor::read(root, vendor)?;
    let overlay = Overlay::read(&vendor.folder)?;
    overlay.check_documents(&vendor.file)?;
    let names = vendor.file.apis.iter().flat_map(|api| api.documents.keys());
    let mut documents = names.map(|name| Document::read(&vendor.folder, name)).collect::<Result<Vec<_>>>()?;
    let mut stale = Vec::new();
    let mut indexes = Vec::new();
    for (index, correction) in overlay.corrections.iter().enumerate() {
        let effect = correction.apply(&mut documents)?;
        if effect != Effect::Changed {
            stale.push(Stale { effect, place: correction.place(), evidence: correction.evidence.clone() });
            indexes.push(index);
        }
    }
    if !stale.is_empty() {
        let path = vendor.folder.join("overlay.json");
        let text = std::fs::read_to_string(&path)?;
        std::fs::write(&path, without(&text, &indexes).context("overlay.json: `corrections` is not found")?)?;
    }
    Ok(stale)
}

/// The text of an overlay without some of its corrections; the rest of it stays, letter for letter.
fn without(text: &str, indexes: &[usize]) -> Option<String> {
    let key = text.find("\"corrections\"")?;
    let start = key + text[key..].find('[')? + 1;
    let mut at = start;
    let mut kept = String::new();
    let mut index = 0;
    loop {
        let rest = &text[at..];
        let gap = rest.len() - rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',').len();
        if rest[gap..].starts_with(']') {
            break;
        }
        let mut elements = serde_json::Deserializer::from_str(&rest[gap..]).into_iter::<IgnoredAny>();
        elements.next()?.ok()?;
        let end = gap + elements.byte_offset();
        if !indexes.contains(&index) {
            let element = &rest[..end];
            kept.push_str(if kept.is_empty() { element.trim_start_matches(',') } else { element });
        }
        at += end;
        index += 1;
    }
    Some(format!("{}{kept}{}", &text[..start], &text[at..]))
}

#[cfg(test)]
mod tests {
    use super::without;

    #[test]
    fn what_stays_is_not_touched() {
        let text = "{\n  \"corrections\": [\n    {\"a\": [1,2]},\n    { \"b\" : \"],\" },\n    {\"c\": 3}\n  ]\n}\n";
        let cut = |indexes: &[usize]| without(text, indexes).unwrap();
        assert_eq!(cut(&[]), text);
        assert_eq!(cut(&[1]), "{\n  \"corrections\": [\n    {\"a\": [1,2]},\n    {\"c\": 3}\n  ]\n}\n");
        assert_eq!(cut(&[0, 2]), "{\n  \"corrections\": [\n    { \"b\" : \"],\" }\n  ]\n}\n");
        assert_eq!(cut(&[0, 1, 2]), "{\n  \"corrections\": [\n  ]\n}\n");
    }
}
