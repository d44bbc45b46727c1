//! A small program with the client, to weigh its binary.

use hubspot_client::Client;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let client = Client::new(arguments.next().unwrap_or_default())?;
    let contact = client.contacts().get(arguments.next().unwrap_or_default()).send().await?;
    println!("{:?}", contact.property("email"));
    Ok(())
}
