//! Calls whose body is a form with files.

use std::borrow::Cow;

use http::HeaderValue;

use super::{Call, Param, Upload};

impl<T> Call<T> {
    /// Adds a text part to the body, which becomes a `multipart/form-data` form. A list adds one part
    /// per item; an absent value adds nothing. A body of another kind is an error.
    pub fn part(mut self, name: impl Into<Cow<'static, str>>, value: &(impl Param + ?Sized)) -> Self {
        let name = name.into();
        if let Some(parts) = self.request.parts() {
            value.each(&mut |text| parts.text(name.clone(), text));
        }
        self
    }

    /// Replaces the parts of a name by a text. An absent value removes them.
    pub fn set_part(mut self, name: impl Into<Cow<'static, str>>, value: &(impl Param + ?Sized)) -> Self {
        let name = name.into();
        if let Some(parts) = self.request.parts() {
            parts.remove(&name);
        }
        self.part(name, value)
    }

    /// Adds a file to the body, which becomes a `multipart/form-data` form. A body of another kind
    /// is an error, and so is a path that cannot be opened when the call is sent.
    ///
    /// While the file makes progress, an attempt may take longer than its timeout. The timeout of the whole
    /// call still applies: for a large file, raise it with
    /// [`CallOptions::timeout`](crate::CallOptions::timeout). Bytes and paths are sent again if the call
    /// is repeated; a stream that was started is not.
    pub fn file(mut self, name: impl Into<Cow<'static, str>>, upload: impl Into<Upload>) -> Self {
        let (name, upload) = (name.into(), upload.into());
        if HeaderValue::from_str(&upload.content_type).is_err() {
            self.request.mistake(|| format!("the media type of part \"{name}\" cannot be sent"));
        } else if let Some(parts) = self.request.parts() {
            parts.file(name, upload);
        }
        self
    }
}
