//! The table that is printed at the end.

use crm_core::Stats;
use crm_fake::Fake;

/// The result of one vendor's part of the demonstration.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) stats: Stats,
    pub(crate) items: usize,
    /// Errors that were expected, as the client reported them.
    pub(crate) errors: Vec<String>,
    /// The fullest window the fake saw of each quota: requests and limit.
    pub(crate) windows: Vec<(String, u64, u64)>,
    /// Deviations from the expected results.
    pub(crate) faults: Vec<String>,
}

impl Row {
    /// A row with what client and fake counted.
    pub(crate) fn new(name: &'static str, stats: Stats, fakes: &[&Fake]) -> Self {
        let mut row = Self { name, stats, items: 0, errors: Vec::new(), windows: Vec::new(), faults: Vec::new() };
        for fake in fakes {
            let report = fake.report();
            for (quota, (seen, limit)) in &report.busiest_window {
                row.expect(seen <= limit, format!("{quota}: {seen} requests in one window, {limit} are allowed"));
                row.windows.push((quota.clone(), *seen, *limit));
            }
            row.expect(report.refused == 0, format!("the fake refused: {:?}", report.problems));
        }
        row
    }

    /// Notes what went otherwise than it should.
    pub(crate) fn expect(&mut self, right: bool, otherwise: impl Into<String>) {
        if !right {
            self.faults.push(otherwise.into());
        }
    }
}

/// Prints the table; `true` if everything went as it should.
pub(crate) fn print(rows: &[Row]) -> bool {
    println!();
    println!(
        "{:<22} {:>6} {:>9} {:>8} {:>6} {:>9} {:>6} {:>8} {:>7}  largest window / limit",
        "client", "calls", "attempts", "retries", "waits", "waited", "pages", "items", "errors"
    );
    for row in rows {
        let windows: Vec<String> =
            row.windows.iter().map(|(name, seen, limit)| format!("{name} {seen}/{limit}")).collect();
        println!(
            "{:<22} {:>6} {:>9} {:>8} {:>6} {:>7.1} s {:>6} {:>8} {:>7}  {}",
            row.name,
            row.stats.calls,
            row.stats.attempts,
            row.stats.retries,
            row.stats.waits,
            row.stats.waited.as_secs_f64(),
            row.stats.pages,
            row.items,
            row.errors.len(),
            windows.join(", ")
        );
    }
    println!("\nErrors, as the clients told them:");
    for row in rows {
        for error in &row.errors {
            println!("  {error}");
        }
    }
    let faults: Vec<String> =
        rows.iter().flat_map(|row| row.faults.iter().map(move |fault| format!("{}: {fault}", row.name))).collect();
    for fault in &faults {
        println!("NOT AS IT SHOULD BE: {fault}");
    }
    faults.is_empty()
}
