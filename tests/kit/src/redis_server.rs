//! A Redis server for one test: on a free loopback port, in its own folder, ended when dropped.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The server to start instead of `redis-server`, for example a `valkey-server`.
const PROGRAM: &str = "CRM_REDIS_SERVER";
/// Nodes of a cluster also listen on a port that is greater by 10,000.
const GREATEST_PORT: u16 = 55_535;

/// A running `redis-server`.
#[derive(Debug)]
pub struct RedisServer {
    port: u16,
    arguments: Vec<String>,
    /// Its own: a server reads the files that it finds at its start.
    directory: PathBuf,
    process: Child,
}

impl RedisServer {
    /// Returns true if a server can be started.
    #[must_use]
    pub fn is_there() -> bool {
        Command::new(program()).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
    }

    /// The arguments that let clients use DEBUG. Redis 6 has no such setting, and lets them.
    ///
    /// # Panics
    ///
    /// If the server is not there.
    #[must_use]
    pub fn with_debug() -> &'static [&'static str] {
        let told = Command::new(program()).arg("--version").output().unwrap();
        let is_old = String::from_utf8_lossy(&told.stdout).contains("Redis server v=6.");
        if is_old { &[] } else { &["--enable-debug-command", "local"] }
    }

    /// Starts one.
    ///
    /// # Panics
    ///
    /// If it does not start, or is not there: with what to do about it.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// Does the same as [`start`](Self::start), with more arguments. A file of settings comes first.
    ///
    /// # Panics
    ///
    /// The same as [`start`](Self::start).
    #[must_use]
    pub fn start_with(arguments: &[&str]) -> Self {
        let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        for _ in 0..10 {
            // Between finding a free port and using it somebody else may take it.
            let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|free| free.local_addr()).unwrap().port();
            if port > GREATEST_PORT {
                continue;
            }
            let directory = std::env::temp_dir().join(format!("crm-redis-{:016x}", fastrand::u64(..)));
            std::fs::create_dir(&directory).unwrap();
            match spawn(port, &arguments, &directory) {
                Ok(process) => {
                    let mut server = Self { port, arguments: arguments.clone(), directory, process };
                    if server.wait() {
                        return server;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => panic!(
                    "{} is missing: install it (Debian: apt-get install redis-server), or set CRM_WITHOUT_REDIS=1, \
                     which lists the tests of Redis as ignored",
                    program()
                ),
                Err(error) => panic!("{} does not start: {error}", program()),
            }
        }
        panic!("{} does not answer", program());
    }

    /// The port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Sends a command of plain words and returns the answer, or its first line if it is a
    /// list.
    ///
    /// # Errors
    ///
    /// If there is no connection.
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
    /// If it cannot be killed.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Ends it as a service manager does, and waits for the end. It saves data if it is configured to.
    ///
    /// # Panics
    ///
    /// If the server's end cannot be awaited.
    pub fn terminate(&mut self) {
        self.signal("-TERM");
        self.process.wait().unwrap();
    }

    /// Starts it again on the same port, with the data that it saved: none by default.
    ///
    /// # Panics
    ///
    /// If it does not start.
    pub fn restart(&mut self) {
        self.process = spawn(self.port, &self.arguments, &self.directory).unwrap();
        assert!(self.wait(), "redis-server does not answer");
    }

    /// Suspends it: connections stay open and nothing is answered.
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
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

fn program() -> String {
    std::env::var(PROGRAM).unwrap_or_else(|_| "redis-server".to_owned())
}

fn spawn(port: u16, arguments: &[String], directory: &Path) -> io::Result<Child> {
    let file = usize::from(arguments.first().is_some_and(|first| !first.starts_with("--")));
    let (file, arguments) = arguments.split_at(file);
    Command::new(program())
        .args(file)
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
        .args(arguments)
        .current_dir(directory)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
}
