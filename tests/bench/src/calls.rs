//! Calls of a server on loopback.

use std::hint::black_box;
use std::time::Duration;

use futures::StreamExt;
use futures::stream;
use hubspot_client::{Anonymous, Client, Quotas, StaticToken, Tier};
use tokio::runtime::Runtime;

use crate::stock;

pub(crate) const TOKEN: &str = "pat-na1-bench";
/// Time for which the owner of a list works on a page.
const WORK: Duration = Duration::from_millis(20);

pub(crate) fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// A window that is always open: it counts every call and never makes one wait.
pub(crate) fn quotas() -> Quotas {
    Quotas::new([hubspot_client::Window::new("burst", 1_000_000_000, Duration::from_secs(10))])
        .class("search", [])
        .class("token", [])
}

fn hubspot(url: &str) -> Client {
    Client::builder().token(TOKEN).base_url(url).quotas(quotas()).build().expect("a client")
}

/// The clients of 500 accounts, which share what they can.
pub(crate) fn accounts() -> impl FnMut() {
    let mut clients = Vec::new();
    move || {
        let base = Client::builder().credentials(Anonymous).quotas(quotas()).build().expect("a client");
        clients.extend(tokens().map(|token| base.with_account(token)));
    }
}

/// The same, each built by itself.
pub(crate) fn accounts_apart() -> impl FnMut() {
    let mut clients = Vec::new();
    move || {
        let built = tokens().map(|token| Client::builder().credentials(token).quotas(quotas()).build());
        clients.extend(built.map(|client| client.expect("a client")));
    }
}

fn tokens() -> impl Iterator<Item = StaticToken> {
    (0..500).map(|number| StaticToken::new(format!("pat-na1-{number}")).expect("a token"))
}

/// One GET of a contact.
pub(crate) fn get(url: &str) -> impl FnMut() + use<> {
    let (runtime, client) = (runtime(), hubspot(url));
    move || {
        let contact = runtime.block_on(async { client.contacts().get("1").send().await });
        black_box(contact.expect("a contact"));
    }
}

/// The same with reqwest and serde alone.
pub(crate) fn get_raw(url: &str) -> impl FnMut() + use<> {
    let (runtime, client) = (runtime(), reqwest::Client::new());
    let url = format!("{url}/crm/objects/2026-03/contacts");
    move || {
        let contact = runtime.block_on(async {
            let reply = client.get(format!("{url}/{}", 1)).bearer_auth(TOKEN).send().await?.error_for_status()?;
            Ok::<_, reqwest::Error>(serde_json::from_slice::<stock::Contact>(&reply.bytes().await?))
        });
        black_box(contact.expect("a reply").expect("a contact"));
    }
}

/// Sixty-four calls at once.
pub(crate) fn hubspot_64(url: &str) -> impl FnMut() + use<> {
    let (runtime, client) = (runtime(), hubspot(url));
    move || {
        let calls = stream::iter(0..64).map(|_| client.contacts().get("1").send()).buffer_unordered(64);
        runtime.block_on(calls.for_each(async |contact| drop(black_box(contact.expect("a contact")))));
    }
}

pub(crate) fn hoopai_64(url: &str) -> impl FnMut() + use<> {
    let client = hoopai_client::Client::builder().token("pit-bench").base_url(url).quotas(quotas()).build();
    let (runtime, client) = (runtime(), client.expect("a client"));
    move || {
        let calls = stream::iter(0..64).map(|_| client.contacts().get("seD4PfOuKoVMLkEZqohJ").send());
        let calls = calls.buffer_unordered(64);
        runtime.block_on(calls.for_each(async |contact| drop(black_box(contact.expect("a contact")))));
    }
}

/// All pages of contacts, with work on each, the next one fetched meanwhile.
pub(crate) fn prefetched(url: &str) -> impl FnMut() + use<> {
    let (runtime, client) = (runtime(), hubspot(url));
    move || {
        runtime.block_on(async {
            let mut pages = client.contacts().list().limit(100).pages().prefetch(true);
            while let Some(page) = pages.next().await {
                black_box(page.expect("a page"));
                tokio::time::sleep(WORK).await;
            }
        });
    }
}

/// The same one after the other, with reqwest and serde alone.
pub(crate) fn sequential(url: &str) -> impl FnMut() + use<> {
    let (runtime, client) = (runtime(), reqwest::Client::new());
    let url = format!("{url}/crm/objects/2026-03/contacts?limit=100");
    move || {
        runtime.block_on(async {
            let mut after = String::new();
            loop {
                let page = client.get(format!("{url}{after}")).bearer_auth(TOKEN).send().await.expect("a reply");
                let page = page.bytes().await.expect("a reply");
                let page: stock::Page = serde_json::from_slice(&page).expect("a page");
                tokio::time::sleep(WORK).await;
                match black_box(page).paging.and_then(|paging| paging.next) {
                    Some(next) => after = format!("&after={}", next.after),
                    None => break,
                }
            }
        });
    }
}

/// Reads one page of contacts.
pub(crate) fn page(url: &str) -> impl FnMut() + use<> {
    let (runtime, client) = (runtime(), hubspot(url));
    move || {
        let page = runtime.block_on(async { client.contacts().list().limit(100).send().await });
        black_box(page.expect("a page"));
    }
}

/// All contacts, one after the other.
pub(crate) fn stream(url: &str) -> impl FnMut() + use<> {
    let (runtime, client) = (runtime(), hubspot(url));
    move || {
        runtime.block_on(async {
            let mut contacts = client.contacts().list().limit(100).items();
            while let Some(contact) = contacts.next().await {
                black_box(contact.expect("a contact"));
            }
        });
    }
}

/// All contacts, by several walks, as fast as the quota of this tier allows.
pub(crate) fn export(url: &str) -> impl FnMut() + use<> {
    export_by(url, Tier::Professional.quotas())
}

/// The same without a limit.
pub(crate) fn export_free(url: &str) -> impl FnMut() + use<> {
    export_by(url, Quotas::none())
}

fn export_by(url: &str, quotas: Quotas) -> impl FnMut() + use<> {
    let client = Client::builder().token(TOKEN).base_url(url).quotas(quotas).build().expect("a client");
    let runtime = runtime();
    move || {
        runtime.block_on(async {
            let mut contacts = client.contacts().export();
            while let Some(contact) = contacts.next().await {
                black_box(contact.expect("a contact"));
            }
        });
    }
}

/// A client, and a call that is ready to be sent.
pub(crate) fn start() -> impl FnMut() {
    || {
        let client = Client::new(TOKEN).expect("a client");
        let _ = black_box(client.contacts().get("1"));
    }
}

pub(crate) fn start_raw() -> impl FnMut() {
    || drop(black_box(reqwest::Client::builder().build().expect("a client")))
}
