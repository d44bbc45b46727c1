//! OAuth apps of HubSpot.

use crm_core::{
    AppKeys, Authorize, BeforeSend, BoxFuture, CallOptions, ClientBuilder, Consent, Error, Secret, TokenSet,
    TokenSource,
};
use serde_json::Value;

use crate::client::Client;
use crate::operations::SCOPES;
use crate::types::{OauthCreateTokenBody, OauthCreateTokenBodyGrantType as GrantType};

/// The page of consent.
const AUTHORIZE: &str = "https://app.hubspot.com/oauth/authorize";
/// Name of the vendor in the keys of stored tokens.
const VENDOR: &str = "hubspot";

/// An OAuth app: builds the address of HubSpot's consent page, and requests tokens.
///
/// Access tokens are valid for 30 minutes. A refresh token does not change when it is used.
///
/// ```no_run
/// use hubspot_client::{App, Client, FileStore, OAuthCredentials, operations};
///
/// # async fn example(address: &str) -> Result<(), hubspot_client::Error> {
/// let app = App::new("client-id", "client-secret")?;
/// let request = app
///     .authorize("https://example.com/callback")
///     .scopes(["crm.objects.contacts.read"])
///     .covering([&operations::OBJECTS_LIST])
///     .pkce()
///     .build()?;
/// println!("open {}", request.url());
/// // … and when the person comes back to the address:
/// let tokens = app.exchange(&request.answered(address)?).await?;
///
/// let credentials = OAuthCredentials::new("portal-123", app, FileStore::open("tokens")?)?;
/// credentials.install(tokens).await?;
/// let client = Client::builder().credentials(credentials).build()?;
/// // … and before the program ends:
/// client.settle().await?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct App {
    client: Client,
    keys: AppKeys,
}

impl App {
    /// Creates an app from the id and secret that HubSpot shows in its settings.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if one of them is empty.
    pub fn new(client_id: impl Into<String>, client_secret: impl Into<Secret>) -> Result<Self, Error> {
        Self::with(Client::builder(), client_id, client_secret)
    }

    /// Creates an app whose token calls use other settings, for example another address, limiter or clock. The
    /// builder needs no credential.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the id or the secret is empty, or a
    /// setting is not valid.
    pub fn with(
        builder: ClientBuilder<Client>,
        client_id: impl Into<String>,
        client_secret: impl Into<Secret>,
    ) -> Result<Self, Error> {
        let keys = AppKeys::new(client_id, client_secret)?;
        Ok(Self { client: keys.client(builder)?, keys })
    }

    /// Returns a builder for a consent request that redirects to `redirect_uri`.
    pub fn authorize(&self, redirect_uri: impl Into<String>) -> Authorize {
        Authorize::new(AUTHORIZE, self.keys.id(), redirect_uri, SCOPES)
    }

    /// Exchanges a user's consent for tokens. A code works once.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Auth`](crate::ErrorKind::Auth) if HubSpot does not accept the code because it was used,
    /// is older than some minutes, or was issued for another redirect URI.
    pub async fn exchange(&self, consent: &Consent) -> Result<TokenSet, Error> {
        let mut body = self.body(GrantType::AuthorizationCode).code(consent.code().expose());
        body = body.redirect_uri(consent.redirect_uri());
        if let Some(pkce) = consent.pkce() {
            body = body.code_verifier(pkce.verifier().expose());
        }
        self.call(body, false, None).await
    }

    /// Returns a source of tokens of the app itself, without a user's consent, which the webhooks journal requires.
    pub fn machine<S: Into<String>>(&self, scopes: impl IntoIterator<Item = S>) -> Machine {
        let scopes: Vec<String> = scopes.into_iter().map(Into::into).collect();
        Machine { app: self.clone(), scope: scopes.join(" ") }
    }

    fn body(&self, grant: GrantType) -> OauthCreateTokenBody {
        let body = OauthCreateTokenBody::default().grant_type(grant);
        body.client_id(self.keys.id()).client_secret(self.keys.secret())
    }

    async fn call(
        &self,
        body: OauthCreateTokenBody,
        idempotent: bool,
        sending: Option<BeforeSend>,
    ) -> Result<TokenSet, Error> {
        let mut call = self.client.oauth().create_token(body).reply_as::<Value>();
        let (op, asked_at) = (call.op(), call.pipeline().clock().wall());
        if let Some(sending) = sending {
            call = call.before_send(sending);
        }
        let reply = call.with(CallOptions::new().idempotent(idempotent)).send().await?;
        TokenSet::from_reply(&reply, asked_at).map_err(|error| error.with_operation(op))
    }
}

impl TokenSource for App {
    fn vendor(&self) -> &str {
        VENDOR
    }

    fn rotates(&self) -> bool {
        false
    }

    /// HoopAI's tokens come with `userType`.
    fn recognises(&self, tokens: &TokenSet) -> bool {
        tokens.detail("userType").is_none()
    }

    fn is_same_account(&self, stored: &TokenSet, new: &TokenSet) -> bool {
        stored.agrees_with(new, &["hub_id"])
    }

    fn refresh<'a>(&'a self, held: &'a TokenSet, sending: BeforeSend) -> BoxFuture<'a, Result<TokenSet, Error>> {
        Box::pin(async move {
            let mut body = self.body(GrantType::RefreshToken);
            if let Some(refresh) = held.refresh_token() {
                body = body.refresh_token(refresh.expose());
            }
            self.call(body, true, Some(sending)).await
        })
    }
}

/// Source of the tokens of an app itself (client credentials). Returned by [`App::machine`].
#[derive(Debug, Clone)]
pub struct Machine {
    app: App,
    scope: String,
}

impl Machine {
    async fn get(&self, sending: Option<BeforeSend>) -> Result<TokenSet, Error> {
        let mut body = self.app.body(GrantType::ClientCredentials);
        if !self.scope.is_empty() {
            body = body.scope(self.scope.as_str());
        }
        self.app.call(body, true, sending).await
    }
}

impl TokenSource for Machine {
    fn vendor(&self) -> &str {
        VENDOR
    }

    fn rotates(&self) -> bool {
        false
    }

    fn recognises(&self, tokens: &TokenSet) -> bool {
        self.app.recognises(tokens)
    }

    fn refresh<'a>(&'a self, _: &'a TokenSet, sending: BeforeSend) -> BoxFuture<'a, Result<TokenSet, Error>> {
        Box::pin(self.get(Some(sending)))
    }

    fn obtain(&self) -> Option<BoxFuture<'_, Result<TokenSet, Error>>> {
        Some(Box::pin(self.get(None)))
    }
}
