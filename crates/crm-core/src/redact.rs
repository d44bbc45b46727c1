//! Removes personal data and secrets from text that is shown or logged.
//!
//! Vendors quote their input: "Contact ann@example.com already exists". Such text is useful in an
//! error and must not reach a log. The scanner is deliberately crude and errs on the
//! side of hiding: e-mail addresses, phone-like numbers and token-like words become `[…]`.

use std::borrow::Cow;

pub(crate) const HIDDEN: &str = "[…]";

/// Words that announce a secret: the text after them is hidden.
const ANNOUNCE: [&str; 6] = ["bearer", "token", "apikey", "api_key", "password", "secret"];

/// Returns the text with all personal data replaced.
pub(crate) fn redact(text: &str) -> Cow<'_, str> {
    let mut shown = String::new();
    let mut copied = 0;
    let mut announced = false;
    let mut at = 0;
    while let Some((start, end)) = next_word(text, at) {
        let word = &text[start..end];
        let hide = if let Some(found) = phone(text, start) {
            Some(found)
        } else if word.contains('@') && is_email(word)
            || is_token(word)
            || assigns(word)
            || announced && looks_assigned(text, start)
        {
            Some((start, end))
        } else {
            None
        };
        // A separator between the announcement and the secret is allowed.
        if word.chars().any(char::is_alphanumeric) {
            announced = announces(word);
        }
        at = end;
        if let Some((from, to)) = hide {
            // A phone number may begin with a sign before the word.
            let from = from.max(copied);
            shown.push_str(&text[copied..from]);
            shown.push_str(HIDDEN);
            copied = to;
            at = at.max(to);
            announced = false;
        }
    }
    if copied == 0 && shown.is_empty() {
        return Cow::Borrowed(text);
    }
    shown.push_str(&text[copied..]);
    Cow::Owned(shown)
}

/// Returns one line of at most `max` characters, redacted, for an error message.
pub(crate) fn line(text: &str, max: usize) -> String {
    let safe = redact(text);
    let mut shown = String::with_capacity(safe.len().min(max + 4));
    let mut space = false;
    for (count, character) in safe.chars().enumerate() {
        if count >= max {
            shown.push('…');
            break;
        }
        if character.is_whitespace() || character.is_control() {
            space = !shown.is_empty();
            continue;
        }
        if space {
            shown.push(' ');
            space = false;
        }
        shown.push(character);
    }
    shown
}

fn in_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '@' | '.' | '_' | '-' | '+' | '%' | '/' | '=' | '~')
}

/// Returns the next run of word characters from `at`, without trailing dots.
fn next_word(text: &str, at: usize) -> Option<(usize, usize)> {
    let rest = text.get(at..)?;
    let start = at + rest.find(in_word)?;
    let run = &text[start..];
    let length = run.find(|character| !in_word(character)).unwrap_or(run.len());
    let trimmed = run[..length].trim_end_matches(['.', '/', '=']).len();
    Some((start, start + if trimmed == 0 { length } else { trimmed }))
}

fn is_email(word: &str) -> bool {
    word.split_once('@').is_some_and(|(user, host)| !user.is_empty() && !host.is_empty())
        || word.matches('@').count() > 1
}

/// The beginnings of keys and JWTs.
const SECRETS: [&str; 6] = ["pat-", "eyJ", "pit-", "sk-", "sk_", "hsr_"];

/// Returns true if the text begins like a key or a JWT.
pub(crate) fn begins_like_a_secret(text: &str) -> bool {
    SECRETS.iter().any(|beginning| text.starts_with(beginning))
}

/// A long word that mixes letters and digits: keys, JWTs, opaque ids.
fn is_token(word: &str) -> bool {
    let parts = word.split(['=', '/']);
    parts.into_iter().any(|part| {
        let digits = part.bytes().filter(u8::is_ascii_digit).count();
        let letters = part.bytes().filter(u8::is_ascii_alphabetic).count();
        let plain = part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~+%".contains(&byte));
        let mixed = digits > 0 && letters > 0 && part.len() >= 20;
        plain && (mixed && !is_timestamp(part) || begins_like_a_secret(part) && part.len() >= 12)
    })
}

fn announces(word: &str) -> bool {
    ANNOUNCE.iter().any(|secret| word.eq_ignore_ascii_case(secret))
}

/// Returns true for `token=value` in one word.
fn assigns(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, value)| announces(name) && !value.is_empty())
}

/// Returns true if the word after an announcement is a value rather than prose: "token: abc" or
/// "Bearer abc", but not "the token is missing".
fn looks_assigned(text: &str, start: usize) -> bool {
    let before = text[..start].trim_end_matches(['"', '\'', ' ']);
    if before.ends_with([':', '=']) {
        return true;
    }
    let word = text[start..].split(|character| !in_word(character)).next().unwrap_or("");
    before.len() >= 6
        && before.is_char_boundary(before.len() - 6)
        && before[before.len() - 6..].eq_ignore_ascii_case("bearer")
        && word.len() >= 6
}

fn is_timestamp(word: &str) -> bool {
    let bytes = word.as_bytes();
    bytes.len() >= 10
        && bytes[4] == b'-'
        && bytes[7] == b'-'
        && [0, 1, 2, 3, 5, 6, 8, 9].iter().all(|&index| bytes[index].is_ascii_digit())
        && (bytes.len() == 10 || matches!(bytes[10], b'T' | b't'))
}

/// Finds a phone-like number that begins at `start` (or with a sign just before it): seven or more
/// digits with separators or a plus, or ten to fifteen digits in a row. Dates are not hidden.
fn phone(text: &str, start: usize) -> Option<(usize, usize)> {
    let rest = &text[start..];
    let first = rest.chars().next()?;
    if !(first.is_ascii_digit() || first == '+') || is_timestamp(rest.split(' ').next()?) {
        return None;
    }
    let opened = text[..start].ends_with('(');
    let mut digits = 0;
    let mut separators = usize::from(opened);
    let mut plus = first == '+';
    let mut end = 0;
    let mut gap = 0;
    for (index, byte) in rest.bytes().enumerate() {
        match byte {
            b'0'..=b'9' => {
                if gap > 0 {
                    separators += 1;
                }
                gap = 0;
                digits += 1;
                end = index + 1;
            }
            b'+' if index == 0 => plus = true,
            b' ' | b'-' | b'.' | b'(' | b')' if gap < 2 => gap += 1,
            b if b.is_ascii_alphabetic() && gap == 0 => return None,
            _ => break,
        }
    }
    let bare = separators == 0 && !plus && (10..=15).contains(&digits);
    let written = (separators > 0 || plus) && digits >= 7;
    (bare || written).then_some((start, start + end))
}

#[cfg(test)]
mod tests;
