//! Attacks that a hostile host, a hostile argument or a careless setting must not make possible.
//!
//! That no secret shows anywhere is tested where every operation is called anyway: in
//! `every_operation`.

mod bounds;
mod origins;
mod shapes;

use std::net::SocketAddr;
use std::sync::Arc;

use crm_core::{ClientBuilder, ManualClock, RetryPolicy};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A client of any address that gives up at once and waits for nothing.
fn build<C>(builder: ClientBuilder<C>, address: &str) -> C {
    let builder = builder.base_url(address).clock(Arc::new(ManualClock::auto())).retry(RetryPolicy::none());
    builder.build().unwrap()
}

/// A host that answers every request with these bytes, and then closes.
async fn host(answer: impl Into<Vec<u8>>) -> String {
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    let address = listener.local_addr().unwrap();
    let answer: Arc<[u8]> = answer.into().into();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = Arc::clone(&answer);
            tokio::spawn(async move {
                let mut seen = [0; 16 * 1024];
                // The requests here fit into one read.
                let _ = stream.read(&mut seen).await;
                let _ = stream.write_all(&answer).await;
            });
        }
    });
    format!("http://{address}")
}
