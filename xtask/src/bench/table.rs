//! What was measured beside what it must reach: for people, for programs, for the documentation.

use serde::Serialize;
use serde_json::{Value, json};

/// What a number counts.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Unit {
    Seconds,
    /// Seconds too, shown as finely as they are.
    Time,
    Bytes,
    Count,
    /// Of one whole.
    Part,
}

/// What our number must reach.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Target {
    /// At most one in so many of the baseline.
    OneIn(f64),
    AtMost(f64),
    AtLeast(f64),
    /// At most so many times the baseline.
    Times(f64),
    /// None: it is there to read the others by.
    #[serde(rename = "none")]
    Shown,
}

/// One number of ours.
#[derive(Clone, Serialize)]
pub(super) struct Row {
    pub(super) measure: String,
    pub(super) unit: Unit,
    pub(super) ours: Option<f64>,
    pub(super) baseline: Option<f64>,
    pub(super) target: Target,
    /// The number is not of what the target is about, or there is none: why.
    pub(super) lacks: Option<String>,
    /// Why it was not measured here, which is no failure.
    pub(super) left_out: Option<String>,
    /// Where a number that misses its target goes.
    pub(super) profile: Option<String>,
}

impl Row {
    pub(super) fn new(measure: impl Into<String>, unit: Unit, ours: f64, target: Target) -> Self {
        let (baseline, lacks, left_out, profile) = (None, None, None, None);
        Self { measure: measure.into(), unit, ours: Some(ours), baseline, target, lacks, left_out, profile }
    }

    pub(super) fn beside(self, baseline: Option<f64>) -> Self {
        Self { baseline, ..self }
    }

    pub(super) fn lacking(self, lacks: Option<String>) -> Self {
        Self { lacks, ..self }
    }

    /// A measure that could not be taken.
    pub(super) fn failed(measure: impl Into<String>, why: String) -> Self {
        Self {
            measure: measure.into(),
            unit: Unit::Count,
            ours: None,
            baseline: None,
            target: Target::Shown,
            lacks: Some(why),
            left_out: None,
            profile: None,
        }
    }

    /// A measure that cannot be taken here.
    pub(super) fn left_out(measure: impl Into<String>, why: impl Into<String>) -> Self {
        Self { lacks: None, left_out: Some(why.into()), ..Self::failed(measure, String::new()) }
    }

    fn ratio(&self) -> Option<f64> {
        self.baseline.zip(self.ours).map(|(baseline, ours)| baseline / ours)
    }

    /// Whether the target is met; nothing where there is none, or no baseline to tell by.
    pub(super) fn met(&self) -> Option<bool> {
        if self.lacks.is_some() {
            return Some(false);
        }
        match self.target {
            Target::OneIn(times) => self.ratio().map(|ratio| ratio >= times),
            Target::AtMost(most) => self.ours.map(|ours| ours <= most),
            Target::AtLeast(least) => self.ours.map(|ours| ours >= least),
            Target::Times(most) => self.ratio().map(|ratio| 1.0 / ratio <= most),
            Target::Shown => None,
        }
    }

    fn cells(&self) -> [String; 6] {
        let amount = |amount: Option<f64>| amount.map_or("–".to_owned(), |amount| self.unit.text(amount));
        [
            self.measure.clone(),
            amount(self.ours),
            amount(self.baseline),
            self.ratio().map_or("–".to_owned(), |ratio| match self.target {
                Target::Times(_) => format!("{:.2}", 1.0 / ratio),
                _ if ratio < 1.0 => format!("{:.1}", 1.0 / ratio),
                _ => format!("1/{ratio:.1}"),
            }),
            match self.target {
                Target::OneIn(times) => format!("1/{times}"),
                Target::AtMost(amount) | Target::AtLeast(amount) => self.unit.text(amount),
                Target::Times(times) => format!("{times:.2}"),
                Target::Shown => "–".to_owned(),
            },
            match self.met() {
                Some(true) => "yes".to_owned(),
                Some(false) => "NO".to_owned(),
                None => "–".to_owned(),
            },
        ]
    }
}

impl Unit {
    fn text(self, amount: f64) -> String {
        match self {
            Unit::Time if amount < 1e-6 => format!("{:.0} ns", amount * 1e9),
            Unit::Time if amount < 1e-3 => format!("{:.1} µs", amount * 1e6),
            Unit::Time if amount < 1.0 => format!("{:.2} ms", amount * 1e3),
            Unit::Seconds | Unit::Time => format!("{amount:.1} s"),
            Unit::Bytes if amount >= 1e9 => format!("{:.1} GB", amount / 1e9),
            Unit::Bytes if amount >= 1e7 => format!("{:.0} MB", amount / 1e6),
            Unit::Bytes => format!("{:.2} MiB", amount / f64::from(1 << 20)),
            Unit::Part => format!("{:.1} %", amount * 100.0),
            Unit::Count => {
                let digits = format!("{amount:.0}");
                let groups: Vec<&[u8]> = digits.as_bytes().rchunks(3).rev().collect();
                String::from_utf8_lossy(&groups.join(&b',')).into_owned()
            }
        }
    }
}

/// What is in an API of a client: compile time goes by it.
#[derive(Serialize)]
pub(super) struct Profile {
    pub(super) vendor: String,
    pub(super) api: String,
    /// It is of the documents of version 3, which are no part of the plain client.
    pub(super) v3: bool,
    /// Operations of the vendor's documents that the client covers.
    pub(super) operations: usize,
    pub(super) methods: usize,
    pub(super) types: usize,
    pub(super) lines: usize,
}

