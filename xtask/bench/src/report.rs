//! The measurements as a table, as JSON and for the documentation.

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Serialize;
use serde_json::{Value, json};

use super::options::{Options, Part};
use super::row::{Row, Unit};

const COLUMNS: usize = 6;
const HEAD: [&str; COLUMNS] = ["measure", "ours", "baseline", "ratio", "target", "met"];
const PROFILED: &str = "Where the instructions of what misses its target go:";

/// The size of a client's API, which determines the compile time.
#[derive(Serialize)]
pub(super) struct Profile {
    pub(super) vendor: String,
    pub(super) api: String,
    /// True if it needs a feature of its own and is not part of the plain client.
    pub(super) apart: bool,
    /// Operations of the vendor's documents that the client covers.
    pub(super) operations: usize,
    pub(super) methods: usize,
    pub(super) types: usize,
    pub(super) lines: usize,
}

/// All of a run.
#[derive(Serialize)]
pub(super) struct Report {
    pub(super) rustc: String,
    pub(super) cores: usize,
    pub(super) rows: Vec<Row>,
    /// A sentence about each baseline.
    pub(super) baselines: Vec<String>,
    /// Shown where a target is missed.
    pub(super) profile: Vec<Profile>,
}

impl Report {
    fn missed(&self) -> bool {
        self.rows.iter().any(|row| row.met() == Some(false))
    }

