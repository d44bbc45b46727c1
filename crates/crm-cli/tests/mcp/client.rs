//! A client of the server, as small as the protocol allows.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use serde_json::{Value, json};

use crate::support;

/// The capabilities of a client that can ask its user.
pub(crate) fn asks() -> Value {
    json!({"elicitation": {}})
}

/// A client that speaks one version of the protocol.
pub(crate) struct Client {
    pub(crate) child: Child,
    pub(crate) input: Option<ChildStdin>,
    pub(crate) output: BufReader<ChildStdout>,
    modern: bool,
    capabilities: Value,
    id: u64,
    /// The size of the last line of the server.
    pub(crate) last: usize,
    /// Notifications so far.
    pub(crate) notices: Vec<Value>,
    /// Questions so far, and what the user answers.
    pub(crate) asked: Vec<Value>,
    pub(crate) answer: Value,
}

impl Client {
    pub(crate) fn start(line: &str, profiles: &str, modern: bool) -> Self {
        Self::with(line, profiles, modern, json!({}))
    }

    pub(crate) fn with(line: &str, profiles: &str, modern: bool, capabilities: Value) -> Self {
        let mut command = support::command(line, profiles);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (input, output) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        let answer = json!({"action": "cancel"});
        let (notices, asked) = (Vec::new(), Vec::new());
        let mut client = Self { child, input, output, modern, capabilities, id: 0, last: 0, notices, asked, answer };
        if modern {
            let found = client.ask("server/discover", json!({}));
            assert!(found["result"]["supportedVersions"].to_string().contains("2026-07-28"), "{found}");
        } else {
            let info = json!({"name": "t", "version": "1"});
            let hello =
                json!({"protocolVersion": "2025-06-18", "capabilities": client.capabilities, "clientInfo": info});
            let welcome = client.ask("initialize", hello);
            assert_eq!(welcome["result"]["protocolVersion"], "2025-06-18");
            assert_eq!(welcome["result"]["serverInfo"]["name"], "crm");
            client.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        }
        client
    }

    pub(crate) fn send(&mut self, message: &Value) {
        writeln!(self.input.as_mut().unwrap(), "{message}").unwrap();
    }

    /// Sends a request, and returns its id.
    pub(crate) fn begin(&mut self, method: &str, mut params: Value) -> u64 {
        self.id += 1;
        if self.modern {
            let meta = &mut params["_meta"];
            meta["io.modelcontextprotocol/protocolVersion"] = json!("2026-07-28");
            meta["io.modelcontextprotocol/clientInfo"] = json!({"name": "t", "version": "1"});
            meta["io.modelcontextprotocol/clientCapabilities"] = self.capabilities.clone();
        }
        self.send(&json!({"jsonrpc": "2.0", "id": self.id, "method": method, "params": params}));
        self.id
    }

    /// Reads the next message.
    pub(crate) fn next(&mut self) -> Value {
        let mut line = String::new();
        assert!(self.output.read_line(&mut line).unwrap() > 0, "the server ended");
        self.last = line.len();
        serde_json::from_str(&line).unwrap()
    }

    pub(crate) fn ask(&mut self, method: &str, params: Value) -> Value {
        let id = self.begin(method, params);
        self.wait(id)
    }

    /// Waits for the reply of a request, and answers the questions of the server.
    pub(crate) fn wait(&mut self, id: u64) -> Value {
        loop {
            let message = self.next();
            match message["method"].as_str() {
                None if message["id"] == id => return message,
                Some("elicitation/create") => {
                    assert!(!self.modern, "a request of the server at 2026-07-28");
                    self.asked.push(message["params"].clone());
                    let answer = self.answer.clone();
                    let member = if answer.get("code").is_some() { "error" } else { "result" };
                    self.send(&json!({"jsonrpc": "2.0", "id": message["id"], member: answer}));
                }
                Some(_) => self.notices.push(message),
                None => panic!("{message}"),
            }
        }
    }

    /// Calls a tool, answers the questions of the server, and returns the result.
    pub(crate) fn result(&mut self, name: &str, arguments: Value) -> Value {
        let mut params = json!({"name": name, "arguments": arguments});
        let result = self.ask("tools/call", params.clone())["result"].take();
        if result["resultType"] != "input_required" {
            return result;
        }
        assert!(self.modern, "{result}");
        let mut answers = json!({});
        for (name, question) in result["inputRequests"].as_object().unwrap() {
            assert_eq!(question["method"], "elicitation/create");
            self.asked.push(question["params"].clone());
            answers[name] = self.answer.clone();
        }
        params["inputResponses"] = answers;
        params["requestState"] = result["requestState"].clone();
        self.ask("tools/call", params)["result"].take()
    }

    /// Calls a tool, and returns whether it failed and its text.
    pub(crate) fn call(&mut self, name: &str, arguments: Value) -> (bool, String) {
        let result = self.result(name, arguments);
        let text = result["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{result}"));
        (result["isError"] == true, text.to_owned())
    }

    /// Calls a tool that must succeed.
    pub(crate) fn done(&mut self, name: &str, arguments: Value) -> Value {
        let (failed, text) = self.call(name, arguments);
        assert!(!failed, "{text}");
        serde_json::from_str(&text).unwrap_or(Value::String(text))
    }

    /// Calls a tool that must fail.
    pub(crate) fn refused(&mut self, name: &str, arguments: Value) -> Value {
        let (failed, text) = self.call(name, arguments);
        assert!(failed, "{text}");
        serde_json::from_str(&text).unwrap()
    }
}

impl Drop for Client {
    /// The server ends when its input does.
    fn drop(&mut self) {
        self.input = None;
        let ended = self.child.wait().unwrap();
        assert!(ended.success() || std::thread::panicking());
    }
}
