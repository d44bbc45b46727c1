//! Credentials, from the environment or from the file of profiles.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crm_core::Secret;
use serde::Deserialize;

use crate::apis::{APIS, ApiEntry};
use crate::catalogue::near;
use crate::failure::Failure;

/// The variable of the environment that names the file of profiles.
const FILE: &str = "CRM_PROFILES";
/// The profile that is used if none is named.
const DEFAULT: &str = "default";

/// A profile: which credentials are used, and whether writes need no `--yes`.
#[derive(Default, Deserialize)]
pub(crate) struct Profile {
    /// True if writes are sent without `--yes`.
    #[serde(default)]
    allow_writes: bool,
    #[serde(flatten)]
    apis: BTreeMap<String, Entry>,
}

/// The access to an API.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    token: Option<String>,
    base_url: Option<String>,
}

/// A credential, the address to use it at, and what may be done with it.
pub(crate) struct Credential {
    pub(crate) token: Secret,
    /// The address, if it is not the vendor's.
    pub(crate) base_url: Option<String>,
    /// True if writes are sent without `--yes`.
    pub(crate) allows_writes: bool,
}

impl Profile {
    /// Reads the profile of this name, or the default one, which may be absent.
    pub(crate) fn read(name: Option<&str>) -> Result<Self, Failure> {
        let wanted = name.unwrap_or(DEFAULT);
        let path = path()?;
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && name.is_none() => return Ok(Self::default()),
            Err(error) => {
                return Err(Failure::credential(format!(
                    "the file of profiles {} cannot be read: {error}",
                    path.display()
                )));
            }
        };
        private(&path)?;
        let mut profiles: BTreeMap<String, Self> = serde_json::from_str(&text).map_err(|error| {
            // The text of the error could quote a token.
            let (line, column) = (error.line(), error.column());
            Failure::credential(format!(
                "the file of profiles {} is not valid at line {line}, column {column}; it has the form \
                 {{\"default\": {{\"hubspot\": {{\"token\": \"…\"}}}}}}",
                path.display()
            ))
        })?;
        let profile = match profiles.remove(wanted) {
            Some(profile) => profile,
            None if name.is_none() => return Ok(Self::default()),
            None => {
                let known = profiles.keys().map(String::as_str);
                let meant = near(wanted, known).map(|near| format!("; did you mean \"{near}\"?")).unwrap_or_default();
                return Err(Failure::usage(format!(
                    "there is no profile called \"{wanted}\" in {}{meant}",
                    path.display()
                )));
            }
        };
        let known = |api: &String| APIS.iter().any(|entry| entry.profile == api);
        match profile.apis.keys().find(|api| !known(api)) {
            Some(api) => {
                let names = APIS.iter().map(|entry| entry.profile);
                let meant = near(api, names).map(|near| format!("; did you mean \"{near}\"?")).unwrap_or_default();
                Err(Failure::usage(format!("the profile \"{wanted}\" has \"{api}\", which is not an API{meant}")))
            }
            None => Ok(profile),
        }
    }

    /// Returns the credential of an API: that of the environment, unless a profile was named. A credential of the
    /// environment takes nothing from the profile: neither its address nor its permission to write.
    pub(crate) fn credential(&self, api: &ApiEntry, named: bool) -> Result<Credential, Failure> {
        let environment = std::env::var(api.variable).ok().filter(|token| !token.is_empty() && !named);
        if let Some(token) = environment {
            return Ok(Credential { token: token.into(), base_url: None, allows_writes: false });
        }
        let entry = self.apis.get(api.profile);
        match entry.and_then(|entry| Some((entry.token.clone()?, entry.base_url.clone()))) {
            Some((token, base_url)) => {
                Ok(Credential { token: token.into(), base_url, allows_writes: self.allow_writes })
            }
            None => Err(Failure::credential(format!(
                "there is no credential for {}; set {}, or add it to a profile in {}, or try with --fake",
                api.profile,
                api.variable,
                path()?.display()
            ))),
        }
    }
}

/// Returns the place of the file of profiles.
fn path() -> Result<PathBuf, Failure> {
    if let Some(path) = std::env::var_os(FILE) {
        return Ok(path.into());
    }
    let folder = etcetera::choose_base_strategy().map(|base| etcetera::BaseStrategy::config_dir(&base));
    match folder {
        Ok(folder) => Ok(folder.join("crm").join("profiles.json")),
        Err(_) => Err(Failure::credential(format!("there is no home directory; set {FILE} to the file of profiles"))),
    }
}

/// Refuses a file that others can read.
#[cfg(unix)]
fn private(path: &std::path::Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(path).map(|data| data.permissions().mode()).unwrap_or(0);
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let path = path.display();
    Err(Failure::credential(format!("others can read the file of profiles {path}; run: chmod 600 {path}")))
}

/// Other systems keep the file in a folder of the user.
#[cfg(not(unix))]
fn private(_: &std::path::Path) -> Result<(), Failure> {
    Ok(())
}
