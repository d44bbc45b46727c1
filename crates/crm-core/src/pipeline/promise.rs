//! Checks that a success matches the vendor's document.
//!
//! | reply with a status of success | outcome |
//! |---|---|
//! | a body that reads as the vendor's error | refused |
//! | no body or `null`, if the document declares a body | refused, unless the method is DELETE, or the status is 204 or 205 and the method is PUT or PATCH |
//! | an object without any of the declared members | refused for GET and HEAD; for other methods, if the declared type has an id, a list or a record with an id |
//! | a page without its list, if the document requires one | refused |
//! | a value of a type other than declared | refused |
//!
//! A refused reply is an error of kind [`ErrorKind::Decode`](crate::ErrorKind::Decode), which keeps the body.

use http::Method;
use serde_json::Value;

use crate::codec::{self, Consists, Form, Wire};
use crate::meta::OpMeta;
use crate::vendor::{RawReply, Vendor};

/// The maximum length of a body that is checked for an error: errors are short, pages are not.
const LONGEST_ERROR: usize = 16 * 1024;

/// The reason why a reply does not match the vendor's document.
pub(super) enum Broken {
    /// It is an error, with a status of success.
    Refusal,
    /// It is a page without its list.
    NoList,
    /// Another reason, as the text of the message.
    Other(&'static str),
}

/// Returns the reason why a reply that was read as this value does not match the vendor's document.
pub(super) fn broken<T: Wire>(value: &T, reply: &RawReply, op: &OpMeta, vendor: &dyn Vendor) -> Option<Broken> {
    let promised = <T::Form as Form<T>>::CONSISTS;
    let empty = T::Form::empty(value);
    let body = reply.body().trim_ascii();
    let suspect = body.len() <= LONGEST_ERROR && body.first() == Some(&b'{') && T::Form::may_be_error(value);
    let lacks = op.rules.items.first().is_some_and(|name| T::Form::lacks(value, name));
    // A nested list is searched for in short bodies only, because pages with items are long.
    let deeper = op.rules.items.len() > 1 && body.len() <= LONGEST_ERROR;
    let listless = op.paging.is_some() && (lacks || op.rules.items_required && deeper);
    // A single value counts as a list of one. As a whole reply, only a record does.
    let lone = promised == Consists::List && !body.starts_with(b"[") && !body.starts_with(b"{");
    if !empty && !suspect && !lone && !listless {
        return None;
    }
    let given = if body.is_empty() { Value::Null } else { codec::parse(body)? };
    if suspect && vendor.refuses(&given) {
        return Some(Broken::Refusal);
    }
    if listless && given.is_object() && !is_listed(&given, op, op.rules.items_required, !lacks) {
        return Some(Broken::NoList);
    }
    let fault = match (promised, &given) {
        (Consists::Nothing | Consists::Plain, _) => None,
        (_, Value::Null) => {
            let expected = op.rules.may_be_empty || answers_nothing(op, reply);
            (!expected).then_some("the reply is empty, but the vendor's document declares content")
        }
        (Consists::Json, _) | (Consists::List, Value::Array(_)) | (Consists::Map, Value::Object(_)) => None,
        (_, Value::Object(_)) if !empty => None,
        (Consists::Members(_) | Consists::OneOf, Value::Object(members)) => {
            // A type that accepts members of any name, even the empty name, requires none.
            let any = members.keys().any(|name| T::Form::promises(name)) || T::Form::promises("");
            let concludes = matches!(op.method, Method::GET | Method::HEAD) || T::Form::identified();
            (!any && concludes).then_some("the reply has none of the members that the vendor's document declares")
        }
        _ => Some("the reply is of a type other than the vendor's document declares"),
    };
    fault.map(Broken::Other)
}

/// Returns true if the vendor may answer the write without content.
fn answers_nothing(op: &OpMeta, reply: &RawReply) -> bool {
    let no_content = matches!(reply.status().as_u16(), 204 | 205);
    op.method == Method::DELETE || no_content && matches!(op.method, Method::PUT | Method::PATCH)
}

/// Returns true if the reply of a paged operation, which was read without items, really has no
/// items: an empty list or, unless a list was promised, no list. A list whose items could not be read
/// is not empty.
pub(super) fn has_list(reply: &RawReply, op: &OpMeta, promised: bool) -> bool {
    let Some(body) = codec::parse(reply.body()) else { return false };
    // An object with an id is a record, which means a page of one item in another shape, and not an empty page.
    is_listed(&body, op, promised || id(&body).is_some(), false)
}

/// Returns the ids of the items of a page; `None` without items, or if an item has none.
pub(super) fn ids(reply: &RawReply, op: &OpMeta) -> Option<Vec<Value>> {
    let body = codec::parse(reply.body())?;
    let items = op.rules.items.iter().try_fold(&body, |value, name| value.get(name))?.as_array()?;
    let ids = items.iter().map(|item| id(item).cloned()).collect::<Option<Vec<_>>>()?;
    (!ids.is_empty()).then_some(ids)
}

fn id(record: &Value) -> Option<&Value> {
    ["id", "_id"].into_iter().filter_map(|name| record.get(name)).find(|id| !id.is_null())
}

/// Returns true if the body has the list, which may be absent unless it was promised, and may have
/// items only if they were read.
fn is_listed(body: &Value, op: &OpMeta, promised: bool, read: bool) -> bool {
    match op.rules.items.iter().try_fold(body, |value, name| value.get(name)) {
        None | Some(Value::Null) => !promised,
        Some(Value::Array(items)) => read || items.iter().all(Value::is_null),
        Some(_) => read,
    }
}
