//! The traces of a program, in a form that a test can read.

use std::fmt::{Debug, Write as _};
use std::sync::{Arc, LazyLock, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Dispatch, Event, Metadata, Subscriber};

/// Writes down every name and value of spans and events, of this program and of all below.
#[derive(Clone, Default)]
pub struct Traces(Arc<Mutex<String>>);

/// A second subscriber besides that of a test. If there is only one, tracing-core 0.1 asks the thread
/// that first reaches an event if it is enabled, and keeps the result for all threads: a
/// test without a subscriber that runs at the same time would silence the event.
static SECOND: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(Traces::default()));

impl Traces {
    /// Writes down what this thread traces, until the guard is dropped.
    #[must_use]
    pub fn watch() -> (Self, DefaultGuard) {
        LazyLock::force(&SECOND);
        let traces = Self::default();
        (traces.clone(), tracing::subscriber::set_default(traces))
    }

    /// Returns the text that was written since the last call.
    #[must_use]
    pub fn take(&self) -> String {
        std::mem::take(&mut *self.0.lock().expect("nobody panics with it"))
    }
}

impl Visit for Traces {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = writeln!(self.0.lock().expect("nobody panics with it"), "{field}={value:?}");
    }
}

impl Subscriber for Traces {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut self.clone());
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
