//! A tiny HTTP/2 server on a loopback port, without TLS, that reports for each request whether it was carried out.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const PREFACE: usize = 24;
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const ACK: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const REFUSED_STREAM: u32 = 7;

/// The treatment of a request.
pub(crate) enum Fate {
    /// It is carried out and answered with 200 and `{}`.
    Answered,
    /// RST_STREAM with REFUSED_STREAM: it is not carried out.
    Refused,
    /// GOAWAY without an error that excludes this request and later ones: they are not carried out.
    Left,
    /// It is carried out, then GOAWAY includes it, and the connection closes without a reply.
    Lost,
}

/// The requests that arrived.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) connections: usize,
    /// The bodies of the requests that were carried out.
    pub(crate) carried_out: Vec<String>,
    /// Number of requests that were not.
    pub(crate) refused: usize,
}

pub(crate) struct Http2Server {
    pub(crate) base_url: String,
    pub(crate) seen: Arc<Mutex<Seen>>,
}

impl Http2Server {
    /// Decides by the number of the request on its connection, from 0.
    pub(crate) async fn start(decide: impl Fn(usize) -> Fate + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Seen::default()));
        let (log, decide) = (Arc::clone(&seen), Arc::new(decide));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                log.lock().unwrap().connections += 1;
                let (log, decide) = (Arc::clone(&log), Arc::clone(&decide));
                tokio::spawn(async move { serve(stream, &log, &*decide).await });
            }
        });
        Self { base_url, seen }
    }
}

/// Serves one client until it closes; returns `None` at the end.
async fn serve(mut io: TcpStream, seen: &Mutex<Seen>, decide: &(dyn Fn(usize) -> Fate + Send + Sync)) -> Option<()> {
    io.set_nodelay(true).ok()?;
    io.read_exact(&mut [0; PREFACE]).await.ok()?;
    io.write_all(&frame(SETTINGS, 0, 0, &[])).await.ok()?;
    let (mut bodies, mut number, mut left) = (HashMap::<u32, Vec<u8>>::new(), 0, None);
    loop {
        let mut head = [0; 9];
        io.read_exact(&mut head).await.ok()?;
        let (kind, flags) = (head[3], head[4]);
        let mut payload = vec![0; u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize];
        io.read_exact(&mut payload).await.ok()?;
        let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
        match kind {
            SETTINGS if flags & ACK == 0 => io.write_all(&frame(SETTINGS, ACK, 0, &[])).await.ok()?,
            PING if flags & ACK == 0 => io.write_all(&frame(PING, ACK, 0, &payload)).await.ok()?,
            DATA => bodies.entry(stream).or_default().extend(payload),
            _ => {}
        }
        if !matches!(kind, DATA | HEADERS) || flags & END_STREAM == 0 {
            continue;
        }
        let body = String::from_utf8(bodies.remove(&stream).unwrap_or_default()).ok()?;
        if left.is_some_and(|last| stream > last) {
            seen.lock().unwrap().refused += 1;
            continue;
        }
        let fate = decide(number);
        number += 1;
        match fate {
            Fate::Answered | Fate::Lost => seen.lock().unwrap().carried_out.push(body),
            Fate::Refused | Fate::Left => seen.lock().unwrap().refused += 1,
        }
        match fate {
            Fate::Answered => {
                // `:status: 200` is entry 8 of HPACK's static table.
                let mut reply = frame(HEADERS, END_HEADERS, stream, &[0x88]);
                reply.extend(frame(DATA, END_STREAM, stream, b"{}"));
                io.write_all(&reply).await.ok()?;
            }
            Fate::Refused => {
                io.write_all(&frame(RST_STREAM, 0, stream, &REFUSED_STREAM.to_be_bytes())).await.ok()?;
            }
            Fate::Left => {
                left = Some(stream.saturating_sub(2));
                io.write_all(&go_away(stream.saturating_sub(2))).await.ok()?;
            }
            Fate::Lost => {
                io.write_all(&go_away(stream)).await.ok()?;
                io.shutdown().await.ok()?;
                return None;
            }
        }
    }
}

/// Returns a GOAWAY without an error, with the last stream that may have been carried out.
fn go_away(last: u32) -> Vec<u8> {
    let mut payload = last.to_be_bytes().to_vec();
    payload.extend(0_u32.to_be_bytes());
    frame(GOAWAY, 0, 0, &payload)
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let mut bytes = u32::try_from(payload.len()).unwrap().to_be_bytes()[1..].to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}
