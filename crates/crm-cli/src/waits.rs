//! Waits of the core on standard error: `crm: waiting 12 s for the limit …`.

use std::fmt::{self, Write as _};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use tokio::sync::mpsc::UnboundedSender;
use tokio::task::futures::TaskLocalFuture;

use crate::note;

tokio::task_local! {
    /// The caller to whom the waits of this task are reported.
    static TOLD: UnboundedSender<String>;
}

/// Runs a future, and also sends the text of each of its waits.
pub(crate) fn told<F: Future>(to: UnboundedSender<String>, future: F) -> TaskLocalFuture<UnboundedSender<String>, F> {
    TOLD.scope(to, future)
}

/// Writes the core's waits to standard error from now on.
pub(crate) fn show() {
    // There is no other subscriber in this program.
    let _ = tracing::subscriber::set_global_default(Waits);
}

struct Waits;

impl Subscriber for Waits {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && metadata.target() == "crm_core::wait" && *metadata.level() <= Level::INFO
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut text = Message(String::new());
        event.record(&mut text);
        note::say(&text.0);
        // Without a caller, or after it is gone, standard error is enough.
        let _ = TOLD.try_with(|to| to.send(text.0));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            let _ = write!(self.0, "{value:?}");
        }
    }
}