/// All of a run.
#[derive(Serialize)]
pub(super) struct Report {
    pub(super) date: String,
    pub(super) rustc: String,
    pub(super) cores: usize,
    pub(super) rows: Vec<Row>,
    /// What the baselines are, in a sentence each.
    pub(super) baselines: Vec<String>,
    /// Given where a target is missed.
    pub(super) profile: Vec<Profile>,
}

impl Report {
    pub(super) fn missed(&self) -> bool {
        self.rows.iter().any(|row| row.met() == Some(false))
    }

    /// The report for programs: each row with its ratio and whether it is met.
    pub(super) fn json(&self) -> serde_json::Result<Value> {
        let mut value = serde_json::to_value(self)?;
        for (shown, row) in value["rows"].as_array_mut().into_iter().flatten().zip(&self.rows) {
            shown["ratio"] = json!(row.ratio());
            shown["met"] = json!(row.met());
        }
        Ok(value)
    }

    /// The report in markdown, aligned for reading as it is.
    pub(super) fn markdown(&self) -> String {
        let mut text = format!("{}, {} cores, {}.\n\n", self.rustc, self.cores, self.date);
        let head = ["measure", "ours", "baseline", "ratio", "target", "met"].map(str::to_owned);
        text.push_str(&grid(head, self.rows.iter().map(Row::cells).collect()));
        if !self.baselines.is_empty() {
            text.push('\n');
        }
        for baseline in &self.baselines {
            text.push_str(&format!("- {baseline}.\n"));
        }
        let lacking: Vec<String> = self
            .rows
            .iter()
            .filter_map(|row| row.lacks.as_ref().map(|lacks| (row, lacks)))
            .map(|(row, lacks)| {
                // What failed and the first line of why; the rest is for the terminal.
                let lacks: Vec<&str> = lacks.lines().take(2).collect();
                format!("- Not met: {}: {}.\n", row.measure, lacks.join(" "))
            })
            .collect();
        if !lacking.is_empty() {
            text.push_str(&format!("\n{}", lacking.concat()));
        }
        let left_out = self.rows.iter().filter_map(|row| Some((&row.measure, row.left_out.as_ref()?)));
        let left_out: Vec<String> =
            left_out.map(|(measure, why)| format!("- Not measured: {measure}: {why}.\n")).collect();
        if !left_out.is_empty() {
            text.push_str(&format!("\n{}", left_out.concat()));
        }
        let profiled = self.rows.iter().filter_map(|row| Some((&row.measure, row.profile.as_ref()?)));
        let profiled: Vec<String> = profiled.map(|(measure, profile)| format!("- {measure}: {profile}.\n")).collect();
        if !profiled.is_empty() {
            text.push_str(&format!("\nWhere the instructions of what misses its target go:\n\n{}", profiled.concat()));
        }
        if !self.profile.is_empty() {
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
    use super::{Report, Row, Target, Unit};

    #[test]
    fn a_row_that_may_take_so_many_times_the_baseline_shows_by_how_much_it_does() {
        let row = |ours| Row::new("GET: time", Unit::Time, ours, Target::Times(1.05)).beside(Some(80e-6));
        assert_eq!((row(84e-6).met(), row(85e-6).met()), (Some(true), Some(false)));
        assert_eq!(row(85e-6).cells(), ["GET: time", "85.0 µs", "80.0 µs", "1.06", "1.05", "NO"]);
        let left_out = Row::left_out("GET: instructions", "valgrind is not installed");
        assert_eq!(left_out.met(), None);
        let report = Report {
            date: String::new(),
            rustc: String::new(),
            cores: 1,
            rows: vec![left_out],
            baselines: Vec::new(),
            profile: Vec::new(),
        };
        assert!(!report.missed());
        assert!(report.markdown().ends_with("- Not measured: GET: instructions: valgrind is not installed.\n"));
    }

    #[test]
    fn a_row_is_met_by_its_ratio_or_its_limit_and_never_by_half_a_client() {
        let row = |ours, target| Row::new("it", Unit::Count, ours, target);
        for (row, met) in [
            (row(5.0, Target::OneIn(20.0)).beside(Some(100.0)), Some(true)),
            (row(5.1, Target::OneIn(20.0)).beside(Some(100.0)), Some(false)),
            (row(5.0, Target::OneIn(20.0)), None),
            (row(20.0, Target::AtMost(20.0)), Some(true)),
            (row(20.1, Target::AtMost(20.0)), Some(false)),
            (row(1.0, Target::AtMost(20.0)).lacking(Some("no feature `full`".to_owned())), Some(false)),
            (row(1.0, Target::Shown).beside(Some(2.0)), None),
            (row(0.97, Target::AtLeast(0.97)), Some(true)),
            (row(0.96, Target::AtLeast(0.97)), Some(false)),
            (Row::failed("it", "cargo failed".to_owned()), Some(false)),
        ] {
            assert_eq!(row.met(), met, "{:?}", row.cells());
        }
    }

    #[test]
    fn the_table_reads_in_markdown_and_in_json() {
        let report = Report {
            date: "2026-01-31".to_owned(),
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
        assert_eq!(report.markdown(), expected);
        assert!(!report.missed());
        let json = report.json().expect("a report is JSON");
        assert_eq!(json["rows"][0]["target"], serde_json::json!({"one_in": 20.0}));
        assert_eq!((&json["rows"][0]["met"], &json["rows"][2]["met"]), (&true.into(), &serde_json::Value::Null));
    }
}
