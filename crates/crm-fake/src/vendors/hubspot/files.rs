//! Files: folders, and imports from a URL that take a while.

use serde_json::{Value, json};

use super::errors::Fail;
use super::{Answer, page_of};
use crate::call::Call;
use crate::reply::Reply;
use crate::state::World;

pub(super) fn handle(call: &Call<'_>, rest: &[&str], world: &mut World) -> Option<Answer> {
    let answer = match (call.method, rest) {
        ("POST", ["files", "import-from-url", "async"]) => import(call, world),
        ("GET", ["files", "import-from-url", "async", "tasks", task, "status"]) => status(task, world),
        ("GET", [kind @ ("files" | "folders"), "search"]) => {
            let all = world.collection(kind).values().cloned().collect();
            let limit = call.query_number("limit").unwrap_or(20);
            Ok(Reply::json(200, page_of(all, call.query_number("after").unwrap_or(0), limit)))
        }
        ("GET", ["files", id]) => {
            let file = world.collection("files").get(id).cloned();
            file.map(|file| Reply::json(200, file)).ok_or_else(|| Fail::missing("file", id))
        }
        ("POST", ["folders"]) => Ok(create_folder(call, world)),
        _ => return None,
    };
    Some(answer)
}

fn create_folder(call: &Call<'_>, world: &mut World) -> Reply {
    let id = world.next_id().to_string();
    let now = world.now();
    let name = call.text("name").unwrap_or("");
    let parent = call.text("parentPath").unwrap_or("").trim_end_matches('/');
    let folder = json!({
        "id": id,
        "name": name,
        "path": format!("{parent}/{name}"),
        "createdAt": now,
        "updatedAt": now,
        "archived": false,
    });
    world.collection("folders").put(&id, folder.clone());
    Reply::json(201, folder)
}

fn import(call: &Call<'_>, world: &mut World) -> Answer {
    let url = call.text("url").unwrap_or("");
    if call.text("folderId").is_some() == call.text("folderPath").is_some() {
        return Err(Fail::invalid("one of folderId and folderPath is required"));
    }
    let id = world.next_id().to_string();
    world.collection("imports").put(&id, json!({"url": url, "access": call.body["access"]}));
    Ok(Reply::json(202, json!({"id": id, "links": {}})))
}

/// Pending, then processing, then the file; nothing can be fetched from a host whose name ends in `.invalid`.
fn status(task: &str, world: &mut World) -> Answer {
    let import = world.collection("imports").get(task).cloned().ok_or_else(|| Fail::missing("task", task))?;
    let now = world.now();
    let needed = world.settings.polls.unwrap_or(2);
    let asked = world.asked.entry(format!("import:{task}")).or_default();
    *asked += 1;
    let mut body = json!({"taskId": task, "requestedAt": now, "startedAt": now, "completedAt": now});
    if *asked <= needed {
        body["status"] = json!(if *asked == 1 { "PENDING" } else { "PROCESSING" });
        return Ok(Reply::json(200, body));
    }
    body["status"] = json!("COMPLETE");
    let url = import["url"].as_str().unwrap_or("").to_owned();
    let host = url.split('/').nth(2).unwrap_or("");
    if host.is_empty() || host.ends_with(".invalid") {
        body["numErrors"] = json!(1);
        body["errors"] = json!([Fail::invalid("nothing can be fetched from the address").row(None)]);
        return Ok(Reply::json(200, body));
    }
    body["result"] = stored(&import, &url, &now, world);
    Ok(Reply::json(200, body))
}

fn stored(import: &Value, url: &str, now: &str, world: &mut World) -> Value {
    let id = world.next_id().to_string();
    let name = url.rsplit('/').next().unwrap_or("");
    let file = json!({
        "id": id,
        "name": name,
        "url": url,
        "access": import["access"],
        "createdAt": now,
        "updatedAt": now,
        "archived": false,
    });
    world.collection("files").put(&id, file.clone());
    file
}
