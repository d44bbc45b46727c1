//! Files: replies of bytes are read as bytes.

use std::net::SocketAddr;

use crm_core::RetryPolicy;
use hubspot_client::Client;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const FILE: &str = "id,name\n1,Ada\n";

/// A client of a host that answers every request with a table.
async fn client() -> Client {
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let head = format!("HTTP/1.1 200 OK\r\ncontent-type: text/csv\r\ncontent-length: {}\r\n", FILE.len());
            let _ = stream.write_all(format!("{head}connection: close\r\n\r\n{FILE}").as_bytes()).await;
        }
    });
    Client::builder().token("t").base_url(format!("http://{address}")).retry(RetryPolicy::none()).build().unwrap()
}

#[tokio::test]
async fn tables_and_sources_are_answered_as_files() {
    let client = client().await;
    for body in [
        client.hubdb().export_table("people").send().await.unwrap(),
        client.hubdb().export_draft_table("people").send().await.unwrap(),
        client.source_code().download("published", "a/b.html").send().await.unwrap(),
    ] {
        let mut file = Vec::new();
        body.write_to(&mut file).await.unwrap();
        assert_eq!(file, FILE.as_bytes());
    }
}
