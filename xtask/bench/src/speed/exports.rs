//! Exports: their speed, the part of the quota that they use, and their memory.

use anyhow::{Context, Result};

use super::programs::{AT_ONCE, CONTACTS, Programs};
use crate::peers::{ALL, Peers};
use crate::row::{Row, Target, Unit};

/// Measures the speed of an export and the part of the quota that it uses, as counted by a server, in virtual time.
pub(super) fn export(programs: &Programs, peers: &Peers, measure: &'static str) -> Result<Vec<Row>> {
    let printed = programs.test("hubspot_e2e::export_speed::an_export_uses_the_quota")?;
    let part = |when: &str, line, target| {
        let name = format!("{measure}: part of limit × T / (T + L) that is used{when}");
        Ok::<_, anyhow::Error>(Row::new(name, Unit::Part, printed.measured(line)?, Target::AtLeast(target)))
    };
    let time = printed.measured("seconds of a page of an export")?;
    let list = printed.measured("seconds of a page of a list")?;
    Ok(vec![
        Row::new(format!("{measure}: time of a page"), Unit::Time, time, Target::OneIn(4.5)).beside(Some(list)),
        part("", "part of the bound", 0.97)?,
        part(" while 5 % are archived and created", "part of the bound while records change", 0.93)?,
        Row::new(
            format!("{measure}: records lost or doubled"),
            Unit::Count,
            printed.measured("records lost or doubled")?,
            Target::AtMost(0.0),
        ),
        hoopai_export(programs)?,
        export_beside_sdk(programs, peers),
        export_memory(programs)?,
    ])
}

/// Measures an export beside the SDK's list of all contacts, in real time, at pages that take 250 ms.
fn export_beside_sdk(programs: &Programs, peers: &Peers) -> Row {
    const LATENCY: u32 = 250;
    const PAGES: u32 = 100;
    let measure = format!("export of 100,000 contacts, beside {} ({:?}): time of a page", ALL.package, ALL.runtime);
    Row::pair(measure, Unit::Time, Target::OneIn(4.5), || {
        let server = programs.serve(CONTACTS, LATENCY)?;
        let ours = programs.run("export", 1, &server.url)?.seconds / f64::from(CONTACTS / 100);
        let server = programs.serve(PAGES * 100, LATENCY)?;
        Ok([ours, peers.number(&ALL, &server.url, &PAGES.to_string())?])
    })
}

fn export_memory(programs: &Programs) -> Result<Row> {
    let peak = |contacts, times| {
        let server = programs.serve(contacts, AT_ONCE)?;
        programs.run("export-free", times, &server.url)?.memory.context("the system does not tell the peak memory")
    };
    // Both read as many pages, because the connections' buffers grow with their number.
    let (few, many) = (peak(10_000, 100)?, peak(1_000_000, 1)?);
    let measure = "export of 1,000,000 contacts: peak memory";
    Ok(Row::new(measure, Unit::Bytes, many, Target::Times(1.1)).beside(Some(few)))
}

/// Measures the speed of an export of HoopAI's contacts, likewise.
fn hoopai_export(programs: &Programs) -> Result<Row> {
    let printed = programs.test("hoopai_export::speed::an_export_uses_the_quota")?;
    let time = printed.measured("seconds of a page of an export")?;
    let list = printed.measured("seconds of a page of a list")?;
    let name = "export of 100,000 contacts of HoopAI: time of a page";
    Ok(Row::new(name, Unit::Time, time, Target::OneIn(2.3)).beside(Some(list)))
}
