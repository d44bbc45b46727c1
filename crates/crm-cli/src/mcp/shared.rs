//! The part of the server that all calls of its tools share: the connections, and the permissions that the person gave who
//! started it.

use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::files::Folder;
use super::given::Given;
use super::plan::{Plan, Used};
use super::under_way::UnderWay;
use crate::apis::{APIS, ApiEntry};
use crate::catalogue::Found;
use crate::check::{Fault, Input};
use crate::failure::Failure;
use crate::schema::Checks;
use crate::session::Session;

/// The part of the server that all calls of its tools share.
pub(super) struct Shared {
    pub(super) session: Session,
    /// The name of the profile, which a confirmation is bound to.
    pub(super) profile: String,
    /// True if all writes are sent, otherwise those that the profile allows.
    pub(super) yes: bool,
    /// The folder for files, if the person who starts the server named one.
    pub(super) folder: Option<Folder>,
    /// HubSpot's client, for its batches.
    pub(super) hubspot: OnceCell<hubspot_client::Client>,
    /// The confirmations that were given.
    pub(super) used: Used,
    /// The schema that writes of HubSpot's records are checked against.
    pub(super) schema: Checks,
    /// The calls of tools that have no answer yet.
    pub(super) under_way: UnderWay,
}

impl Shared {
    /// Refuses a write that nothing allows.
    pub(super) fn permit(&self, found: &Found, dry: bool) -> Result<(), Failure> {
        if dry || found.operation.reads() || self.writes(found.api.entry) {
            return Ok(());
        }
        Err(Failure::usage(
            "writes are not allowed; the person who runs this server can allow them with `crm mcp --yes`, or with \
             \"allow_writes\": true in the profile",
        ))
    }

    /// Checks an input, and brings values into the form that is sent. Returns all faults.
    pub(super) fn check(&self, found: &Found, input: &mut Input) -> Vec<Fault> {
        let mut faults = input.check(found);
        faults.extend(self.schema.faults(found, input));
        faults
    }

    /// Returns the plan of a write that needs a confirmation.
    pub(super) fn plan(&self, found: &Found, given: &Given, input: &Input, rows: usize) -> Option<Plan> {
        Plan::of(&self.profile, found, given, input, rows)
    }

    /// Returns the folder for files.
    pub(super) fn folder(&self, found: &Found) -> Result<&Folder, Failure> {
        self.folder.as_ref().ok_or_else(|| {
            Failure::usage(format!(
                "there is no folder for files; the person who runs this server can name one with `crm mcp --files DIR`, or \
                 run it in a terminal: crm {}",
                found.words()
            ))
        })
    }

    fn writes(&self, api: &ApiEntry) -> bool {
        self.yes || self.session.allows_writes(api)
    }

    /// The APIs with their credentials and permissions.
    pub(super) async fn status(&self) -> Value {
        let mut apis = Vec::new();
        for entry in &APIS {
            let credential = self.session.has_credential(entry).await;
            apis.push(json!({"api": entry.document, "credential": credential, "writes_allowed": self.writes(entry)}));
        }
        json!({"apis": apis, "fake": self.session.is_fake(), "files": self.folder.is_some()})
    }
}

/// The operation sends parts of its own or returns a file of a write.
pub(super) fn in_a_terminal(found: &Found) -> Failure {
    Failure::usage(format!("{} sends or returns a file; run it in a terminal: crm {0}", found.words()))
}
