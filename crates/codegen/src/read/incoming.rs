//! Which document of ours each of the vendor's files is, by the end of its path: vendors keep theirs in
//! folders of their own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::read::import::{Imported, Lock, files};

/// What a vendor sent.
pub struct Incoming {
    /// The documents, each with where it comes from.
    pub documents: Vec<(Imported, String)>,
    /// Files that are no document of ours and do not lie beside one.
    pub left: Vec<String>,
}

/// Reads the vendor's files. Of each the place is known already, or it lies beside one whose place is.
pub fn read(folder: &Path, from: &Path, into: Option<&str>, source: Option<&str>) -> Result<Incoming> {
    let lock = Lock::read(folder)?;
    let found = files(from)?;
    let base = if from.is_dir() { from } else { from.parent().unwrap_or(Path::new("")) };
    let relative = |path: &Path| path.strip_prefix(base).unwrap_or(path).to_string_lossy().replace('\\', "/");
    let mut places: BTreeMap<String, PathBuf> = BTreeMap::new();
    let mut prefixes: Vec<(String, String)> = Vec::new();
    let mut others = Vec::new();
    for path in &found {
        let here = relative(path);
        let fit = |name: &&String| common(name, &here, into);
        let best = lock.documents.keys().map(|name| fit(&name)).max().unwrap_or(0);
        let fitting: Vec<&String> = lock.documents.keys().filter(|name| best > 0 && fit(name) == best).collect();
        match fitting.as_slice() {
            [] => others.push((here, path)),
            [name] => {
                if let Some(other) = places.insert((*name).clone(), path.clone()) {
                    bail!("{} and {} are both {name}: name the folder that counts", other.display(), path.display());
                }
                prefixes.extend(prefix(name, &here));
            }
            many => {
                let names: Vec<&str> = many.iter().map(|name| name.as_str()).collect();
                bail!("{} may be {}: say which with `--into`", path.display(), names.join(" or "));
            }
        }
    }
    let mut left = Vec::new();
    for (here, path) in others {
        let beside = prefixes.iter().find_map(|(theirs, ours)| Some((ours, here.strip_prefix(theirs.as_str())?)));
        match (beside, into) {
            (Some((ours, rest)), _) if !rest.contains('/') => {
                drop(places.insert(format!("{ours}{rest}"), path.clone()))
            }
            (None, Some(into)) if from.is_file() => drop(places.insert(join(into, &here), path.clone())),
            _ => left.push(here),
        }
    }
    let mut documents = Vec::new();
    for (name, path) in places {
        let Some(one) = Imported::read(&path, &name)? else {
            left.push(relative(&path));
            continue;
        };
        let source = match (source, lock.documents.get(&name).or_else(|| lock.documents.values().next())) {
            (Some(told), _) => told.to_owned(),
            (None, Some(known)) => known.source.clone(),
            (None, None) => bail!("{name}: nobody has told yet where it comes from; say it with `--source`"),
        };
        documents.push((one, source));
    }
    if documents.is_empty() {
        bail!("{}: no file is a document of {}; say where they belong with `--into`", from.display(), folder.display());
    }
    Ok(Incoming { documents, left })
}

/// With how many steps a path of theirs and one of ours end alike.
fn common(name: &str, here: &str, into: Option<&str>) -> usize {
    let Some(name) = into.map_or(Some(name), |into| name.strip_prefix(&join(into, ""))) else { return 0 };
    name.rsplit('/').zip(here.rsplit('/')).take_while(|(ours, theirs)| ours == theirs).count()
}

/// What their paths and ours begin with, where they end alike.
fn prefix(name: &str, here: &str) -> Option<(String, String)> {
    let file = here.rsplit('/').next()?;
    let start = |path: &str| path.strip_suffix(file).map(str::to_owned);
    Some((start(here)?, start(name)?))
}

fn join(into: &str, name: &str) -> String {
    if into.is_empty() { name.to_owned() } else { format!("{}/{name}", into.trim_end_matches('/')) }
}
