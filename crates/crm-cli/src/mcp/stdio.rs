//! Messages over standard input and output, a line each.
//!
//! The library's transport ignores a line that is not JSON, reads on while nobody reads its answers, and drops calls without
//! a word when the input ends.

mod message;
mod open;
mod pieces;

use std::io::{Error, Result};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use rmcp::service::{RoleServer, RxJsonRpcMessage, TxJsonRpcMessage, serve_server};
use rmcp::transport::Transport;
use serde::Serialize;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Stdin, Stdout, stdin, stdout};
use tokio::sync::{Mutex, oneshot};

use super::Server;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use open::Open;
use pieces::Pieces;

/// The maximum size of a line in bytes, as in the library.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// A byte order mark, which some programs write before their first line.
const BOM: &[u8] = b"\xef\xbb\xbf";
/// The maximum time for answers after the end of the input.
const GRACE: Duration = Duration::from_secs(5);

/// Serves until the input ends and all requests are answered, or until a signal comes.
pub(super) async fn serve(server: Server) -> std::result::Result<(), Failure> {
    let shared = Arc::clone(&server.shared);
    let (stdio, ended) = Stdio::new();
    // It lives until the end of this function, so that the calls that a signal interrupts are still under way.
    let mut session = pin!(async {
        let running = serve_server(server, stdio).await;
        let running = running.map_err(|_| Failure::usage("the client closed the input, or did not speak MCP"))?;
        tokio::select! {
            biased;
            stopped = running.waiting() => match stopped {
                Ok(_) => Ok(true),
                Err(error) => Err(Failure::other(format!("the server stopped: {error}"))),
            },
            Ok(()) = late(ended) => Ok(false),
        }
    });
    match Interrupt::new().or(session.as_mut()).await.transpose()? {
        Some(true) => Ok(()),
        None => shared.under_way.end(),
        Some(false) => {
            shared.under_way.end()?;
            Err(Failure::other("ended before the client read the answers of its last requests"))
        }
    }
}

/// Waits until the input has ended and answers are late.
async fn late(ended: oneshot::Receiver<()>) -> std::result::Result<(), oneshot::error::RecvError> {
    ended.await?;
    tokio::time::sleep(GRACE).await;
    Ok(())
}

/// The messages of the client, whose line may be read in parts: reading is cancelled when an answer is to be sent.
struct Stdio {
    input: BufReader<Stdin>,
    line: Vec<u8>,
    /// True within a line that was refused for its size.
    refused: bool,
    /// The messages of the line that was read last.
    pieces: Pieces,
    /// The answer to text that is not a message, until it is written.
    owed: Option<Value>,
    output: Arc<Mutex<Stdout>>,
    open: Open,
    /// Takes the end of the input, once.
    end: Option<oneshot::Sender<()>>,
}

impl Stdio {
    fn new() -> (Self, oneshot::Receiver<()>) {
        let (end, ended) = oneshot::channel();
        let stdio = Self {
            input: BufReader::new(stdin()),
            line: Vec::new(),
            refused: false,
            pieces: Pieces::default(),
            owed: None,
            output: Arc::new(Mutex::new(stdout())),
            open: Open::default(),
            end: Some(end),
        };
        (stdio, ended)
    }

    /// Reads to the end of a line or to the maximum size. Returns false at the end of the input.
    async fn read(&mut self) -> bool {
        let left = MOST_BYTES.saturating_sub(self.line.len());
        let read = (&mut self.input).take(left as u64).read_until(b'\n', &mut self.line).await;
        // What was read before a cancellation counts at the end of the input too.
        read.is_ok_and(|size| size > 0 || !self.line.is_empty()) || self.line.len() == MOST_BYTES
    }

    /// Takes the line that was read.
    fn take(&mut self) {
        let line = std::mem::take(&mut self.line);
        let too_long = line.len() == MOST_BYTES && !line.ends_with(b"\n");
        if !std::mem::replace(&mut self.refused, too_long) {
            self.pieces = Pieces::of(line.strip_prefix(BOM).unwrap_or(&line).trim_ascii().to_vec());
        }
    }

    /// Writes the answer to text that is not a message.
    async fn pay(&mut self) -> Result<()> {
        let Some(answer) = &self.owed else { return Ok(()) };
        let line = line_of(answer)?;
        let mut output = self.output.lock().await;
        // A short line is taken as a whole, so that it is neither lost nor written twice if this is cancelled.
        output.write_all(&line).await?;
        self.owed = None;
        output.flush().await
    }
}

impl Transport<RoleServer> for Stdio {
    type Error = Error;

    fn send(&mut self, message: TxJsonRpcMessage<RoleServer>) -> impl Future<Output = Result<()>> + Send + 'static {
        let (output, open) = (Arc::clone(&self.output), self.open.clone());
        open.sends(&message);
        async move {
            let sent = async {
                let line = line_of(&message)?;
                let mut output = output.lock().await;
                output.write_all(&line).await?;
                output.flush().await
            };
            let sent = sent.await;
            open.sent(&message);
            sent
        }
    }

    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleServer>> {
        loop {
            self.pay().await.ok()?;
            self.open.room().await;
            if let Some(piece) = self.pieces.next() {
                match message::read(&piece) {
                    Ok(Some(message)) if self.open.received(&message) => return Some(message),
                    Ok(_) => {}
                    Err(answer) => self.owed = Some(answer),
                }
            } else if self.end.is_some() && self.read().await {
                self.take();
            } else {
                self.end.take().map(|end| end.send(()));
                return self.open.end().await.map(message::unanswered);
            }
        }
    }

    async fn close(&mut self) -> Result<()> {
        self.output.lock().await.flush().await
    }
}

fn line_of(message: &impl Serialize) -> Result<Vec<u8>> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    Ok(line)
}
