//! A Redis for the rehearsal: on a free port of this machine, without a disk, ended when dropped.

use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub(crate) struct Redis {
    port: u16,
    process: Child,
}

impl Redis {
    /// Starts `redis-server`, if it is installed.
    pub(crate) fn start(directory: &Path) -> io::Result<Option<Self>> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let mut command = Command::new("redis-server");
        command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", ""]);
        let process = match command.current_dir(directory).stdout(Stdio::null()).spawn() {
            Ok(process) => process,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let (redis, start) = (Self { port, process }, Instant::now());
        while let Err(error) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) {
            if start.elapsed() > Duration::from_secs(10) {
                return Err(error);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(Some(redis))
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        // A process that cannot be ended has ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
