//! The checks that need no account: the file of profiles, the credentials and the proxy.

use super::calls::Known;
use super::report::Report;
use crate::apis;
use crate::failure::Failure;
use crate::identity;
use crate::profile::{self, Key};
use crate::session::Session;

/// The variables of the environment that set a proxy.
const PROXIES: [&str; 6] = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

/// Reports what needs no account. Returns the failure if there is no credential.
pub(super) async fn check(
    vendor: &str,
    session: &Session,
    report: &mut Report,
    known: &mut Known,
) -> Result<Option<Failure>, Failure> {
    let file = if profile::exists()? { "only its owner can read it" } else { "none" };
    report.fact("file of profiles", file);
    let (mut found, mut missing) = (false, None);
    for api in apis::credentials(vendor) {
        let text = match session.credential(api).await {
            Ok(credential) => {
                found = true;
                if let Key::Login(login) = &credential.key {
                    let tokens = login.tokens().await.map_err(|error| Failure::call(&error, false))?;
                    for name in ["locationId", "companyId"] {
                        let value = tokens.as_ref().and_then(|tokens| tokens.detail(name)).cloned();
                        value.into_iter().for_each(|value| known.give(name, value));
                    }
                }
                // The name of a profile may be that of a customer.
                let from = if credential.from == api.variable { api.variable } else { "a profile" };
                let from = if session.is_fake() { "the fake" } else { from };
                let at = if credential.base_url.is_some() { ", at an address other than the vendor's" } else { "" };
                format!("{} of {from}{at}", identity::kind(&credential))
            }
            Err(failure) => {
                let text = format!("none; set {}, or run: crm login {}", api.variable, api.profile);
                missing.get_or_insert(failure);
                text
            }
        };
        report.fact(format!("credential of {}", api.profile), text);
    }
    let proxies: Vec<&str> =
        PROXIES.into_iter().filter(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty())).collect();
    report.fact("proxy of the environment", if proxies.is_empty() { "none".to_owned() } else { proxies.join(", ") });
    Ok(missing.filter(|_| !found))
}
