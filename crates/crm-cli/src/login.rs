//! Logins by OAuth: the user's app at the vendor, and its tokens, which renew themselves.

use std::path::PathBuf;

use crm_core::{AppKeys, Consent, ConsentRequest, Error, FileStore, OAuthCredentials, Secret, TokenSet};
use hoopai_client::UserType;

use crate::apis::{ApiEntry, at};

/// The vendors with logins, by the names of their entries in a profile.
pub(crate) const VENDORS: [&str; 2] = ["hubspot", "hoopai"];

/// The access of an app to an account.
pub(crate) struct Login {
    app: App,
    /// The name of the account in the store.
    account: String,
    /// The folder of the tokens.
    store: PathBuf,
}

/// An app, which the user created at the vendor.
enum App {
    HubSpot(hubspot_client::App),
    HoopAi(hoopai_client::App),
}

impl Login {
    /// Creates a login of an API from the keys of an app. Sends and reads nothing. A vendor without logins is an error.
    pub(crate) fn new(
        api: &ApiEntry,
        keys: &AppKeys,
        base_url: Option<String>,
        account: &str,
        store: PathBuf,
    ) -> Result<Self, Error> {
        let (id, secret) = (keys.id(), keys.secret());
        let app = match api.profile {
            "hubspot" => {
                App::HubSpot(hubspot_client::App::with(at(hubspot_client::Client::builder(), base_url), id, secret)?)
            }
            "hoopai" => {
                App::HoopAi(hoopai_client::App::with(at(hoopai_client::Client::builder(), base_url), id, secret)?)
            }
            other => return Err(Error::config(format!("{other} has no logins, only tokens"))),
        };
        Ok(Self { app, account: account.to_owned(), store })
    }

    /// Builds the address of the consent page. HubSpot's is protected with PKCE, which HoopAI does not document.
    pub(crate) fn consent(&self, redirect: &str, scopes: &[String]) -> Result<ConsentRequest, Error> {
        let request = match &self.app {
            App::HubSpot(app) => app.authorize(redirect).pkce(),
            App::HoopAi(app) => app.authorize(redirect),
        };
        scopes.iter().fold(request, |request, scope| request.unlisted_scope(scope)).build()
    }

    /// Exchanges the consent for tokens and stores them.
    pub(crate) async fn install(&self, consent: &Consent) -> Result<TokenSet, Error> {
        let tokens = match &self.app {
            App::HubSpot(app) => app.exchange(consent).await?,
            App::HoopAi(app) => app.exchange(consent, UserType::Location).await?,
        };
        self.credentials()?.install(tokens.clone()).await?;
        Ok(tokens)
    }

    /// Returns the credentials, which renew their tokens and store the new ones.
    pub(crate) fn credentials(&self) -> Result<OAuthCredentials, Error> {
        let store = FileStore::open(&self.store)?;
        match &self.app {
            App::HubSpot(app) => OAuthCredentials::new(&self.account, app.clone(), store),
            App::HoopAi(app) => OAuthCredentials::new(&self.account, app.clone(), store),
        }
    }

    /// Returns the stored tokens; `None` if there was no login yet.
    pub(crate) async fn tokens(&self) -> Result<Option<TokenSet>, Error> {
        self.credentials()?.tokens().await
    }
}

/// Returns the keys of the vendor's app in the environment, for example `HUBSPOT_CLIENT_ID`.
pub(crate) fn keys(vendor: &str) -> (Option<String>, Option<Secret>) {
    (variable(vendor, "CLIENT_ID"), variable(vendor, "CLIENT_SECRET").map(Secret::new))
}

fn variable(vendor: &str, name: &str) -> Option<String> {
    let name = format!("{}_{name}", vendor.to_uppercase());
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
