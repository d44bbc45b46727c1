//! The server over HTTP: who may call it, and the same tools.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::Duration;

use crm_fake::{Fake, Fault, Vendor};
use serde_json::{Value, json};

use crate::support;
use crate::support::vendor::Running;

const TOKEN: &str = "a-token-of-more-than-16-bytes";

struct Server {
    child: Child,
    errors: BufReader<ChildStderr>,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn start() -> Server {
    serve(support::command("--fake mcp --http 0", "/nowhere"))
}

fn serve(mut command: Command) -> Server {
    let mut child = command.env("CRM_MCP_TOKEN", TOKEN).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let mut errors = BufReader::new(child.stderr.take().unwrap());
    errors.read_line(&mut line).unwrap();
    let port =
        line.split("127.0.0.1:").nth(1).and_then(|rest| rest.split(';').next()).unwrap_or_else(|| panic!("{line}"));
    Server { port: port.parse().unwrap(), child, errors }
}

/// Sends a message with headers.
fn send(server: &Server, headers: &[(&str, &str)], message: &Value) -> TcpStream {
    let body = message.to_string();
    let mut text = format!("POST / HTTP/1.1\r\ncontent-length: {}\r\ncontent-type: application/json\r\n", body.len());
    let has = |name: &str| headers.iter().any(|header| header.0 == name);
    if !has("host") {
        text.push_str(&format!("host: 127.0.0.1:{}\r\n", server.port));
    }
    text.push_str("accept: application/json, text/event-stream\r\nconnection: close\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    let mut stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    stream.write_all(format!("{text}\r\n{body}").as_bytes()).unwrap();
    stream
}

/// Sends a message with headers, and returns the status, the headers and the message of the reply.
fn post(server: &Server, headers: &[(&str, &str)], message: &Value) -> (u16, String, Value) {
    let mut reply = String::new();
    send(server, headers, message).read_to_string(&mut reply).unwrap();
    let (head, body) = reply.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let messages = body.lines().map(|line| line.strip_prefix("data:").unwrap_or(line).trim());
    let message = messages.filter_map(|line| serde_json::from_str::<Value>(line).ok()).find(Value::is_object);
    (status, head.to_lowercase(), message.unwrap_or(Value::Null))
}

fn list() -> Value {
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "t", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": meta}})
}

#[test]
fn only_clients_with_the_token_of_this_computer_are_answered() {
    let server = start();
    let bearer = format!("Bearer {TOKEN}");
    let version = [("mcp-protocol-version", "2026-07-28"), ("mcp-method", "tools/list")];
    let with = |more: &[(&'static str, &str)]| post(&server, &[&version[..], more].concat(), &list()).0;
    assert_eq!(with(&[]), 401);
    for wrong in [TOKEN, "Bearer ", "Bearer a-token-of-more-than-16-byteS", "Basic x", &format!("{bearer}x"), "é"] {
        assert_eq!(with(&[("authorization", wrong)]), 401, "{wrong}");
    }
    assert_eq!(with(&[("authorization", &bearer), ("host", "crm.example.com")]), 403);
    assert_eq!(with(&[("authorization", &bearer), ("origin", "http://localhost:3000")]), 403);
    assert_eq!(with(&[("authorization", &bearer), ("origin", "null")]), 403);
    let (status, _, listed) = post(&server, &[&version[..], &[("authorization", &bearer)]].concat(), &list());
    assert_eq!((status, listed["result"]["tools"].as_array().map(Vec::len)), (200, Some(6)), "{listed}");
}

#[cfg(unix)]
#[test]
fn a_signal_ends_the_server_in_order() {
    for signal in ["-INT", "-TERM"] {
        let mut server = start();
        Command::new("kill").args([signal, &server.child.id().to_string()]).status().unwrap();
        assert_eq!(server.child.wait().unwrap().code(), Some(0), "{signal}");
    }
}

/// Begins the session of an older client, and returns its id.
fn session(server: &Server, bearer: &str) -> String {
    let info = json!({"name": "t", "version": "1"});
    let hello = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": info});
    let hello = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello});
    let (status, head, welcome) = post(server, &[("authorization", bearer)], &hello);
    assert_eq!((status, &welcome["result"]["protocolVersion"]), (200, &json!("2025-06-18")), "{head}");
    let session = head.lines().find_map(|line| line.strip_prefix("mcp-session-id: ")).unwrap();
    let ready = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    post(server, &of_session(bearer, session), &ready);
    session.to_owned()
}

fn of_session<'a>(bearer: &'a str, session: &'a str) -> [(&'a str, &'a str); 3] {
    [("authorization", bearer), ("mcp-session-id", session), ("mcp-protocol-version", "2025-06-18")]
}

fn call(name: &str, arguments: &Value) -> Value {
    let params = json!({"name": name, "arguments": arguments});
    json!({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": params})
}

#[cfg(unix)]
#[test]
fn calls_that_a_signal_ends_are_a_failure() {
    let body = json!({"properties": {"email": "ada@example.com"}});
    for (tool, arguments, code, sentence) in [
        ("write", json!({"operation": "hubspot contacts create", "body": body}), 8, "their writes may have happened"),
        ("read", json!({"operation": "hubspot contacts list"}), 1, "calls that only read were under way"),
    ] {
        let fake = Running::start(Fake::builder(Vendor::HubSpot));
        fake.0.fail(Fault::Slow(Duration::from_secs(60)));
        let profile = fake.profile();
        let mut server = serve(support::command("mcp --yes --http 0", profile.path()));
        let bearer = format!("Bearer {TOKEN}");
        let session = session(&server, &bearer);
        let _open = send(&server, &of_session(&bearer, &session), &call(tool, &arguments));
        support::until("the request", || !fake.0.requests().is_empty());
        Command::new("kill").args(["-INT", &server.child.id().to_string()]).status().unwrap();
        assert_eq!(server.child.wait().unwrap().code(), Some(code), "{tool}");
        let mut errors = String::new();
        server.errors.read_to_string(&mut errors).unwrap();
        assert!(errors.contains(sentence), "{errors}");
    }
}

#[test]
fn an_older_client_has_a_session() {
    let server = start();
    let bearer = format!("Bearer {TOKEN}");
    let session = session(&server, &bearer);
    let headers = of_session(&bearer, &session);
    let call = call("find", &json!({"question": "create a contact in hubspot"}));
    let (_, _, found) = post(&server, &headers, &call);
    assert!(found["result"]["content"][0]["text"].as_str().unwrap().contains("hubspot contacts create"), "{found}");
    let (status, _, _) = post(&server, &headers[1..], &call);
    assert_eq!(status, 401);
}

#[test]
fn a_server_without_a_token_or_for_all_addresses_does_not_start() {
    for (address, token, code, sentence) in [
        ("0", "", 3, "set CRM_MCP_TOKEN"),
        ("0", "short", 3, "at least 16 characters"),
        ("0.0.0.0:0", TOKEN, 2, "name the host that clients use"),
        ("[::]:0", TOKEN, 2, "name the host that clients use"),
        ("nowhere", TOKEN, 2, "write a port, or HOST:PORT"),
    ] {
        let mut command = support::command(&format!("--fake mcp --http {address}"), "/nowhere");
        let ended = command.env("CRM_MCP_TOKEN", token).output().unwrap();
        let errors = String::from_utf8(ended.stderr).unwrap();
        assert!(ended.status.code() == Some(code) && errors.contains(sentence), "{address}: {errors}");
    }
}
