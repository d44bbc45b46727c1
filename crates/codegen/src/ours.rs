//! The JSON Schemas of our own files, so that editors complete them.

use std::path::Path;

use anyhow::Result;
use schemars::{JsonSchema, schema_for};

use crate::correct::corrections::Corrections;
use crate::correct::surface::SurfaceFile;
use crate::emit::operations_table::Table;
use crate::model::Paging;
use crate::read::limits::LimitsFile;
use crate::read::vendor::VendorFile;
use crate::read::words::Words;
use crate::write::Files;

/// Adds the `.schema.json` of each kind of file.
pub(crate) fn files(root: &Path, files: &mut Files) -> Result<()> {
    files.add(root.join("specs/vendor.schema.json"), text::<VendorFile>()?);
    files.add(root.join("specs/corrections.schema.json"), text::<Corrections>()?);
    files.add(root.join("specs/surface.schema.json"), text::<SurfaceFile>()?);
    files.add(root.join("specs/paging.schema.json"), text::<Paging>()?);
    files.add(root.join("specs/limits.schema.json"), text::<LimitsFile>()?);
    files.add(root.join("specs/words.schema.json"), text::<Words>()?);
    files.add(root.join("specs/operations.schema.json"), text::<Table>()?);
    Ok(())
}

fn text<T: JsonSchema>() -> Result<String> {
    Ok(serde_json::to_string_pretty(&schema_for!(T))? + "\n")
}
