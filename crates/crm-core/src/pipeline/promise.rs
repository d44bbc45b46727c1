//! Whether a success is what was promised.
//!
//! | reply with a status of success | outcome |
//! |---|---|
//! | a body that reads as the vendor's error | refused |
//! | no body or `null`, where the document declares one | refused, unless the status is 204 or 205 and the method changes or deletes, or the method is DELETE |
//! | an object without any of the promised members | refused to a GET; to other methods, if the promised type has an id, a list or a record with an id |
//! | another kind of value than promised | refused |
//!
//! Whatever is refused is [`ErrorKind::Decode`](crate::ErrorKind::Decode) and keeps the body.

use http::Method;
use serde_json::Value;

use crate::codec::{Consists, Form, Wire};
use crate::meta::OpMeta;
use crate::vendor::{RawReply, Vendor};

/// The longest body that is looked at for an error: errors are short, pages are not.
const LONGEST_ERROR: usize = 16 * 1024;

/// Why a reply is not what was promised.
pub(super) enum Broken {
    /// It is an error, with a status of success.
    Refusal,
    /// Something else, in words.
    Other(&'static str),
}

/// What keeps a reply, which was read as this value, from being what was promised.
pub(super) fn broken<T: Wire>(value: &T, reply: &RawReply, op: &OpMeta, vendor: &dyn Vendor) -> Option<Broken> {
    let promised = <T::Form as Form<T>>::CONSISTS;
    let empty = T::Form::empty(value);
    let body = reply.body().trim_ascii();
    let suspect = body.len() <= LONGEST_ERROR && body.first() == Some(&b'{') && T::Form::may_be_error(value);
    // One value counts as a list of one. As a whole reply it is only one if it is a record.
    let lone = promised == Consists::List && !body.starts_with(b"[") && !body.starts_with(b"{");
    if !empty && !suspect && !lone {
        return None;
    }
    // What was read although it is not JSON had to be repaired, so it holds something.
    let given = if body.is_empty() { Value::Null } else { reply.json()? };
    if suspect && vendor.refuses(&given) {
        return Some(Broken::Refusal);
    }
    let fault = match (promised, &given) {
        (Consists::Nothing | Consists::Plain, _) => None,
        (_, Value::Null) => {
            let expected = op.may_be_empty || answers_nothing(op, reply);
            (!expected).then_some("the reply is empty, where the vendor's document promises content")
        }
        (Consists::Json, _) | (Consists::List, Value::Array(_)) | (Consists::Map, Value::Object(_)) => None,
        (_, Value::Object(_)) if !empty => None,
        (Consists::Members(_) | Consists::OneOf, Value::Object(members)) => {
            // What promises a member of any name, the empty one too, promises none.
            let any = members.keys().any(|name| T::Form::promises(name)) || T::Form::promises("");
            let concludes = matches!(op.method, Method::GET | Method::HEAD) || T::Form::identified();
            (!any && concludes).then_some("the reply has none of the members that the vendor's document promises")
        }
        _ => Some("the reply is of another kind than the vendor's document promises"),
    };
    fault.map(Broken::Other)
}

/// Whether a vendor may answer a write with nothing.
fn answers_nothing(op: &OpMeta, reply: &RawReply) -> bool {
    let no_content = matches!(reply.status().as_u16(), 204 | 205);
    op.method == Method::DELETE || no_content && matches!(op.method, Method::PUT | Method::PATCH)
}

/// Whether a reply has a list at a path.
pub(crate) fn has_list(reply: &RawReply, path: &[&str]) -> bool {
    let Some(body) = reply.json() else { return false };
    let list = path.iter().try_fold(&body, |value, name| value.get(name));
    list.is_some_and(Value::is_array)
}
