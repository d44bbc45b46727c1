//! One round: three fakes, some thirty operations with up to three faults each, and the accounts.

use std::collections::BTreeMap;
use std::time::Duration;

use crm_core::{ClientBuilder, Exponential, Quotas, RetryPolicy};
use crm_fake::{Fake, Vendor};
use fastrand::Rng;
use hockeystack_client::{AccountIntelligence, AccountIntelligenceToken};

use crate::faults;
use crate::ledger::{Ledger, Said, Tally};
use crate::operations::Operation;

const OPERATIONS: usize = 30;
/// Real time, for real sockets. A loaded machine may miss it, which is a fault like others.
pub(crate) const ATTEMPT: Duration = Duration::from_millis(120);
const CALL: Duration = Duration::from_secs(2);
/// No operation is one call only; none is more than this.
const HANG: Duration = Duration::from_secs(30);

pub(crate) struct Round {
    pub(crate) rng: Rng,
    pub(crate) hubspot: Fake,
    pub(crate) hoopai: Fake,
    pub(crate) intelligence: Fake,
    pub(crate) crm: hubspot_client::Client,
    pub(crate) marketing: hoopai_client::Client,
    pub(crate) research: AccountIntelligence,
    /// Contacts of HubSpot, by first name; and of HoopAI, by e-mail address.
    pub(crate) people: Ledger,
    pub(crate) leads: Ledger,
    /// Those whose ids are known.
    pub(crate) known_people: Vec<(String, String)>,
    pub(crate) known_leads: Vec<(String, String)>,
    pub(crate) uploads: (u64, u64),
    pub(crate) made: usize,
}

/// Plays a round, and returns the operations and the number of faults.
pub(crate) fn play(seed: u64) -> Result<(BTreeMap<&'static str, Tally>, u64), String> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let mut round = Round::new(seed).await.map_err(|error| error.to_string())?;
        let mut tallies: BTreeMap<&'static str, Tally> = BTreeMap::new();
        for number in 0..OPERATIONS {
            let operation = Operation::ALL[round.rng.usize(0..Operation::ALL.len())];
            let before = round.requests();
            round.break_something(operation);
            let said = tokio::time::timeout(HANG, operation.run(&mut round)).await;
            let said = said.unwrap_or_else(|_| Err("it hangs".to_owned()));
            let said = said.map_err(|why| format!("operation {number}, {}: {why}", operation.name()))?;
            round.heal();
            let tally = tallies.entry(operation.name()).or_default();
            tally.say(said);
            tally.requests += round.requests() - before;
        }
        round.check()?;
        let faults = round.fakes().map(|fake| fake.report().faults).iter().sum();
        Ok((tallies, faults))
    })
}

impl Round {
    async fn new(seed: u64) -> std::io::Result<Self> {
        let start = |vendor| Fake::builder(vendor).no_quota().seed(seed).start();
        let hubspot = start(Vendor::HubSpot).await?;
        let hoopai = start(Vendor::HoopAi).await?;
        let intelligence = Fake::builder(Vendor::AccountIntelligence).no_quota().polls(1).start().await?;
        let crm = client(hubspot_client::Client::builder().token(hubspot.token()), &hubspot, seed);
        let marketing = client(hoopai_client::Client::builder().token(hoopai.token()), &hoopai, seed);
        let token = AccountIntelligenceToken::new(intelligence.token()).expect("a token");
        let research = client(AccountIntelligence::builder(token), &intelligence, seed);
        Ok(Self {
            rng: Rng::with_seed(seed),
            hubspot,
            hoopai,
            intelligence,
            crm,
            marketing,
            research,
            people: Ledger::default(),
            leads: Ledger::default(),
            known_people: Vec::new(),
            known_leads: Vec::new(),
            uploads: (0, 0),
            made: 0,
        })
    }

    fn fakes(&self) -> [&Fake; 3] {
        [&self.hubspot, &self.hoopai, &self.intelligence]
    }

    fn requests(&self) -> u64 {
        self.fakes().map(|fake| fake.report().requests).iter().sum()
    }

    /// Up to three faults for the requests of an operation, each up to three times.
    fn break_something(&mut self, operation: Operation) {
        for _ in 0..self.rng.u8(0..4) {
            let times = self.rng.u32(1..4);
            let step = faults::any(&mut self.rng).times(times).on(operation.target());
            operation.fake(self).fail(step);
        }
    }

    fn heal(&self) {
        self.fakes().iter().for_each(|fake| fake.heal());
    }

    /// A name that nobody has.
    pub(crate) fn name(&mut self) -> String {
        self.made += 1;
        format!("n{}", self.made)
    }

    /// Compares the records of the fakes with the reported results.
    fn check(&self) -> Result<(), String> {
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let people = self.hubspot.records("contacts");
        self.people.check("contact", people.iter().map(|contact| text(&contact["properties"]["firstname"])))?;
        let leads = self.hoopai.records("contacts");
        self.leads.check("lead", leads.iter().map(|contact| text(&contact["email"])))?;
        let uploads = self.hubspot.report().carried_out.get("files.upload").copied().unwrap_or(0);
        if !(self.uploads.0..=self.uploads.1).contains(&uploads) {
            return Err(format!("{uploads} uploads, and should be {:?}", self.uploads));
        }
        match self.fakes().iter().find(|fake| fake.report().refused > 0) {
            Some(fake) => Err(format!("refused: {:?}", fake.report().problems)),
            None => Ok(()),
        }
    }
}

/// A client with short patience.
pub(crate) fn client<C>(builder: ClientBuilder<C>, fake: &Fake, seed: u64) -> C {
    let pauses = Exponential::new(Duration::from_millis(1), Duration::from_millis(4));
    let builder = builder.base_url(fake.base_url()).quotas(Quotas::none()).seed(seed);
    let builder = builder.retry(RetryPolicy::new().backoff(pauses)).attempt_timeout(ATTEMPT);
    let builder = builder.timeout(CALL).queue_timeout(CALL);
    builder.build().expect("a client")
}

impl Said {
    /// Counts something that has no name.
    pub(crate) fn count(self, (least, most): &mut (u64, u64)) {
        *least += u64::from(self == Self::Done);
        *most += u64::from(self != Self::NotDone);
    }
}
