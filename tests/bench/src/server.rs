//! The server of a measurement: every answer is built in advance, in a separate process.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use crate::data;

struct Answers {
    contact: String,
    hoopai_contact: String,
    /// The contacts of a page, each up to its id and behind it.
    page: Vec<(String, String)>,
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
    let parts = |number| {
        let contact = data::contact(number).to_string();
        let id = format!("\"id\":\"{number}\"");
        let (before, behind) = contact.split_once(&id).ok_or(io::ErrorKind::NotFound)?;
        Ok((before.to_owned(), behind.to_owned()))
    };
    Ok(Answers {
        contact: data::contact(1).to_string(),
        hoopai_contact: data::hoopai_contact().to_string(),
        page: (0..100).map(parts).collect::<io::Result<_>>()?,
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
        let mut asked = Vec::new();
        (&mut reader).take(length).read_to_end(&mut asked)?;
        let (coding, body) = match &answers.varied {
            Some([_, gzip]) if packed => ("content-encoding: gzip\r\n", gzip.clone()),
            Some([plain, _]) => ("", plain.clone()),
            None => ("", answers.to(request.split(' ').nth(1).unwrap_or_default(), &asked).into_bytes()),
        };
        let length = body.len();
        let head =
            format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{coding}content-length: {length}\r\n\r\n");
        writer.write_all(&[head.as_bytes(), &body].concat())?;
    }
}

impl Answers {
    fn to(&self, target: &str, asked: &[u8]) -> String {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        if path.starts_with("/contacts/") {
            return self.hoopai_contact.clone();
        }
        let searches = path.ends_with("/contacts/search");
        if !searches && !path.ends_with("/contacts") {
            return self.contact.clone();
        }
        std::thread::sleep(self.delay);
        if searches {
            return self.ranked(asked);
        }
        let after = query.split('&').find_map(|pair| pair.strip_prefix("after=")).and_then(|after| after.parse().ok());
        let from: usize = after.unwrap_or(1);
        let next = from + self.page.len();
        let contacts = (from..next.min(self.contacts + 1)).zip(&self.page);
        let contacts: Vec<String> =
            contacts.map(|(id, (before, behind))| format!("{before}\"id\":\"{id}\"{behind}")).collect();
        let paging = match next {
            next if next > self.contacts => String::new(),
            next => format!(r#","paging":{{"next":{{"after":"{next}","link":"https://example.com/?after={next}"}}}}"#),
        };
        format!(r#"{{"results":[{}]{paging}}}"#, contacts.join(","))
    }

    /// The contact of a rank behind an id. Ids are numbered from 1.
    fn ranked(&self, asked: &[u8]) -> String {
        let asked: Value = serde_json::from_slice(asked).unwrap_or_default();
        let number = |value: &Value| value.as_str().and_then(|text| text.parse::<usize>().ok()).unwrap_or(0);
        let behind = number(&asked["filterGroups"][0]["filters"][0]["value"]);
        let id = behind + number(&asked["after"]) + 1;
        let found = if id <= self.contacts { format!(r#"{{"id":"{id}","properties":{{}}}}"#) } else { String::new() };
        format!(r#"{{"total":{},"results":[{found}]}}"#, self.contacts.saturating_sub(behind))
    }
}
