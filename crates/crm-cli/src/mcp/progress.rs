//! Progress of a call, for a client that asks for it.

use std::sync::{Mutex, PoisonError};

use rmcp::model::{ProgressNotificationParam, ProgressToken};
use rmcp::service::{Peer, RoleServer};

/// The step of a notice without a new row: the protocol requires that each number is greater than the one before.
const STEP: f64 = 0.001;

/// The notices of one call; without a token of the client there are none.
pub(super) struct Progress {
    to: Option<(Peer<RoleServer>, ProgressToken)>,
    done: Mutex<Done>,
}

#[derive(Default)]
struct Done {
    rows: usize,
    total: Option<usize>,
    /// The last number that was sent.
    last: f64,
}

impl Progress {
    pub(super) fn new(peer: &Peer<RoleServer>, token: Option<ProgressToken>) -> Self {
        Self { to: token.map(|token| (peer.clone(), token)), done: Mutex::default() }
    }

    /// Reports that further rows are done.
    pub(super) async fn rows(&self, further: usize, total: Option<usize>) {
        self.notify(further, total, None).await;
    }

    /// Reports a wait.
    pub(super) async fn waits(&self, text: String) {
        self.notify(0, None, Some(text)).await;
    }

    async fn notify(&self, further: usize, total: Option<usize>, text: Option<String>) {
        let Some((peer, token)) = &self.to else { return };
        let notice = {
            let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
            done.rows += further;
            done.total = total.or(done.total);
            done.last = number(done.rows).max(done.last + STEP);
            let text = text.unwrap_or_else(|| format!("{} rows", done.rows));
            let notice = ProgressNotificationParam::new(token.clone(), done.last).with_message(text);
            match done.total {
                Some(total) => notice.with_total(number(total)),
                None => notice,
            }
        };
        // A client that does not take notices still gets its reply.
        let _ = peer.notify_progress(notice).await;
    }
}

/// Numbers of rows are far below the precision of the type.
#[allow(clippy::cast_precision_loss, reason = "there are never 2^52 rows")]
fn number(rows: usize) -> f64 {
    rows as f64
}
