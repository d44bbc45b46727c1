//! Conversations and messages. The list of messages is nested one level deeper than documented, as
//! in the real API.

use serde_json::{Map, Value, json};

use super::errors::Fail;
use super::{Answer, overlay, paging, put};
use crate::call::Call;
use crate::cursor;
use crate::reply::Reply;
use crate::state::World;

const HOME: &str = "conversations";
const MESSAGES: &str = "messages";

pub(super) fn store(world: &mut World, mut members: Map<String, Value>) -> String {
    let date = world.clock.tick();
    let defaults = [
        ("deleted", json!(false)),
        ("inbox", json!(true)),
        ("type", json!("TYPE_PHONE")),
        ("unreadCount", json!(0)),
        ("starred", json!(false)),
        ("lastMessageDate", json!(date)),
    ];
    for (name, value) in defaults {
        members.entry(name).or_insert(value);
    }
    put(world, HOME, members)
}

/// Adds a message, and its conversation if there is none.
pub(super) fn store_message(world: &mut World, mut members: Map<String, Value>) -> String {
    let text = |name: &str| members.get(name).and_then(Value::as_str).map(str::to_owned);
    let conversation = text("conversationId").unwrap_or_else(|| {
        let contact = text("contactId").unwrap_or_default();
        conversation_of(world, &contact)
    });
    members.insert("conversationId".into(), json!(conversation));
    for (name, value) in [
        ("type", json!(2)),
        ("messageType", json!("TYPE_SMS")),
        ("direction", json!("outbound")),
        ("status", json!("delivered")),
        ("contentType", json!("text/plain")),
    ] {
        members.entry(name).or_insert(value);
    }
    let body = members.get("body").cloned().unwrap_or(Value::Null);
    let kind = members["messageType"].clone();
    let date = world.clock.tick();
    if let Some(conversation) = world.collection(HOME).get_mut(&conversation) {
        conversation["lastMessageDate"] = json!(date);
        conversation["lastMessageBody"] = body;
        conversation["lastMessageType"] = kind;
    }
    put(world, MESSAGES, members)
}

fn conversation_of(world: &mut World, contact: &str) -> String {
    let known = world.collection(HOME).values().find(|c| c["contactId"].as_str() == Some(contact));
    if let Some(id) = known.and_then(|c| c["id"].as_str()) {
        return id.to_owned();
    }
    let location = world.settings.location.clone();
    let members = json!({"contactId": contact, "locationId": location});
    store(world, members.as_object().cloned().unwrap_or_default())
}

fn get(world: &World, home: &str, what: &str, id: &str) -> Result<Value, Fail> {
    let found = world.peek(home).and_then(|all| all.get(id)).cloned();
    found.ok_or_else(|| Fail::missing(what, id))
}

pub(super) fn handle(call: &Call<'_>, rest: &[&str], world: &mut World) -> Option<Answer> {
    let now = world.now();
    let answer = match (call.method, rest) {
        ("POST", [""]) => {
            let members = call.body.as_object().cloned().unwrap_or_default();
            let id = store(world, members);
            get(world, HOME, "conversation", &id).map(|mut conversation| {
                // A text here, a number in the list.
                conversation["lastMessageDate"] = conversation["dateAdded"].clone();
                Reply::json(201, json!({"success": true, "conversation": conversation}))
            })
        }
        ("GET", ["search"]) => search(call, world),
        ("GET", ["messages", "export"]) => export(call, world),
        ("POST", ["messages", "upload"]) => return None,
        ("POST", ["messages"]) => send(call, "outbound", world).map(|(conversation, message)| {
            Reply::json(200, json!({"conversationId": conversation, "messageId": message, "msg": "queued"}))
        }),
        ("POST", ["messages", direction @ ("inbound" | "outbound")]) => {
            send(call, direction, world).map(|(conversation, message)| {
                Reply::json(
                    200,
                    json!({
                        "success": true,
                        "conversationId": conversation,
                        "messageId": message,
                        "message": "taken",
                    }),
                )
            })
        }
        ("GET", ["messages", id]) => {
            get(world, MESSAGES, "message", id).map(|message| Reply::json(200, json!({"message": message})))
        }
        (_, ["messages" | "preferences" | "providers" | "locations", ..]) => return None,
        ("GET", [id]) => get(world, HOME, "conversation", id).map(|conversation| {
            let mut conversation = conversation;
            // A number here, a text in the list.
            conversation["type"] = json!(1);
            Reply::json(200, conversation)
        }),
        ("PUT", [id]) => {
            if let Some(conversation) = world.collection(HOME).get_mut(id) {
                overlay(conversation, call.body, &now);
            }
            get(world, HOME, "conversation", id)
                .map(|conversation| Reply::json(200, json!({"success": true, "conversation": conversation})))
        }
        ("DELETE", [id]) => {
            let gone = world.collection(HOME).remove(id);
            gone.map(|_| Reply::json(200, json!({"success": true}))).ok_or_else(|| Fail::missing("conversation", id))
        }
        ("GET", [id, "messages"]) => messages(call, id, world),
        _ => return None,
    };
    Some(answer)
}

