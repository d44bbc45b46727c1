//! Files of ours about the vendor's documents: corrections without a place or an effect, and surface entries without
//! an operation, are removed. Those of an operation that has another version in its path now are moved to that path.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Result;
use serde_json::Value;

use crate::correct::corrections::{self, Correction, Corrections, Effect};
use crate::correct::surface::{Key, Surface};
use crate::read::document::Document;
use crate::read::vendor::Vendor;
use crate::read::version;

/// Removes stale entries from the files of a vendor; everything else stays as it is written. Returns a description of each,
/// so that somebody can decide if it belongs somewhere else now.
pub fn mend(root: &Path, vendor: &str) -> Result<Vec<String>> {
    let vendor = Vendor::read(root, vendor)?;
    let corrections = Corrections::read(&vendor.folder)?;
    corrections.check(&vendor.file)?;
    let names = vendor.file.apis.iter().flat_map(|api| api.documents.keys());
    let mut documents = names.map(|name| Document::read(&vendor.folder, name)).collect::<Result<Vec<_>>>()?;
    let operations = documents
        .iter()
        .flat_map(|document| document.operations().into_iter().map(|(path, method)| Key::of(&path, method)));
    let gone = Surface::read(&vendor.folder)?.mend(&vendor.folder, &operations.collect::<BTreeSet<_>>())?;
    let mut stale: Vec<String> =
        gone.into_iter().map(|entry| format!("taken out, the operation is gone: {entry}")).collect();
    let path = vendor.folder.join(corrections::FILE);
    let (mut indexes, mut moved) = (Vec::new(), BTreeMap::new());
    for (index, correction) in corrections.corrections.into_iter().enumerate() {
        let document = documents.iter().find(|document| document.name == correction.document);
        let moves = document.map(|document| moves(&correction, document)).unwrap_or_default();
        let correction = correction.renamed(&moves);
        let effect = correction.apply(&mut documents)?;
        if !moves.is_empty() {
            moved.insert(index, moves);
        }
        if effect != Effect::Changed {
            let why = if effect == Effect::Nowhere { "its place is gone" } else { "the vendor mended it" };
            stale.push(format!("taken out, {why}: {}; it said: {}", correction.place(), correction.evidence));
            indexes.push(index);
        }
    }
    if !indexes.is_empty() || !moved.is_empty() {
        let text = std::fs::read_to_string(&path)?;
        std::fs::write(&path, edited(&text, &indexes, &moved)?)?;
    }
    Ok(stale)
}

/// Texts of a correction that name a path, and what they are now.
type Moves = Vec<(String, String)>;

/// Returns what a correction says of paths that have another version in its document.
fn moves(correction: &Correction, document: &Document) -> Moves {
    let now = |path: &str| version::now(document, path);
    let mut found = Moves::new();
    if let Some((method, path)) = correction.operation.as_deref().and_then(|operation| operation.split_once(' ')) {
        found.push((format!("{method} {path}"), format!("{method} {}", now(path))));
    }
    if let Some(at) = correction.at.strip_prefix("/paths/") {
        let (path, rest) = at.split_at(at.find('/').unwrap_or(at.len()));
        let now = now(&path.replace("~1", "/").replace("~0", "~")).replace('~', "~0").replace('/', "~1");
        found.push((correction.at.clone(), format!("/paths/{now}{rest}")));
    }
    if correction.at == "/paths" {
        let patch = [&correction.merge, &correction.set].into_iter().flatten();
        let paths = patch.filter_map(Value::as_object).flat_map(serde_json::Map::keys);
        found.extend(paths.map(|path| (path.clone(), now(path))));
    }
    found.retain(|(before, now)| before != now);
    found
}

/// The text of the corrections without some of them, and with other paths in some; the rest of it stays, letter for
/// letter.
fn edited(text: &str, gone: &[usize], moved: &BTreeMap<usize, Moves>) -> Result<String> {
    let elements = corrections::elements(text)?;
    let (Some((first, _)), Some((_, end))) = (elements.first(), elements.last()) else { return Ok(text.to_owned()) };
    let open = text[..*first].trim_end().len();
    let mut kept = String::new();
    let mut at = open;
    for (index, (_, end)) in elements.iter().enumerate() {
        let mut element = text[at..*end].to_owned();
        for (before, now) in moved.get(&index).into_iter().flatten() {
            element = element.replace(&quoted(before), &quoted(now));
        }
        if !gone.contains(&index) {
            kept.push_str(if kept.is_empty() { element.trim_start_matches(',') } else { &element });
        }
        at = *end;
    }
    Ok(format!("{}{kept}{}", &text[..open], &text[*end..]))
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::edited;

    #[test]
    fn what_stays_is_not_touched() {
        let text = "{\n  \"corrections\": [\n    {\"a\": [1,2]},\n    { \"b\" : \"],\" },\n    {\"c\": 3}\n  ]\n}\n";
        let cut = |indexes: &[usize]| edited(text, indexes, &BTreeMap::new()).unwrap();
        assert_eq!(cut(&[]), text);
        assert_eq!(cut(&[1]), "{\n  \"corrections\": [\n    {\"a\": [1,2]},\n    {\"c\": 3}\n  ]\n}\n");
        assert_eq!(cut(&[0, 2]), "{\n  \"corrections\": [\n    { \"b\" : \"],\" }\n  ]\n}\n");
        assert_eq!(cut(&[0, 1, 2]), "{\n  \"corrections\": [\n  ]\n}\n");
    }

    #[test]
    fn a_moved_operation_is_written_at_its_place() {
        let text = "{\"corrections\": [{\"operation\" : \"GET /v1/a\",  \"evidence\": \"of GET /v1/a\"}, {\"a\": 1}]}";
        let moved = BTreeMap::from([(0, vec![("GET /v1/a".to_owned(), "GET /v2/a".to_owned())])]);
        assert_eq!(
            edited(text, &[1], &moved).unwrap(),
            "{\"corrections\": [{\"operation\" : \"GET /v2/a\",  \"evidence\": \"of GET /v1/a\"}]}"
        );
    }
}
