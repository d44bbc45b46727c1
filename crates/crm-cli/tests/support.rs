//! Starts the program.

pub(crate) mod vendor;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::{Duration, Instant};

/// The result of a run.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) output: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) errors: String,
}

/// A file that is removed at the end.
pub(crate) struct File(tempfile::NamedTempFile);

impl File {
    pub(crate) fn path(&self) -> &str {
        self.0.path().to_str().unwrap()
    }
}

/// Writes a file that only its owner can read.
pub(crate) fn seed(text: &str) -> File {
    let file = tempfile::Builder::new().suffix(".json").tempfile().unwrap();
    std::fs::write(file.path(), text).unwrap();
    File(file)
}

/// Runs a line without any credential.
pub(crate) fn crm(line: &str) -> Ran {
    run(&mut command(line, "/nowhere/profiles.json"))
}

/// Runs a line with a file of profiles.
pub(crate) fn crm_at(profiles: &File, line: &str) -> Ran {
    run(&mut command(line, profiles.path()))
}

/// Runs a line whose output is closed after the first bytes.
pub(crate) fn closed(line: &str) -> Ran {
    let mut child = command(line, "/nowhere").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut output = child.stdout.take().unwrap();
    output.read_exact(&mut [0; 10]).unwrap();
    drop(output);
    let ended = child.wait_with_output().unwrap();
    Ran {
        code: ended.status.code().unwrap_or(-1),
        output: String::new(),
        bytes: Vec::new(),
        errors: String::from_utf8(ended.stderr).unwrap(),
    }
}

/// Returns the command of a line, without any credential of the environment.
pub(crate) fn command(line: &str, profiles: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crm"));
    command.args(line.split(' ')).env_clear().env("CRM_PROFILES", profiles).stdin(Stdio::null());
    command
}

/// Waits until something is so, and fails if it takes too long.
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}: not within a minute");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Ran {
    let ended = command.output().unwrap();
    Ran {
        code: ended.status.code().unwrap_or(-1),
        output: String::from_utf8_lossy(&ended.stdout).into_owned(),
        bytes: ended.stdout,
        errors: String::from_utf8(ended.stderr).unwrap(),
    }
}

/// A run that continues, with its messages.
pub(crate) struct Ongoing {
    child: Child,
    errors: BufReader<ChildStderr>,
}

impl Ongoing {
    /// Starts a command.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let errors = BufReader::new(child.stderr.take().unwrap());
        Self { child, errors }
    }

    /// Waits for the next message.
    pub(crate) fn message(&mut self) -> String {
        let mut line = String::new();
        self.errors.read_line(&mut line).unwrap();
        line
    }

    /// Closes its output.
    pub(crate) fn without_output(mut self) -> Self {
        self.child.stdout.take();
        self
    }

    /// Ends the run as Ctrl-C does.
    pub(crate) fn interrupt(self) -> Ran {
        Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().unwrap();
        self.end()
    }

    /// Waits for the end.
    pub(crate) fn end(mut self) -> Ran {
        let mut errors = String::new();
        self.errors.read_to_string(&mut errors).unwrap();
        let ended = self.child.wait_with_output().unwrap();
        Ran {
            code: ended.status.code().unwrap_or(-1),
            output: String::from_utf8_lossy(&ended.stdout).into_owned(),
            bytes: ended.stdout,
            errors,
        }
    }
}

/// Sends a request over a connection of its own, and returns the whole answer.
pub(crate) fn http(address: &str, head: &str, body: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    // The server may refuse the body before all of it is sent.
    let _ = write!(stream, "{head}\r\nContent-Length: {length}\r\n\r\n").and_then(|()| stream.write_all(body));
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}
