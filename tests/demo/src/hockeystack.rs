//! HockeyStack: a 202 that becomes a result, and an agent that is asked until it answers.

use std::time::Duration;

use crm_core::{Error, PollPolicy, Status};
use crm_fake::{Fake, Vendor};
use hockeystack_client::{
    AccountIntelligence, AccountIntelligenceToken, Domain, Owner, ResearchQuery, RevenueAgents, RevenueAgentsToken,
};

use crate::progress;
use crate::table::Row;

const NAME: &str = "HockeyStack";
/// The vendor advises 30 s; the fakes are quicker.
const EVERY: Duration = Duration::from_millis(300);

pub(crate) async fn run((intelligence, agents): &(Fake, Fake)) -> Result<Row, Error> {
    let mut errors = Vec::new();
    let mut faults = Vec::new();

    let token = AccountIntelligenceToken::new(intelligence.token())?;
    let client = AccountIntelligence::builder(token).base_url(intelligence.base_url()).build()?;
    progress(NAME, "researching https://www.Example.com/pricing, asking again every 0.3 s (30 s with the real one)");
    let patience = PollPolicy::new(EVERY, Duration::from_secs(20)).max_polls(40);
    let mut research =
        client.research(ResearchQuery::new(Domain::new("https://www.Example.com/pricing")?).policy(patience));
    let mut done = None;
    while let Some(status) = research.next().await {
        match status? {
            Status::Done(result) => done = Some(result),
            status => progress(NAME, &format!("202, not yet: {status:?}")),
        }
    }
    match done.and_then(|result| result.company_domain) {
        Some(domain) if domain == "example.com" => progress(NAME, "a result, for example.com"),
        _ => faults.push("the research did not end with a result for example.com".to_owned()),
    }
    let asked = intelligence.report().requests;
    match client.research(Domain::new("nonexistent.com")?).await {
        Ok(_) => faults.push("a company was found that does not exist".to_owned()),
        Err(error) => errors.push(error.to_string()),
    }
    match Domain::new("not a domain") {
        Ok(_) => faults.push("a domain with spaces was taken".to_owned()),
        Err(error) => errors.push(error.to_string()),
    }

    let token = RevenueAgentsToken::new(agents.token())?;
    let client2 = RevenueAgents::builder(token).base_url(agents.base_url()).build()?;
    progress(NAME, "starting the agent of a deal, and waiting until it is active");
    let deal = Owner::deal("deal-7");
    client2.deal_agents().start("deal-7").send().await?;
    let state = client2.wait_until_active_with(&deal, PollPolicy::new(EVERY, Duration::from_secs(20))).await?;
    progress(NAME, &format!("the agent is {}", state.status.map_or_else(String::new, |status| status.to_string())));

    let mut row = Row::new(NAME, client.stats(), &[intelligence, agents]);
    let more = client2.stats();
    row.stats.calls += more.calls;
    row.stats.attempts += more.attempts;
    row.stats.retries += more.retries;
    row.stats.waits += more.waits;
    row.stats.waited += more.waited;
    row.items = 2;
    row.errors = errors;
    row.faults.extend(faults);
    row.expect(asked == 4, format!("the research took {asked} questions; three times 202 and a result are four"));
    Ok(row)
}

pub(crate) async fn start() -> std::io::Result<(Fake, Fake)> {
    let intelligence = Fake::builder(Vendor::AccountIntelligence).polls(3).start().await?;
    let agents = Fake::start(Vendor::RevenueAgents).await?;
    Ok((intelligence, agents))
}
