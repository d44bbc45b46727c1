//! Credentials, from the environment or from the file of profiles.

mod file;
#[cfg_attr(not(feature = "keyring"), path = "profile/no_keyring.rs")]
mod keyring;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::OnceLock;

use crm_core::{AppKeys, Error, Secret};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::apis::{APIS, ApiEntry};
use crate::catalogue::near;
use crate::failure::Failure;
use crate::hash::hash;
use crate::login::{self, Login};

/// The profile that is used if none is named.
const DEFAULT: &str = "default";
/// The number of digits of the hash that names a credential of the environment.
const HASHED: usize = 12;

/// Returns true if there is a file of profiles. One that others can read is an error.
pub(crate) fn exists() -> Result<bool, Failure> {
    file::read(&file::path()?).map(|read| read.is_some())
}

/// A profile: which credentials are used, and whether writes need no `--yes`.
#[derive(Default, Deserialize)]
pub(crate) struct Profile {
    #[serde(skip)]
    pub(crate) name: String,
    /// True if the user named it, so that what it has comes before the environment.
    #[serde(skip)]
    named: bool,
    /// True if writes are sent without `--yes`.
    #[serde(default)]
    pub(crate) allow_writes: bool,
    #[serde(flatten)]
    pub(crate) apis: BTreeMap<String, Entry>,
}

/// The access to an API: a token, here or in the keyring of the system, or the keys of an app whose tokens are in the folder
/// beside the file.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    token: Option<String>,
    /// True if the token is in the keyring of the system.
    #[serde(default)]
    keyring: bool,
    /// The token of the keyring, which is read once.
    #[serde(skip)]
    kept: OnceLock<Secret>,
    client_id: Option<String>,
    client_secret: Option<String>,
    pub(crate) base_url: Option<String>,
    /// The file of the schema that writes are checked against, of HubSpot; relative to the folder of the file of profiles.
    schema: Option<PathBuf>,
}

/// A credential, and the address to use it at.
pub(crate) struct Credential {
    pub(crate) key: Key,
    /// The address, if it is not the vendor's.
    pub(crate) base_url: Option<String>,
    /// The place of the credential, for a person.
    pub(crate) from: String,
}

/// The secret of a credential.
pub(crate) enum Key {
    Token(Secret),
    Login(Box<Login>),
}

impl Entry {
    /// Returns the kind of the credential.
    pub(crate) fn kind(&self) -> Option<&'static str> {
        let app = self.client_id.is_some() && self.client_secret.is_some();
        match (&self.token, self.keyring) {
            (Some(_), _) => Some("token"),
            (None, true) => Some("keyring"),
            (None, false) => app.then_some("login"),
        }
    }
}

impl Profile {
    /// Reads the profile of this name, or the default one, which may be absent.
    pub(crate) fn read(name: Option<&str>) -> Result<Self, Failure> {
        let wanted = name.unwrap_or(DEFAULT);
        let mut profiles = Self::all(name.is_some())?;
        if let Some(place) = profiles.iter().position(|profile| profile.name == wanted) {
            return Ok(Self { named: name.is_some(), ..profiles.swap_remove(place) });
        }
        if name.is_none() {
            return Ok(Self { name: wanted.to_owned(), ..Self::default() });
        }
        let known = profiles.iter().map(|profile| profile.name.as_str());
        let meant = near(wanted, known).map(|near| format!("; did you mean \"{near}\"?")).unwrap_or_default();
        let path = file::path()?;
        Err(Failure::usage(format!("there is no profile called \"{wanted}\" in {}{meant}", path.display())))
    }

    /// Reads the profile that a login writes, which may be absent.
    pub(crate) fn to_write(name: Option<&str>) -> Result<Self, Failure> {
        let wanted = name.unwrap_or(DEFAULT);
        let found = Self::all(false)?.into_iter().find(|profile| profile.name == wanted);
        let found = found.unwrap_or_else(|| Self { name: wanted.to_owned(), ..Self::default() });
        Ok(Self { named: name.is_some(), ..found })
    }

