//! The lines of the client. The library ignores a line that is not JSON, and the client would wait for ever; so it is
//! answered here.

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader};

/// The maximum size of a line in bytes, as in the library.
const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// Passes lines on until the input ends.
pub(super) async fn pass(
    input: impl AsyncRead + Unpin,
    mut on: impl AsyncWrite + Unpin,
    mut answers: impl AsyncWrite + Unpin,
) {
    let mut input = BufReader::new(input);
    let mut line = Vec::new();
    // True within a line that was refused for its size.
    let mut refused = false;
    loop {
        line.clear();
        let read = (&mut input).take(MOST_BYTES).read_until(b'\n', &mut line).await;
        if !read.is_ok_and(|size| size > 0) {
            return;
        }
        let ended = line.ends_with(b"\n");
        let sent = if refused {
            Ok(())
        } else if line.trim_ascii().is_empty() || serde_json::from_slice::<Value>(&line).is_ok() {
            on.write_all(&line).await
        } else {
            answer(&mut answers).await
        };
        refused = !ended;
        if sent.is_err() {
            return;
        }
    }
}

async fn answer(answers: &mut (impl AsyncWrite + Unpin)) -> std::io::Result<()> {
    let error = json!({"code": -32700, "message": "the line is not JSON, is nested too deeply, or is too long"});
    let line = format!("{}\n", json!({"jsonrpc": "2.0", "id": null, "error": error}));
    answers.write_all(line.as_bytes()).await?;
    answers.flush().await
}