    /// Prints it, and writes it into a file behind an introduction if the options say so: the whole file, or, if it exists,
    /// the rows of the parts that were measured, which replace those of the same measures. Returns true if every target is
    /// met.
    pub(super) fn give<P: Part>(&self, options: &Options<P>, file: &Path, introduction: &str) -> Result<bool> {
        let date = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now()).format("%Y-%m-%d").to_string();
        if options.json {
            println!("{}", serde_json::to_string_pretty(&self.json(&date)?)?);
        } else {
            print!("{}", self.markdown(&date));
        }
        if options.write {
            let text = if options.only.is_empty() || !file.exists() {
                format!("{introduction}{}", self.markdown(&date))
            } else {
                let old =
                    std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
                let parts: Vec<String> = options.only.iter().map(Part::name).collect();
                self.merged(&old, &parts.join(", "), &date)?
            };
            std::fs::write(file, text).with_context(|| format!("{} cannot be written", file.display()))?;
        }
        Ok(!self.missed())
    }

    /// The compiler and the machine, as the tables begin.
    fn here(&self) -> String {
        format!("{}, {} cores, ", self.rustc, self.cores)
    }

    fn merged(&self, old: &str, parts: &str, date: &str) -> Result<String> {
        if !old.contains(&self.here()) {
            bail!("the table is of another machine or compiler; write all of it");
        }
        if let Some(row) = self.rows.iter().find(|row| row.ours.is_none()) {
            bail!("{} was not measured", row.measure);
        }
        let is_row = |line: &str| line.starts_with("| ") && !line.starts_with("| measure ");
        let mut rows: Vec<[String; COLUMNS]> = Vec::new();
        let table = old.lines().skip_while(|line| !is_row(line)).take_while(|line| is_row(line));
        for line in table {
            let cells: Vec<String> = line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
            rows.push(cells.try_into().ok().with_context(|| format!("this is not a row: {line}"))?);
        }
        let mut place = rows.len();
        for row in &self.rows {
            match rows.iter().position(|old| old[0] == row.measure) {
                Some(known) => (rows[known], place) = (row.cells(), known + 1),
                None => {
                    rows.insert(place, row.cells());
                    place += 1;
                }
            }
        }
        let (before, _) = old.split_once("| measure ").context("there is no table")?;
        let again = format!("Measured again: {parts}: ");
        let before: String = before.split_inclusive('\n').filter(|line| !line.starts_with(&again)).collect();
        let after = old.lines().skip_while(|line| !is_row(line)).skip_while(|line| line.starts_with('|'));
        let old_profile = |line: &&str| self.rows.iter().any(|row| line.starts_with(&format!("- {}: ", row.measure)));
        let mut after: Vec<String> = after.filter(|line| !old_profile(line)).map(str::to_owned).collect();
        let mut place = 1;
        for baseline in &self.baselines {
            let name = baseline.split_inclusive(": ").next().unwrap_or(baseline);
            let known =
                after.iter().position(|line| line.strip_prefix("- ").is_some_and(|line| line.starts_with(name)));
            match known {
                Some(known) => (after[known], place) = (format!("- {baseline}."), known + 1),
                None => {
                    after.insert(place.min(after.len()), format!("- {baseline}."));
                    place += 1;
                }
            }
        }
        let mut after = format!("{}\n", after.join("\n").trim_end());
        for row in &self.rows {
            if let Some(profile) = &row.profile {
                if !after.contains(PROFILED) {
                    after.push_str(&format!("\n{PROFILED}\n\n"));
                }
                after.push_str(&format!("- {}: {profile}.\n", row.measure));
            }
        }
        let after = after.strip_suffix(&format!("\n{PROFILED}\n")).unwrap_or(&after);
        Ok(format!("{}\n\n{again}{date}.\n\n{}{after}", before.trim_end(), grid(HEAD.map(str::to_owned), rows)))
    }

    /// The report for programs: each row with its ratio, and true if its target is met.
    fn json(&self, date: &str) -> serde_json::Result<Value> {
        let mut value = serde_json::to_value(self)?;
        value["date"] = json!(date);
        for (shown, row) in value["rows"].as_array_mut().into_iter().flatten().zip(&self.rows) {
            shown["ratio"] = json!(row.ratio());
            shown["met"] = json!(row.met());
        }
        Ok(value)
    }

    /// The report in markdown, aligned for reading as it is.
    fn markdown(&self, date: &str) -> String {
        let mut text = format!("{}{date}.\n\n", self.here());
        text.push_str(&grid(HEAD.map(str::to_owned), self.rows.iter().map(Row::cells).collect()));
        // Of a failed part the first line of the reason; the rest is only printed.
        let lacks = |row: &Row| Some(row.lacks.as_ref()?.lines().take(2).collect::<Vec<_>>().join(" "));
        let notes = |start: &str, of: &dyn Fn(&Row) -> Option<String>| -> String {
            let notes = self.rows.iter().filter_map(|row| Some((&row.measure, of(row)?)));
            notes.map(|(measure, note)| format!("- {start}{measure}: {note}.\n")).collect()
        };
        for (head, notes) in [
            (String::new(), self.baselines.iter().map(|baseline| format!("- {baseline}.\n")).collect()),
            (String::new(), notes("Not met: ", &lacks)),
            (String::new(), notes("Not measured: ", &|row| row.left_out.clone())),
            (format!("{PROFILED}\n\n"), notes("", &|row| row.profile.clone())),
        ] {
            if !notes.is_empty() {
                text.push_str(&format!("\n{head}{notes}"));
            }
        }
        if self.missed() && !self.profile.is_empty() {
            let head = ["what is in the clients", "operations", "methods", "types", "lines"].map(str::to_owned);
            let rows = self.profile.iter().map(|profile| {
                let [operations, methods, types, lines] =
                    [profile.operations, profile.methods, profile.types, profile.lines]
                        .map(|count| Unit::Count.text(count as f64));
                [format!("{}: {}", profile.vendor, profile.api), operations, methods, types, lines]
            });
            text.push_str(&format!("\n{}", grid(head, rows.collect())));
        }
        text
    }
}

