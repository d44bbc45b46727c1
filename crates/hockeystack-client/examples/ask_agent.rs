//! Starts the agent of a deal, waits until it is active, and asks it a question.
//!
//! ```text
//! cargo run --package hockeystack-client --example ask_agent
//! HOCKEYSTACK_AGENTS_TOKEN=… cargo run --package hockeystack-client --example ask_agent -- DEAL "What is missing?"
//! ```
//!
//! Without a token it runs against a fake.

use std::error::Error;
use std::time::Duration;

use crm_fake::{Fake, Vendor};
use hockeystack_client::revenue_agents::types::NewConversation;
use hockeystack_client::{Owner, PollPolicy, RevenueAgents, RevenueAgentsToken};

async fn ask(client: &RevenueAgents, deal: &str, question: &str, every: Duration) -> Result<(), Box<dyn Error>> {
    let owner = Owner::deal(deal);
    client.deal_agents().start(deal).send().await?;
    client.wait_until_active_with(&owner, PollPolicy::new(every, Duration::from_secs(600))).await?;

    let conversation = client.deal_conversations().create(deal, NewConversation::default()).send().await?;
    let id = conversation.conversation_id.ok_or("the conversation has no id")?;
    let answer = client.send_and_wait(&owner, &id, question).await?;
    println!("{}", serde_json::to_string_pretty(&answer)?);
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let deal = arguments.next().unwrap_or_else(|| "deal-7".to_owned());
    let question = arguments.next().unwrap_or_else(|| "What is missing?".to_owned());
    if let Ok(token) = std::env::var("HOCKEYSTACK_AGENTS_TOKEN") {
        let client = RevenueAgents::new(RevenueAgentsToken::new(token)?)?;
        return ask(&client, &deal, &question, Duration::from_secs(10)).await;
    }
    let fake = Fake::start(Vendor::RevenueAgents).await?;
    let client = RevenueAgents::builder(RevenueAgentsToken::new(fake.token())?).base_url(fake.base_url()).build()?;
    ask(&client, &deal, &question, Duration::from_millis(100)).await
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_runs_against_the_fake() {
        super::main().unwrap();
    }
}
