//! What both APIs' bodies and headers have in common.

use crm_core::RawReply;

/// The text of a body that is plain text.
pub(crate) fn text(reply: &RawReply) -> Option<String> {
    let plain = reply.header("content-type").is_some_and(|kind| kind.starts_with("text/plain"));
    plain.then(|| reply.text().trim().to_owned()).filter(|text| !text.is_empty())
}

/// The id under which the host logs a request.
pub(crate) fn request_id(reply: &RawReply) -> Option<String> {
    reply.header("x-request-id").map(str::to_owned)
}
