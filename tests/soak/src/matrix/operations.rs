//! The columns: one operation of each kind, by whichever client has it.

use std::collections::BTreeSet;
use std::time::Duration;

use crm_core::{ClientBuilder, Clock as _, Error, MemoryStore, OAuthCredentials, PollPolicy, TokenSet, Upload};
use crm_fake::{Fake, Vendor};
use hockeystack_client::{AccountIntelligence, AccountIntelligenceToken, Domain, ResearchQuery};
use hoopai_client::types::UpsertContact;
use hubspot_client::types::{BatchCreateRow, ObjectCreate};
use serde_json::json;

use super::rig::{LONG, Rig};

/// Number of polls for a result.
pub(crate) const POLLS: u32 = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Read,
    Upsert,
    Create,
    List,
    Batch,
    Poll,
    Renew,
    Upload,
    Download,
}

use Operation::{Batch, Create, Download, List, Poll, Read, Renew, Upload as Send, Upsert};

impl Operation {
    pub(crate) const ALL: [Self; 9] = [Read, Upsert, Create, List, Batch, Poll, Renew, Send, Download];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Read => "read",
            Upsert => "idempotent write",
            Create => "write",
            List => "list",
            Batch => "batch of writes",
            Poll => "long answer",
            Renew => "renewal of a token",
            Send => "upload",
            Download => "download",
        }
    }

    pub(crate) fn vendor(self) -> Vendor {
        match self {
            Read | Create | List | Batch | Send => Vendor::HubSpot,
            Upsert | Renew | Download => Vendor::HoopAi,
            Poll => Vendor::AccountIntelligence,
        }
    }

    /// The fake's name of the requests that meet the fault.
    pub(crate) fn target(self) -> &'static str {
        match self {
            Read => "contacts.get",
            Upsert => "contacts.upsert",
            Create => "contacts.create",
            List => "contacts.list",
            Batch => "contacts.batch_create",
            Poll => "account_intelligence.get",
            Renew => "oauth.get_token",
            Send => "files.upload",
            Download => "conversations.download_recording",
        }
    }

    /// The fake's name under which it counts what it did.
    pub(crate) fn counted(self) -> &'static str {
        match self {
            Read => "objects.get",
            Create => "objects.create",
            List => "objects.list",
            Batch => "objects.batch_create",
            other => other.target(),
        }
    }

    /// Returns true if the operation can be repeated safely.
    pub(crate) fn is_repeatable(self) -> bool {
        matches!(self, Read | Upsert | List | Poll | Download)
    }

    pub(crate) fn streams_down(self) -> bool {
        self == Download
    }

    pub(crate) fn polls(self) -> bool {
        self == Poll
    }

    /// Returns true if it counts towards a daily limit; renewals have another limit.
    pub(crate) fn has_days(self) -> bool {
        self.vendor() != Vendor::AccountIntelligence && self != Self::Renew
    }

    /// Returns the number of its requests.
    pub(crate) fn requests(self) -> u32 {
        match self {
            List => 3,
            Batch => 2,
            _ => 1,
        }
    }

    /// Returns the number of successful requests before the one that meets the fault.
    pub(crate) fn requests_before(self) -> u32 {
        u32::from(self == List)
    }

    /// Returns the number of attempt timeouts before it gives up: while a file is transferred, the timeout restarts.
    pub(crate) fn times_to_wait(self) -> u32 {
        if self == Send { 2 } else { 1 }
    }

    /// Creates the required records.
    pub(crate) fn prepare(self, fake: &Fake) {
        if matches!(self, Read | List | Renew) {
            for n in 0..25 {
                fake.insert("contacts", json!({"firstname": format!("c{n}"), "firstName": format!("c{n}")}));
            }
        }
    }

    /// Does it, and looks at the answer: a wrong one is a panic.
    pub(crate) async fn run(self, rig: &Rig) -> Result<(), Error> {
        let token = rig.fake.token();
        let hubspot = || build(rig, hubspot_client::Client::builder().token(token));
        let hoopai = || build(rig, hoopai_client::Client::builder().token(token));
        match self {
            Read => {
                let id = first_contact(&rig.fake);
                let contact = hubspot().contacts().get(&id).send().await?;
                assert_eq!(contact.id, Some(id));
            }
            Create => {
                let contact = hubspot().contacts().create(ObjectCreate::from([("firstname", "new")])).send().await?;
                assert!(contact.id.is_some());
            }
            List => {
                let client = hubspot();
                let mut items = client.contacts().list().limit(10).properties(["firstname"]).items();
                let mut names = Vec::new();
                while let Some(contact) = items.next().await {
                    names.push(contact?.property("firstname").unwrap().to_owned());
                }
                assert_eq!(names, (0..25).map(|n| format!("c{n}")).collect::<Vec<_>>());
            }
            Batch => {
                let rows = (0..4).map(|n| BatchCreateRow::from([("firstname", format!("row{n}"))]));
                let report = hubspot().contacts().create_many(rows.collect::<Vec<_>>()).chunk(2).await;
                if !report.is_complete() {
                    let first = report.lost().cloned().or_else(|| report.failed.into_iter().next().map(|row| row.1));
                    return Err(first.expect("an error"));
                }
                let names: Vec<_> = report.ok.iter().map(|(_, row)| row.property("firstname").unwrap()).collect();
                assert_eq!(names, ["row0", "row1", "row2", "row3"]);
            }
            Send => {
                let file = Upload::bytes("id\n1\n").file_name("a.csv");
                hubspot().files().upload(file, "{\"access\":\"PRIVATE\"}").folder_path("/a").send().await?;
            }
            Upsert => {
                let contact = UpsertContact::new("location-fake").email("ada@example.com");
                assert!(hoopai().contacts().upsert(contact.clone()).send().await?.contact.is_some());
            }
            Download => {
                let mut body = hoopai().conversations().download_recording("m1", "location-fake").send().await?;
                let mut whole = Vec::new();
                while let Some(piece) = body.next().await {
                    whole.extend_from_slice(&piece?);
                }
                assert_eq!(whole, b"\0sample\xff");
            }
            Renew => renew(rig).await?,
            Poll => {
                let token = AccountIntelligenceToken::new(token).unwrap();
                let client = build(rig, AccountIntelligence::builder(token));
                let policy = PollPolicy::new(Duration::from_secs(1), Duration::from_secs(500)).max_polls(POLLS);
                let query = ResearchQuery::new(Domain::new("example.com").unwrap()).policy(policy);
                assert_eq!(client.research(query).await?.company_domain.as_deref(), Some("example.com"));
            }
        }
        Ok(())
    }

    /// A record that is there twice.
    pub(crate) fn doubled(self, fake: &Fake) -> Option<String> {
        let mut seen = BTreeSet::new();
        let name = |record: &serde_json::Value| record["properties"]["firstname"].to_string();
        let records = if matches!(self, Create | Batch) { fake.records("contacts") } else { Vec::new() };
        records.iter().map(name).find(|name| !seen.insert(name.clone()))
    }
}

