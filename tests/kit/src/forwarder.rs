//! One address that leads to a server, and later to another one: what a failover looks like to clients.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicU32, Ordering};
use std::thread;

/// Forwards connections on a loopback port. Those that are established stay with their server.
#[derive(Debug)]
pub struct Forwarder {
    port: u16,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    target: AtomicU16,
    /// Number of accepted connections.
    accepted: AtomicU32,
    /// Connections with a lower number are silent: what they send goes nowhere.
    silent: AtomicU32,
    /// Connections with a lower number break instead of bringing an answer.
    breaking: AtomicU32,
}

impl Forwarder {
    /// Starts to forward to this port of 127.0.0.1.
    ///
    /// # Panics
    ///
    /// If there is no free port.
    #[must_use]
    pub fn to(port: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let own = listener.local_addr().unwrap().port();
        let [accepted, silent, breaking] = [0; 3].map(AtomicU32::new);
        let shared = Arc::new(Shared { target: AtomicU16::new(port), accepted, silent, breaking });
        let all = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let number = all.accepted.fetch_add(1, Ordering::SeqCst);
                // A server that is gone closes the connection.
                let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, all.target.load(Ordering::SeqCst))) else {
                    continue;
                };
                for (from, to, answers) in [(&client, &server, false), (&server, &client, true)] {
                    let (from, to, shared) = (from.try_clone().unwrap(), to.try_clone().unwrap(), Arc::clone(&all));
                    thread::spawn(move || shared.copy(number, from, to, answers));
                }
            }
        });
        Self { port: own, shared }
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// New connections lead to this port.
    pub fn turn(&self, port: u16) {
        self.shared.target.store(port, Ordering::SeqCst);
    }

    /// The connections that are there go silent, without being closed.
    pub fn silence(&self) {
        self.shared.silent.store(self.connections(), Ordering::SeqCst);
    }

    /// The connections that are there break when the server answers: what was asked is done, and nobody
    /// hears of it.
    pub fn lose_answers(&self) {
        self.shared.breaking.store(self.connections(), Ordering::SeqCst);
    }

    /// Returns the number of connections so far.
    #[must_use]
    pub fn connections(&self) -> u32 {
        self.shared.accepted.load(Ordering::SeqCst)
    }
}

impl Shared {
    fn copy(&self, number: u32, mut from: TcpStream, mut to: TcpStream, answers: bool) {
        let _: io::Result<()> = (|| {
            let mut buffer = [0; 4_096];
            loop {
                let length = from.read(&mut buffer)?;
                if length == 0 || (answers && number < self.breaking.load(Ordering::SeqCst)) {
                    return Ok(());
                }
                if number >= self.silent.load(Ordering::SeqCst) {
                    to.write_all(&buffer[..length])?;
                }
            }
        })();
        let _ = from.shutdown(Shutdown::Both);
        let _ = to.shutdown(Shutdown::Both);
    }
}
