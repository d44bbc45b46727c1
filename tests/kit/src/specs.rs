//! Real documents of a vendor, to be changed as vendors do it.

use std::collections::BTreeSet;
use std::path::Path;

use codegen::correct::surface::Surface;
use codegen::read::document::operations;
use codegen::tree;
use serde_json::{Value, json};

/// A workspace with some of HoopAI's documents, and their corrections; it goes away with the value.
#[derive(Debug)]
pub struct Specs(tempfile::TempDir);

impl Specs {
    /// Copies these documents of HoopAI into a new workspace.
    ///
    /// # Panics
    ///
    /// If they are not there.
    #[must_use]
    pub fn of(documents: &[&str]) -> Self {
        let this = Self(tempfile::tempdir().unwrap());
        let real = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../specs/hoopai");
        let here = this.root().join("specs/hoopai");
        let read =
            |name: &str| -> Value { serde_json::from_str(&std::fs::read_to_string(real.join(name)).unwrap()).unwrap() };
        let mut file = read("vendor.json");
        let apis = file["apis"].as_array_mut().unwrap();
        apis.retain_mut(|api| {
            let of = api["documents"].as_object_mut().unwrap();
            of.retain(|name, _| documents.contains(&name.as_str()));
            !of.is_empty()
        });
        file["features"] = json!({"default": [], "needs": {}});
        let mut corrections = read("corrections.json");
        let kept = |correction: &Value| documents.iter().any(|name| correction["document"] == **name);
        corrections["corrections"].as_array_mut().unwrap().retain(kept);
        let mut lock = read("lock.json");
        lock["documents"].as_object_mut().unwrap().retain(|name, _| documents.contains(&name.as_str()));
        for name in documents {
            std::fs::create_dir_all(here.join(name).parent().unwrap()).unwrap();
            std::fs::copy(real.join(name), here.join(name)).unwrap();
        }
        this.put("vendor.json", &file);
        std::fs::copy(real.join("words.json"), here.join("words.json")).unwrap();
        this.put("corrections.json", &corrections);
        this.put("lock.json", &lock);
        let operations = documents.iter().flat_map(|name| operations(&read(name)));
        let operations: BTreeSet<String> =
            operations.map(|(path, method)| format!("{} {path}", method.to_uppercase())).collect();
        for file in tree::files(&real.join("surface")).unwrap() {
            let name = format!("surface/{}", file.display());
            std::fs::create_dir_all(here.join(&name).parent().unwrap()).unwrap();
            std::fs::copy(real.join(&name), here.join(&name)).unwrap();
        }
        Surface::read(&here).unwrap().retain(&here, &operations).unwrap();
        this
    }

    /// The workspace.
    #[must_use]
    pub fn root(&self) -> &Path {
        self.0.path()
    }

    fn put(&self, name: &str, value: &Value) {
        let text = serde_json::to_string_pretty(value).unwrap() + "\n";
        std::fs::write(self.root().join("specs/hoopai").join(name), text).unwrap();
    }

    /// Changes a file.
    ///
    /// # Panics
    ///
    /// If it is no JSON.
    pub fn edit(&self, name: &str, change: impl FnOnce(&mut Value)) {
        let text = std::fs::read_to_string(self.root().join("specs/hoopai").join(name)).unwrap();
        let mut value = serde_json::from_str(&text).unwrap();
        change(&mut value);
        self.put(name, &value);
    }
}