fn send(call: &Call<'_>, direction: &str, world: &mut World) -> Result<(String, String), Fail> {
    let kind = match call.text("type").unwrap_or("SMS") {
        "Email" => "TYPE_EMAIL",
        "WhatsApp" => "TYPE_WHATSAPP",
        "IG" => "TYPE_INSTAGRAM",
        "FB" => "TYPE_FACEBOOK",
        "Live_Chat" | "WebChat" => "TYPE_LIVE_CHAT",
        "RCS" => "TYPE_RCS",
        "Custom" => "TYPE_CUSTOM_SMS",
        "TIKTOK" => "TYPE_TIKTOK",
        "Call" => "TYPE_CALL",
        _ => "TYPE_SMS",
    };
    let conversation = match call.text("conversationId") {
        Some(id) => {
            get(world, HOME, "conversation", id)?;
            id.to_owned()
        }
        None => conversation_of(world, call.text("contactId").unwrap_or("")),
    };
    let location = world.settings.location.clone();
    let members = json!({
        "conversationId": conversation,
        "contactId": call.text("contactId"),
        "locationId": location,
        "messageType": kind,
        "direction": direction,
        "body": call.text("message").or_else(|| call.text("html")),
    });
    let message = store_message(world, members.as_object().cloned().unwrap_or_default());
    Ok((conversation, message))
}

/// Newest first unless requested otherwise, by the date of the last message.
fn search(call: &Call<'_>, world: &mut World) -> Answer {
    let size = paging::size(call.query_number("limit"), 20, 100)?;
    let location = call.query("locationId").unwrap_or("");
    let contact = call.query("contactId");
    let up = call.query("sort") == Some("asc");
    let mine = |c: &&Value| {
        c["locationId"].as_str() == Some(location)
            && contact.is_none_or(|contact| c["contactId"].as_str() == Some(contact))
    };
    let mut found: Vec<Value> = world.collection(HOME).values().filter(mine).cloned().collect();
    let date = |c: &Value| c["lastMessageDate"].as_i64().unwrap_or(0);
    found.sort_by_key(|c| if up { date(c) } else { -date(c) });
    let total = found.len();
    let after = call.query("startAfterDate").and_then(|after| after.parse::<f64>().ok()).map(|n| n as i64);
    if let Some(after) = after {
        found.retain(|c| if up { date(c) > after } else { date(c) < after });
    }
    found.truncate(size);
    Ok(Reply::json(200, json!({"conversations": found, "total": total})))
}

/// Newest first; `lastMessageId` is the beginning of the next page.
fn messages(call: &Call<'_>, id: &str, world: &mut World) -> Answer {
    get(world, HOME, "conversation", id)?;
    let size = paging::size(call.query_number("limit"), 20, 100)?;
    let mine = |message: &&Value| message["conversationId"].as_str() == Some(id);
    let all: Vec<Value> = world.collection(MESSAGES).values().rev().filter(mine).cloned().collect();
    let start = match call.query("lastMessageId") {
        Some(last) => all.iter().position(|message| paging::id(message) == last).map_or(all.len(), |at| at + 1),
        None => 0,
    };
    let page: Vec<Value> = all.iter().skip(start).take(size).cloned().collect();
    let more = start + page.len() < all.len();
    let last = page.last().map(|message| paging::id(message).to_owned());
    let body = json!({"messages": {"lastMessageId": last, "nextPage": more, "messages": page}});
    Ok(Reply::json(200, body))
}

fn export(call: &Call<'_>, world: &mut World) -> Answer {
    let size = call.query_number("limit").unwrap_or(100);
    if !(10..=500).contains(&size) {
        return Err(Fail::invalid("limit must be 10 to 500"));
    }
    let start = match call.query("cursor") {
        None | Some("") => 0,
        Some(text) => cursor::open(text).ok_or_else(|| Fail::new(400, "cursor is none of ours"))?,
    };
    let location = call.query("locationId").unwrap_or("");
    let mine = |message: &Value| message["locationId"].as_str() == Some(location);
    let messages = world.collection(MESSAGES);
    let total = messages.values().filter(|message| mine(message)).count();
    let (page, next) = messages.page(start, size, mine);
    let next = next.map(cursor::seal);
    Ok(Reply::json(200, json!({"messages": page, "nextCursor": next, "total": total})))
}
