//! The result as a table.

use std::collections::BTreeMap;

use codegen::diff::Class;

use crate::judge::{Judged, Outcome};
use crate::mutate::KINDS;
use crate::nowhere::NOWHERE;

/// The outcomes of all changes.
#[derive(Default)]
pub(crate) struct Table {
    rows: BTreeMap<usize, Row>,
    pub(crate) wrong: Vec<String>,
}

#[derive(Default)]
pub(crate) struct Row {
    classes: BTreeMap<Class, usize>,
    nowhere: usize,
    refused: usize,
    /// The number of changes for which a program was compiled.
    pub(crate) compiled: usize,
    /// The number of changes after which it no longer compiles.
    pub(crate) broken: usize,
}

impl Table {
    pub(crate) fn add(&mut self, judged: Judged) {
        let row = self.rows.entry(judged.mutation.kind).or_default();
        match judged.outcome {
            Outcome::Told(class) => *row.classes.entry(class).or_default() += 1,
            Outcome::Nowhere => row.nowhere += 1,
            Outcome::Refused => row.refused += 1,
            Outcome::Same => {}
        }
        self.wrong.extend(judged.wrong);
    }

    pub(crate) fn row(&mut self, kind: usize) -> &mut Row {
        self.rows.entry(kind).or_default()
    }

    /// Returns the number of changes after which something differed.
    pub(crate) fn tried(&self) -> usize {
        self.rows.values().map(|row| row.classes.values().sum::<usize>() + row.nowhere + row.refused).sum()
    }

    /// Returns the table as Markdown.
    pub(crate) fn text(&self, seed: u64, count: usize, compile: usize) -> String {
        let mut text = format!(
            "# Differences that `diff` does not report\n\n\
             Written by `cargo xtask mutations --count {count} --compile {compile} --seed {seed} --write`. Real documents of all\n\
             vendors are changed at random, and `cargo xtask diff` compares them with the unchanged ones. A comparison of the\n\
             documents' facts that shares no code with the generator decides whether something differs. A line must name the\n\
             place of the change. Changes are made in pairs, and neither may hide the other. For some changes, a program that\n\
             uses every item of the crate is compiled against the crate before and after.\n\n\
             | change | breaking | minor | patch | not reported | refused | compiled | no longer compiles |\n|---|---|---|---|---|---|---|---|\n"
        );
        let mut sum = [0; 7];
        for (kind, row) in &self.rows {
            let class = |class| row.classes.get(&class).copied().unwrap_or_default();
            let cells = [
                class(Class::Breaking),
                class(Class::Minor),
                class(Class::Patch),
                row.nowhere,
                row.refused,
                row.compiled,
                row.broken,
            ];
            sum.iter_mut().zip(cells).for_each(|(sum, cell)| *sum += cell);
            text += &line(KINDS[*kind].name, &cells);
        }
        text += &line("all", &sum);
        text += &format!(
            "\nNot reported without one of the reasons below, hidden, or a break that is called minor or patch: {}\n",
            self.wrong.len()
        );
        text += "\n\"Refused\" means that nothing can be generated any more, and the comparison ends with an error.\n\n## What is not reported\n\n| fact | why |\n|---|---|\n";
        text += "| a part of an operation or a schema that is new or gone | the operation or the schema is reported as a whole |\n";
        text += "| a fact that one of our corrections replaces | the correction counts, before and now |\n";
        NOWHERE.iter().for_each(|kind| text += &format!("| {} | {} |\n", kind.what, kind.why));
        text
    }
}

fn line(name: &str, cells: &[usize; 7]) -> String {
    format!("| {name} | {} |\n", cells.map(|cell| if cell == 0 { String::new() } else { cell.to_string() }).join(" | "))
}