fn build<C>(rig: &Rig, builder: ClientBuilder<C>) -> C {
    rig.set_up(builder).build().unwrap()
}

fn first_contact(fake: &Fake) -> String {
    fake.records("contacts")[0]["id"].as_str().unwrap().to_owned()
}

/// A call whose token has ended. Its refresh token works once.
async fn renew(rig: &Rig) -> Result<(), Error> {
    let clock = rig.clock();
    let app = hoopai_client::App::with(rig.set_up(hoopai_client::Client::builder()), "app-1", "secret").unwrap();
    let credentials = OAuthCredentials::new("account-1", app, MemoryStore::new())?.with_clock(clock.clone(), 7);
    let ended = crm_core::ManualClock::new().wall() - Duration::from_secs(2_000 * 86_400);
    let tokens = TokenSet::new("ended")?.with_expiry(ended).with_refresh_token("refresh-1")?;
    credentials.install(tokens).await?;
    let builder = rig.set_up(hoopai_client::Client::builder().credentials(credentials));
    // The app's time is to run out first.
    let client = builder.timeout(LONG).build().unwrap();
    let id = first_contact(&rig.fake);
    assert_eq!(client.contacts().get(&id).send().await?.contact.and_then(|contact| contact.id), Some(id));
    Ok(())
}
