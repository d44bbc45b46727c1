//! The APIs: the catalogue of each, its credential, its client and its fake. A new API is an entry here; a new
//! operation needs nothing.

use std::sync::Arc;

use clap::Arg;
use clap::builder::PossibleValuesParser;
use crm_core::{ClientBuilder, Error, OAuthCredentials, Pipeline, Secret};
use crm_fake::Vendor;
use hatch_client::{BulkExport, ContactsKey, DepartmentKey, LegacyLeads, ReportingKey};
use hockeystack_client::{AccountIntelligence, AccountIntelligenceToken, RevenueAgents, RevenueAgentsToken};
use hubspot_client::http::Method;

/// An API.
pub(crate) struct ApiEntry {
    /// The folder of the vendor.
    pub(crate) vendor: &'static str,
    /// The name of the document; profiles name APIs so.
    pub(crate) document: &'static str,
    pub(crate) operations: &'static str,
    pub(crate) types: &'static str,
    /// The variable of the environment with the credential.
    pub(crate) variable: &'static str,
    /// The profile's entry: that of the vendor's root API if it shares its credential.
    pub(crate) profile: &'static str,
    pub(crate) fake: Vendor,
    connect: fn(Access) -> Result<Pipeline, Error>,
}

/// The credential and the address of a client.
pub(crate) struct Access {
    pub(crate) token: Secret,
    /// The credential of a login, which takes the place of the token.
    pub(crate) login: Option<Arc<OAuthCredentials>>,
    /// The address, if it is not the vendor's.
    pub(crate) base_url: Option<String>,
    /// The department of Hatch's legacy API, which determines its address.
    pub(crate) department: String,
}

impl ApiEntry {
    /// Creates the client and returns its pipeline. Sends nothing.
    pub(crate) fn connect(&self, access: Access) -> Result<Pipeline, Error> {
        (self.connect)(access)
    }
}

macro_rules! api {
    ($vendor:literal, $document:literal, $variable:literal, $profile:literal, $fake:ident, $connect:expr) => {
        ApiEntry {
            vendor: $vendor,
            document: $document,
            operations: include_str!(concat!("../catalogue/", $document, ".json")),
            types: include_str!(concat!("../catalogue/", $document, ".types.json")),
            variable: $variable,
            profile: $profile,
            fake: Vendor::$fake,
            connect: $connect,
        }
    };
}

/// All APIs, those of a vendor together and its root first.
pub(crate) static APIS: [ApiEntry; 9] = [
    api!("hubspot", "hubspot", "HUBSPOT_TOKEN", "hubspot", HubSpot, hubspot),
    api!("hubspot", "hubspot-beta", "HUBSPOT_TOKEN", "hubspot", HubSpot, hubspot),
    api!("hoopai", "hoopai", "HOOPAI_TOKEN", "hoopai", HoopAi, hoopai),
    api!("hoopai", "hoopai-v3", "HOOPAI_TOKEN", "hoopai", HoopAi, hoopai),
    api!(
        "hockeystack",
        "hockeystack-account-intelligence",
        "HOCKEYSTACK_TOKEN",
        "hockeystack-account-intelligence",
        AccountIntelligence,
        |access| {
            let builder = AccountIntelligence::builder(AccountIntelligenceToken::new(access.token)?);
            Ok(at(builder, access.base_url).build()?.raw(Method::GET, "/").pipeline().clone())
        }
    ),
    api!(
        "hockeystack",
        "hockeystack-revenue-agents",
        "HOCKEYSTACK_AGENTS_TOKEN",
        "hockeystack-revenue-agents",
        RevenueAgents,
        |access| {
            let builder = RevenueAgents::builder(RevenueAgentsToken::new(access.token)?);
            // `raw` adds the class of reads, which the operation's own class must replace.
            Ok(at(builder, access.base_url).build()?.raw(Method::GET, "/").pipeline().clone())
        }
    ),
    api!("hatch", "hatch-contacts", "HATCH_API_KEY", "hatch-contacts", HatchContacts, |access| {
        let builder = hatch_client::Client::builder(ContactsKey::new(access.token)?);
        Ok(at(builder, access.base_url).build()?.raw(Method::GET, "/").pipeline().clone())
    }),
    api!("hatch", "hatch-bulk-export", "HATCH_REPORTING_KEY", "hatch-bulk-export", HatchBulkExport, |access| {
        let builder = BulkExport::builder(ReportingKey::new(access.token)?);
        Ok(at(builder, access.base_url).build()?.raw(Method::GET, "/").pipeline().clone())
    }),
    api!("hatch", "hatch-legacy-leads", "HATCH_DEPARTMENT_KEY", "hatch-legacy-leads", HatchLegacyLeads, |access| {
        let builder = LegacyLeads::builder(access.department, DepartmentKey::new(access.token)?);
        Ok(at(builder, access.base_url).build()?.raw(Method::GET, "/").pipeline().clone())
    }),
];

fn hubspot(access: Access) -> Result<Pipeline, Error> {
    Ok(hubspot_client(access)?.raw(Method::GET, "/").pipeline().clone())
}

fn hoopai(access: Access) -> Result<Pipeline, Error> {
    Ok(hoopai_client(access)?.raw(Method::GET, "/").pipeline().clone())
}

/// Creates HubSpot's client. Sends nothing.
pub(crate) fn hubspot_client(access: Access) -> Result<hubspot_client::Client, Error> {
    with(hubspot_client::Client::builder(), access).build()
}

/// Creates HoopAI's client. Sends nothing.
pub(crate) fn hoopai_client(access: Access) -> Result<hoopai_client::Client, Error> {
    with(hoopai_client::Client::builder(), access).build()
}

fn with<C>(builder: ClientBuilder<C>, access: Access) -> ClientBuilder<C> {
    let builder = match access.login {
        Some(login) => builder.credentials(login),
        None => builder.token(access.token),
    };
    at(builder, access.base_url)
}

/// Sets the address, if it is not the vendor's.
pub(crate) fn at<C>(builder: ClientBuilder<C>, base_url: Option<String>) -> ClientBuilder<C> {
    match base_url {
        Some(address) => builder.base_url(address),
        None => builder,
    }
}

/// The argument that names a vendor.
pub(crate) fn vendor_argument() -> Arg {
    Arg::new("vendor").value_name("VENDOR").required(true).value_parser(PossibleValuesParser::new(vendors()))
}

/// The first API of each credential of a vendor.
pub(crate) fn credentials(vendor: &str) -> impl Iterator<Item = &'static ApiEntry> {
    APIS.iter().filter(move |api| api.vendor == vendor && api.document == api.profile)
}

/// The vendors, each once.
pub(crate) fn vendors() -> Vec<&'static str> {
    let mut vendors: Vec<&str> = APIS.iter().map(|api| api.vendor).collect();
    vendors.dedup();
    vendors
}
