//! Compares the features that enable a type. If one of them no longer does, code with only that feature loses the type.

use std::collections::BTreeSet;

use super::change::{Changes, Kind, counted, few};
use super::side::Api;

/// Compares the features of the types that both sides have, under their new names; `features` are those that both have.
pub(super) fn compare(changes: &mut Changes, old: &Api, new: &Api, features: &BTreeSet<String>) {
    for (name, before) in &old.gates {
        let Some(now) = new.gates.get(name).filter(|now| *now != before) else { continue };
        // A type that needs no feature is there with every feature.
        let had = |feature: &String| before.is_empty() || before.contains(feature);
        let lost: Vec<&String> =
            features.iter().filter(|feature| had(feature) && !now.is_empty() && !now.contains(*feature)).collect();
        let mut item = changes.of(Kind::Feature, name);
        if lost.is_empty() {
            let more = now.difference(before).cloned().collect::<Vec<_>>();
            let what = match more.is_empty() {
                true => "no longer requires a feature".to_owned(),
                false => format!("also available with the {} {}", counted("feature", more.len()), code(&more)),
            };
            item.minor(what, "existing code compiles");
        } else {
            let what = if before.is_empty() {
                format!("requires one of the features {}", code(now))
            } else {
                format!("no longer available with the {} {} alone", counted("feature", lost.len()), code(lost))
            };
            item.breaking(what, "code that uses the type and enables no other feature does not compile");
        }
    }
}

fn code(names: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    few(names.into_iter().map(|name| format!("`{}`", name.as_ref())))
}
