//! Whether a success is what was promised.
//!
//! | reply with a status of success | outcome |
//! |---|---|
//! | a body that reads as the vendor's error | refused |
//! | no body or `null`, where the document declares one | refused, unless the status is 204 or 205 and the method changes or deletes, or the method is DELETE |
//! | an object without any of the promised members | refused to a GET; to other methods, if the promised type has an id, a list or a record with an id |
//! | a page without its list, where the document requires one | refused |
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
    /// It is a page without its list.
    NoList,
    /// Something else, in words.
    Other(&'static str),
}

/// What keeps a reply, which was read as this value, from being what was promised.
pub(super) fn broken<T: Wire>(value: &T, reply: &RawReply, op: &OpMeta, vendor: &dyn Vendor) -> Option<Broken> {
    let promised = <T::Form as Form<T>>::CONSISTS;
    let empty = T::Form::empty(value);
    let body = reply.body().trim_ascii();
    let suspect = body.len() <= LONGEST_ERROR && body.first() == Some(&b'{') && T::Form::may_be_error(value);
    let lacks = op.items.first().is_some_and(|name| T::Form::lacks(value, name));
    // Deeper than one member, the list is looked for in what is small: pages with items are not.
    let deeper = op.items.len() > 1 && body.len() <= LONGEST_ERROR;
    let listless = op.items_required && (lacks || deeper);
    // One value counts as a list of one. As a whole reply it is only one if it is a record.
    let lone = promised == Consists::List && !body.starts_with(b"[") && !body.starts_with(b"{");
    if !empty && !suspect && !lone && !listless {
        return None;
    }
    // What was read although it is not JSON had to be repaired, so it holds something.
    let given = if body.is_empty() { Value::Null } else { reply.json()? };
    if suspect && vendor.refuses(&given) {
        return Some(Broken::Refusal);
    }
    if listless && given.is_object() && !is_listed(&given, op, !lacks) {
        return Some(Broken::NoList);
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

/// Whether the reply of a paged operation, which was read as one without items, has a list without
/// items. A list of what no field can hold is none.
pub(super) fn has_list(reply: &RawReply, op: &OpMeta) -> bool {
    reply.json().is_some_and(|body| is_listed(&body, op, false))
}

/// Whether a body has the list, which may have items only if they were read.
fn is_listed(body: &Value, op: &OpMeta, read: bool) -> bool {
    let list = op.items.iter().try_fold(body, |value, name| value.get(name));
    list.and_then(Value::as_array).is_some_and(|items| read || items.iter().all(Value::is_null))
}
