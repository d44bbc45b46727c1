//! Files of ours about the vendor's documents: corrections without a place or an effect, and surface entries without
//! an operation, are removed.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;

use crate::correct::corrections::{self, Corrections, Effect};
use crate::correct::surface::Surface;
use crate::read::document::Document;
use crate::read::vendor::Vendor;

/// What was removed.
pub enum Stale {
    /// A correction.
    Correction {
        /// Its effect on the new documents.
        effect: Effect,
        /// The place that it applied to.
        place: String,
        /// The source of the fact.
        evidence: String,
    },
    /// An entry of the surface.
    Entry(String),
}

impl Stale {
    /// For people, who decide whether it belongs somewhere else now.
    pub fn said(&self) -> String {
        match self {
            Self::Correction { effect, place, evidence } => {
                let why = match effect {
                    Effect::Nowhere => "its place is gone",
                    _ => "the vendor mended it",
                };
                format!("taken out, {why}: {place}; it said: {evidence}")
            }
            Self::Entry(entry) => format!("taken out, the operation is gone: {entry}"),
        }
    }
}

/// Removes what is stale from the files of a vendor; everything else stays as it is written.
pub fn mend(root: &Path, vendor: &str) -> Result<Vec<Stale>> {
    let vendor = Vendor::read(root, vendor)?;
    let corrections = Corrections::read(&vendor.folder)?;
    corrections.check(&vendor.file)?;
    let names = vendor.file.apis.iter().flat_map(|api| api.documents.keys());
    let mut documents = names.map(|name| Document::read(&vendor.folder, name)).collect::<Result<Vec<_>>>()?;
    let operations = documents.iter().flat_map(|document| {
        document.operations().into_iter().map(|(path, method)| format!("{} {path}", method.to_uppercase()))
    });
    let gone = Surface::read(&vendor.folder)?.retain(&vendor.folder, &operations.collect::<BTreeSet<_>>())?;
    let mut stale: Vec<Stale> = gone.into_iter().map(Stale::Entry).collect();
    let mut indexes = Vec::new();
    for (index, correction) in corrections.corrections.iter().enumerate() {
        let effect = correction.apply(&mut documents)?;
        if effect != Effect::Changed {
            let (place, evidence) = (correction.place(), correction.evidence.clone());
            stale.push(Stale::Correction { effect, place, evidence });
            indexes.push(index);
        }
    }
    if !indexes.is_empty() {
        let path = vendor.folder.join(corrections::FILE);
        let text = std::fs::read_to_string(&path)?;
        std::fs::write(&path, without(&text, &indexes)?)?;
    }
    Ok(stale)
}

/// The text of the corrections without some of them; the rest of it stays, letter for letter.
fn without(text: &str, indexes: &[usize]) -> Result<String> {
    let elements = corrections::elements(text)?;
    let (Some((first, _)), Some((_, end))) = (elements.first(), elements.last()) else { return Ok(text.to_owned()) };
    let open = text[..*first].trim_end().len();
    let mut kept = String::new();
    let mut at = open;
    for (index, (_, end)) in elements.iter().enumerate() {
        let element = &text[at..*end];
        if !indexes.contains(&index) {
            kept.push_str(if kept.is_empty() { element.trim_start_matches(',') } else { element });
        }
        at = *end;
    }
    Ok(format!("{}{kept}{}", &text[..open], &text[*end..]))
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
