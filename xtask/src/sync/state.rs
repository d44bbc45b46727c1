//! The state of the vendor's repository that a checkout has.

use std::path::Path;

use anyhow::{Result, bail};
use xtask::git;

/// Returns the value of `--source` if it is given, otherwise the commit of the checkout.
pub(super) fn of(checkout: &Path, source: Option<&str>) -> Result<String> {
    match (checkout.join(".git").exists(), source) {
        (_, Some(source)) => Ok(source.to_owned()),
        (true, None) => {
            let changed = git::dirty(checkout)?;
            if let Some(first) = changed.first() {
                bail!(
                    "{}: {} files differ from the commit ({first}); restore them, or say with `--source` what the \
                     checkout is",
                    checkout.display(),
                    changed.len()
                );
            }
            git::commit(checkout, "HEAD")
        }
        (false, None) => bail!(
            "{}: the folder is not a git checkout; say with `--source` which state of the vendor's repository it is, \
             for the lock file",
            checkout.display()
        ),
    }
}
