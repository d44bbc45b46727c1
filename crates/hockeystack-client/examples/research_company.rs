//! Prints what HockeyStack knows about a company.
//!
//! ```text
//! cargo run --package hockeystack-client --example research_company
//! HOCKEYSTACK_TOKEN=… cargo run --package hockeystack-client --example research_company -- https://www.example.com
//! ```
//!
//! Without a token it runs against a fake.

use std::error::Error;

use crm_fake::{Fake, Vendor};
use hockeystack_client::{AccountIntelligence, AccountIntelligenceToken, Domain};

async fn research(client: &AccountIntelligence, address: &str) -> Result<(), Box<dyn Error>> {
    match client.find(Domain::new(address)?).await? {
        Some(company) => println!("{}", serde_json::to_string_pretty(&company)?),
        None => println!("HockeyStack has no data about {address}"),
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "https://www.example.com".to_owned());
    if let Ok(token) = std::env::var("HOCKEYSTACK_TOKEN") {
        let client = AccountIntelligence::new(AccountIntelligenceToken::new(token)?)?;
        return research(&client, &address).await;
    }
    // The fake answers at once, while HockeyStack may take minutes.
    let fake = Fake::builder(Vendor::AccountIntelligence).polls(0).start().await?;
    let token = AccountIntelligenceToken::new(fake.token())?;
    let client = AccountIntelligence::builder(token).base_url(fake.base_url()).build()?;
    research(&client, &address).await
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_runs_against_the_fake() {
        super::main().unwrap();
    }
}
