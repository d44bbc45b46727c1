//! Tokens in the keyring of the system: Keychain, Credential Manager or Secret Service.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use crm_core::Secret;
use keyring_core::{Entry, Error};

use crate::failure::Failure;
use crate::note;

/// The name under which the keyring shows the tokens.
const SERVICE: &str = "crm";
/// The time after which the user is told what the command waits for, and the maximum time for an answer after that, in
/// which the user may have to unlock the keyring.
const PATIENCE: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(60)];

/// True if the keyring did not answer. It is not asked again, because each question would wait as long.
static SILENT: AtomicBool = AtomicBool::new(false);

/// Reads the token of an API in a profile.
pub(super) fn read(profile: &str, api: &str) -> Result<Secret, Failure> {
    ask(profile, api, |entry| entry.get_password()).map(Secret::new).map_err(|trouble| {
        let line = match trouble {
            Trouble::Error(Error::NoEntry) => format!(
                "the keyring has no token for {api}; store it with: crm login {api} --token --keyring --profile {profile}"
            ),
            trouble => format!(
                "the token for {api} cannot be read from the keyring: {}, or store the token in the profile with: crm \
                 login {api} --token --profile {profile}",
                trouble.reason()
            ),
        };
        Failure::credential(line)
    })
}

/// Stores the token of an API in a profile.
pub(super) fn store(profile: &str, api: &str, token: &Secret) -> Result<(), Failure> {
    let token = token.clone();
    ask(profile, api, move |entry| entry.set_password(token.expose())).map_err(|trouble| {
        Failure::credential(format!(
            "the token cannot be stored in the keyring: {}, or omit --keyring to store it in the profile",
            trouble.reason()
        ))
    })
}

/// Removes the token of an API in a profile, if there is one.
pub(super) fn remove(profile: &str, api: &str) {
    match ask(profile, api, |entry| entry.delete_credential()) {
        Ok(()) | Err(Trouble::Error(Error::NoEntry)) => {}
        Err(_) => note::say(&format!(
            "the earlier token is still in the keyring, under {SERVICE} and {profile}/{api}; remove it there"
        )),
    }
}

/// The reason why the keyring did not do what it was asked for.
enum Trouble {
    Error(Error),
    /// It did not answer.
    Silent,
}

impl Trouble {
    /// Returns the reason and what to do. The text of the error can contain what the keyring returned.
    fn reason(&self) -> &'static str {
        match self {
            Self::Error(Error::NoEntry) => "there is no such entry; store the token again",
            Self::Error(Error::NoDefaultStore) => {
                "there is no keyring service in this session; start one, for example gnome-keyring"
            }
            Self::Error(Error::NoStorageAccess(_)) => "it is locked or refuses the access; unlock it",
            Self::Error(Error::PlatformFailure(_)) => "its service failed; start it again",
            Self::Error(Error::TooLong(..)) => "the token is too long for it; use another keyring",
            Self::Error(_) => "it returned something that is not a token; remove the entry",
            Self::Silent => {
                "it did not answer within a minute; unlock it, if it shows a window that asks for it, and start again"
            }
        }
    }
}

/// Asks the keyring for something about an entry, on a thread: a service that waits for the user, for example in a window
/// that nobody sees, does not answer.
fn ask<T: Send + 'static>(
    profile: &str,
    api: &str,
    question: impl FnOnce(Entry) -> Result<T, Error> + Send + 'static,
) -> Result<T, Trouble> {
    if SILENT.load(Ordering::Relaxed) {
        return Err(Trouble::Silent);
    }
    let name = format!("{profile}/{api}");
    let (sender, answer) = mpsc::channel();
    let asked = move || {
        // Nobody listens any more after the maximum time.
        let _ = sender.send(entry(&name).and_then(question));
    };
    thread::Builder::new().spawn(asked).map_err(|error| Trouble::Error(Error::PlatformFailure(error.into())))?;
    let answered = wait(&answer, PATIENCE);
    SILENT.store(answered.is_none(), Ordering::Relaxed);
    answered.ok_or(Trouble::Silent)?.map_err(Trouble::Error)
}

fn wait<T>(answer: &Receiver<T>, [silence, patience]: [Duration; 2]) -> Option<T> {
    let answered = answer.recv_timeout(silence).or_else(|_| {
        note::say("waiting for the keyring; it may show a window that asks to unlock it");
        answer.recv_timeout(patience)
    });
    answered.ok()
}

fn entry(name: &str) -> Result<Entry, Error> {
    #[cfg(not(test))]
    if keyring::v1::Entry::store_status().is_err() {
        return Err(Error::NoDefaultStore);
    }
    Entry::new(SERVICE, name)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use crm_core::Secret;

    use super::{read, remove, store, wait};

    #[test]
    fn a_keyring_that_does_not_answer_ends_the_wait() {
        let (sender, answer) = mpsc::channel();
        assert_eq!(wait(&answer, [Duration::ZERO; 2]), None);
        sender.send("token").unwrap();
        assert_eq!(wait(&answer, [Duration::ZERO; 2]), Some("token"));
    }

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
