//! The sample payloads of one vendor.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::PathBuf;

use crm_core::Wire;
use crm_core::codec::{decode, encode};
use serde_json::Value;

/// The files of one folder of fixtures, and which of them were looked at.
pub(crate) struct Samples {
    folder: PathBuf,
    seen: RefCell<BTreeSet<String>>,
}

impl Samples {
    pub(crate) fn of(vendor: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(vendor);
        Self { folder, seen: RefCell::default() }
    }

    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        let file = format!("{name}.json");
        let bytes = std::fs::read(self.folder.join(&file)).unwrap();
        self.seen.borrow_mut().insert(file);
        bytes
    }

    /// Reads a sample into its type.
    pub(crate) fn read<T: Wire>(&self, name: &str) -> T {
        decode(&self.bytes(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Reads a sample of an input, which must be sent as it is written.
    pub(crate) fn input<T: Wire>(&self, name: &str) -> T {
        let input: T = self.read(name);
        let sent: Value = serde_json::from_slice(&encode(&input).unwrap()).unwrap();
        assert_eq!(sent, serde_json::from_slice::<Value>(&self.bytes(name)).unwrap(), "{name}");
        input
    }

    /// Every sample of the folder was looked at.
    pub(crate) fn finish(self) {
        let files = std::fs::read_dir(&self.folder).unwrap();
        let names: BTreeSet<String> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        assert_eq!(names, self.seen.into_inner());
    }
}