    /// Reads all profiles, by name. Without a file there are none, unless it is `required`.
    pub(crate) fn all(required: bool) -> Result<Vec<Self>, Failure> {
        let path = file::path()?;
        let Some(read) = file::read(&path)? else {
            let text =
                || format!("the file of profiles {} does not exist; create it with: crm login hubspot", path.display());
            return if required { Err(Failure::credential(text())) } else { Ok(Vec::new()) };
        };
        let mut profiles = Vec::new();
        for (name, members) in read {
            // The text of the error could quote a token.
            let profile: Self = serde_json::from_value(members).map_err(|_| {
                Failure::credential(format!(
                    "the profile \"{name}\" in {} is not valid; it has APIs with \"token\", \"keyring\", or \"client_id\" and \
                     \"client_secret\", and \"base_url\" and \"schema\", and it may have \"allow_writes\"",
                    path.display()
                ))
            })?;
            profiles.push(Self { name, ..profile });
        }
        profiles.iter().try_for_each(Self::check)?;
        Ok(profiles)
    }

    fn check(&self) -> Result<(), Failure> {
        let known = |api: &String| APIS.iter().any(|entry| entry.profile == api);
        if let Some((api, _)) = self.apis.iter().find(|(api, entry)| entry.schema.is_some() && *api != "hubspot") {
            let name = &self.name;
            return Err(Failure::usage(format!(
                "the profile \"{name}\" has a \"schema\" of {api}; only hubspot can have one"
            )));
        }
        let Some(api) = self.apis.keys().find(|api| !known(api)) else { return Ok(()) };
        let names = APIS.iter().map(|entry| entry.profile);
        let meant = near(api, names).map(|near| format!("; did you mean \"{near}\"?")).unwrap_or_default();
        Err(Failure::usage(format!("the profile \"{}\" has \"{api}\", which is not an API{meant}", self.name)))
    }

