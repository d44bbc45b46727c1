//! What a reply says that is not JSON: a proxy's web page, a line of text.

use super::RawReply;

/// The most characters of a text that are kept as a message.
const LONGEST: usize = 300;

/// What a body that is not JSON has to say; nothing if it is empty or is JSON.
pub(super) fn message(reply: &RawReply) -> Option<String> {
    let text = reply.text();
    let text = text.trim();
    if text.is_empty() || reply.json().is_some() {
        return None;
    }
    let html = reply.header("content-type").is_some_and(|kind| kind.contains("html"));
    if html || text.starts_with('<') {
        return Some(match title(text) {
            Some(title) => format!("{title} (a web page, not JSON)"),
            None => "a web page came in place of JSON".to_owned(),
        });
    }
    if text.starts_with(['{', '[']) {
        return Some("the JSON of the error is broken".to_owned());
    }
    Some(text.chars().take(LONGEST).collect())
}

fn title(page: &str) -> Option<String> {
    // Lower case of the same length, so that places in one are places in the other.
    let lower = page.to_ascii_lowercase();
    let start = lower.find("<title")?;
    let start = start + lower[start..].find('>')? + 1;
    let end = start + lower[start..].find("</title")?;
    let words: Vec<&str> = page[start..end].split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" ").chars().take(LONGEST).collect())
}
