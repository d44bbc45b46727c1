//! Tokens in the keyring of the system: Keychain, Credential Manager or Secret Service.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crm_core::Secret;
use keyring_core::{Entry, Error};
use tokio::sync::{Mutex, oneshot};
use tokio::time::timeout;

use crate::failure::Failure;
use crate::note;

/// The name under which the keyring shows the tokens.
const SERVICE: &str = "crm";
/// The time after which the user is told what the command waits for, and the maximum time for an answer after that, in
/// which the user may have to unlock the keyring.
const PATIENCE: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(60)];

/// True from a question to its answer. If nobody waits for the answer any more, the keyring is not asked again before it
/// comes, because each question would wait as long.
static SILENT: AtomicBool = AtomicBool::new(false);
/// Locked during a question, so that there is one at a time.
static QUESTION: Mutex<()> = Mutex::const_new(());

/// Reads the token of an API in a profile.
pub(super) async fn read(profile: &str, api: &str) -> Result<Secret, Failure> {
    ask(profile, api, |entry| entry.get_password()).await.map(Secret::new).map_err(|trouble| {
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
pub(super) async fn store(profile: &str, api: &str, token: &Secret) -> Result<(), Failure> {
    let token = token.clone();
    ask(profile, api, move |entry| entry.set_password(token.expose())).await.map_err(|trouble| {
        Failure::credential(format!(
            "the token cannot be stored in the keyring: {}, or omit --keyring to store it in the profile",
            trouble.reason()
        ))
    })
}

/// Removes the token of an API in a profile, if there is one.
pub(super) async fn remove(profile: &str, api: &str) {
    match ask(profile, api, |entry| entry.delete_credential()).await {
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
            Self::Error(Error::NoStorageAccess(_)) => "it is locked or denies access; unlock it",
            Self::Error(Error::PlatformFailure(_)) => "its service failed; start it again",
            Self::Error(Error::TooLong(..)) => "the token is too long for it; use another keyring",
            Self::Error(_) => "it returned something that is not a token; remove the entry",
            Self::Silent => "it does not respond; unlock it if it shows a prompt, then run the command again",
        }
    }
}

/// Asks the keyring for something about an entry.
async fn ask<T: Send + 'static>(
    profile: &str,
    api: &str,
    question: impl FnOnce(Entry) -> Result<T, Error> + Send + 'static,
) -> Result<T, Trouble> {
    let _one = QUESTION.lock().await;
    if SILENT.swap(true, Ordering::Relaxed) {
        return Err(Trouble::Silent);
    }
    let name = format!("{profile}/{api}");
    let question = move || {
        let answer = entry(&name).and_then(question);
        SILENT.store(false, Ordering::Relaxed);
        answer
    };
    answer(question, PATIENCE).await
}

/// Asks on a thread of its own: a service that waits for the user, for example in a window that nobody sees, does not
/// answer. A thread of the runtime would be waited for at the end of the program.
async fn answer<T: Send + 'static>(
    question: impl FnOnce() -> Result<T, Error> + Send + 'static,
    [silence, patience]: [Duration; 2],
) -> Result<T, Trouble> {
    let (sender, mut answer) = oneshot::channel();
    let asked = move || {
        // Nobody listens any more after the maximum time.
        let _ = sender.send(question());
    };
    thread::Builder::new().spawn(asked).map_err(|error| Trouble::Error(Error::PlatformFailure(error.into())))?;
    let mut answered = timeout(silence, &mut answer).await;
    if answered.is_err() {
        note::say("waiting for the keyring; it may show a window that asks to unlock it");
        answered = timeout(patience, &mut answer).await;
    }
    // A thread that panicked has no answer either.
    answered.ok().and_then(Result::ok).ok_or(Trouble::Silent)?.map_err(Trouble::Error)
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

    use super::{PATIENCE, Trouble, answer, read, remove, store};

    #[tokio::test]
    async fn a_keyring_that_does_not_answer_ends_the_wait() {
        let (unlock, locked) = mpsc::channel::<()>();
        let silent = answer(move || Ok(locked.recv()), [Duration::ZERO; 2]).await;
        assert!(matches!(silent, Err(Trouble::Silent)));
        drop(unlock);
    }

    #[tokio::test]
    async fn other_work_continues_while_the_keyring_does_not_answer() {
        let (unlock, locked) = mpsc::channel();
        let asked = answer(move || Ok(locked.recv()), PATIENCE);
        // Polled after the question: if that blocked, nothing would unlock the keyring.
        let (answered, unlocked) = tokio::join!(asked, async { unlock.send("token") });
        assert_eq!((answered.ok(), unlocked), (Some(Ok("token")), Ok(())));
    }

    #[tokio::test]
    async fn a_token_is_kept_by_profile_and_api() {
        let none = |read: Result<Secret, _>| read.err().map(|failure: super::Failure| failure.to_string());
        assert!(none(read("work", "hubspot").await).is_some_and(|text| text.contains("no keyring service")));
        keyring_core::set_default_store(keyring_core::mock::Store::new().unwrap());
        let advice = none(read("work", "hubspot").await).unwrap();
        assert!(advice.ends_with("store it with: crm login hubspot --token --keyring --profile work"), "{advice}");
        store("work", "hubspot", &Secret::new("canary")).await.unwrap();
        assert_eq!(read("work", "hubspot").await.unwrap().expose(), "canary");
        assert!(read("work", "hoopai").await.is_err() && read("home", "hubspot").await.is_err());
        remove("work", "hubspot").await;
        assert!(read("work", "hubspot").await.is_err());
    }
}
