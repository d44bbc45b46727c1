//! HoopAI: paging through contacts with the cursor of two parts, under a 429.

use crm_core::Error;
use crm_fake::{Fake, Fault, Vendor};
use hoopai_client::Client;
use serde_json::json;

use crate::progress;
use crate::table::Row;

const NAME: &str = "HoopAI";
const CONTACTS: usize = 230;
const LOCATION: &str = "location-fake";

pub(crate) async fn run(fake: &Fake) -> Result<Row, Error> {
    let client = Client::builder().token(fake.token()).base_url(fake.base_url()).build()?;
    let mut errors = Vec::new();
    let mut faults = Vec::new();

    progress(
        NAME,
        "listing 230 contacts, 50 a page; the second page is answered with 429 and nothing that says how long",
    );
    #[expect(
        deprecated,
        reason = "the vendor would rather have its search used; this is the one with the cursor of two parts"
    )]
    let mut contacts = client.contacts().list(LOCATION).limit(50).items();
    let mut seen = std::collections::BTreeSet::new();
    while let Some(contact) = contacts.next().await {
        seen.insert(contact?.id);
        if seen.len() == 50 {
            fake.fail(Fault::RateLimited { hint: None }.on("contacts.list"));
        }
        if seen.len() % 100 == 0 {
            progress(NAME, &format!("{} so far; the cursor to store: {} bytes", seen.len(), cursor_bytes(&contacts)));
        }
    }
    if seen.len() != CONTACTS {
        faults.push(format!("{} different contacts were listed, {CONTACTS} are there", seen.len()));
    }
    let pairs = fake
        .requests()
        .iter()
        .filter(|request| request.query_value("startAfter").is_some() != request.query_value("startAfterId").is_some())
        .count();
    if pairs != 0 {
        faults.push(format!("{pairs} requests carried half of the cursor"));
    }

    progress(NAME, &format!("{} listed, none twice; reading one that is not there", seen.len()));
    match client.contacts().get("nobody").send().await {
        Ok(_) => faults.push("a contact was found that does not exist".to_owned()),
        Err(error) => errors.push(error.to_string()),
    }

    let mut row = Row::new(NAME, client.stats(), &[fake]);
    row.items = seen.len();
    row.errors = errors;
    row.faults.extend(faults);
    row.expect(row.stats.retries >= 1, "the 429 was not repeated");
    Ok(row)
}

fn cursor_bytes<P: crm_core::Paged>(items: &crm_core::Paginator<P>) -> usize {
    serde_json::to_string(&items.cursor()).map_or(0, |text| text.len())
}

pub(crate) async fn start() -> std::io::Result<Fake> {
    let fake = Fake::builder(Vendor::HoopAi).location(LOCATION).start().await?;
    for n in 0..CONTACTS {
        fake.insert(
            "contacts",
            json!({"firstName": "Contact", "lastName": n.to_string(), "email": format!("contact{n}@example.com")}),
        );
    }
    Ok(fake)
}
