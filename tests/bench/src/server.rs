//! The server of a measurement: every answer is made beforehand, and it is a process of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

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
    contacts: usize,
    delay: Duration,
}

/// Prints its address and serves until it is ended. Pages of contacts wait for `delay` and end after so many.
pub(crate) fn run(contacts: usize, delay: Duration) -> std::io::Result<()> {
    let page = data::page().to_string();
    let (before, behind) = page.split_once(AFTER).ok_or(std::io::ErrorKind::NotFound)?;
    let mut last = data::page();
    last["paging"] = Value::Null;
    let answers = Arc::new(Answers {
        contact: data::contact(1).to_string(),
        hoopai_contact: data::hoopai_contact().to_string(),
        page: (before.to_owned(), behind.to_owned()),
        last_page: last.to_string(),
        contacts,
        delay,
    });
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("http://{}", listener.local_addr()?);
    for connection in listener.incoming() {
        let (connection, answers) = (connection?, Arc::clone(&answers));
        // A connection that breaks off is the client's own end.
        std::thread::spawn(move || drop(serve(connection, &answers)));
    }
    Ok(())
}

fn serve(connection: TcpStream, answers: &Answers) -> std::io::Result<()> {
    connection.set_nodelay(true)?;
    let mut writer = connection.try_clone()?;
    let mut reader = BufReader::new(connection);
    loop {
        let mut request = String::new();
        if reader.read_line(&mut request)? == 0 {
            return Ok(());
        }
        let mut length = 0;
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
        }
        std::io::copy(&mut (&mut reader).take(length), &mut std::io::sink())?;
        let body = answers.to(request.split(' ').nth(1).unwrap_or_default());
        let head =
            format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
        writer.write_all(&[head.as_bytes(), body.as_bytes()].concat())?;
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
