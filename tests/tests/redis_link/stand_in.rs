//! A stand-in for servers that cannot be installed: it returns one answer to each command.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;

/// The answer to a command with this name.
pub(crate) type Answers = fn(&str) -> &'static str;

/// Starts one and returns its address.
pub(crate) fn stand_in(answers: Answers) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || serve(&stream, answers));
        }
    });
    format!("redis://127.0.0.1:{port}")
}

fn serve(stream: &TcpStream, answers: Answers) -> Option<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let count: usize = number(&mut reader, '*')?;
        let mut words = Vec::new();
        for _ in 0..count {
            let mut word = vec![0; number(&mut reader, '$')? + 2];
            reader.read_exact(&mut word).ok()?;
            words.push(String::from_utf8_lossy(&word).trim_end().to_owned());
        }
        let mut out: &TcpStream = stream;
        out.write_all(answers(words.first()?).as_bytes()).ok()?;
    }
}

fn number(reader: &mut BufReader<&TcpStream>, mark: char) -> Option<usize> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    line.strip_prefix(mark)?.trim_end().parse().ok()
}
