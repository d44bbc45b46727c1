//! Compiles programs against a client of the documents before and after a change. If one no longer compiles, the change
//! must be classed as breaking.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use codegen::diff::Class;
use codegen::{apis, generate, tree};
use fastrand::Rng;
use xtask::cargo::{cargo, target};

use crate::mutate::KINDS;
use crate::program;
use crate::table::Table;
use crate::world::{COMPILED, World};

/// The hand-written part of the client.
const CLIENT: &str = "#![allow(warnings)]\nmod generated;\npub use generated::*;\n\
    #[derive(Clone, Debug)]\npub struct Client {\n    pub(crate) pipeline: crm_core::Pipeline,\n}\n";

const FEATURES: &str = "# Features: written by `cargo xtask generate`.\n# End of the written features.\n";
const README: &str = "<!-- features: written by `cargo xtask generate` -->\n<!-- end of the written features -->\n";

/// Compiles `each` changes of every kind that can break code, alternating between the worlds.
pub(crate) fn all(seed: u64, each: usize, table: &mut Table) -> Result<()> {
    let mut rng = Rng::with_seed(seed);
    let projects = COMPILED.map(|index| Project::new(World::new(index)));
    let projects = projects.into_iter().collect::<Result<Vec<_>>>()?;
    for project in &projects {
        if !project.compiles(&project.world)? {
            bail!("the program does not compile against the documents as they are: {}", project.folder.display());
        }
    }
    for (kind, of) in KINDS.iter().enumerate().filter(|(_, kind)| kind.compiled) {
        let mut done = 0;
        for attempt in 0..each * 6 {
            let project = &projects[attempt % projects.len()];
            if done == each {
                break;
            }
            let Some(mutation) = project.world.mutation(&mut rng, kind) else { continue };
            let changed = project.world.with(&[&mutation])?;
            let Ok(told) = project.world.told(&changed) else { continue };
            // Generation refuses these documents, so users have nothing to compile.
            if told.0.is_empty() || generated(&changed).is_err() {
                continue;
            }
            done += 1;
            let broken = !project.compiles(&changed)?;
            let class = told.0.iter().map(|change| change.class).max();
            let row = table.row(kind);
            row.compiled += 1;
            row.broken += usize::from(broken);
            println!(
                "{}: {} {}: breaks: {broken}, told as {}",
                of.name,
                mutation.document,
                mutation.place,
                class.map_or("nothing", Class::name)
            );
            if broken && class != Some(Class::Breaking) {
                let wrong = format!("breaks a program and is not called breaking: {} at {}", of.name, mutation.place);
                println!("WRONG  {wrong}\n{}", told.lines().into_iter().collect::<Vec<_>>().join("\n"));
                table.wrong.push(wrong);
            }
        }
    }
    Ok(())
}

/// A client, and a program that was written for the unchanged documents.
struct Project {
    world: World,
    folder: PathBuf,
}

impl Project {
    fn new(world: World) -> Result<Self> {
        let root = xtask::root();
        let folder = target(&root)?.join("mutations").join(world.index.to_string());
        let this = Self { world, folder };
        let vendor = this.world.read()?;
        let (krate, core) = (&vendor.file.crate_name, root.join("crates/crm-core"));
        this.put("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"client\", \"user\"]\n")?;
        std::fs::copy(root.join("Cargo.lock"), this.folder.join("Cargo.lock"))?;
        let needs = format!("[dependencies]\ncrm-core = {{ path = {core:?} }}\nserde_json = \"1\"\n");
        let package = |name: &str| format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n");
        let user = format!("{}{needs}{krate} = {{ path = \"../client\", features = [\"full\"] }}\n", package("user"));
        this.put("user/Cargo.toml", &user)?;
        let client = format!("{}{needs}\n[features]\nrustls = []\nschemars = []\n", package(krate));
        this.put("client/outer.toml", &client)?;
        this.put("client/src/lib.rs", CLIENT)?;
        let refined = apis::vendor(&vendor)?;
        let [api] = &refined[..] else { bail!("one API at the root is compiled, and not {}", refined.len()) };
        let calls = generated(&this.world)?.join("tests/calls/src/generated").join(format!("{}.rs", vendor.name));
        for (name, text) in program::files(krate, &api.model, &std::fs::read_to_string(calls)?) {
            this.put(&format!("user/src/{name}"), &text)?;
        }
        Ok(this)
    }

    fn put(&self, name: &str, text: &str) -> Result<()> {
        let path = self.folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(&self.folder))?;
        // An unchanged file keeps its modification time, so it is not compiled again.
        if std::fs::read_to_string(&path).is_ok_and(|known| known == text) {
            return Ok(());
        }
        std::fs::write(&path, text).with_context(|| path.display().to_string())
    }

    /// Returns true if the program compiles against the client of some documents, or an error if the client does not.
    fn compiles(&self, world: &World) -> Result<bool> {
        let vendor = world.read()?;
        let root = generated(world)?;
        let krate = root.join("crates").join(&vendor.file.crate_name);
        let source = krate.join("src/generated");
        let kept = tree::files(&source)?;
        let here = self.folder.join("client/src/generated");
        for name in here.is_dir().then(|| tree::files(&here)).transpose()?.into_iter().flatten() {
            if !kept.contains(&name) {
                std::fs::remove_file(here.join(name))?;
            }
        }
        for name in kept {
            let text = std::fs::read_to_string(source.join(&name))?;
            self.put(&format!("client/src/generated/{}", name.display()), &text)?;
        }
        let outer = std::fs::read_to_string(self.folder.join("client/outer.toml"))?;
        self.put("client/Cargo.toml", &format!("{outer}{}", std::fs::read_to_string(krate.join("Cargo.toml"))?))?;
        if !self.check(&vendor.file.crate_name, "full")? {
            bail!("the generated client does not compile: {}", self.folder.display());
        }
        self.check("user", "")
    }

    fn check(&self, package: &str, features: &str) -> Result<bool> {
        let mut command = cargo(&self.folder);
        command.args(["check", "--quiet", "--offline", "--package", package, "--features", features]);
        command.env("CARGO_TARGET_DIR", self.folder.with_file_name("target"));
        let output = command.output().context("cargo could not be run")?;
        let said = String::from_utf8_lossy(&output.stderr);
        if package != "user" && !output.status.success() {
            println!("{said}");
        }
        if !output.status.success() && !said.contains("could not compile") {
            bail!("cargo failed: {said}");
        }
        Ok(output.status.success())
    }
}

/// Generates the client of a world, inside the world.
fn generated(world: &World) -> Result<PathBuf> {
    let root = world.root();
    let krate = root.join("crates").join(world.read()?.file.crate_name);
    std::fs::create_dir_all(&krate)?;
    for (name, text) in [("Cargo.toml", FEATURES), ("README.md", README)] {
        std::fs::write(krate.join(name), text)?;
    }
    generate::plan(root, &[world.vendor().to_owned()], &mut |_| {})?.0.write()?;
    Ok(Path::to_owned(root))
}
