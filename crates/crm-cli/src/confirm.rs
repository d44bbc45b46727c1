//! Confirmation of a write that changes much: a digest of it, which is shown before the write and expires.
//!
//! The digest has the time of its creation and a part of the SHA-256 of the write and of that time. It can be checked
//! without any state. It proves that the same write was shown within the last five minutes, and is not a secret.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ring::digest::{Context, SHA256};

use crate::failure::Failure;

/// The maximum number of rows that are written without a confirmation. The help of `crm import` has it too.
pub(crate) const MOST_ROWS: usize = 100;
/// The time after which a digest expires.
pub(crate) const LIFE: Duration = Duration::from_secs(5 * 60);
/// The number of bytes of the hash that a digest has.
const BYTES: usize = 8;

/// Returns the digest of a write. `what` names the operation and the account, `input` is all that is sent.
pub(crate) fn digest(what: &str, input: &[u8], now: SystemTime) -> String {
    made(what, input, now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs())
}

/// Checks a digest that the caller gives back.
///
/// # Errors
///
/// Returns a failure if the digest is older than five minutes or belongs to another write.
pub(crate) fn check(what: &str, input: &[u8], given: &str, now: SystemTime) -> Result<(), Failure> {
    let Some(time) = time_of(given).filter(|time| made(what, input, *time) == given) else {
        return Err(Failure::usage(
            "the digest is not that of this operation, account and input; look at the plan again with --dry-run",
        ));
    };
    match is_good(time, now) {
        true => Ok(()),
        false => Err(Failure::usage("the digest has expired after 5 minutes; look at the plan again with --dry-run")),
    }
}

/// Returns true if a digest has expired, so that it confirms nothing.
pub(crate) fn has_expired(given: &str, now: SystemTime) -> bool {
    !time_of(given).is_some_and(|time| is_good(time, now))
}

/// Returns the time at which a digest was made, in seconds since 1970.
fn time_of(given: &str) -> Option<u64> {
    given.split_once('-').and_then(|(time, _)| u64::from_str_radix(time, 16).ok())
}

fn is_good(time: u64, now: SystemTime) -> bool {
    let made = UNIX_EPOCH.checked_add(Duration::from_secs(time));
    made.and_then(|made| now.duration_since(made).ok()).is_some_and(|age| age <= LIFE)
}

/// Returns the digest of a write at a time, in seconds since 1970.
fn made(what: &str, input: &[u8], time: u64) -> String {
    let mut hash = Context::new(&SHA256);
    // The lengths keep `what` and `input` apart.
    hash.update(&time.to_be_bytes());
    hash.update(&u64::try_from(what.len()).unwrap_or(u64::MAX).to_be_bytes());
    hash.update(what.as_bytes());
    hash.update(input);
    let hash = hash.finish();
    let hash: String = hash.as_ref().iter().take(BYTES).map(|byte| format!("{byte:02x}")).collect();
    format!("{time:x}-{hash}")
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime, UNIX_EPOCH};

    use super::{check, digest, made};

    fn at(second: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_800_000_000 + second)
    }

    #[test]
    fn a_digest_confirms_the_same_write_for_five_minutes() {
        let given = digest("hubspot contacts archive", b"17", at(0));
        for second in [0, 1, 300] {
            check("hubspot contacts archive", b"17", &given, at(second)).unwrap();
        }
        let expired = check("hubspot contacts archive", b"17", &given, at(301)).unwrap_err().to_string();
        assert!(expired.contains("has expired"), "{expired}");
        for time in [1_800_000_060, u64::MAX] {
            let later = made("hubspot contacts archive", b"17", time);
            check("hubspot contacts archive", b"17", &later, at(0)).unwrap_err();
        }
    }

    #[test]
    fn no_other_write_and_no_other_text_is_confirmed() {
        let given = digest("hubspot contacts archive", b"17", at(0));
        let moved = given.replacen('0', "1", 1);
        for (what, input, given) in [
            ("hubspot contacts archive", "18", given.as_str()),
            ("hubspot companies archive", "17", &given),
            ("hubspot contacts archive1", "7", &given),
            ("hubspot contacts archive", "17", &given.to_uppercase()),
            ("hubspot contacts archive", "17", &moved),
            ("hubspot contacts archive", "17", ""),
            ("hubspot contacts archive", "17", "ffffffffffffffff-"),
            ("hubspot contacts archive", "17", "é-ff"),
        ] {
            let refused = check(what, input.as_bytes(), given, at(1)).unwrap_err().to_string();
            assert!(refused.contains("is not that of this operation"), "{refused}");
        }
    }
}
