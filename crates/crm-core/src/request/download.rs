//! Writes downloads to a writer or a file.

use std::io;
use std::path::{Path, PathBuf};

use tokio::fs::{self, File};
use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::BodyStream;
use crate::error::{Error, ErrorKind, Sent};

impl BodyStream {
    /// Writes the rest of the body and returns its number of bytes.
    ///
    /// # Errors
    ///
    /// Returns an error if the body is cut off or stalls, even if the stream has already returned that error, and if
    /// the writer fails. The data written so far is then incomplete.
    pub async fn write_to(mut self, writer: impl AsyncWrite + Unpin) -> Result<u64, Error> {
        self.copy(writer).await
    }

    /// Writes the rest of the body to a file and returns its number of bytes.
    ///
    /// The file appears only when it is complete: the body is written under another name in the same
    /// folder, and then replaces any file of this name. No partial file remains if the download fails or
    /// is dropped.
    ///
    /// # Errors
    ///
    /// Those of [`write_to`](Self::write_to), and an error if the file cannot be created.
    pub async fn save(mut self, path: impl Into<PathBuf>) -> Result<u64, Error> {
        let path = path.into();
        let partial = Partial(beside(&path).map_err(|error| self.unwritable(error))?);
        let mut file = File::create_new(&partial.0).await.map_err(|error| self.unwritable(error))?;
        let written = self.copy(&mut file).await?;
        file.sync_all().await.map_err(|error| self.unwritable(error))?;
        drop(file);
        fs::rename(&partial.0, &path).await.map_err(|error| self.unwritable(error))?;
        Ok(written)
    }

    async fn copy(&mut self, mut writer: impl AsyncWrite + Unpin) -> Result<u64, Error> {
        let mut written = 0;
        while let Some(piece) = self.next().await {
            let piece = piece?;
            writer.write_all(&piece).await.map_err(|error| self.unwritable(error))?;
            written += piece.len() as u64;
        }
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        writer.flush().await.map_err(|error| self.unwritable(error))?;
        Ok(written)
    }

    fn unwritable(&self, error: io::Error) -> Error {
        let text = format!("the download cannot be written: {}", error.kind());
        self.label(Error::new(ErrorKind::Other, text).with_sent(Sent::Answered).with_source(error))
    }
}

/// Returns a unique name in the same folder.
fn beside(path: &Path) -> io::Result<PathBuf> {
    let mut name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?.to_owned();
    name.push(format!(".{:016x}.part", fastrand::u64(..)));
    Ok(path.with_file_name(name))
}

/// A file that is deleted with its owner, unless it was renamed before.
struct Partial(PathBuf);

impl Drop for Partial {
    fn drop(&mut self) {
        // After the renaming there is nothing to remove. A failure cannot be reported.
        let _ = std::fs::remove_file(&self.0);
    }
}
