//! The measurements over a link.

use anyhow::Result;

use super::programs::Programs;
use crate::peers::{PAGES, Peers};
use crate::row::{Row, Target, Unit};

/// Measures a page over a link, compared with the SDK over the same link.
pub(super) fn page(programs: &Programs, peers: &Peers, measure: &str) -> Result<Vec<Row>> {
    // The first pages open the connection, so they are subtracted.
    const FEW: u32 = 3;
    const MANY: u32 = FEW + 20;
    let mut server = programs.link(20, 60, false)?;
    let took = |times| Ok::<_, anyhow::Error>(programs.run("page", times, &server.url)?.seconds);
    let ours = (took(MANY)? - took(FEW)?) / f64::from(MANY - FEW);
    let ours_bytes = server.bytes()? / f64::from(MANY + FEW);
    let theirs = peers.number(&PAGES, &server.url, &(MANY - FEW).to_string());
    let theirs = theirs.and_then(|theirs| Ok((theirs, server.bytes()? / f64::from(MANY))));
    let named = |what: &str| format!("{measure}, beside {} ({:?}): {what}", PAGES.package, PAGES.runtime);
    Ok(match theirs {
        Ok((theirs, bytes)) => vec![
            Row::new(named("time"), Unit::Time, ours, Target::Times(0.97)).beside(Some(theirs)),
            Row::new(named("bytes"), Unit::Count, ours_bytes, Target::Times(1.0)).beside(Some(bytes)),
        ],
        Err(error) => vec![Row::left_out(named("time and bytes"), format!("{error:#}"))],
    })
}

/// Compares the same calls over HTTP/2 and HTTP/1.1: the first ones, which open connections, and later ones.
pub(super) fn http2(programs: &Programs, measure: &str) -> Result<Vec<Row>> {
    const MORE: u32 = 10;
    let mut server = programs.link(20, 60, true)?;
    let mut took = |work| {
        let first = programs.run(work, 1, &server.url)?.seconds;
        let first_bytes = server.bytes()?;
        let all = programs.run(work, 1 + MORE, &server.url)?.seconds;
        let later = [all - first, server.bytes()? - first_bytes].map(|sum| sum / f64::from(MORE));
        Ok::<_, anyhow::Error>([first, first_bytes, later[0], later[1]])
    };
    let (new, old) = (took("http2-64")?, took("http1-64")?);
    let whats = [
        ("first, time", Unit::Time),
        ("first, bytes", Unit::Count),
        ("later, time", Unit::Time),
        ("later, bytes", Unit::Count),
    ];
    Ok(whats
        .iter()
        .zip(new.into_iter().zip(old))
        .map(|((what, unit), (new, old))| {
            Row::new(format!("{measure}: {what}"), *unit, new, Target::Shown).beside(Some(old))
        })
        .collect())
}
