//! Judges the clients by the vendors' documents as they were imported, before any correction. Replies made from the
//! documents must be read without losing a member; requests must be valid against the schemas of the documents.
//! `exceptions.json` lists the places where the documents are wrong, with the evidence.

mod api;
mod bad_input;
mod compare;
mod document;
mod exceptions;
mod judged;
mod requests;
mod rule;
mod sample;
mod schema;
mod server;
mod table;

/// Does not print panics about arguments that do not fit a type: they are caught and reported with their operation.
fn expect_misfits() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let shown = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !panic.location().is_some_and(|place| place.file().ends_with("calls/src/sample.rs")) {
                shown(panic);
            }
        }));
    });
}
