//! Messages that are not answered yet: the requests of the client, and the questions to it.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rmcp::model::{ClientNotification, RequestId};
use rmcp::service::{RoleServer, RxJsonRpcMessage, TxJsonRpcMessage};
use tokio::sync::Notify;

/// The maximum number of requests without an answer, so that memory does not grow with a client that sends requests and
/// reads no answers. While a question to the client is open, everything is read: its answer may come after further requests.
const MOST_REQUESTS: usize = 500;

/// Messages that are not answered yet.
#[derive(Clone, Default)]
pub(super) struct Open(Arc<State>);

#[derive(Default)]
struct State {
    ids: Mutex<Ids>,
    changed: Notify,
}

#[derive(Default)]
struct Ids {
    /// The number of requests with each id.
    requests: HashMap<RequestId, usize>,
    /// The number of answers that are being written.
    answers: usize,
    questions: HashSet<RequestId>,
}

impl Ids {
    fn open(&self) -> usize {
        self.requests.values().sum::<usize>() + self.answers
    }

    /// Removes a request that is answered or cancelled.
    fn close(&mut self, id: &RequestId) {
        if let Some(number) = self.requests.get_mut(id) {
            *number -= 1;
            if *number == 0 {
                self.requests.remove(id);
            }
        }
    }
}

impl Open {
    /// Notes a message of the client. A cancelled request has no answer. Returns false for an answer if nothing was asked: the
    /// library would end a session that has not begun.
    pub(super) fn received(&self, message: &RxJsonRpcMessage<RoleServer>) -> bool {
        type Message = RxJsonRpcMessage<RoleServer>;
        let mut ids = self.ids();
        let has_asked = !ids.questions.is_empty();
        match message {
            Message::Request(request) => {
                *ids.requests.entry(request.id.clone()).or_default() += 1;
            }
            Message::Notification(message) => {
                if let ClientNotification::CancelledNotification(cancelled) = &message.notification
                    && let Some(id) = &cancelled.params.request_id
                {
                    ids.close(id);
                }
            }
            Message::Response(answer) => {
                ids.questions.remove(&answer.id);
                return has_asked;
            }
            Message::Error(answer) => {
                answer.id.as_ref().map(|id| ids.questions.remove(id));
                return has_asked;
            }
        }
        true
    }

    /// Notes a message that is to be written.
    pub(super) fn sends(&self, message: &TxJsonRpcMessage<RoleServer>) {
        type Message = TxJsonRpcMessage<RoleServer>;
        let mut ids = self.ids();
        match message {
            Message::Request(question) => {
                ids.questions.insert(question.id.clone());
                self.0.changed.notify_one();
            }
            Message::Response(answer) => {
                ids.close(&answer.id);
                ids.answers += 1;
            }
            Message::Error(answer) => {
                answer.id.iter().for_each(|id| ids.close(id));
                ids.answers += 1;
            }
            Message::Notification(_) => {}
        }
    }

    /// Notes a message that was written, or cannot be.
    pub(super) fn sent(&self, message: &TxJsonRpcMessage<RoleServer>) {
        if is_answer(message) {
            self.ids().answers -= 1;
            self.0.changed.notify_one();
        }
    }

    /// Waits until a further request may be read.
    pub(super) async fn room(&self) {
        self.until(|ids| (ids.open() < MOST_REQUESTS || !ids.questions.is_empty()).then_some(())).await;
    }

    /// Waits for the end, when the client sends nothing more: returns a question that it did not answer, or `None` as soon
    /// as all requests are answered.
    pub(super) async fn end(&self) -> Option<RequestId> {
        self.until(|ids| match ids.questions.iter().next().cloned() {
            Some(id) => Some(ids.questions.take(&id)),
            None => (ids.open() == 0).then_some(None),
        })
        .await
    }

    /// Waits until there is a value. Only one task waits, the one that reads.
    async fn until<T>(&self, value: impl Fn(&mut Ids) -> Option<T>) -> T {
        loop {
            let found = value(&mut self.ids());
            match found {
                Some(value) => return value,
                None => self.0.changed.notified().await,
            }
        }
    }

    fn ids(&self) -> MutexGuard<'_, Ids> {
        self.0.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_answer(message: &TxJsonRpcMessage<RoleServer>) -> bool {
    matches!(message, TxJsonRpcMessage::<RoleServer>::Response(_) | TxJsonRpcMessage::<RoleServer>::Error(_))
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Waker};

    use serde_json::{Value, json};

    use super::*;

    fn receive(open: &Open, message: Value) -> bool {
        open.received(&serde_json::from_value(message).unwrap())
    }

    fn is_ready<T>(work: impl Future<Output = T>) -> bool {
        std::pin::pin!(work).poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    #[test]
    fn a_further_request_is_read_after_an_answer_a_cancellation_or_while_the_client_is_asked() {
        let open = Open::default();
        for id in 0..MOST_REQUESTS {
            assert!(is_ready(open.room()), "{id}");
            receive(&open, json!({"jsonrpc": "2.0", "id": id, "method": "ping"}));
        }
        assert!(!is_ready(open.room()));
        let answered = serde_json::from_value(json!({"jsonrpc": "2.0", "id": 3, "result": {}})).unwrap();
        open.sends(&answered);
        assert!(!is_ready(open.room()));
        // A cancellation that comes late does not take back the answer.
        let late = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 3}});
        receive(&open, late);
        assert!(!is_ready(open.room()));
        open.sent(&answered);
        assert!(is_ready(open.room()));
        receive(&open, json!({"jsonrpc": "2.0", "id": 3, "method": "ping"}));
        assert!(!is_ready(open.room()));
        let cancelled = json!({"requestId": 3});
        receive(&open, json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": cancelled}));
        assert!(is_ready(open.room()));
        // Two requests with one id are two.
        receive(&open, json!({"jsonrpc": "2.0", "id": 7, "method": "ping"}));
        assert!(!is_ready(open.room()));
        let (question, answer) =
            (json!({"jsonrpc": "2.0", "id": 0, "method": "ping"}), json!({"jsonrpc": "2.0", "id": 0, "result": {}}));
        assert!(!receive(&open, answer.clone()));
        open.sends(&serde_json::from_value(question).unwrap());
        assert!(is_ready(open.room()));
        assert!(receive(&open, answer));
        assert!(!is_ready(open.room()));
    }
}
