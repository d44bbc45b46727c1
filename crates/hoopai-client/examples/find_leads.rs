//! Finds all contacts with a tag, page after page, and prints their ids.
//!
//! ```text
//! cargo run --package hoopai-client --example find_leads
//! HOOPAI_TOKEN=pit-… HOOPAI_LOCATION=… cargo run --package hoopai-client --example find_leads -- lead
//! ```
//!
//! Without a token it runs against a fake.

use std::error::Error;

use crm_fake::{Fake, Vendor};
use hoopai_client::Client;
use hoopai_client::types::{ContactFilter, ContactFilterOperator, ContactSearch};

async fn find(client: &Client, location: &str, tag: &str) -> Result<usize, Box<dyn Error>> {
    let filter = ContactFilter::on("tags", ContactFilterOperator::Contains, tag);
    let search = ContactSearch::new(location, 100).filters([filter]);
    let mut contacts = client.contacts().search(search).items();
    let mut found = 0;
    while let Some(contact) = contacts.next().await {
        println!("{}", contact?.id.unwrap_or_default());
        found += 1;
    }
    Ok(found)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let tag = std::env::args().nth(1).unwrap_or_else(|| "lead".to_owned());
    if let Ok(token) = std::env::var("HOOPAI_TOKEN") {
        let location = std::env::var("HOOPAI_LOCATION").map_err(|_| "set HOOPAI_LOCATION")?;
        println!("{} found", find(&Client::new(token)?, &location, &tag).await?);
        return Ok(());
    }
    let fake = Fake::builder(Vendor::HoopAi).location("location").start().await?;
    for n in 0..3 {
        fake.insert("contacts", serde_json::json!({"firstName": format!("Contact {n}"), "tags": ["lead"]}));
    }
    let client = Client::builder().token(fake.token()).base_url(fake.base_url()).build()?;
    println!("{} found", find(&client, "location", "lead").await?);
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_runs_against_the_fake() {
        super::main().unwrap();
    }
}
