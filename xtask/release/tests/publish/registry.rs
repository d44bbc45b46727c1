//! A minimal registry on loopback: a sparse index in memory, and the published crates.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// A registry that serves until the process ends.
pub(crate) struct Registry {
    address: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// A crate that is refused once.
    refused: Option<String>,
    published: Vec<String>,
    /// Lines of the index, by crate.
    index: BTreeMap<String, String>,
    /// Packed crates, by `name/version`.
    crates: BTreeMap<String, Vec<u8>>,
}

impl Registry {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let state = Arc::new(Mutex::new(State::default()));
        let this = Self { address: address.clone(), state: state.clone() };
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (state, address) = (state.clone(), address.clone());
                thread::spawn(move || while answer(&stream, &address, &state).is_some() {});
            }
        });
        this
    }

    /// Returns the address of the index.
    pub(crate) fn index(&self) -> String {
        format!("sparse+http://{}/index/", self.address)
    }

    /// Refuses the next upload of a crate.
    pub(crate) fn refuse(&self, name: &str) {
        self.state.lock().unwrap().refused = Some(name.to_owned());
    }

    /// Returns the published names and versions, in order.
    pub(crate) fn published(&self) -> Vec<String> {
        self.state.lock().unwrap().published.clone()
    }
}

/// Answers one request; `None` at the end of the connection.
fn answer(mut stream: &TcpStream, address: &str, state: &Mutex<State>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let header = header.trim().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if header == "expect: 100-continue" {
            stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let mut state = state.lock().unwrap();
    let reply = match path.strip_prefix("/index/") {
        Some("config.json") => {
            let config =
                json!({"dl": format!("http://{address}/dl/{{crate}}/{{version}}"), "api": format!("http://{address}")});
            Some(config.to_string().into_bytes())
        }
        Some(file) => state.index.get(file.rsplit('/').next()?).map(|text| text.clone().into_bytes()),
        None if path == "/api/v1/crates/new" => Some(publish(&mut state, &body)),
        None => state.crates.get(path.strip_prefix("/dl/")?).cloned(),
    };
    let (status, reply) = reply.map_or(("404 Not Found", Vec::new()), |reply| ("200 OK", reply));
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n", reply.len());
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(&reply).ok()
}

/// Stores an upload of cargo: the length of the description, the description, the length of the crate, the crate.
fn publish(state: &mut State, body: &[u8]) -> Vec<u8> {
    let part = |body: &[u8]| -> (Vec<u8>, usize) {
        let length = u32::from_le_bytes(body[..4].try_into().unwrap()) as usize;
        (body[4..4 + length].to_vec(), 4 + length)
    };
    let (described, length) = part(body);
    let (packed, _) = part(&body[length..]);
    let described: Value = serde_json::from_slice(&described).unwrap();
    let (name, version) = (described["name"].as_str().unwrap(), described["vers"].as_str().unwrap());
    if state.refused.take_if(|refused| refused == name).is_some() {
        return b"{\"errors\": [{\"detail\": \"not now\"}]}".to_vec();
    }
    if state.crates.contains_key(&format!("{name}/{version}")) {
        return format!("{{\"errors\": [{{\"detail\": \"crate {name}@{version} exists\"}}]}}").into_bytes();
    }
    let needs = described["deps"].as_array().unwrap().iter().map(|one| {
        json!({
            "name": one["name"], "req": one["version_req"], "features": one["features"], "optional": one["optional"],
            "default_features": one["default_features"], "target": one["target"], "kind": one["kind"], "registry": one["registry"],
        })
    });
    let sum: String = Sha256::digest(&packed).iter().map(|byte| format!("{byte:02x}")).collect();
    let line = json!({
        "name": name, "vers": version, "deps": needs.collect::<Value>(), "cksum": sum, "features": described["features"], "yanked": false,
    });
    *state.index.entry(name.to_owned()).or_default() += &format!("{line}\n");
    state.crates.insert(format!("{name}/{version}"), packed);
    state.published.push(format!("{name} {version}"));
    b"{\"warnings\": {\"invalid_categories\": [], \"invalid_badges\": [], \"other\": []}}".to_vec()
}
