//! A link with a given delay and rate between clients and a server on loopback, in this process.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until};

/// The maximum number of bytes in a piece, as in an Ethernet packet.
const PIECE: usize = 1460;
/// The maximum variation of a piece's delay, in seconds.
const JITTER: f64 = 0.001;

/// A link, whose rate all connections share in each direction.
pub(crate) struct Link {
    bits_per_second: f64,
    one_way: Duration,
    upward: Direction,
    downward: Direction,
}

#[derive(Default)]
struct Direction {
    /// The time when the last piece will have left.
    free: Mutex<Option<Instant>>,
    bytes: AtomicU64,
}

impl Link {
    pub(crate) fn new(megabits_per_second: f64, round_trip: Duration) -> Self {
        let (upward, downward) = Default::default();
        Self { bits_per_second: megabits_per_second * 1e6, one_way: round_trip / 2, upward, downward }
    }

    /// Returns the number of bytes carried to clients since the last call.
    pub(crate) fn take_bytes(&self) -> u64 {
        self.downward.bytes.swap(0, Ordering::Relaxed)
    }

    /// Connects each client to the server. `seed` determines how delays vary.
    pub(crate) async fn run(self: Arc<Self>, listener: TcpListener, server: SocketAddr, seed: u64) -> io::Result<()> {
        let mut random = fastrand::Rng::with_seed(seed);
        loop {
            let (client, _) = listener.accept().await?;
            let (link, random) = (Arc::clone(&self), random.fork());
            // The client reports a connection that breaks.
            tokio::spawn(async move { link.connect(client, server, random).await });
        }
    }

    async fn connect(
        self: Arc<Self>,
        client: TcpStream,
        server: SocketAddr,
        mut random: fastrand::Rng,
    ) -> io::Result<()> {
        let server = TcpStream::connect(server).await?;
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        // The TCP handshake, which takes no time on loopback.
        sleep(self.one_way * 2).await;
        let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
        let up = self.carry(&self.upward, from_client, to_server, random.fork());
        let down = self.carry(&self.downward, from_server, to_client, random.fork());
        tokio::try_join!(up, down).map(drop)
    }

    async fn carry(
        &self,
        direction: &Direction,
        mut from: impl AsyncRead + Unpin,
        mut to: impl AsyncWrite + Unpin,
        mut random: fastrand::Rng,
    ) -> io::Result<()> {
        let (sender, mut receiver) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
        let leave = async move {
            let mut last = Instant::now();
            loop {
                let mut piece = vec![0; PIECE];
                let length = from.read(&mut piece).await?;
                piece.truncate(length);
                let delay = self.one_way + Duration::from_secs_f64(random.f64() * JITTER);
                // A piece never overtakes another.
                last = last.max(direction.leaves(length, self.bits_per_second) + delay);
                if length == 0 || sender.send((last, piece)).is_err() {
                    return Ok(());
                }
            }
        };
        let arrive = async move {
            while let Some((at, piece)) = receiver.recv().await {
                sleep_until(at).await;
                to.write_all(&piece).await?;
            }
            to.shutdown().await
        };
        tokio::try_join!(leave, arrive).map(drop)
    }
}

impl Direction {
    /// Reserves the time to send a number of bytes after all earlier ones, and returns its end.
    fn leaves(&self, bytes: usize, bits_per_second: f64) -> Instant {
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let begins = free.map_or_else(Instant::now, |free| free.max(Instant::now()));
        let ends = begins + Duration::from_secs_f64(bytes as f64 * 8.0 / bits_per_second);
        *free = Some(ends);
        ends
    }
}
