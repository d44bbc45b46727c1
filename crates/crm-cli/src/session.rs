//! Connections of a command: with the credentials of a profile, or to fakes in this process.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};

use crm_core::{Credentials as _, Error, ErrorKind, OAuthCredentials, Pipeline, Secret};
use crm_fake::{Fake, Setup};
use tokio::sync::Mutex;

use crate::apis::{Access, ApiEntry};
use crate::catalogue::Found;
use crate::check::Input;
use crate::failure::Failure;
use crate::options::Options;
use crate::profile::{Credential, Key, Profile};
use crate::request;

/// Connections to the APIs, each made when it is first needed.
pub(crate) struct Session {
    profile: Profile,
    /// True if the profile was named, so that the environment does not count.
    named: bool,
    fakes: Option<Fakes>,
    /// Pipelines by document and department.
    connected: Mutex<BTreeMap<(&'static str, String), Pipeline>>,
}

/// Fakes instead of the vendors.
struct Fakes {
    setup: Setup,
    started: Mutex<BTreeMap<&'static str, Arc<Fake>>>,
}

/// Credentials that renew themselves.
static RENEWING: std::sync::Mutex<Vec<Arc<OAuthCredentials>>> = std::sync::Mutex::new(Vec::new());

/// Waits for renewals that are under way: new tokens that arrive after the end of the program are lost.
pub(crate) async fn settle() -> Result<(), Failure> {
    let renewing = std::mem::take(&mut *RENEWING.lock().unwrap_or_else(PoisonError::into_inner));
    for credentials in renewing {
        credentials.settle().await.map_err(|error| Failure::call(&error, false))?;
    }
    Ok(())
}

impl Session {
    /// Opens a session. `fake` is the file of records to begin with, empty for none.
    pub(crate) fn open(profile: Option<&str>, fake: Option<&str>) -> Result<Self, Failure> {
        let fakes = fake.map(Fakes::new).transpose()?;
        let profile_read = if fakes.is_some() { Profile::default() } else { Profile::read(profile)? };
        Ok(Self { profile: profile_read, named: profile.is_some(), fakes, connected: Mutex::default() })
    }

    /// Refuses a write that nothing allows. `what` is its name for the user.
    pub(crate) fn permit(&self, what: &str, api: &ApiEntry, options: &Options) -> Result<(), Failure> {
        if options.yes || options.dry_run || self.allows_writes(api) {
            return Ok(());
        }
        Err(Failure::usage(format!(
            "{what} changes data; add --yes to send it, --dry-run to see it, or \"allow_writes\": true to the profile"
        )))
    }

    /// Returns true if writes to an API are sent without `--yes`: the profile that has its credential allows it, or
    /// nothing real can be changed.
    pub(crate) fn allows_writes(&self, api: &ApiEntry) -> bool {
        self.fakes.is_some() || self.profile.allows_writes(api, self.named)
    }

    /// Returns true if the vendors are fakes.
    pub(crate) fn is_fake(&self) -> bool {
        self.fakes.is_some()
    }

    /// Returns true if there is a credential for the API.
    pub(crate) async fn has_credential(&self, api: &ApiEntry) -> bool {
        self.fakes.is_some() || self.profile.credential(api, self.named).await.is_ok()
    }

    /// Returns the name of the account of an API: the profile, or the variable of the environment with a hash of its
    /// credential.
    pub(crate) fn account(&self, api: &ApiEntry) -> String {
        match self.fakes {
            Some(_) => "fakes".to_owned(),
            None => self.profile.account(api, self.named),
        }
    }

    /// Returns the credential of an API.
    pub(crate) async fn credential(&self, api: &ApiEntry) -> Result<Credential, Failure> {
        match &self.fakes {
            Some(fakes) => fakes.credential(api).await,
            None => self.profile.credential(api, self.named).await,
        }
    }

    /// Returns the file of HubSpot's schema that the profile names, if its credential is used.
    pub(crate) fn schema(&self) -> Result<Option<PathBuf>, Failure> {
        self.profile.schema(self.named)
    }

    /// Returns the profile.
    pub(crate) fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Returns the pipeline of an API. `department` matters to Hatch's legacy API only.
    pub(crate) async fn pipeline(&self, api: &'static ApiEntry, department: &str) -> Result<Pipeline, Failure> {
        let mut connected = self.connected.lock().await;
        if let Some(pipeline) = connected.get(&(api.document, department.to_owned())) {
            return Ok(pipeline.clone());
        }
        let pipeline = self.connect(api, department, |access| api.connect(access)).await?;
        connected.insert((api.document, department.to_owned()), pipeline.clone());
        Ok(pipeline)
    }

    /// Returns the pipeline of an operation with this input.
    pub(crate) async fn pipeline_of(&self, found: &Found, input: &Input) -> Result<Pipeline, Failure> {
        let department = input.arguments.get("dept_id").map(request::text).unwrap_or_default();
        self.pipeline(found.api.entry, &department).await
    }

    /// Returns the client of an API, which `connect` creates.
    pub(crate) async fn connect<C>(
        &self,
        api: &ApiEntry,
        department: &str,
        connect: impl FnOnce(Access) -> Result<C, Error>,
    ) -> Result<C, Failure> {
        let Credential { key, base_url, .. } = self.credential(api).await?;
        let unusable = |error: Error| {
            let variable = api.variable;
            Failure::credential(format!("no call can be made with {variable} or the entry of the profile: {error}"))
        };
        let (token, login) = match &key {
            Key::Token(token) => (token.clone(), None),
            Key::Login(login) => (Secret::new(""), Some(Arc::new(login.credentials().map_err(unusable)?))),
        };
        if let Some(login) = &login {
            RENEWING.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(login));
        }
        let at = |base_url: Option<String>| Access {
            token: token.clone(),
            login: login.clone(),
            base_url,
            department: department.to_owned(),
        };
        connect(at(base_url.clone())).map_err(|error| {
            let is_usable = |access: Access| error.kind() == ErrorKind::Config && api.connect(access).is_ok();
            let any = Access { token: Secret::new("token"), login: None, ..at(None) };
            if base_url.is_some() && is_usable(at(None)) {
                self.profile.wrong(r#""base_url""#, api, &error)
            } else if is_usable(any) {
                unusable(error)
            } else {
                // The environment, for example its proxies.
                Failure::usage(format!("no call can be made: {error}"))
            }
        })
    }
}

impl Fakes {
    fn new(file: &str) -> Result<Self, Failure> {
        let setup = match file {
            "" => Setup::default(),
            file => {
                let text = std::fs::read_to_string(file)
                    .map_err(|error| Failure::usage(format!("the file of --fake {file} cannot be read: {error}")))?;
                Setup::records(file, &text).map_err(|error| Failure::usage(error.to_string()))?
            }
        };
        Ok(Self { setup, started: Mutex::default() })
    }

    async fn credential(&self, api: &ApiEntry) -> Result<Credential, Failure> {
        let mut started = self.started.lock().await;
        let fake = match started.get(api.fake.name()) {
            Some(fake) => Arc::clone(fake),
            None => {
                let fake = Fake::start(api.fake).await;
                let fake = fake.map_err(|error| Failure::other(format!("the fake cannot be started: {error}")))?;
                self.setup.apply(&fake);
                let fake = Arc::new(fake);
                started.insert(api.fake.name(), Arc::clone(&fake));
                fake
            }
        };
        let key = Key::Token(fake.token().into());
        Ok(Credential { key, base_url: Some(fake.base_url()), from: "fake".to_owned() })
    }
}
