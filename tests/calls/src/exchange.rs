//! The exchange of a sample call: the request, and the sample reply after reading.

use std::fmt::{self, Display};

use crm_core::{OpMeta, RawReply};
use crm_fake::{Fake, Recorded};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Api, Made};

/// Headers that every request has, and that do not depend on the operation.
const EVERYWHERE: [&str; 6] = ["accept", "accept-encoding", "connection", "content-length", "host", "user-agent"];

impl<C> Api<C> {
    /// Starts a fake that answers with samples.
    ///
    /// # Panics
    ///
    /// If it cannot bind a port.
    pub async fn sampled(&self) -> Fake {
        Fake::builder(self.vendor).no_quota().sample_replies().start().await.expect("a free port")
    }

    /// Sends the sample call of an operation to the fake. The reply is an error if it cannot be read.
    ///
    /// # Panics
    ///
    /// If there is no sample call of it, or nothing was sent.
    pub async fn exchange(&self, fake: &Fake, client: &C, op: &OpMeta) -> (Request, Result<Reply, String>) {
        let made = self.sample(fake, client, op);
        let result = Reply::to(made).await;
        let recorded = fake.requests().pop().expect("a request");
        (Request::new(op.id, &recorded), result)
    }
}

/// A request as it went out.
#[derive(Debug, Serialize)]
pub struct Request {
    operation: &'static str,
    method: String,
    path: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    body: Value,
}

impl Request {
    fn new(operation: &'static str, sent: &Recorded) -> Self {
        let parts = sent.parts();
        let parted = !parts.is_empty();
        let headers = sent.headers.iter().filter(|(name, _)| !EVERYWHERE.contains(&name.as_str())).cloned();
        // The boundary of a form is another one each time.
        let headers = headers.map(|(name, value)| match value.split_once(';') {
            Some((media, _)) if parted && name == "content-type" => (name, media.to_owned()),
            _ => (name, value),
        });
        let text = |bytes: &[u8]| Value::from(String::from_utf8_lossy(bytes).into_owned());
        let part = |part: &crm_fake::Part| {
            let content = text(&part.content);
            json!({ "name": part.name, "file": part.file_name, "type": part.content_type, "content": content })
        };
        Self {
            operation,
            method: sent.method.clone(),
            path: sent.path.clone(),
            query: sent.query.clone(),
            headers: headers.collect(),
            body: match sent.json() {
                _ if parted => parts.iter().map(part).collect(),
                Value::Null if !sent.body.is_empty() => text(&sent.body),
                body => body,
            },
        }
    }
}

impl Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "## {}\n\n{} {}", self.operation, self.method, self.path)?;
        for (number, (name, value)) in self.query.iter().enumerate() {
            writeln!(f, "  {}{name}={value}", if number == 0 { '?' } else { '&' })?;
        }
        for (name, value) in &self.headers {
            writeln!(f, "{name}: {value}")?;
        }
        if !self.body.is_null() {
            writeln!(f, "{:#}", self.body)?;
        }
        Ok(())
    }
}

/// A reply as the client read it.
#[derive(Debug, Serialize)]
pub struct Reply {
    status: u16,
    read: Value,
    /// Number of bytes in a file.
    file: Option<usize>,
}

impl Reply {
    /// Sends a call, and reads what comes back.
    ///
    /// # Errors
    ///
    /// If the call fails, or its reply cannot be read: in words.
    pub async fn to(made: Made) -> Result<Self, String> {
        let reply = made.call.send_raw().await.map_err(|error| error.to_string())?;
        let read = (made.read)(reply.body())?;
        Ok(Self::new(&reply, read))
    }

    fn new(reply: &RawReply, read: Value) -> Self {
        let file = (read.is_null() && !reply.body().is_empty()).then(|| reply.body().len());
        Self { status: reply.status().as_u16(), read, file }
    }
}

impl Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.read, self.file) {
            (_, Some(bytes)) => writeln!(f, "→ {}, {bytes} bytes", self.status),
            (Value::Null, None) => writeln!(f, "→ {}", self.status),
            (read, None) => writeln!(f, "→ {} {read:#}", self.status),
        }
    }
}
