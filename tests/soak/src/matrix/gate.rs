//! An address at which nobody can connect, until it is opened.

use std::net::SocketAddr;
use std::sync::Mutex;

use tokio::net::{TcpListener, TcpSocket, TcpStream};

use super::faults::Place;

/// A closed door before a fake.
pub(crate) struct Gate {
    pub(crate) address: SocketAddr,
    behind: SocketAddr,
    door: Mutex<Option<Door>>,
}

enum Door {
    /// Bound, so nobody else has the port, and not listening, so connections are refused.
    Refusing(TcpSocket),
    /// Listening with a queue that is full, so that further connections wait.
    Full(TcpListener, #[allow(dead_code, reason = "they fill the queue")] Vec<TcpStream>),
}

impl Gate {
    /// A gate for the places that need one.
    pub(crate) async fn new(place: Place, behind: SocketAddr) -> Option<Self> {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let address = socket.local_addr().unwrap();
        let door = match place {
            Place::Refusing => Door::Refusing(socket),
            Place::Full => {
                let listener = socket.listen(1).unwrap();
                let mut waiting = Vec::new();
                // The kernel takes one or two more than the backlog.
                while let Ok(Ok(stream)) = tokio::time::timeout(FULL, TcpStream::connect(address)).await {
                    waiting.push(stream);
                }
                Door::Full(listener, waiting)
            }
            Place::Wire(_) | Place::Wall(_) => return None,
        };
        Some(Self { address, behind, door: Mutex::new(Some(door)) })
    }

    pub(crate) fn is_open(&self) -> bool {
        self.door.lock().unwrap().is_none()
    }

    /// Lets everybody through from now on.
    pub(crate) fn open(&self) {
        let listener = match self.door.lock().unwrap().take() {
            Some(Door::Refusing(socket)) => socket.listen(16).unwrap(),
            Some(Door::Full(listener, _)) => listener,
            None => return,
        };
        let behind = self.behind;
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let mut fake = TcpStream::connect(behind).await?;
                    tokio::io::copy_bidirectional(&mut stream, &mut fake).await
                });
            }
        });
    }
}

/// After this a queue is full. The thing under test is real time here.
const FULL: std::time::Duration = std::time::Duration::from_millis(40);
