//! The differences as a human-readable table.

use codegen::diff::{Change, Class, alike, classes};

/// Prints them, the worst first, a crate after the other.
pub fn print(changes: &[Change], since: &str) {
    if changes.is_empty() {
        println!("Nothing that the clients are made of differs from {since}.");
        return;
    }
    for (krate, worst) in classes(changes) {
        let of: Vec<&Change> = changes.iter().filter(|change| change.krate == krate).collect();
        let count = |class: Class| of.iter().filter(|change| change.class == class).count();
        println!(
            "{krate}: {}, compared with {since}: {} breaking, {} minor, {} patch\n\n{}\n",
            worst.name(),
            count(Class::Breaking),
            count(Class::Minor),
            count(Class::Patch),
            shown(of)
        );
    }
}

/// The differences: class, items, what, and below it why.
pub fn shown<'a>(changes: impl IntoIterator<Item = &'a Change>) -> String {
    let lines = alike(changes).into_iter().map(|same| {
        let Change { class, what, why, .. } = same.first;
        format!("  {:<8}  {}: {what}\n            {why}", class.name(), same.named(str::to_owned))
    });
    lines.collect::<Vec<_>>().join("\n")
}
