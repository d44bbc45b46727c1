//! Real documents of a vendor, to be changed as vendors do it.

use std::collections::BTreeSet;
use std::path::Path;

use codegen::correct::surface::{Key, Surface};
use codegen::read::document::operations;
use codegen::tree;
use serde_json::{Value, json};

/// A workspace with some of a vendor's documents and their corrections, which is removed when the value is dropped.
#[derive(Debug)]
pub struct Specs {
    folder: tempfile::TempDir,
    vendor: String,
}

impl Specs {
    /// Copies these documents of HoopAI into a new workspace.
    ///
    /// # Panics
    ///
    /// If a document does not exist.
    #[must_use]
    pub fn of(documents: &[&str]) -> Self {
        Self::of_vendor("hoopai", documents)
    }

    /// Copies these documents of a vendor into a new workspace.
    ///
    /// # Panics
    ///
    /// If a document does not exist.
    #[must_use]
    pub fn of_vendor(vendor: &str, documents: &[&str]) -> Self {
        let this = Self { folder: tempfile::tempdir().unwrap(), vendor: vendor.to_owned() };
        let real = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../specs").join(vendor);
        let here = this.root().join("specs").join(vendor);
        let read =
            |name: &str| -> Value { serde_json::from_str(&std::fs::read_to_string(real.join(name)).unwrap()).unwrap() };
        let mut file = read("vendor.json");
        let apis = file["apis"].as_array_mut().unwrap();
        apis.retain_mut(|api| {
            let of = api["documents"].as_object_mut().unwrap();
            of.retain(|name, _| documents.contains(&name.as_str()));
            let fold = api["fold"]["resource"].clone();
            let generic = |file: &Value| file["resource"] == fold && file["object"].is_null();
            if !api["documents"].as_object().unwrap().values().any(generic) {
                api.as_object_mut().unwrap().remove("fold");
            }
            !api["documents"].as_object().unwrap().is_empty()
        });
        if !file["features"].is_null() {
            file["features"] = json!({"default": [], "needs": {}});
        }
        for name in documents {
            std::fs::create_dir_all(here.join(name).parent().unwrap()).unwrap();
            std::fs::copy(real.join(name), here.join(name)).unwrap();
        }
        this.put("vendor.json", &file);
        if real.join("words.json").is_file() {
            std::fs::copy(real.join("words.json"), here.join("words.json")).unwrap();
        }
        if real.join("corrections.json").is_file() {
            let mut corrections = read("corrections.json");
            let kept = |correction: &Value| documents.iter().any(|name| correction["document"] == **name);
            corrections["corrections"].as_array_mut().unwrap().retain(kept);
            this.put("corrections.json", &corrections);
        }
        if real.join("lock.json").is_file() {
            let mut lock = read("lock.json");
            lock["documents"].as_object_mut().unwrap().retain(|name, _| documents.contains(&name.as_str()));
            this.put("lock.json", &lock);
        }
        let operations = documents.iter().flat_map(|name| operations(&read(name)));
        let operations: BTreeSet<Key> = operations
            .map(|(path, method)| Key::try_from(format!("{} {path}", method.to_uppercase())).unwrap())
            .collect();
        let surface = real.join("surface");
        for file in surface.is_dir().then(|| tree::files(&surface).unwrap()).into_iter().flatten() {
            let name = format!("surface/{}", file.display());
            std::fs::create_dir_all(here.join(&name).parent().unwrap()).unwrap();
            std::fs::copy(real.join(&name), here.join(&name)).unwrap();
        }
        Surface::read(&here).unwrap().mend(&here, &operations).unwrap();
        this
    }

    /// Copies the workspace.
    ///
    /// # Panics
    ///
    /// If it cannot be copied.
    #[must_use]
    pub fn copied(&self) -> Self {
        let copy = Self { folder: tempfile::tempdir().unwrap(), vendor: self.vendor.clone() };
        for name in tree::files(self.root()).unwrap() {
            let target = copy.root().join(&name);
            std::fs::create_dir_all(target.parent().unwrap()).unwrap();
            std::fs::copy(self.root().join(&name), target).unwrap();
        }
        copy
    }

    /// The workspace.
    #[must_use]
    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    fn put(&self, name: &str, value: &Value) {
        let text = serde_json::to_string_pretty(value).unwrap() + "\n";
        std::fs::write(self.root().join("specs").join(&self.vendor).join(name), text).unwrap();
    }

    /// Changes a file.
    ///
    /// # Panics
    ///
    /// If it is not JSON.
    pub fn edit(&self, name: &str, change: impl FnOnce(&mut Value)) {
        let text = std::fs::read_to_string(self.root().join("specs").join(&self.vendor).join(name)).unwrap();
        let mut value = serde_json::from_str(&text).unwrap();
        change(&mut value);
        self.put(name, &value);
    }
}
