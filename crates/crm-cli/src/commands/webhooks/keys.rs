//! Keys of webhooks, from the environment or a profile, and what checks and signs with them.

use crm_core::Secret;
use crm_core::codec;
use crm_core::webhook::{Delivery, PublicKey, Refused, event, hex};
use crm_fake::Signer;
use hoopai_client::receiver::PUBLIC_KEY;
use hubspot_client::receiver::Older;
use serde_json::Value;

use crate::apis::APIS;
use crate::failure::Failure;
use crate::profile::Profile;

/// The part of the help about keys.
pub(super) const HELP: &str = "\
Keys:
  hubspot  HUBSPOT_CLIENT_SECRET, or \"client_secret\" of the profile
  hoopai   HOOPAI_WEBHOOK_KEY to send, and to accept what was sent; the vendor's own key is always accepted
  hatch    HATCH_WEBHOOK_PUBLIC_KEY of the vendor to listen; HATCH_WEBHOOK_KEY as for hoopai
A key to send with is 64 hexadecimal digits of your choice, for example from: openssl rand -hex 32";

/// Checks deliveries.
pub(super) enum Verifier {
    HubSpot(hubspot_client::receiver::Receiver),
    HoopAi(hoopai_client::receiver::Receiver),
    Hatch(hatch_client::receiver::Receiver),
}

impl Verifier {
    /// Returns the verifier of a vendor.
    pub(super) fn of(vendor: &str, profile: &Profile) -> Result<Self, Failure> {
        let unusable = |error: crm_core::Error| Failure::credential(error.to_string());
        let own = |variable: &str| Ok::<_, Failure>(seed(variable)?.and_then(|key| Signer::hoopai(key).public_key()));
        match vendor {
            "hubspot" => {
                let receiver = hubspot_client::receiver::Receiver::new(hubspot(profile)?);
                Ok(Self::HubSpot(receiver.accept(Older::V1).accept(Older::V2)))
            }
            "hoopai" => {
                let receiver = hoopai_client::receiver::Receiver::new().map_err(unusable)?;
                let texts = [Some(PUBLIC_KEY.to_owned()), own("HOOPAI_WEBHOOK_KEY")?];
                receiver.keys().replace(public(texts.into_iter().flatten())?);
                Ok(Self::HoopAi(receiver))
            }
            _ => {
                let texts = [variable("HATCH_WEBHOOK_PUBLIC_KEY"), own("HATCH_WEBHOOK_KEY")?];
                let keys = public(texts.into_iter().flatten())?;
                let Some(first) = keys.first() else {
                    return Err(missing("hatch", "HATCH_WEBHOOK_PUBLIC_KEY to the key that Hatch supplies"));
                };
                let receiver = hatch_client::receiver::Receiver::assumed(first.clone());
                if let Some(accepted) = receiver.keys() {
                    accepted.replace(keys);
                }
                Ok(Self::Hatch(receiver))
            }
        }
    }

    /// Checks a delivery and returns its events as they were sent.
    pub(super) fn check(&self, delivery: &Delivery<'_>) -> Result<Vec<Value>, Refused> {
        match self {
            Self::HubSpot(receiver) => receiver.receive(delivery).map(drop)?,
            Self::HoopAi(receiver) => receiver.receive(delivery).map(drop)?,
            Self::Hatch(receiver) => receiver.receive(delivery).map(drop)?,
        }
        match codec::decode(delivery.body()).map_err(Refused::Body)? {
            Value::Array(events) => Ok(events),
            event => Ok(vec![event]),
        }
    }

    /// Forgets a delivery that was not handled, so that it is accepted again.
    pub(super) fn forget(&self, delivery: &Delivery<'_>) {
        match self {
            Self::HubSpot(receiver) => receiver.forget(delivery),
            Self::HoopAi(receiver) => {
                if let Ok(event) = event(delivery.body()) {
                    receiver.forget(&event);
                }
            }
            Self::Hatch(_) => {}
        }
    }
}

/// Returns what signs deliveries of a vendor.
pub(super) fn signer(vendor: &str, profile: &Profile) -> Result<Signer, Failure> {
    let key = |variable: &str| {
        seed(variable)?.ok_or_else(|| missing(vendor, &format!("{variable} to 64 hexadecimal digits of your choice")))
    };
    match vendor {
        "hubspot" => Ok(Signer::hubspot(hubspot(profile)?.expose())),
        "hoopai" => Ok(Signer::hoopai(key("HOOPAI_WEBHOOK_KEY")?)),
        _ => Ok(Signer::hatch(key("HATCH_WEBHOOK_KEY")?)),
    }
}

fn hubspot(profile: &Profile) -> Result<Secret, Failure> {
    let api = APIS.iter().find(|api| api.profile == "hubspot");
    let secret = api.and_then(|api| profile.keys(api).1);
    secret.ok_or_else(|| missing("hubspot", "HUBSPOT_CLIENT_SECRET, or \"client_secret\" of the profile"))
}

fn public(texts: impl Iterator<Item = String>) -> Result<Vec<PublicKey>, Failure> {
    let keys = texts.map(|text| PublicKey::ed25519(&text));
    keys.collect::<Result<_, _>>().map_err(|error| Failure::credential(error.to_string()))
}

/// Returns the key to sign with.
fn seed(name: &str) -> Result<Option<[u8; 32]>, Failure> {
    let Some(text) = variable(name) else { return Ok(None) };
    let key = hex(text.trim()).and_then(|bytes| bytes.try_into().ok());
    key.map(Some).ok_or_else(|| Failure::credential(format!("{name} is not a key; it must have 64 hexadecimal digits")))
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn missing(vendor: &str, what: &str) -> Failure {
    Failure::credential(format!("there is no key for webhooks of {vendor}; set {what}"))
}
