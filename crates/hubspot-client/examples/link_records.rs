//! Creates or updates a contact by e-mail address, creates a company, and associates them.
//!
//! ```text
//! cargo run --package hubspot-client --example link_records
//! HUBSPOT_TOKEN=pat-… cargo run --package hubspot-client --example link_records -- ada@example.com
//! ```
//!
//! Without a token it runs against a fake.

use std::error::Error;

use crm_fake::{Fake, Vendor};
use hubspot_client::Client;

async fn link(client: &Client, email: &str) -> Result<(), Box<dyn Error>> {
    let contact = client.contacts().upsert_by("email", email, [("firstname", "Ada")]).await?;
    let domain = email.split('@').nth(1).ok_or("not an e-mail address")?;
    let company = match client.companies().by_domain(domain).send().await?.results.into_iter().next() {
        Some(company) => company,
        None => client.companies().create([("domain", domain)]).send().await?,
    };
    let (Some(contact), Some(company)) = (contact.id, company.id) else { return Err("a record without an id".into()) };
    client.contacts().add_to_company(&contact, &company).send().await?;
    println!("contact {contact} belongs to company {company}");
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let email = std::env::args().nth(1).unwrap_or_else(|| "ada@example.com".to_owned());
    if let Ok(token) = std::env::var("HUBSPOT_TOKEN") {
        return link(&Client::new(token)?, &email).await;
    }
    let fake = Fake::start(Vendor::HubSpot).await?;
    let client = Client::builder().token(fake.token()).base_url(fake.base_url()).build()?;
    link(&client, &email).await
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_runs_against_the_fake() {
        super::main().unwrap();
    }
}
