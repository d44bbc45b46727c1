//! Token endpoints: access tokens that the fake then accepts, and refresh tokens with or without rotation.

use serde_json::{Map, Value, json};

use crate::call::Call;
use crate::state::World;

/// The result of a token call.
pub(crate) enum Grant {
    /// The members every vendor's reply has.
    Issued(Map<String, Value>),
    /// The refresh token was used before, or the code is missing.
    Refused,
}

/// Answers a token call. With `rotate`, a refresh token works once.
pub(crate) fn token(call: &Call<'_>, world: &mut World, lifetime: u64, rotate: bool) -> Grant {
    let kind = call.text("grant_type").unwrap_or("");
    let held = call.text("refresh_token").filter(|token| !token.is_empty());
    let refresh = match kind {
        "refresh_token" => match held {
            Some(held) if world.spent.contains(held) => return Grant::Refused,
            Some(held) if rotate => {
                world.spent.insert(held.to_owned());
                format!("refresh-{}", world.next_id())
            }
            Some(held) => held.to_owned(),
            None => return Grant::Refused,
        },
        "authorization_code" if call.text("code").is_none_or(str::is_empty) => return Grant::Refused,
        _ => format!("refresh-{}", world.next_id()),
    };
    let number = world.next_id();
    let access = format!("{}-{number}", world.settings.token);
    world.tokens.insert(access.clone());
    let members = json!({
        "access_token": access,
        "refresh_token": refresh,
        "token_type": "bearer",
        "expires_in": lifetime,
    });
    match members {
        Value::Object(members) => Grant::Issued(members),
        _ => Grant::Refused,
    }
}