/// A markdown table: the first column to the left, the others to the right.
fn grid<const COLUMNS: usize>(head: [String; COLUMNS], rows: Vec<[String; COLUMNS]>) -> String {
    let width = |column: usize| {
        rows.iter().chain([&head]).map(|row| row[column].chars().count()).max().unwrap_or_default().max(3)
    };
    let widths: [usize; COLUMNS] = std::array::from_fn(width);
    let line = |row: &[String; COLUMNS]| {
        let cells: Vec<String> = row
            .iter()
            .zip(widths)
            .enumerate()
            .map(
                |(column, (cell, width))| {
                    if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
                },
            )
            .collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let rule: Vec<String> = widths
        .iter()
        .enumerate()
        .map(|(column, width)| if column == 0 { "-".repeat(width + 2) } else { format!("{}:", "-".repeat(width + 1)) })
        .collect();
    format!("{}|{}|\n{}", line(&head), rule.join("|"), rows.iter().map(line).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::super::row::Target;
    use super::{Report, Row, Unit};

    #[test]
    fn what_cannot_be_measured_is_said_and_no_failure() {
        let left_out = Row::left_out("GET: instructions", "valgrind is not installed");
        let report =
            Report { rustc: String::new(), cores: 1, rows: vec![left_out], baselines: Vec::new(), profile: Vec::new() };
        assert!(!report.missed());
        assert!(report.markdown("").ends_with("- Not measured: GET: instructions: valgrind is not installed.\n"));
    }

    #[test]
    fn rows_that_were_measured_again_take_the_place_of_the_old_ones_and_no_other_changes() {
        let report = |date: &str, rows| Report {
            rustc: "rustc 1.88.0".to_owned(),
            cores: 2,
            rows,
            baselines: vec!["CPU: of a peer".to_owned(), format!("It: since {date}")],
            profile: Vec::new(),
        };
        let row = |name: &str, ours, profile: Option<&str>| Row {
            profile: profile.map(str::to_owned),
            ..Row::new(name, Unit::Count, ours, Target::AtMost(10.0))
        };
        let old = [row("a", 1.0, None), row("b", 12.0, Some("in `f`")), row("c", 3.0, None)];
        let whole = report("2026-01-01", old.to_vec()).markdown("2026-01-01");
        let again = report("2026-01-31", vec![row("b", 2.0, None), row("b, too", 4.0, None)]);
        let merged = again.merged(&whole, "b", "2026-01-31").expect("a table");
        let expected = "\
rustc 1.88.0, 2 cores, 2026-01-01.

Measured again: b: 2026-01-31.

| measure | ours | baseline | ratio | target | met |
|---------|-----:|---------:|------:|-------:|----:|
| a       |    1 |        – |     – |     10 | yes |
| b       |    2 |        – |     – |     10 | yes |
| b, too  |    4 |        – |     – |     10 | yes |
| c       |    3 |        – |     – |     10 | yes |

- CPU: of a peer.
- It: since 2026-01-31.
";
        assert_eq!(merged, expected);
        assert_eq!(again.merged(&merged, "b", "2026-01-31").expect("a table"), merged, "once more");
        let missed = report("2026-01-31", vec![row("c", 11.0, Some("in `g`"))]);
        let missed = missed.merged(&merged, "c", "2026-01-31").expect("a table");
        assert!(missed.contains("| b       |    2 |") && missed.contains("| c       |   11 |"), "{missed}");
        assert!(missed.ends_with("go:\n\n- c: in `g`.\n"), "{missed}");
        assert!(report("", vec![Row::left_out("a", "no valgrind")]).merged(&whole, "a", "").is_err());
        assert!(again.merged(&whole.replace("1.88", "1.89"), "b", "").is_err());
    }

    #[test]
    fn the_table_reads_in_markdown_and_in_json() {
        let report = Report {
            rustc: "rustc 1.88.0".to_owned(),
            cores: 2,
            rows: vec![
                Row::new("CPU", Unit::Seconds, 8.0, Target::OneIn(20.0)).beside(Some(190.7)),
                Row::new("lines", Unit::Count, 99_999.0, Target::AtMost(100_000.0)),
                Row::new("memory", Unit::Bytes, 1.8e9, Target::Shown).beside(Some(10.9e9)),
            ],
            baselines: vec!["`raw`: 2 documents".to_owned()],
            profile: Vec::new(),
        };
        let expected = "\
rustc 1.88.0, 2 cores, 2026-01-31.

| measure |   ours | baseline |  ratio |  target | met |
|---------|-------:|---------:|-------:|--------:|----:|
| CPU     |  8.0 s |  190.7 s | 1/23.8 |    1/20 | yes |
| lines   | 99,999 |        – |      – | 100,000 | yes |
| memory  | 1.8 GB |  10.9 GB |  1/6.1 |       – |   – |

- `raw`: 2 documents.
";
        assert_eq!(report.markdown("2026-01-31"), expected);
        assert!(!report.missed());
        let json = report.json("").expect("a report is JSON");
        assert_eq!(json["rows"][0]["target"], serde_json::json!({"one_in": 20.0}));
        assert_eq!((&json["rows"][0]["met"], &json["rows"][2]["met"]), (&true.into(), &serde_json::Value::Null));
    }
}
