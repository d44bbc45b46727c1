//! Messages over standard input and output, a line each.
//!
//! The library's transport ignores a line that is not JSON, and the client would wait for ever. Here each line that is no
//! message gets an error, with the id of the request if it has one.

use std::io::{Error, Result};
use std::sync::Arc;

use rmcp::model::{ErrorCode, ErrorData};
use rmcp::service::{RoleServer, RxJsonRpcMessage, TxJsonRpcMessage};
use rmcp::transport::Transport;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Stdin, Stdout, stdin, stdout};
use tokio::sync::Mutex;

/// The maximum size of a line in bytes, as in the library.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// The maximum length of the text of an id that is returned with an error.
const LONGEST_ID: usize = 1024;
/// A byte order mark, which some programs write before their first line.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// The messages of the client, whose line may be read in parts: reading is cancelled when an answer is to be sent.
pub(super) struct Stdio {
    input: BufReader<Stdin>,
    line: Vec<u8>,
    /// True within a line that was refused for its size.
    refused: bool,
    /// The answer to a line that is no message, until it is written.
    owed: Option<Value>,
    output: Arc<Mutex<Stdout>>,
}

impl Stdio {
    pub(super) fn new() -> Self {
        let output = Arc::new(Mutex::new(stdout()));
        Self { input: BufReader::new(stdin()), line: Vec::new(), refused: false, owed: None, output }
    }

    /// Reads to the end of a line or to the maximum size. Returns false at the end of the input.
    async fn read(&mut self) -> bool {
        let left = MOST_BYTES.saturating_sub(self.line.len());
        let read = (&mut self.input).take(left as u64).read_until(b'\n', &mut self.line).await;
        // What was read before a cancellation counts at the end of the input too.
        read.is_ok_and(|size| size > 0 || !self.line.is_empty()) || self.line.len() == MOST_BYTES
    }

    /// Takes the line that was read. Returns the message in it, if there is one.
    fn take(&mut self) -> Option<RxJsonRpcMessage<RoleServer>> {
        let line = std::mem::take(&mut self.line);
        let too_long = line.len() == MOST_BYTES && !line.ends_with(b"\n");
        if std::mem::replace(&mut self.refused, too_long) {
            return None;
        }
        let line = line.strip_prefix(BOM).unwrap_or(&line).trim_ascii();
        if line.is_empty() {
            return None;
        }
        serde_json::from_slice(line).map_err(|_| self.owed = fault(line)).ok()
    }
}

impl Transport<RoleServer> for Stdio {
    type Error = Error;

    fn send(&mut self, message: TxJsonRpcMessage<RoleServer>) -> impl Future<Output = Result<()>> + Send + 'static {
        let output = Arc::clone(&self.output);
        async move {
            let line = line_of(&message)?;
            let mut output = output.lock().await;
            output.write_all(&line).await?;
            output.flush().await
        }
    }

    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleServer>> {
        loop {
            if let Some(answer) = &self.owed {
                let line = line_of(answer).ok()?;
                let mut output = self.output.lock().await;
                // A short line is taken as a whole, so that it is neither lost nor written twice if this is cancelled.
                output.write_all(&line).await.ok()?;
                self.owed = None;
                output.flush().await.ok()?;
            }
            if !self.read().await {
                return None;
            }
            if let Some(message) = self.take() {
                return Some(message);
            }
        }
    }

    async fn close(&mut self) -> Result<()> {
        self.output.lock().await.flush().await
    }
}

/// Returns the error of a line that is no message. A notification never has an answer.
fn fault(line: &[u8]) -> Option<Value> {
    let (id, error) = match serde_json::from_slice::<Value>(line) {
        Ok(message) => match (message.get("id"), message.get("method")) {
            (None, Some(_)) => return None,
            (id, method) => {
                // An answer of the client has the id of a question of ours.
                let id = id.filter(|id| method.is_some() && is_id(id)).cloned();
                (id, ErrorData::invalid_request("the line is no request of JSON-RPC 2.0", None))
            }
        },
        Err(_) => {
            let message = "the line is not JSON, is nested too deeply, or is too long";
            (None, ErrorData::new(ErrorCode::PARSE_ERROR, message, None))
        }
    };
    Some(json!({"jsonrpc": "2.0", "id": id, "error": error}))
}

fn is_id(value: &Value) -> bool {
    value.is_number() || value.as_str().is_some_and(|text| text.len() <= LONGEST_ID)
}

fn line_of(message: &impl Serialize) -> Result<Vec<u8>> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    Ok(line)
}
