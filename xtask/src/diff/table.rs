//! The differences, for people.

use super::change::{Change, Class, classes};

/// Prints them, the worst first, a crate after the other.
pub(crate) fn print(changes: &[Change], since: &str) {
    if changes.is_empty() {
        println!("Nothing that the clients are made of changed since {since}.");
        return;
    }
    for (krate, worst) in classes(changes) {
        let of: Vec<&Change> = changes.iter().filter(|change| change.krate == krate).collect();
        let count = |class: Class| of.iter().filter(|change| change.class == class).count();
        println!(
            "{krate}: {} since {since}: {} breaking, {} minor, {} patch\n",
            worst.name(),
            count(Class::Breaking),
            count(Class::Minor),
            count(Class::Patch)
        );
        for change in of {
            println!("{}", line(change));
        }
        println!();
    }
}

/// One difference: class, item, what, and below it why.
pub(crate) fn line(change: &Change) -> String {
    format!("  {:<8}  {}: {}\n            {}", change.class.name(), change.item, change.what, change.why)
}
