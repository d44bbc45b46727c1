//! Reads replies that are not JSON: a proxy's web page, a line of text.

use super::RawReply;

/// Maximum number of characters of a text that are kept as a message.
const LONGEST: usize = 300;

/// The message for a web page without a title.
pub(super) const PAGE: &str = "the reply is a web page, not JSON";

/// Returns true if a body that is not JSON is a web page.
pub(super) fn is_page(reply: &RawReply) -> bool {
    let html = reply.header("content-type").is_some_and(|kind| kind.to_ascii_lowercase().contains("html"));
    html || reply.body().trim_ascii_start().starts_with(b"<")
}

/// Returns the message in a body that is not JSON; `None` if it is empty or is JSON.
pub(super) fn message(reply: &RawReply) -> Option<String> {
    let text = reply.text();
    let text = text.trim();
    if text.is_empty() || reply.json().is_some() {
        return None;
    }
    if is_page(reply) {
        return Some(match title(text) {
            Some(title) => format!("{title} (a web page, not JSON)"),
            None => PAGE.to_owned(),
        });
    }
    if text.starts_with(['{', '[']) {
        return Some("the error is not valid JSON".to_owned());
    }
    Some(text.chars().take(LONGEST).collect())
}

fn title(page: &str) -> Option<String> {
    // ASCII lower case keeps the length, so positions in one text are valid in the other.
    let lower = page.to_ascii_lowercase();
    let start = lower.find("<title")?;
    let start = start + lower[start..].find('>')? + 1;
    let end = start + lower[start..].find("</title")?;
    let words: Vec<&str> = page[start..end].split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" ").chars().take(LONGEST).collect())
}
