//! Reads messages.
//!
//! A client waits for ever for the answer of a request that is ignored, and so does the server for the answer to a question.
//! So a request that cannot be read gets an error with its id, and an answer that cannot be read counts as an error.

use std::collections::BTreeMap;

use rmcp::model::{ErrorCode, ErrorData, JsonRpcMessage, RequestId};
use rmcp::service::{RoleServer, RxJsonRpcMessage};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

/// The maximum length of the text of an id that is returned with an error.
const LONGEST_ID: usize = 1024;

type Message = RxJsonRpcMessage<RoleServer>;

/// Reads a message. Returns `None` if it is a notification that cannot be read, which never has an answer.
///
/// # Errors
///
/// The answer to text that is not a message.
pub(super) fn read(text: &[u8]) -> Result<Option<Message>, Value> {
    if let Some(message) = serde_json::from_slice(text).ok().or_else(|| without_null(text)) {
        return Ok(Some(message));
    }
    // The members are read without their content, which may be the part that cannot be read.
    let members = String::from_utf8_lossy(text);
    let members: BTreeMap<String, &RawValue> = serde_json::from_str(&members).unwrap_or_default();
    let id = members.get("id").map(|id| serde_json::from_str::<Value>(id.get()).unwrap_or_default());
    match (members.contains_key("method"), id) {
        (true, None) => Ok(None),
        (false, Some(id)) => match serde_json::from_value(id) {
            Ok(question) => Ok(Some(unanswered(question))),
            Err(_) => Err(fault(text, None)),
        },
        (_, id) => Err(fault(text, id.filter(is_id))),
    }
}

/// Returns the error that ends a question without a readable answer.
pub(super) fn unanswered(question: RequestId) -> Message {
    JsonRpcMessage::error(ErrorData::invalid_request("there is no readable answer", None), Some(question))
}

/// Reads a message without the members that are null and belong to other kinds of messages. Some clients write all members.
fn without_null(text: &[u8]) -> Option<Message> {
    let mut members: Map<String, Value> = serde_json::from_slice(text).ok()?;
    let all = members.len();
    members.retain(|name, member| !(member.is_null() && matches!(name.as_str(), "method" | "result" | "error")));
    if members.len() == all {
        return None;
    }
    serde_json::from_value(members.into()).ok()
}

/// Returns the error of text that is not a message. The reasons of JSON do not repeat the text.
fn fault(text: &[u8], id: Option<Value>) -> Value {
    let error = match (serde_json::from_slice::<Value>(text), &id) {
        (Ok(_), _) => ErrorData::invalid_request("the line is not a request of JSON-RPC 2.0", None),
        (Err(reason), Some(_)) => {
            let reason = reason.to_string();
            let pair = if reason.contains("hex escape") { "half of a surrogate pair: " } else { "" };
            ErrorData::invalid_request(format!("the request cannot be read: {pair}{reason}"), None)
        }
        (Err(reason), None) => {
            let message = format!("the line is not JSON, or is longer than 16 MiB: {reason}");
            ErrorData::new(ErrorCode::PARSE_ERROR, message, None)
        }
    };
    json!({"jsonrpc": "2.0", "id": id, "error": error})
}

fn is_id(value: &Value) -> bool {
    value.is_number() || value.as_str().is_some_and(|text| text.len() <= LONGEST_ID)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(text: &[u8]) -> (Value, i64, String) {
        let answer = read(text).unwrap_err();
        let message = answer["error"]["message"].as_str().unwrap().to_owned();
        (answer["id"].clone(), answer["error"]["code"].as_i64().unwrap(), message)
    }

    #[test]
    fn a_request_that_cannot_be_read_is_answered_with_its_id() {
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        for (value, reason) in [
            (&b"\"a \\ud83d\""[..], "surrogate"),
            (b"1e400", "number out of range"),
            (deep.as_bytes(), "recursion limit"),
            (b"\"\xe4\"", "invalid unicode"),
        ] {
            let text = [&b"{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"method\":\"ping\",\"params\":{\"a\":"[..], value, b"}}"];
            let (id, code, message) = answer(&text.concat());
            assert!(id == "x" && code == -32600 && message.contains(reason), "{id} {code} {message}");
        }
        for text in ["{\"id\":\"x\",\"method\":\"ping\"}", "{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"method\":5}"] {
            assert_eq!(answer(text.as_bytes()).0, "x", "{text}");
        }
    }

    #[test]
    fn text_without_a_readable_id_is_answered_without_one() {
        let long = format!("{{\"jsonrpc\":\"1.0\",\"id\":\"{}\",\"method\":\"ping\"}}", "y".repeat(LONGEST_ID + 1));
        for (text, code) in [
            ("{not json", -32700),
            ("[", -32700),
            ("[]", -32600),
            ("7", -32600),
            ("{}", -32600),
            ("{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}", -32600),
            ("{\"jsonrpc\":\"2.0\",\"id\":{},\"result\":{},\"error\":{}}", -32600),
            (&long, -32600),
        ] {
            let (id, found, _) = answer(text.as_bytes());
            assert_eq!((id, found), (Value::Null, code), "{text}");
        }
    }

    #[test]
    fn a_notification_has_no_answer() {
        for text in ["{\"method\":\"x\"}", "{\"jsonrpc\":\"2.0\",\"method\":\"x\",\"params\":\"\\ud83d\"}"] {
            assert!(read(text.as_bytes()).unwrap().is_none(), "{text}");
        }
    }

    #[test]
    fn members_of_other_messages_may_be_null() {
        for text in [
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"result\":null,\"error\":null}",
            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\",\"error\":null}",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":null,\"result\":{},\"error\":null}",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":null,\"error\":{\"code\":-32601,\"message\":\"x\"}}",
        ] {
            let message = read(text.as_bytes()).unwrap().unwrap();
            let message = serde_json::to_value(message).unwrap();
            let mut expected: Value = serde_json::from_str(text).unwrap();
            expected.as_object_mut().unwrap().retain(|_, member| !member.is_null());
            for (name, member) in expected.as_object().unwrap() {
                assert_eq!(message[name], *member, "{text}: {message}");
            }
        }
    }

    #[test]
    fn an_answer_that_cannot_be_read_is_an_error() {
        for rest in [
            "",
            ",\"error\":null",
            ",\"error\":\"x\"",
            ",\"error\":{\"message\":\"x\"}",
            ",\"result\":{},\"error\":{\"code\":1,\"message\":\"x\"}",
            ",\"result\":{\"action\":\"accept\",\"content\":{\"confirm\":true,\"note\":\"\\ud83d\"}}",
        ] {
            let text = format!("{{\"jsonrpc\":\"2.0\",\"id\":3{rest}}}");
            let Some(Message::Error(error)) = read(text.as_bytes()).unwrap() else { panic!("{text}") };
            assert_eq!(
                (error.id, error.error.code),
                (Some(RequestId::Number(3)), ErrorCode::INVALID_REQUEST),
                "{text}"
            );
        }
    }
}
