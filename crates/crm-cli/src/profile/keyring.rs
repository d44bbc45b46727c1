//! Tokens in the keyring of the system: Keychain, Credential Manager or Secret Service.

use crm_core::Secret;
use keyring_core::Error;

use crate::failure::Failure;

/// The name under which the keyring shows the tokens.
const SERVICE: &str = "crm";

/// Reads the token of an API in a profile.
pub(super) fn read(profile: &str, api: &str) -> Result<Secret, Failure> {
    entry(profile, api).and_then(|entry| entry.get_password()).map(Secret::new).map_err(|error| {
        let advice = match error {
            Error::NoEntry => format!("store it with: crm login {api} --token --keyring --profile {profile}"),
            _ => "unlock the keyring, or store the token in the profile with: crm login --token".to_owned(),
        };
        Failure::credential(format!("the keyring has no token for {api}: {}; {advice}", reason(&error)))
    })
}

/// Stores the token of an API in a profile.
pub(super) fn store(profile: &str, api: &str, token: &Secret) -> Result<(), Failure> {
    entry(profile, api).and_then(|entry| entry.set_password(token.expose())).map_err(|error| {
        Failure::credential(format!(
            "the token cannot be stored in the keyring: {}; leave out --keyring to store it in the profile",
            reason(&error)
        ))
    })
}

/// Removes the token of an API in a profile, if there is one.
pub(super) fn remove(profile: &str, api: &str) {
    // A token that nothing refers to does no harm.
    let _ = entry(profile, api).and_then(|entry| entry.delete_credential());
}

fn entry(profile: &str, api: &str) -> Result<keyring_core::Entry, Error> {
    #[cfg(not(test))]
    if keyring::v1::Entry::store_status().is_err() {
        return Err(Error::NoDefaultStore);
    }
    keyring_core::Entry::new(SERVICE, &format!("{profile}/{api}"))
}

/// Returns the reason of a failure. The text of the error can contain what the keyring returned.
fn reason(error: &Error) -> &'static str {
    match error {
        Error::NoEntry => "there is no such entry",
        Error::NoDefaultStore => "there is no keyring service in this session",
        Error::NoStorageAccess(_) => "it is locked or refuses the access",
        Error::PlatformFailure(_) => "its service failed",
        Error::TooLong(..) => "the token is too long for it",
        _ => "it returned something that is not a token",
    }
}

#[cfg(test)]
mod tests {
    use crm_core::Secret;

    use super::{read, remove, store};

    #[test]
    fn a_token_is_kept_by_profile_and_api() {
        let none = |read: Result<Secret, _>| read.err().map(|failure: super::Failure| failure.to_string());
        assert!(none(read("work", "hubspot")).is_some_and(|text| text.contains("no keyring service")));
        keyring_core::set_default_store(keyring_core::mock::Store::new().unwrap());
        let advice = none(read("work", "hubspot")).unwrap();
        assert!(advice.ends_with("store it with: crm login hubspot --token --keyring --profile work"), "{advice}");
        store("work", "hubspot", &Secret::new("canary")).unwrap();
        assert_eq!(read("work", "hubspot").unwrap().expose(), "canary");
        assert!(read("work", "hoopai").is_err() && read("home", "hubspot").is_err());
        remove("work", "hubspot");
        assert!(read("work", "hubspot").is_err());
    }
}
