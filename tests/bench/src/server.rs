//! The server of a measurement: every answer is built in advance, in a separate process.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use crate::data;

/// In place of the position of the next page, and as long as the longest there is.
const AFTER: &str = "\"after\":\"100\"";

struct Answers {
    contact: String,
    hoopai_contact: String,
    /// A page up to the position of the next, and what comes behind it.
    page: (String, String),
    last_page: String,
    /// A page of contacts with varied values, plain and as gzip for clients that accept it.
    varied: Option<[Vec<u8>; 2]>,
    contacts: usize,
    delay: Duration,
}

/// Prints its address and serves until it is ended. Pages of contacts wait for `delay` and end after so many.
pub(crate) fn run(contacts: usize, delay: Duration) -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("http://{}", listener.local_addr()?);
    accept(&listener, Arc::new(answers(contacts, delay)?))
}

/// Serves one page of contacts with varied values, as gzip if the request accepts it.
pub(crate) fn run_varied(listener: &TcpListener) -> io::Result<()> {
    let page = data::varied_page().to_string().into_bytes();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&page)?;
    let varied = Some([page, encoder.finish()?]);
    accept(listener, Arc::new(Answers { varied, ..answers(1, Duration::ZERO)? }))
}

fn answers(contacts: usize, delay: Duration) -> io::Result<Answers> {
    let page = data::page().to_string();
    let (before, behind) = page.split_once(AFTER).ok_or(std::io::ErrorKind::NotFound)?;
    let mut last = data::page();
    last["paging"] = Value::Null;
    Ok(Answers {
        contact: data::contact(1).to_string(),
        hoopai_contact: data::hoopai_contact().to_string(),
        page: (before.to_owned(), behind.to_owned()),
        last_page: last.to_string(),
        varied: None,
        contacts,
        delay,
    })
}

fn accept(listener: &TcpListener, answers: Arc<Answers>) -> io::Result<()> {
    for connection in listener.incoming() {
        let (connection, answers) = (connection?, Arc::clone(&answers));
        // A connection that breaks off is the client's own end.
        std::thread::spawn(move || drop(serve(connection, &answers)));
    }
    Ok(())
}

fn serve(connection: TcpStream, answers: &Answers) -> io::Result<()> {
    connection.set_nodelay(true)?;
    let mut writer = connection.try_clone()?;
    let mut reader = BufReader::new(connection);
    loop {
        let mut request = String::new();
        if reader.read_line(&mut request)? == 0 {
            return Ok(());
        }
        let (mut length, mut packed) = (0, false);
        loop {
            let mut header = String::new();
            reader.read_line(&mut header)?;
            let header = header.trim_end().to_ascii_lowercase();
            if header.is_empty() {
                break;
            }
            if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
            packed |= header.starts_with("accept-encoding:") && header.contains("gzip");
        }
        io::copy(&mut (&mut reader).take(length), &mut io::sink())?;
        let (coding, body) = match &answers.varied {
            Some([_, gzip]) if packed => ("content-encoding: gzip\r\n", gzip.clone()),
            Some([plain, _]) => ("", plain.clone()),
            None => ("", answers.to(request.split(' ').nth(1).unwrap_or_default()).into_bytes()),
        };
        let length = body.len();
        let head =
            format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{coding}content-length: {length}\r\n\r\n");
        writer.write_all(&[head.as_bytes(), &body].concat())?;
    }
}

impl Answers {
    fn to(&self, target: &str) -> String {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        if path.starts_with("/contacts/") {
            return self.hoopai_contact.clone();
        }
        if !path.ends_with("/contacts") {
            return self.contact.clone();
        }
        std::thread::sleep(self.delay);
        let after = query.split('&').find_map(|pair| pair.strip_prefix("after=")).and_then(|after| after.parse().ok());
        let next = after.unwrap_or(0) + 100;
        if next >= self.contacts {
            return self.last_page.clone();
        }
        format!("{}\"after\":\"{next}\"{}", self.page.0, self.page.1)
    }
}
