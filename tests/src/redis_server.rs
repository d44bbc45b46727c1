//! A Redis of its own for a test: on a free loopback port, without files, gone when dropped.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Set where a missing server is a failure and not a reason to skip.
pub const REQUIRE: &str = "CRM_REQUIRE_REDIS";

/// A running `redis-server`.
#[derive(Debug)]
pub struct RedisServer {
    port: u16,
    arguments: Vec<String>,
    process: Child,
}

impl RedisServer {
    /// Starts one, or says why the test is skipped.
    #[must_use]
    pub fn start() -> Option<Self> {
        Self::start_with(&[])
    }

    /// As [`start`](Self::start), with more arguments.
    ///
    /// # Panics
    ///
    /// Where the server does not start, and where it is missing although it is required.
    #[must_use]
    pub fn start_with(arguments: &[&str]) -> Option<Self> {
        let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        for _ in 0..5 {
            // Between finding a free port and using it somebody else may take it.
            let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|free| free.local_addr()).unwrap().port();
            match spawn(port, &arguments) {
                Ok(process) => {
                    let mut server = Self { port, arguments: arguments.clone(), process };
                    if server.wait() {
                        return Some(server);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    assert!(std::env::var_os(REQUIRE).is_none(), "redis-server is missing, and {REQUIRE} is set");
                    eprintln!("skipped: redis-server is missing (Debian: apt-get install redis-server)");
                    return None;
                }
                Err(error) => panic!("redis-server does not start: {error}"),
            }
        }
        panic!("redis-server does not answer");
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Sends a command of plain words and returns the answer, or the first line of it where it is a
    /// list.
    ///
    /// # Errors
    ///
    /// Where there is no connection.
    pub fn command(&self, words: &str) -> io::Result<String> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(format!("{words}\r\n").as_bytes())?;
        let (mut reader, mut line) = (BufReader::new(stream), String::new());
        reader.read_line(&mut line)?;
        let Some(length) = line.strip_prefix('$').and_then(|length| length.trim_end().parse().ok()) else {
            return Ok(line.trim_end().to_owned());
        };
        let mut text = String::new();
        reader.take(length).read_to_string(&mut text)?;
        Ok(text)
    }

    /// Kills it without a warning.
    ///
    /// # Panics
    ///
    /// Where it cannot be killed.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Starts it again on the same port, empty.
    ///
    /// # Panics
    ///
    /// Where it does not start.
    pub fn restart(&mut self) {
        self.process = spawn(self.port, &self.arguments).unwrap();
        assert!(self.wait(), "redis-server does not answer");
    }

    /// Stops it where it is: connections stand and nothing is answered.
    pub fn pause(&self) {
        self.signal("-STOP");
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        Command::new("kill").args([signal, &self.process.id().to_string()]).status().unwrap();
    }

    /// Waits until it answers; any answer will do.
    fn wait(&mut self) -> bool {
        let end = Instant::now() + Duration::from_secs(10);
        while Instant::now() < end && self.process.try_wait().is_ok_and(|status| status.is_none()) {
            if self.command("PING").is_ok_and(|answer| !answer.is_empty()) {
                return true;
            }
            sleep(Duration::from_millis(5));
        }
        false
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        // It is gone already where this fails.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn spawn(port: u16, arguments: &[String]) -> io::Result<Child> {
    Command::new("redis-server")
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
        .args(arguments)
        .current_dir(std::env::temp_dir())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
}
