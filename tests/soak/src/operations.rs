//! The operations of a round.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crm_core::{Error, ManualClock, MemoryStore, OAuthCredentials, PollPolicy, Quotas, TokenSet, Upload};
use crm_fake::Fake;
use hockeystack_client::{Domain, ResearchQuery};
use hoopai_client::types::UpsertContact;
use hubspot_client::types::{BatchCreateRow, ObjectCreate};

use crate::days;
use crate::ledger::Said;
use crate::round::{ATTEMPT, Round, client};

#[derive(Clone, Copy)]
pub(crate) enum Operation {
    Create,
    Batch,
    Archive,
    Read,
    List,
    Upload,
    Upsert,
    Delete,
    Download,
    Renew,
    Research,
    Dropped,
    Unpolled,
    Restarts,
}

impl Operation {
    pub(crate) const ALL: [Self; 14] = [
        Self::Create,
        Self::Batch,
        Self::Archive,
        Self::Read,
        Self::List,
        Self::Upload,
        Self::Upsert,
        Self::Delete,
        Self::Download,
        Self::Renew,
        Self::Research,
        Self::Dropped,
        Self::Unpolled,
        Self::Restarts,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Create => "HubSpot: create",
            Self::Batch => "HubSpot: batch of rows",
            Self::Archive => "HubSpot: archive",
            Self::Read => "HubSpot: read",
            Self::List => "HubSpot: list, resumed after errors",
            Self::Upload => "HubSpot: upload",
            Self::Upsert => "HoopAI: upsert",
            Self::Delete => "HoopAI: delete",
            Self::Download => "HoopAI: download",
            Self::Renew => "HoopAI: renewal of a token",
            Self::Research => "HockeyStack: long answer",
            Self::Dropped => "HubSpot: create, dropped at any point",
            Self::Unpolled => "HubSpot: reads beside one that is not polled",
            Self::Restarts => "HoopAI: three accounts, processes that end",
        }
    }

    /// The fake's name of its requests.
    pub(crate) fn target(self) -> &'static str {
        match self {
            Self::Create | Self::Dropped => "contacts.create",
            Self::Batch => "contacts.batch_create",
            Self::Archive => "contacts.archive",
            Self::Read => "contacts.get",
            Self::List | Self::Unpolled => "contacts.list",
            Self::Upload => "files.upload",
            Self::Upsert => "contacts.upsert",
            Self::Delete => "contacts.delete",
            Self::Download => "conversations.download_recording",
            Self::Renew | Self::Restarts => "oauth.get_token",
            Self::Research => "account_intelligence.get",
        }
    }

    pub(crate) fn fake(self, round: &Round) -> &Fake {
        match self {
            Self::Create | Self::Batch | Self::Archive | Self::Read | Self::List | Self::Upload => &round.hubspot,
            Self::Dropped | Self::Unpolled => &round.hubspot,
            Self::Upsert | Self::Delete | Self::Download | Self::Renew | Self::Restarts => &round.hoopai,
            Self::Research => &round.intelligence,
        }
    }

    /// Carries it out and records the result. An impossible result is an error.
    pub(crate) async fn run(self, round: &mut Round) -> Result<Said, String> {
        match self {
            Self::Create => create(round).await,
            Self::Batch => batch(round).await,
            Self::Archive => archive(round).await,
            Self::Read => read(round).await,
            Self::List => list(round).await,
            Self::Upload => {
                let file = Upload::bytes("id\n1\n").file_name("a.csv");
                let call = round.crm.files().upload(file, "{\"access\":\"PRIVATE\"}").folder_path("/a");
                let said = Said::of(&call.send().await);
                said.count(&mut round.uploads);
                Ok(said)
            }
            Self::Upsert => upsert(round).await,
            Self::Delete => delete(round).await,
            Self::Download => download(round).await,
            Self::Renew => renew(round).await,
            Self::Dropped => days::dropped(round).await,
            Self::Unpolled => days::unpolled(round).await,
            Self::Restarts => days::restarts(round).await,
            Self::Research => {
                let policy = PollPolicy::new(Duration::from_millis(1), Duration::from_secs(5)).max_polls(5);
                let domain = Domain::new("example.com").map_err(told)?;
                let result = round.research.research(ResearchQuery::new(domain).policy(policy)).await;
                right(&result, |found| found.company_domain.as_deref() == Some("example.com"))
            }
        }
    }
}