    /// Returns the credential of an API: that of the environment, unless a profile was named. A credential of the
    /// environment takes nothing from the profile: neither its address nor its permission to write.
    pub(crate) async fn credential(&self, api: &ApiEntry, named: bool) -> Result<Credential, Failure> {
        if let Some(token) = environment(api, named) {
            let key = Key::Token(token.into());
            return Ok(Credential { key, base_url: None, from: api.variable.to_owned() });
        }
        let missing = || -> Result<Failure, Failure> {
            Ok(Failure::credential(format!(
                "there is no credential for {}; set {}, or add it to a profile in {}, or try with --fake",
                api.profile,
                api.variable,
                file::path()?.display()
            )))
        };
        let Some(entry) = self.apis.get(api.profile) else { return Err(missing()?) };
        let app = entry.client_id.clone().zip(entry.client_secret.clone());
        let key = match (&entry.token, app) {
            (Some(token), _) => Key::Token(token.clone().into()),
            (None, _) if entry.keyring => Key::Token(self.kept(api, entry).await?),
            (None, Some((id, secret))) => {
                let keys = AppKeys::new(id, secret)
                    .map_err(|error| self.wrong(r#""client_id" or "client_secret""#, api, &error))?;
                Key::Login(Box::new(self.login(api, &keys)?))
            }
            (None, None) => return Err(missing()?),
        };
        let from = format!("profile {}", self.name);
        Ok(Credential { key, base_url: entry.base_url.clone(), from })
    }

    /// Returns true if writes to an API are sent without `--yes`: this profile allows them and has the API's credential.
    pub(crate) fn allows_writes(&self, api: &ApiEntry, named: bool) -> bool {
        let has_credential = self.apis.get(api.profile).is_some_and(|entry| entry.kind().is_some());
        self.allow_writes && has_credential && environment(api, named).is_none()
    }

    /// The failure of members of the entry of an API.
    pub(crate) fn wrong(&self, members: &str, api: &ApiEntry, error: &Error) -> Failure {
        let (name, file) = (&self.name, file::path().unwrap_or_default());
        Failure::credential(format!(
            "{members} of {} in the profile \"{name}\" in {}: {error}",
            api.profile,
            file.display()
        ))
    }

    /// Returns the name of the account of an API: this profile, or the variable of the environment with the beginning of a
    /// hash of its credential.
    pub(crate) fn account(&self, api: &ApiEntry, named: bool) -> String {
        let Some(token) = environment(api, named) else { return format!("the profile {}", self.name) };
        format!("{} ({:.HASHED$})", api.variable, hash([token.as_bytes()]))
    }

    /// Returns the file of HubSpot's schema, unless the credential is that of the environment.
    pub(crate) fn schema(&self, named: bool) -> Result<Option<PathBuf>, Failure> {
        let api = APIS.iter().find(|api| api.profile == "hubspot" && environment(api, named).is_none());
        let entry = api.and_then(|api| self.apis.get(api.profile));
        let Some(schema) = entry.and_then(|entry| entry.schema.as_ref()) else { return Ok(None) };
        Ok(Some(file::path()?.with_file_name("").join(schema)))
    }

    /// Returns the token of the keyring.
    async fn kept(&self, api: &ApiEntry, entry: &Entry) -> Result<Secret, Failure> {
        if let Some(token) = entry.kept.get() {
            return Ok(token.clone());
        }
        keyring::read(&self.name, api.profile).await.map(|token| entry.kept.get_or_init(|| token).clone())
    }

    /// Returns the id and the secret of the vendor's app, both from one place: the profile if it was named and has a
    /// secret, else the environment if it has one, else the profile.
    pub(crate) fn keys(&self, api: &ApiEntry) -> (Option<String>, Option<Secret>) {
        let environment = login::keys(api.profile);
        let entry = self.apis.get(api.profile);
        let own = (
            entry.and_then(|entry| entry.client_id.clone()),
            entry.and_then(|entry| entry.client_secret.clone()).map(Secret::new),
        );
        match (&own.1, &environment.1) {
            (Some(_), Some(_)) if self.named => own,
            (_, Some(_)) => environment,
            _ => own,
        }
    }

    /// Returns the login of an API with the keys of an app.
    pub(crate) fn login(&self, api: &ApiEntry, keys: &AppKeys) -> Result<Login, Failure> {
        let store = file::path()?.with_extension("tokens");
        let base_url = self.apis.get(api.profile).and_then(|entry| entry.base_url.clone());
        let login = |base_url| Login::new(api, keys, base_url, &self.name, store.clone());
        login(base_url.clone()).map_err(|error| {
            // The address is wrong if that of the vendor can be used.
            match base_url.is_some() && login(None).is_ok() {
                true => self.wrong(r#""base_url""#, api, &error),
                false => Failure::credential(error.to_string()),
            }
        })
    }

    /// Stores a credential in this profile, instead of an earlier one of the API: a token, or the keys of an app.
    pub(crate) async fn store(&self, api: &ApiEntry, credential: &[(&str, &str)]) -> Result<(), Failure> {
        let members = credential.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
        self.replace(api, members)?;
        if self.apis.get(api.profile).is_some_and(|entry| entry.keyring) {
            keyring::remove(&self.name, api.profile).await;
        }
        Ok(())
    }

    /// Stores a token in the keyring of the system, and in this profile that it is there.
    pub(crate) async fn keep(&self, api: &ApiEntry, token: &Secret) -> Result<(), Failure> {
        keyring::store(&self.name, api.profile, token).await?;
        self.replace(api, Map::from_iter([("keyring".to_owned(), true.into())]))
    }

    /// Replaces the credential of an API.
    fn replace(&self, api: &ApiEntry, credential: Map<String, Value>) -> Result<(), Failure> {
        let change = |entry: &mut Map<String, Value>| {
            for old in ["token", "keyring", "client_id", "client_secret"] {
                entry.remove(old);
            }
            entry.extend(credential);
        };
        file::change(&self.name, api.profile, change).map(drop)
    }
}

/// Returns the token of the environment, which counts unless a profile was named.
fn environment(api: &ApiEntry, named: bool) -> Option<String> {
    std::env::var(api.variable).ok().filter(|token| !token.is_empty() && !named)
}
