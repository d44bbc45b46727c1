//! The differences, for people.

use codegen::diff::{Alike, Change, Class, alike, classes};

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
    let lines = alike(changes).into_iter().map(|Alike { first, items }| {
        format!("  {:<8}  {}: {}\n            {}", first.class.name(), items.join(", "), first.what, first.why)
    });
    lines.collect::<Vec<_>>().join("\n")
}
