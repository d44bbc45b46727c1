//! The limits as a table: in the README of a crate, between two marks, and in the documentation of its quotas.

use std::path::Path;

use anyhow::Result;
use indexmap::{IndexMap, IndexSet};

use super::marks::{Marks, part};
use crate::read::limits::{Ends, Limits, Statement, Tier};
use crate::read::vendor::Vendor;
use crate::write::Files;

const MARKS: Marks = ("<!-- limits: written by `cargo xtask generate` -->", "<!-- end of the written limits -->");

/// Writes the tables between the two marks of `crates/<crate>/README.md`.
pub(crate) fn readme(root: &Path, vendor: &Vendor, files: &mut Files) -> Result<()> {
    let path = root.join("crates").join(&vendor.file.crate_name).join("README.md");
    let mut text = String::new();
    for one in &vendor.limits.all {
        if vendor.limits.all.len() > 1 {
            let clients = vendor.file.apis.iter().filter(|api| one.apis.contains(&api.name));
            let clients: Vec<String> = clients.map(|api| format!("`{}`", api.client)).collect();
            text.push_str(&format!("\n{}:\n", clients.join(", ")));
        }
        text.push_str(&format!("\n{}", table(one, "")));
        if !one.windows.is_empty() {
            text.push_str(&format!("\n{}", sources(one)));
        }
    }
    part(files, path, MARKS, &(text + "\n"))
}

/// The windows, and the numbers of each tier if they differ. Names of tiers begin with `prefix` in links of rustdoc.
pub(crate) fn table(limits: &Limits, prefix: &str) -> String {
    if limits.windows.is_empty() {
        return "The vendor publishes no limits.\n".to_owned();
    }
    let mut text =
        String::from("| window | requests | counted for | operations | reported in |\n|---|---|---|---|---|\n");
    for (name, window) in &limits.windows {
        let length = match window.ends {
            Ends::Rolling => length(window.seconds),
            Ends::AccountMidnight => "the day, until midnight in the time zone of the account".to_owned(),
        };
        let most = match &window.at_most {
            Some(number) => grouped(number.lowest(), ','),
            None => "by tier".to_owned(),
        };
        let headers: Vec<String> = window.headers.keys().map(|header| format!("`{header}`")).collect();
        let headers = if headers.is_empty() { "no header".to_owned() } else { headers.join(", ") };
        text.push_str(&format!(
            "| `{name}`: {length} | {most} | {} | {} | {} |\n",
            window.counted_for,
            classes(limits, name),
            headers
        ));
    }
    if !limits.tiers.is_empty() {
        text.push_str(&tiers(limits, prefix));
    }
    if limits.classes.keys().any(|class| !class.is_empty()) {
        text.push_str(
            "\nA class is a group of operations with limits of its own; `CallOptions::limit_class` names that of a raw request.\n",
        );
    }
    text
}

fn tiers(limits: &Limits, prefix: &str) -> String {
    let names: Vec<&String> =
        limits.windows.iter().filter(|(_, window)| window.at_most.is_none()).map(|(name, _)| name).collect();
    let heads: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let mut text =
        format!("\nThe requests by tier:\n\n| tier | {} |\n|---|{}\n", heads.join(" | "), "---|".repeat(names.len()));
    for tier in &limits.tiers {
        let number =
            |name: &&String| limits.at_most(name, Some(tier)).map_or("no limit".to_owned(), |n| grouped(n, ','));
        let numbers: Vec<String> = names.iter().map(number).collect();
        let title =
            if prefix.is_empty() { format!("`{}`", tier.name) } else { format!("[`{0}`]({prefix}{0})", tier.name) };
        text.push_str(&format!("| {title} | {} |\n", numbers.join(" | ")));
    }
    text
}

/// The operations that a window counts.
fn classes(limits: &Limits, window: &str) -> String {
    let has = |names: &Vec<String>| names.iter().any(|name| name == window);
    // Operations without a class are listed as those that no other class takes out.
    let others = limits.classes.get("").is_some_and(has);
    let named: Vec<String> = limits
        .classes
        .iter()
        .filter(|(class, names)| !class.is_empty() && has(names) != others)
        .map(|(class, _)| format!("`{class}`"))
        .collect();
    match (others, named.is_empty()) {
        (true, true) => "all".to_owned(),
        (true, false) => format!("all except class {}", named.join(", ")),
        (false, _) => format!("class {}", named.join(", ")),
    }
}

/// The places where the facts were read, and the numbers that disagree.
fn sources(limits: &Limits) -> String {
    // A page, and what was read there.
    let mut found: IndexMap<&str, IndexSet<&str>> = IndexMap::new();
    let tiers = limits.tiers.iter().map(|tier| tier.source.as_str());
    let all = limits.windows.values().map(|window| window.source.as_str()).chain(tiers);
    for source in all.flat_map(|source| source.split("; ")) {
        let detailed = source.strip_suffix(')').and_then(|source| source.split_once(" ("));
        let (page, detail) = detailed.map_or((source, None), |(page, detail)| (page, Some(detail)));
        found.entry(page).or_default().extend(detail);
    }
    let pages: Vec<String> = found
        .iter()
        .map(|(page, details)| match details.is_empty() {
            true => (*page).to_owned(),
            false => format!("{page} ({})", details.iter().copied().collect::<Vec<_>>().join("; ")),
        })
        .collect();
    let mut text = format!("Sources: {}.\n", pages.join("; "));
    for (at, window, number) in numbers(limits) {
        let stated: Vec<String> =
            number.iter().map(|one| format!("{} ({})", grouped(one.requests, ','), one.source)).collect();
        if !stated.is_empty() {
            text.push_str(&format!(
                "Sources disagree about `{window}`{at}: {}. The lowest number counts.\n",
                stated.join(", ")
            ));
        }
    }
    text
}

/// The statements about each window, with the words for the tier.
fn numbers(limits: &Limits) -> Vec<(String, &str, &[Statement])> {
    let own = limits
        .windows
        .iter()
        .filter_map(|(name, window)| Some((String::new(), name.as_str(), window.at_most.as_ref()?.several())));
    let of = |tier: &Tier| format!(" of `{}`", tier.name);
    let tiers = limits
        .tiers
        .iter()
        .flat_map(|tier| tier.at_most.iter().map(move |(name, number)| (of(tier), name.as_str(), number.several())));
    own.chain(tiers).collect()
}

/// A length of time in words.
fn length(seconds: u64) -> String {
    let (count, unit) = match seconds {
        s if s % 86_400 == 0 => (s / 86_400, "day"),
        s if s % 3_600 == 0 => (s / 3_600, "hour"),
        s if s % 60 == 0 => (s / 60, "minute"),
        s => (s, "second"),
    };
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

/// A number with a sign between its thousands.
pub(crate) fn grouped(number: u64, sign: char) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(sign);
        }
        text.push(digit);
    }
    text
}
