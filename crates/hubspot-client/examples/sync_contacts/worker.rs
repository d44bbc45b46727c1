//! One worker: reads a page of HubSpot's contacts, writes them to HoopAI, and repeats.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt as _, stream};
use hoopai_client::types::UpsertContact;
use hubspot_client::types::ObjectWithAssociations as Contact;
use hubspot_client::{
    CallOptions, Cursor, Error as CallError, ErrorKind, LocalLimiter, Pages, Quotas, RateLimiter, RedisLimiter,
    SystemClock,
};

use crate::ledger::{Ledger, Work};
use crate::settings::Settings;

/// Contacts per page. A page is repeated if its worker ends.
const PAGE: i64 = 50;
/// Contacts that are written at the same time.
const AT_ONCE: usize = 16;
const PROPERTIES: [&str; 4] = ["email", "firstname", "lastname", "phone"];

/// Works until there is no more work for any worker.
pub(crate) async fn run(settings: &Settings, name: &str) -> Result<(), Box<dyn Error>> {
    let (hubspot, hoopai) = clients(settings)?;
    let ledger = Ledger::open(&settings.state, name)?;
    loop {
        let (id, contacts) = match ledger.take()? {
            Work::Done => return Ok(()),
            Work::Wait => {
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
            Work::Again(id, cursor) => match read(&hubspot, cursor).await? {
                Some((contacts, _)) => (id, contacts),
                None => (id, Vec::new()),
            },
            Work::Read(cursor) => match read(&hubspot, cursor.clone()).await? {
                Some((contacts, next)) => (ledger.advance(cursor, next)?, contacts),
                None => {
                    ledger.end()?;
                    continue;
                }
            },
        };
        let (written, skipped) = write(&hoopai, &settings.location, &contacts).await?;
        let all = ledger.written(id, written, skipped)?;
        println!("[{name}] page {id}: {written} contacts written, {all} in all");
    }
}

/// Reads the page at a cursor, and returns the cursor after it.
async fn read(
    hubspot: &hubspot_client::Client,
    cursor: Option<Cursor>,
) -> Result<Option<(Vec<Contact>, Cursor)>, CallError> {
    let list = hubspot.contacts().list().properties(PROPERTIES).limit(PAGE);
    let mut pages: Pages<_> = list.pages();
    if let Some(cursor) = cursor {
        pages = pages.resume(cursor)?;
    }
    let page = pages.next().await.transpose()?;
    Ok(page.map(|page| (page.results, pages.cursor())))
}

/// Writes contacts, each as often as needed: an upsert by e-mail address or phone number matches the
/// contact that an earlier attempt created. Returns the number of contacts written, and of those that cannot be
/// written.
async fn write(hoopai: &hoopai_client::Client, location: &str, contacts: &[Contact]) -> Result<(u64, u64), CallError> {
    let upserts = contacts.iter().map(|contact| async move {
        let Some(body) = convert(location, contact) else { return Ok(false) };
        let call = hoopai.contacts().upsert(body).with(CallOptions::new().idempotent(true));
        match call.send().await {
            Ok(_) => Ok(true),
            // This contact is wrong, not the sync.
            Err(error) if error.kind() == ErrorKind::Validation => {
                eprintln!("contact {} of HubSpot: {error}", contact.id.as_deref().unwrap_or("?"));
                Ok(false)
            }
            Err(error) => Err(error),
        }
    });
    let (mut written, mut skipped) = (0, 0);
    let mut upserts = stream::iter(upserts).buffer_unordered(AT_ONCE);
    while let Some(done) = upserts.next().await {
        *(if done? { &mut written } else { &mut skipped }) += 1;
    }
    Ok((written, skipped))
}

/// Converts a contact to HoopAI's form; `None` if it has neither an e-mail address nor a phone number.
fn convert(location: &str, contact: &Contact) -> Option<UpsertContact> {
    let property = |name: &str| contact.properties.get(name).map(String::as_str).filter(|value| !value.is_empty());
    let (email, phone) = (property("email"), property("phone"));
    email.or(phone)?;
    let mut body = UpsertContact::new(location);
    body.email = email.map(str::to_owned);
    body.phone = phone.map(str::to_owned);
    body.first_name = property("firstname").map(str::to_owned);
    body.last_name = property("lastname").map(str::to_owned);
    Some(body)
}

type Clients = (hubspot_client::Client, hoopai_client::Client);

fn clients(settings: &Settings) -> Result<Clients, CallError> {
    let quotas = settings.quotas(hubspot_client::Tier::default().quotas());
    let mut hubspot = hubspot_client::Client::builder().token(settings.hubspot_token.as_str());
    hubspot = hubspot.limiter(limiter(settings, quotas)?);
    let quotas = settings.quotas(hoopai_client::quotas());
    let mut hoopai = hoopai_client::Client::builder().token(settings.hoopai_token.as_str());
    hoopai = hoopai.limiter(limiter(settings, quotas)?);
    if let Some(url) = &settings.hubspot_url {
        hubspot = hubspot.base_url(url);
    }
    if let Some(url) = &settings.hoopai_url {
        hoopai = hoopai.base_url(url);
    }
    Ok((hubspot.build()?, hoopai.build()?))
}

/// The quotas, shared by all workers if there is a Redis.
fn limiter(settings: &Settings, quotas: Quotas) -> Result<Arc<dyn RateLimiter>, CallError> {
    Ok(match &settings.redis {
        Some(redis) => Arc::new(RedisLimiter::builder(redis, quotas, settings.workers).build()?),
        None => Arc::new(LocalLimiter::new(quotas, Arc::new(SystemClock::new()))),
    })
}