pub(crate) fn told(error: Error) -> String {
    error.to_string()
}

/// Returns the result of a read. If it is `Done`, the answer is the expected one.
fn right<T>(result: &Result<T, Error>, is: impl FnOnce(&T) -> bool) -> Result<Said, String> {
    match result {
        Ok(answer) if !is(answer) => Err("a wrong answer".to_owned()),
        // Nothing is changed by it.
        other => Ok(if other.is_ok() { Said::Done } else { Said::NotDone }),
    }
}

async fn create(round: &mut Round) -> Result<Said, String> {
    let name = round.name();
    let result = round.crm.contacts().create(ObjectCreate::from([("firstname", name.clone())])).send().await;
    let said = Said::of(&result);
    round.people.put(name.clone(), said);
    if let Some(id) = result.ok().and_then(|contact| contact.id) {
        round.known_people.push((name, id));
    }
    Ok(said)
}

async fn batch(round: &mut Round) -> Result<Said, String> {
    let names: Vec<String> = (0..round.rng.usize(1..9)).map(|_| round.name()).collect();
    let rows: Vec<_> = names.iter().map(|name| BatchCreateRow::from([("firstname", name.clone())])).collect();
    let report = round.crm.contacts().create_many(rows).chunk(3).concurrency(round.rng.usize(1..3)).await;
    for (row, contact) in &report.ok {
        if contact.property("firstname") != Some(&names[*row]) {
            return Err("a row has another's answer".to_owned());
        }
        round.people.put(names[*row].clone(), Said::Done);
    }
    report.failed.iter().for_each(|(row, _)| round.people.put(names[*row].clone(), Said::NotDone));
    report.unknown.iter().for_each(|row| round.people.put(names[*row].clone(), Said::Maybe));
    if report.ok.len() + report.failed.len() + report.unknown.len() != names.len() {
        return Err("a row is lost".to_owned());
    }
    Ok(match (report.is_complete(), report.unknown.is_empty()) {
        (true, _) => Said::Done,
        (false, true) => Said::NotDone,
        (false, false) => Said::Maybe,
    })
}

async fn archive(round: &mut Round) -> Result<Said, String> {
    let Some((name, id)) = choose(round, |round| &mut round.known_people) else { return Ok(Said::NotDone) };
    let said = Said::of(&round.crm.contacts().archive(id).send().await);
    round.people.take(&name, said);
    Ok(said)
}

async fn read(round: &mut Round) -> Result<Said, String> {
    let Some((name, id)) = choose(round, |round| &mut round.known_people) else { return Ok(Said::NotDone) };
    let result = round.crm.contacts().get(&id).properties(["firstname"]).send().await;
    round.known_people.push((name.clone(), id));
    right(&result, |contact| contact.property("firstname") == Some(&name))
}

/// Everything, from where the last error was; each once.
async fn list(round: &mut Round) -> Result<Said, String> {
    let client = round.crm.contacts();
    let list = |size: u32| {
        let items = client.list().limit(i64::from(size)).properties(["firstname"]).items();
        items.prefetch(size.is_multiple_of(2))
    };
    let (mut items, mut names) = (list(round.rng.u32(2..7)), Vec::new());
    let mut errors = 0;
    while let Some(item) = items.next().await {
        match item {
            Ok(contact) => names.push(contact.property("firstname").unwrap_or_default().to_owned()),
            Err(error) if errors > 20 => return Err(format!("no end of errors: {error}")),
            Err(_) => {
                errors += 1;
                // The same list, or as another process would, from what was stored.
                let cursor = items.cursor().to_string().parse().map_err(told)?;
                let again = if round.rng.bool() { items } else { list(round.rng.u32(2..7)) };
                items = again.resume(cursor).map_err(told)?;
            }
        }
    }
    let there = round.hubspot.records("contacts");
    let there: Vec<_> = there.iter().map(|contact| contact["properties"]["firstname"].as_str().unwrap_or("")).collect();
    if names == there { Ok(Said::Done) } else { Err(format!("listed {names:?} of {there:?}")) }
}

