//! The place at which reading a body ended with an error.
//!
//! Each record, map and list adds its step while the error passes through it, so that successful reading costs nothing and
//! no type is compiled a second time only to find the place. Reading is synchronous, so the steps are kept per thread.

use std::cell::RefCell;
use std::fmt::Write as _;

enum Step {
    Member(String),
    Element(usize),
}

thread_local! {
    /// The steps of an error, the innermost first.
    static STEPS: RefCell<Vec<Step>> = const { RefCell::new(Vec::new()) };
}

/// Begins a body.
pub(super) fn begin() {
    STEPS.take();
}

/// Adds the member whose value could not be read.
#[cold]
pub(super) fn member(name: &str) {
    STEPS.with_borrow_mut(|steps| steps.push(Step::Member(name.to_owned())));
}

/// Adds the element that could not be read, by its position.
#[cold]
pub(super) fn element(index: usize) {
    STEPS.with_borrow_mut(|steps| steps.push(Step::Element(index)));
}

/// Returns the place of the error, for example `contacts[3].dateAdded`; `.` is the body itself.
pub(super) fn take() -> String {
    let mut place = String::new();
    for step in STEPS.take().iter().rev() {
        // Writing to a `String` cannot fail.
        let _ = match step {
            Step::Member(name) if place.is_empty() => write!(place, "{name}"),
            Step::Member(name) => write!(place, ".{name}"),
            Step::Element(index) => write!(place, "[{index}]"),
        };
    }
    if place.is_empty() { ".".to_owned() } else { place }
}
