//! `cargo xtask release`: version and changelog of a release, and the checks before it.

mod api;
mod apply;
mod changelog;
mod checks;
#[cfg(test)]
mod documents;
mod judges;
mod order;
mod plan;
#[cfg(test)]
mod tests;
mod version;

use std::path::Path;

use anyhow::{Context, Result, bail};

use checks::Check;
use judges::Judges;
use plan::{Plan, Release};
use xtask::cargo::cargo;
use xtask::git;

/// Shows what a release would be; `false` if something still fails.
pub(crate) fn plan(root: &Path, since: Option<&str>) -> Result<bool> {
    let judges = Judges::of(root)?;
    let plan = Plan::make(root, since, &judges)?;
    println!("{}", shown(&plan));
    Ok(tell(&checks::all(root, &plan, &judges)?))
}

/// Writes versions and changelogs, and tries to publish.
pub(crate) fn apply(root: &Path, since: Option<&str>) -> Result<bool> {
    let judges = Judges::of(root)?;
    let plan = Plan::make(root, since, &judges)?;
    if !tell(&checks::all(root, &plan, &judges)?) {
        println!("Nothing was written.");
        return Ok(false);
    }
    println!("{} files written", apply::write(root, &plan)?);
    // All crates, so that each finds what it needs, regardless of the registry. What was just written is not committed
    // yet.
    if !registry(root, plan.crates.iter(), &["--dry-run", "--allow-dirty"])? {
        println!("The registry would not take it; see above.");
        return Ok(false);
    }
    println!("Review and commit versions and changelogs, then run `cargo xtask release --publish`.");
    Ok(true)
}

/// Publishes what was written and committed, and tags it.
pub(crate) fn publish(root: &Path) -> Result<bool> {
    let judges = Judges::of(root)?;
    let mut checks = vec![checks::clean(root)?];
    checks.extend(checks::of_judges(root, &judges, true));
    if !tell(&checks) {
        return Ok(false);
    }
    let plan = Plan::make(root, None, &judges)?;
    let going = written(root, &plan)?;
    if going.is_empty() {
        println!("There is nothing to publish.");
        return Ok(true);
    }
    // One by one, what others need first: each has its tag as soon as it is out, so that a second run goes on behind it.
    for release in going {
        let (name, tag) = (&release.package.name, release.tag());
        if !registry(root, [release], &[])? {
            println!(
                "{name} was not published, and nothing after it. Run it again once the reason is gone. If the registry has \
                 this version of {name} already, tag it first: git tag {tag}"
            );
            return Ok(false);
        }
        git::tag(root, &tag)?;
        println!("tagged {tag}");
    }
    println!("Push the tags: the next release is compared with them.");
    Ok(true)
}

/// The crates that can go out: version and changelog are ready, and there is no tag of the release.
fn written<'a>(root: &Path, plan: &'a Plan) -> Result<Vec<&'a Release>> {
    let going: Vec<&Release> = plan.going().filter(|release| git::commit(root, &release.tag()).is_err()).collect();
    for Release { package, next, changelog, .. } in &going {
        if package.version != next.to_string() || !changelog.has(next) {
            bail!("{} {next} is not written yet: run `cargo xtask release`, review and commit first", package.name);
        }
    }
    Ok(going)
}

/// Runs `cargo publish`, and returns true if it succeeded.
fn registry<'a>(root: &Path, releases: impl IntoIterator<Item = &'a Release>, options: &[&str]) -> Result<bool> {
    let names: Vec<&str> = releases.into_iter().map(|release| release.package.name.as_str()).collect();
    let mut command = cargo(root);
    command.arg("publish").args(options);
    command.args(names.iter().flat_map(|name| ["--package", name]));
    println!("── cargo publish {} for {}", options.join(" "), names.join(", "));
    Ok(command.status().context("cargo could not be run")?.success())
}

/// The plan as human-readable text.
fn shown(plan: &Plan) -> String {
    let mut text = String::new();
    for release in &plan.crates {
        let name = &release.package.name;
        let title = match (&release.released, release.class) {
            (None, _) => format!("{name} {}: the first release", release.next),
            (Some(version), None) => format!("{name} {version}: stays, nothing changed"),
            (Some(version), Some(class)) => format!("{name} {version} → {}: {}", release.next, class.name()),
        };
        text += &format!("━━ {title}\n");
        release.reasons.iter().for_each(|reason| text += &format!("   {reason}\n"));
        if release.goes() && release.changelog.has(&release.next) {
            text += "   its changelog is written\n\n";
        } else if release.goes() {
            let entries = release.changelog.entries().text();
            let lines: Vec<String> = entries.lines().map(|line| format!("   {line}")).collect();
            text += &format!("{}\n\n", lines.join("\n"));
        }
    }
    let order: Vec<&str> = plan.going().map(|release| release.package.name.as_str()).collect();
    let order = if order.is_empty() { "nothing is published".to_owned() } else { order.join(", ") };
    let text: Vec<&str> = text.lines().map(str::trim_end).collect();
    format!("{}\nIn this order: {order}\n", text.join("\n"))
}

/// Prints the checks. Returns true if a release is possible.
fn tell(checks: &[Check]) -> bool {
    for check in checks {
        match (&check.wrong, check.needed) {
            (None, true) => println!("  ok     {}", check.what),
            (None, false) => {}
            (Some(wrong), true) => println!("  FAILS  {}: {wrong}", check.what),
            (Some(wrong), false) => println!("  note   {}: {wrong}", check.what),
        }
    }
    let failed = checks.iter().filter(|check| check.needed && check.wrong.is_some()).count();
    if failed > 0 {
        println!("{failed} checks fail");
    }
    failed == 0
}
