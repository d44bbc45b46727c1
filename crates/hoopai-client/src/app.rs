//! OAuth apps of HoopAI.

use crm_core::reexport::serde_json::Value;
use crm_core::{
    AppKeys, Authorize, BeforeSend, BoxFuture, Call, CallOptions, ClientBuilder, Consent, Error, Secret, Sending,
    TokenSet, TokenSource,
};

use crate::client::Client;
use crate::operations::SCOPES;
use crate::types::{
    GetAccessCodebody, GetAccessCodebodyGrantType as GrantType, GetAccessCodebodyUserType, GetLocationAccessCodeBody,
};

/// The page on which a location is chosen (white label).
const AUTHORIZE: &str = "https://marketplace.leadconnectorhq.com/v2/oauth/chooselocation";

/// Name of the vendor in the keys of stored tokens.
const VENDOR: &str = "hoopai";

/// Kind of account whose tokens are requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UserType {
    /// The tokens of a company (agency). [`App::location`] exchanges them for those of its locations.
    Company,
    /// The tokens of a location (sub-account).
    Location,
}

impl UserType {
    fn of(tokens: &TokenSet) -> Self {
        match tokens.detail("userType").and_then(Value::as_str) {
            Some("Company") => Self::Company,
            _ => Self::Location,
        }
    }

    fn sent(self) -> GetAccessCodebodyUserType {
        match self {
            Self::Company => GetAccessCodebodyUserType::Company,
            Self::Location => GetAccessCodebodyUserType::Location,
        }
    }
}

/// An OAuth app: builds the address of the consent page, and requests tokens.
///
/// Access tokens are valid for one day. A refresh token works once, and the reply contains the next one. The vendor
/// accepts five token calls per minute; the app's own limiter, or a shared one, does not exceed that.
///
/// ```no_run
/// use hoopai_client::{App, Client, FileStore, OAuthCredentials, UserType, operations};
///
/// # async fn example(address: &str) -> Result<(), hoopai_client::Error> {
/// let app = App::new("client-id", "client-secret")?;
/// let request = app
///     .authorize("https://example.com/callback")
///     .scopes(["contacts.readonly", "contacts.write"])
///     .covering([&operations::CONTACTS_UPSERT])
///     .build()?;
/// println!("open {}", request.url());
/// // … and when the person comes back to the address:
/// let tokens = app.exchange(&request.answered(address)?, UserType::Location).await?;
///
/// let credentials = OAuthCredentials::new("location-123", app, FileStore::open("tokens")?)?;
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
    /// Creates an app from the id and secret that the marketplace shows.
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
    /// [`ErrorKind::Validation`](crate::ErrorKind::Validation) if the vendor does not accept the
    /// code, or if the consent was requested with PKCE, which the vendor does not document.
    pub async fn exchange(&self, consent: &Consent, whose: UserType) -> Result<TokenSet, Error> {
        if consent.pkce().is_some() {
            return Err(Error::validation("the vendor does not document PKCE; request consent without it"));
        }
        let body = self.body(GrantType::AuthorizationCode, whose).code(consent.code().expose());
        answer(self.client.oauth().get_token(body.redirect_uri(consent.redirect_uri())).reply_as()).await
    }

    /// Returns a source of tokens for one location, which exchanges those of its company. `company` is a client with
    /// the company's credentials. If the location's own refresh token fails, the tokens are exchanged again.
    ///
    /// Pass it to `OAuthCredentials::new(location_id, app.location(&company, company_id, location_id), store)`. The
    /// location needs no consent of its own.
    pub fn location(
        &self,
        company: &Client,
        company_id: impl Into<String>,
        location_id: impl Into<String>,
    ) -> LocationTokens {
        let times = CallOptions::new().timeout(AppKeys::TIMEOUT).queue_timeout(AppKeys::QUEUE_TIMEOUT);
        let company = company.with(times);
        LocationTokens { app: self.clone(), company, company_id: company_id.into(), location_id: location_id.into() }
    }

    fn body(&self, grant: GrantType, whose: UserType) -> GetAccessCodebody {
        GetAccessCodebody::new(self.keys.id(), self.keys.secret(), grant).user_type(whose.sent())
    }

    fn renew(&self, held: &TokenSet, whose: UserType, sending: BeforeSend) -> Sending<TokenSet> {
        let mut body = self.body(GrantType::RefreshToken, whose);
        if let Some(refresh) = held.refresh_token() {
            body = body.refresh_token(refresh.expose());
        }
        answer(self.client.oauth().get_token(body).reply_as().before_send(sending))
    }
}

impl TokenSource for App {
    fn vendor(&self) -> &str {
        VENDOR
    }

    fn recognises(&self, tokens: &TokenSet) -> bool {
        recognises(tokens)
    }

    fn is_same_account(&self, stored: &TokenSet, new: &TokenSet) -> bool {
        is_same_account(stored, new)
    }

    fn rotates(&self) -> bool {
        true
    }

    fn refresh<'a>(&'a self, held: &'a TokenSet, sending: BeforeSend) -> BoxFuture<'a, Result<TokenSet, Error>> {
        self.renew(held, UserType::of(held), sending)
    }
}

/// Source of a location's tokens, which exchanges those of its company. Returned by [`App::location`].
#[derive(Debug, Clone)]
pub struct LocationTokens {
    app: App,
    company: Client,
    company_id: String,
    location_id: String,
}

impl TokenSource for LocationTokens {
    fn vendor(&self) -> &str {
        VENDOR
    }

    fn recognises(&self, tokens: &TokenSet) -> bool {
        recognises(tokens)
    }

    fn rotates(&self) -> bool {
        true
    }

    fn refresh<'a>(&'a self, held: &'a TokenSet, sending: BeforeSend) -> BoxFuture<'a, Result<TokenSet, Error>> {
        self.app.renew(held, UserType::Location, sending)
    }

    fn obtain(&self) -> Option<BoxFuture<'_, Result<TokenSet, Error>>> {
        let body = GetLocationAccessCodeBody::new(self.company_id.as_str(), self.location_id.as_str());
        Some(answer(self.company.oauth().get_location_token(body).reply_as()))
    }

    fn settle(&self) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(self.company.settle())
    }
}

/// A location keeps its id when it moves to another company.
fn is_same_account(stored: &TokenSet, new: &TokenSet) -> bool {
    let of_location = |tokens: &TokenSet| tokens.detail("locationId").is_some_and(|id| !id.is_null());
    match (of_location(stored), of_location(new)) {
        (true, true) => stored.agrees_with(new, &["locationId"]),
        _ => stored.agrees_with(new, &["companyId", "userType"]),
    }
}

/// HubSpot's tokens come with `hub_id`.
fn recognises(tokens: &TokenSet) -> bool {
    tokens.detail("hub_id").is_none()
}

/// Sends a token call. The reply is read without a type, because members beyond the document count.
fn answer(call: Call<Value>) -> Sending<TokenSet> {
    Box::pin(async move {
        let (op, asked_at) = (call.op(), call.pipeline().clock().wall());
        let reply = call.send().await?;
        TokenSet::from_reply(&reply, asked_at).map_err(|error| error.with_operation(op))
    })
}
