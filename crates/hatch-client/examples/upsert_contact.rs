//! Creates or updates a contact.
//!
//! ```text
//! cargo run --package hatch-client --example upsert_contact
//! HATCH_API_KEY=… cargo run --package hatch-client --example upsert_contact -- +12025550142
//! ```
//!
//! Without a key it runs against a fake.

use std::error::Error;

use crm_fake::{Fake, Vendor};
use hatch_client::types::UpsertContact;
use hatch_client::{Client, ContactsKey};

async fn upsert(client: &Client, number: &str) -> Result<(), Box<dyn Error>> {
    let contact = UpsertContact::new("custom:website").first_name("Ada").phone_number(number).detail("rooms", 4);
    // Without a phone number and an e-mail address Hatch would accept the contact and never match it again.
    contact.check_reachable()?;
    let reply = client.contacts().upsert(contact).send().await?;
    println!("contact {}", reply.data.and_then(|data| data.id).unwrap_or_default());
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let number = std::env::args().nth(1).unwrap_or_else(|| "+12025550142".to_owned());
    if let Ok(key) = std::env::var("HATCH_API_KEY") {
        return upsert(&Client::new(ContactsKey::new(key)?)?, &number).await;
    }
    let fake = Fake::start(Vendor::HatchContacts).await?;
    let client = Client::builder(ContactsKey::new(fake.token())?).base_url(fake.base_url()).build()?;
    upsert(&client, &number).await?;
    // The second upsert finds the same contact by its number.
    upsert(&client, &number).await
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_runs_against_the_fake() {
        super::main().unwrap();
    }
}
