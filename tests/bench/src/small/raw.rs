//! The same small program with reqwest and serde alone.

use std::collections::HashMap;

#[derive(serde::Deserialize)]
struct Contact {
    properties: HashMap<String, Option<String>>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    rustls::crypto::ring::default_provider().install_default().expect("it is the first");
    let mut arguments = std::env::args().skip(1);
    let client = reqwest::Client::builder().build()?;
    let (token, id) = (arguments.next().unwrap_or_default(), arguments.next().unwrap_or_default());
    let url = format!("https://api.hubapi.com/crm/objects/2026-03/contacts/{id}");
    let reply = client.get(url).bearer_auth(token).send().await?.error_for_status()?;
    let contact: Contact = serde_json::from_slice(&reply.bytes().await?)?;
    println!("{:?}", contact.properties.get("email"));
    Ok(())
}
