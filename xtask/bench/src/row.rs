//! One of our numbers with its target.

use anyhow::Result;
use serde::Serialize;

/// Kind of number.
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

/// Target of our number.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Target {
    /// At most the baseline divided by this number.
    OneIn(f64),
    AtMost(f64),
    AtLeast(f64),
    /// At most the baseline multiplied by this number.
    Times(f64),
    /// None: it is there to read the others by.
    #[serde(rename = "none")]
    Shown,
}

/// One of our numbers.
#[derive(Clone, Serialize)]
pub(super) struct Row {
    pub(super) measure: String,
    pub(super) unit: Unit,
    pub(super) ours: Option<f64>,
    pub(super) baseline: Option<f64>,
    pub(super) target: Target,
    /// The reason why there is no number.
    pub(super) lacks: Option<String>,
    /// Reason why it was not measured here, which is not a failure.
    pub(super) left_out: Option<String>,
    /// The breakdown of a number that misses its target.
    pub(super) profile: Option<String>,
}

impl Row {
    pub(super) fn new(measure: impl Into<String>, unit: Unit, ours: f64, target: Target) -> Self {
        Self {
            measure: measure.into(),
            unit,
            ours: Some(ours),
            baseline: None,
            target,
            lacks: None,
            left_out: None,
            profile: None,
        }
    }

    pub(super) fn beside(self, baseline: Option<f64>) -> Self {
        Self { baseline, ..self }
    }

    /// A measure of both sides, or the reason why it cannot be taken here.
    pub(super) fn pair(
        measure: impl Into<String>,
        unit: Unit,
        target: Target,
        taken: impl FnOnce() -> Result<[f64; 2]>,
    ) -> Self {
        match taken() {
            Ok([ours, beside]) => Self::new(measure, unit, ours, target).beside(Some(beside)),
            Err(error) => Self::left_out(measure, format!("{error:#}")),
        }
    }

    /// A measure that could not be taken.
    pub(super) fn failed(measure: impl Into<String>, why: String) -> Self {
        Self { ours: None, lacks: Some(why), ..Self::new(measure, Unit::Count, 0.0, Target::Shown) }
    }

    /// A measure that cannot be taken here.
    pub(super) fn left_out(measure: impl Into<String>, why: impl Into<String>) -> Self {
        Self { lacks: None, left_out: Some(why.into()), ..Self::failed(measure, String::new()) }
    }

    pub(super) fn ratio(&self) -> Option<f64> {
        self.baseline.zip(self.ours).map(|(baseline, ours)| baseline / ours)
    }

    /// Returns true if the target is met, or `None` without a target or a baseline.
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

    pub(super) fn cells(&self) -> [String; 6] {
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
    pub(super) fn text(self, amount: f64) -> String {
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

#[cfg(test)]
mod tests {
    use super::{Row, Target, Unit};

    #[test]
    fn a_row_that_may_take_so_many_times_the_baseline_shows_by_how_much_it_does() {
        let row = |ours| Row::new("GET: time", Unit::Time, ours, Target::Times(1.05)).beside(Some(80e-6));
        assert_eq!((row(84e-6).met(), row(85e-6).met()), (Some(true), Some(false)));
        assert_eq!(row(85e-6).cells(), ["GET: time", "85.0 µs", "80.0 µs", "1.06", "1.05", "NO"]);
        let left_out = Row::left_out("GET: instructions", "valgrind is not installed");
        assert_eq!(left_out.met(), None);
    }

    #[test]
    fn a_row_is_met_by_its_ratio_or_its_limit() {
        let row = |ours, target| Row::new("it", Unit::Count, ours, target);
        for (row, met) in [
            (row(5.0, Target::OneIn(20.0)).beside(Some(100.0)), Some(true)),
            (row(5.1, Target::OneIn(20.0)).beside(Some(100.0)), Some(false)),
            (row(5.0, Target::OneIn(20.0)), None),
            (row(20.0, Target::AtMost(20.0)), Some(true)),
            (row(20.1, Target::AtMost(20.0)), Some(false)),
            (row(1.0, Target::Shown).beside(Some(2.0)), None),
            (row(0.97, Target::AtLeast(0.97)), Some(true)),
            (row(0.96, Target::AtLeast(0.97)), Some(false)),
            (Row::failed("it", "cargo failed".to_owned()), Some(false)),
        ] {
            assert_eq!(row.met(), met, "{:?}", row.cells());
        }
    }
}
