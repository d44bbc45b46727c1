//! Headers that both APIs have in common.

use crm_core::RawReply;

/// The id under which the host logs a request.
pub(crate) fn request_id(reply: &RawReply) -> Option<String> {
    reply.header("x-request-id").map(str::to_owned)
}
