//! HubSpot: 250 contacts in batches, one of them bad; all listed, some searched, the web read.

use crm_core::Error;
use crm_fake::{Fake, Fault, Hint, Policy, Vendor};
use hubspot_client::types::{AnalyticsBreakdownBy, BatchCreateRow, SearchRequest, TimePeriod};
use hubspot_client::{Client, Tier};

use crate::progress;
use crate::table::Row;

const NAME: &str = "HubSpot";
const BAD_ROW: usize = 77;

pub(crate) async fn run(fake: &Fake) -> Result<Row, Error> {
    let client =
        Client::builder().token(fake.token()).base_url(fake.base_url()).quotas(Tier::Professional.quotas()).build()?;
    let mut faults = Vec::new();

    progress(NAME, "creating 250 contacts in batches of 100; row 77 has no e-mail address worth the name");
    let rows = (0..250).map(|n| {
        let email = if n == BAD_ROW { "not an address".to_owned() } else { format!("contact{n}@example.com") };
        BatchCreateRow::from([("email", email), ("lastname", format!("Number {n:03}"))])
    });
    let report = client.contacts().create_many(rows).await;
    progress(
        NAME,
        &format!("{} created, {} refused, {} unknown", report.ok.len(), report.failed.len(), report.unknown.len()),
    );
    let mut errors: Vec<String> = Vec::new();
    for (row, error) in &report.failed {
        errors.push(format!("row {row}: {error}"));
    }
    if report.failed.iter().map(|(row, _)| *row).ne([BAD_ROW]) || report.ok.len() != 249 {
        faults.push("the batch report is not 249 created and row 77 refused".to_owned());
    }

    progress(NAME, "listing all of them, while the vendor answers 429 once");
    fake.fail(Fault::RateLimited { hint: Some(Hint::Policy(Policy::Secondly)) }.on("contacts.list"));
    let mut contacts = client.contacts().list().limit(100).properties(["email", "lastname"]).items();
    let mut listed = 0;
    while let Some(contact) = contacts.next().await {
        contact?;
        listed += 1;
    }
    if listed != 249 {
        faults.push(format!("{listed} contacts were listed, 249 are there"));
    }

    progress(NAME, &format!("{listed} listed; searching those whose name ends in 7"));
    let request = SearchRequest::default().filter("lastname", "CONTAINS_TOKEN", "*7").limit(100);
    let mut found = client.contacts().search(request).items();
    let mut hits = 0;
    while let Some(contact) = found.next().await {
        contact?;
        hits += 1;
    }
    progress(NAME, &format!("{hits} found; twelve searches at once, where five a second are allowed"));
    let searches: Vec<_> = (0..12)
        .map(|n| {
            let request = SearchRequest::default().filter("email", "EQ", format!("contact{n}@example.com"));
            tokio::spawn(client.contacts().search(request).send())
        })
        .collect();
    for search in searches {
        match search.await {
            Ok(found) => hits += found?.results.len(),
            Err(_) => faults.push("a search did not end".to_owned()),
        }
    }
    progress(NAME, "all answered; reading the sources report of the web analytics");

    let sources = client
        .analytics()
        .report(AnalyticsBreakdownBy::Sources, TimePeriod::Total, "20260101", "20260131")
        .items()
        .try_collect()
        .await?;
    progress(NAME, &format!("{} sources; reading a contact that is not there", sources.len()));
    match client.contacts().get("999999999999").send().await {
        Ok(_) => faults.push("a contact was found that does not exist".to_owned()),
        Err(error) => errors.push(error.to_string()),
    }

    let mut row = Row::new(NAME, client.stats(), &[fake]);
    row.items = 249 + listed + hits + sources.len();
    row.errors = errors;
    row.faults.extend(faults);
    row.expect(row.stats.retries >= 1, "the 429 was not repeated");
    Ok(row)
}

pub(crate) async fn start() -> std::io::Result<Fake> {
    Fake::start(Vendor::HubSpot).await
}
