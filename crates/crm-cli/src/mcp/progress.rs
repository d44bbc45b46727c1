//! Progress of a call, for a client that asks for it.

use std::sync::Mutex;

use rmcp::model::{ProgressNotificationParam, ProgressToken};
use rmcp::service::{Peer, RoleServer};

/// The step of a notice without a new row: the protocol requires that each number is greater than the one before.
const STEP: f64 = 0.001;

/// The notices of one call; without a token of the client there are none.
pub(super) struct Progress {
    to: Option<(Peer<RoleServer>, ProgressToken)>,
    done: Mutex<(f64, Option<f64>)>,
}

impl Progress {
    pub(super) fn new(peer: &Peer<RoleServer>, token: Option<ProgressToken>) -> Self {
        Self { to: token.map(|token| (peer.clone(), token)), done: Mutex::new((0.0, None)) }
    }

    /// Reports that further rows are done.
    pub(super) async fn rows(&self, further: usize, total: Option<usize>) {
        let rows = self.advance(number(further), total.map(number)).0;
        self.notify(format!("{} rows", rows.floor())).await;
    }

    /// Reports a wait.
    pub(super) async fn waits(&self, text: String) {
        self.advance(STEP, None);
        self.notify(text).await;
    }

    /// Adds to the number, and returns it with the total.
    fn advance(&self, by: f64, total: Option<f64>) -> (f64, Option<f64>) {
        let mut done = self.done.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *done = (done.0 + by, total.or(done.1));
        *done
    }

    async fn notify(&self, message: String) {
        let Some((peer, token)) = &self.to else { return };
        let (done, total) = self.advance(0.0, None);
        let mut notice = ProgressNotificationParam::new(token.clone(), done).with_message(message);
        if let Some(total) = total {
            notice = notice.with_total(total);
        }
        // A client that does not take notices still gets its reply.
        let _ = peer.notify_progress(notice).await;
    }
}

/// Numbers of rows are far below the precision of the type.
#[allow(clippy::cast_precision_loss, reason = "there are never 2^52 rows")]
fn number(rows: usize) -> f64 {
    rows as f64
}
