//! Measures a fresh build of a program with the smallest client, for each kind of TLS, beside the client of an earlier commit.

use std::path::Path;

use anyhow::Result;

use super::measure::Bench;
use super::row::{Row, Target, Unit};
use xtask::cargo::needed;
use xtask::git;

const NAME: &str = "program with hatch-client, fresh";
/// The last commit at which TLS was not a choice: the baseline.
const BEFORE: &str = "501a2761";
/// The version without Unicode tables.
const ASCII: &str = "idna_adapter = \"=1.0.0\"\n";

/// A program, and its targets compared with the baseline.
struct Program {
    name: &'static str,
    feature: &'static str,
    more: &'static str,
    check: Target,
    crates: Target,
}

const PROGRAMS: [Program; 3] = [
    Program { name: "", feature: "rustls", more: "", check: Target::Times(0.58), crates: Target::AtMost(107.0) },
    Program {
        name: ", idna_adapter 1.0.0",
        feature: "rustls",
        more: ASCII,
        check: Target::Times(0.42),
        crates: Target::AtMost(83.0),
    },
    Program { name: ", native-tls", feature: "native-tls", more: "", check: Target::Shown, crates: Target::Shown },
];

/// Measures all programs and returns their rows.
pub(super) fn measure(bench: &Bench, say: &dyn Fn(&str)) -> Result<Vec<Row>> {
    let earlier = bench.folder.join("before");
    if earlier.exists() {
        std::fs::remove_dir_all(&earlier)?;
    }
    std::fs::create_dir_all(&earlier)?;
    git::tree_at(&bench.root, BEFORE, &earlier)?;
    let cost = |root: &Path, options: &str, more: &str, verb: &[&str]| {
        say(&format!("{NAME}: {} {options} {}: cargo {}", root.display(), more.trim(), verb.join(" ")));
        let path = root.join("crates/hatch-client");
        let dependencies = format!("hatch-client = {{ path = {path:?}{options} }}\n{more}");
        let project = bench.project_of(root, "fresh", &dependencies, "pub use hatch_client::Client;\n")?;
        Ok::<_, anyhow::Error>((needed(&project, &[])? as f64, bench.cold(&project, verb)?))
    };
    let (crates, check) = cost(&earlier, "", "", &["check"])?;
    let mut rows = Vec::new();
    for program in PROGRAMS {
        let options = format!(", default-features = false, features = [{:?}]", program.feature);
        let (ours, took) = cost(&bench.root, &options, program.more, &["check"])?;
        let name = |what| format!("{NAME}{}: {what}", program.name);
        rows.push(Row::new(name("check, CPU"), Unit::Seconds, took, program.check).beside(Some(check)));
        rows.push(Row::new(name("crates"), Unit::Count, ours, program.crates).beside(Some(crates)));
    }
    let release = ["build", "--release"];
    let (_, before) = cost(&earlier, "", "", &release)?;
    let (_, ours) = cost(&bench.root, "", "", &release)?;
    let name = format!("{NAME}: release build, CPU");
    rows.push(Row::new(name, Unit::Seconds, ours, Target::Times(0.63)).beside(Some(before)));
    Ok(rows)
}