async fn upsert(round: &mut Round) -> Result<Said, String> {
    // Some of them again.
    let email = format!("lead{}@example.com", round.rng.u8(0..6));
    let contact = UpsertContact::new("location-fake").email(email.clone());
    let result = round.marketing.contacts().upsert(contact.clone()).send().await;
    let said = Said::of(&result);
    round.leads.put(email.clone(), said);
    if let Some(id) = result.ok().and_then(|reply| reply.contact).and_then(|contact| contact.id) {
        round.known_leads.retain(|known| known.0 != email);
        round.known_leads.push((email, id));
    }
    Ok(said)
}

async fn delete(round: &mut Round) -> Result<Said, String> {
    let Some((email, id)) = choose(round, |round| &mut round.known_leads) else { return Ok(Said::NotDone) };
    let said = Said::of(&round.marketing.contacts().delete(id).send().await);
    round.leads.take(&email, said);
    Ok(said)
}

async fn download(round: &mut Round) -> Result<Said, String> {
    let open = round.marketing.conversations().download_recording("m1", "location-fake").send().await;
    let Ok(mut body) = open else { return Ok(Said::NotDone) };
    let (mut whole, size) = (Vec::new(), body.size());
    while let Some(piece) = body.next().await {
        match piece {
            Ok(piece) => whole.extend_from_slice(&piece),
            Err(_) => return Ok(Said::NotDone),
        }
    }
    // A file that a faulty vendor announces as complete is complete.
    if size == Some(whole.len() as u64) { Ok(Said::Done) } else { Err(format!("{} bytes of {size:?}", whole.len())) }
}

/// A call whose token has ended. Its refresh token works once: it is sent again after an uncertain answer, and the
/// vendor takes it once at most.
async fn renew(round: &mut Round) -> Result<Said, String> {
    let spent = |round: &Round| round.hoopai.report().carried_out.get("oauth.get_token").copied().unwrap_or(0);
    let before = spent(round);
    let seed = round.rng.u64(..);
    let builder = hoopai_client::Client::builder();
    // The app is a separate client, with no credential.
    let builder = builder.base_url(round.hoopai.base_url()).quotas(Quotas::none()).attempt_timeout(ATTEMPT);
    let app = hoopai_client::App::with(builder, "app", "secret").map_err(told)?;
    let credentials = OAuthCredentials::new("account", app, MemoryStore::new()).map_err(told)?;
    // Its pauses pass by themselves.
    let credentials = credentials.with_clock(Arc::new(ManualClock::auto()), seed);
    let ended = TokenSet::new("ended").map_err(told)?.with_expiry(SystemTime::UNIX_EPOCH);
    let tokens = ended.with_refresh_token(format!("refresh-{}", round.name())).map_err(told)?;
    credentials.install(tokens).await.map_err(told)?;
    let client = client(hoopai_client::Client::builder().credentials(credentials), &round.hoopai, seed);
    let mut said = Said::NotDone;
    // A second call has the same result, or the token is renewed.
    for _ in 0..2 {
        let found = client.contacts().get("nobody").send().await;
        if found.is_err_and(|error| error.status() == Some(404) && error.operation() == "contacts.get") {
            said = Said::Done;
        }
        round.hoopai.heal();
    }
    client.settle().await.map_err(told)?;
    match spent(round) - before {
        1 => Ok(said),
        0 if said == Said::NotDone => Ok(said),
        times => Err(format!("the refresh token was spent {times} times, and the call is {said:?}")),
    }
}

/// Takes one of the known out, at random.
fn choose(round: &mut Round, of: fn(&mut Round) -> &mut Vec<(String, String)>) -> Option<(String, String)> {
    let length = of(round).len();
    if length == 0 {
        return None;
    }
    let at = round.rng.usize(0..length);
    Some(of(round).swap_remove(at))
}
