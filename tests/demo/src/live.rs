//! A look at the real hosts with the credentials in the environment. Nothing is written.

use std::env;
use std::process::ExitCode;

use crm_core::Error;

use crate::progress;

/// Reads a little from each vendor that has a credential.
pub(crate) async fn run() -> ExitCode {
    let mut failed = false;
    let mut asked = 0;
    let mut report = |name: &str, outcome: Option<Result<String, Error>>, variables: &str| match outcome {
        None => println!("         {name:<22} skipped: {variables} not set"),
        Some(Ok(said)) => {
            asked += 1;
            progress(name, &said);
        }
        Some(Err(error)) => {
            asked += 1;
            failed = true;
            progress(name, &format!("FAILED: {error}"));
        }
    };
    report("HubSpot", hubspot().await, "HUBSPOT_TOKEN");
    report("HoopAI", hoopai().await, "HOOPAI_TOKEN and HOOPAI_LOCATION_ID");
    report("Account Intelligence", account_intelligence().await, "HOCKEYSTACK_TOKEN and HOCKEYSTACK_DOMAIN");
    report("Revenue Agents", revenue_agents().await, "HOCKEYSTACK_AGENTS_TOKEN");
    println!("         {:<22} skipped: its APIs have nothing to read but a bulk export, one in five minutes", "Hatch");
    if asked == 0 {
        eprintln!("error: no credential is set, so nothing was asked");
        return ExitCode::FAILURE;
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

async fn hubspot() -> Option<Result<String, Error>> {
    let token = variable("HUBSPOT_TOKEN")?;
    let ask = async { hubspot_client::Client::new(token)?.contacts().list().limit(5).send().await };
    Some(ask.await.map(|page| format!("a page of {} contacts", page.results.len())))
}

async fn hoopai() -> Option<Result<String, Error>> {
    let (token, location) = (variable("HOOPAI_TOKEN")?, variable("HOOPAI_LOCATION_ID")?);
    let ask = async { hoopai_client::Client::new(token)?.calendars().list(location).send().await };
    Some(ask.await.map(|reply| format!("{} calendars", reply.calendars.len())))
}

async fn account_intelligence() -> Option<Result<String, Error>> {
    let (token, domain) = (variable("HOCKEYSTACK_TOKEN")?, variable("HOCKEYSTACK_DOMAIN")?);
    let ask = async {
        let token = hockeystack_client::AccountIntelligenceToken::new(token)?;
        let client = hockeystack_client::AccountIntelligence::new(token)?;
        client.research_once(hockeystack_client::Domain::new(&domain)?).await
    };
    Some(match ask.await {
        Ok(_) => Ok("an account was researched".to_owned()),
        Err(error) if error.kind() == crm_core::ErrorKind::Pending => Ok("the vendor is at work on it".to_owned()),
        Err(error) => Err(error),
    })
}

async fn revenue_agents() -> Option<Result<String, Error>> {
    let token = variable("HOCKEYSTACK_AGENTS_TOKEN")?;
    let ask = async {
        let token = hockeystack_client::RevenueAgentsToken::new(token)?;
        hockeystack_client::RevenueAgents::new(token)?.service().get_me().send().await
    };
    Some(ask.await.map(|_| "the token is good".to_owned()))
}
