//! Every fault of the network and the vendor × every kind of call, over real sockets.
//!
//! The expected result of a cell comes from a rule (`expected.rs`), not from a recording. The table is for readers.

mod expected;
mod faults;
mod gate;
mod operations;
mod rig;

use std::time::Duration;

use expected::{Outcome, Times, expected};
use faults::{FAULTS, Fault};
use operations::Operation;
use rig::Rig;

/// More time than any cell needs. Only a hang takes longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Plays each fault in each kind of call, and returns the results as a table in Markdown.
///
/// # Errors
///
/// If a result differs from the rule: all such cells, one per line.
///
/// # Panics
///
/// If a call succeeds with a wrong result.
pub fn table() -> Result<String, String> {
    // A thread for each column: most of them wait for connections that are never accepted.
    let columns: Vec<Vec<Cell>> = std::thread::scope(|scope| {
        let threads = Operation::ALL.map(|operation| scope.spawn(move || column(operation)));
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    let wrong: Vec<&str> = columns.iter().flatten().filter_map(|cell| cell.wrong.as_deref()).collect();
    if !wrong.is_empty() {
        return Err(format!("{} cells are wrong:\n{}", wrong.len(), wrong.concat()));
    }
    let mut table = format!("| fault | {} |\n", Operation::ALL.map(Operation::name).join(" | "));
    table += &format!("|---|{}\n", "---|".repeat(columns.len()));
    for (row, fault) in FAULTS.iter().enumerate() {
        let cells: Vec<&str> = columns.iter().map(|column| &*column[row].shown).collect();
        table += &format!("| {} | {} |\n", fault.name, cells.join(" | "));
    }
    Ok(table)
}

struct Cell {
    shown: String,
    wrong: Option<String>,
}

fn column(operation: Operation) -> Vec<Cell> {
    FAULTS.iter().map(|fault| cell(fault, operation)).collect()
}

/// Plays a fault once and always. The cell is wrong if it differs from the rule.
fn cell(fault: &Fault, operation: Operation) -> Cell {
    let mut shown: Vec<String> = Vec::new();
    let mut wrong = None;
    for times in [Times::Once, Times::Always] {
        let Some(expected) = expected(fault, operation, times) else {
            return Cell { shown: "–".to_owned(), wrong: None };
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let played = runtime.block_on(async { tokio::time::timeout(PATIENCE, play(fault, operation, times)).await });
        let played = played.unwrap_or_else(|_| Err("it hangs".to_owned()));
        if played.as_ref() != Ok(&expected) {
            let text = format!("{}, {}, {times:?}: {played:?}, not {expected:?}\n", fault.name, operation.name());
            wrong.get_or_insert_with(String::new).push_str(&text);
        }
        shown.push(expected.to_string());
    }
    shown.dedup();
    Cell { shown: shown.join(", "), wrong }
}

/// Returns the result of a cell, or a message if something happened that never may.
async fn play(fault: &Fault, operation: Operation, times: Times) -> Result<Outcome, String> {
    let rig = Rig::new(fault, operation, times).await;
    let result = rig.while_time_passes(fault, operation, operation.run(&rig)).await;
    let outcome = match result {
        Ok(()) => Outcome::Right { attempts: rig.requests(operation) + 1 - operation.requests() },
        Err(error) => Outcome::of(&error),
    };
    rig.check(operation, &outcome)?;
    Ok(outcome)
}
