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
    if !empty && !suspect {
        return None;
    }
    let given = if body.is_empty() { Some(Value::Null) } else { reply.json() };
    // What was read although it is not JSON had to be repaired; it holds something.
    let given = given?;
    if suspect && vendor.refuses(&given) {
        return Some(Broken::Refusal);
    }
    if !empty || op.may_be_empty && given.is_null() {
        return None;
    }
    let fault = match (promised, &given) {
        (Consists::Nothing | Consists::Plain | Consists::Json, _) => None,
        (_, Value::Null) if answers_nothing(op, reply) => None,
        (_, Value::Null) => Some("the reply is empty, where the vendor's document promises content"),
        (Consists::List, Value::Array(_)) | (Consists::Map, Value::Object(_)) => None,
        (Consists::Members(names), Value::Object(members)) => {
            let promised = names.get(1..).unwrap_or_default();
            let any = promised.is_empty() || promised.iter().any(|name| members.contains_key(*name));
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
