//! The rows and their columns, before the first is sent.

use std::collections::{HashMap, HashSet};

use super::source::Source;
use super::target::Target;
use crate::check::{self, Fault};
use crate::failure::Failure;
use crate::note;

/// The maximum number of mistakes that are collected.
const MOST_FAULTS: usize = 20;

/// Checks all rows.
pub(super) fn rows(source: &Source, target: &mut dyn Target) -> Result<(), Failure> {
    let (mut faults, mut seen) = (Vec::new(), HashSet::new());
    let hidden = source.hidden_columns();
    let mut keys: HashMap<(String, String), usize> = HashMap::new();
    let at = |place: &str, fault: Fault| {
        let path = match &hidden {
            Some(columns) if fault.path == check::HIDDEN => columns.clone(),
            _ => format!("{place}, {}", fault.path),
        };
        Fault { path, text: fault.text }
    };
    if source.len() == 0 {
        faults.extend(target.names(source.columns()).into_iter().map(|fault| at("line 1", fault)));
    }
    for number in 1..=source.len() {
        let mut fault = |fault: Fault| {
            // The same mistake in each row is one mistake.
            if seen.insert((fault.path.clone(), fault.text.clone())) {
                faults.push(at(&source.place(number), fault));
            }
        };
        match target.row(source.row(number)) {
            Ok(row) => {
                let Some(key) = target.key(&row) else { continue };
                if let Some(other) = keys.get(&key) {
                    let text = format!("names the same record as {}", source.place(*other));
                    fault(Fault { path: key.0, text });
                } else {
                    keys.insert(key, number);
                }
            }
            Err(found) => found.into_iter().for_each(fault),
        }
        if faults.len() >= MOST_FAULTS {
            break;
        }
    }
    if faults.is_empty() {
        return Ok(());
    }
    Err(Failure::usage(format!("{}: {}; nothing was sent", source.name, check::sentence(&faults))))
}

/// Reports what is not sent. A value of the command line is always meant, so `found` rows must be sent in full.
pub(super) fn columns(source: &Source, target: &dyn Target, found: bool) -> Result<(), Failure> {
    match source.empty {
        0 => {}
        1 => note::say("skipped, because all cells are empty: 1 row"),
        rows => note::say(&format!("skipped, because all cells are empty: {rows} rows")),
    }
    if source.len() == 0 {
        note::say(&format!("there are no rows in {}; nothing was sent", source.name));
    }
    let not_sent = target.not_sent();
    if let Some(name) = not_sent.first().filter(|_| found) {
        let name = check::shown(name);
        return Err(Failure::usage(format!("{name}: only the vendor writes it; leave it out; nothing was sent")));
    }
    let (associations, fixed): (Vec<String>, Vec<String>) =
        not_sent.into_iter().partition(|name| name.starts_with("associations"));
    for (names, why) in [(fixed, "only the vendor writes them"), (associations, "only crm import writes associations")]
    {
        if !names.is_empty() {
            let names: Vec<&str> = names.iter().map(|name| check::shown(name)).collect();
            note::say(&format!("not sent, because {why}: {}", names.join(", ")));
        }
    }
    Ok(())
}
