//! Details of a vendor's error reply.

use std::fmt;

use bytes::Bytes;

use crate::redact::{line, redact};

/// Maximum number of bytes of a reply body that an error keeps.
pub(crate) const BODY_CAP: usize = 64 * 1024;

/// Details of a vendor's error reply, as far as it contains any.
///
/// The fields hold the raw text, which may contain personal data. `Debug` hides it.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct VendorDetail {
    /// The vendor's code of the error.
    pub code: Option<String>,
    /// The vendor's broader category.
    pub category: Option<String>,
    /// The vendor's finer category.
    pub sub_category: Option<String>,
    /// The vendor's message.
    pub message: Option<String>,
    /// Errors of single input fields.
    pub fields: Vec<FieldError>,
    /// The reply body, at most 64 KiB of it. Set by the pipeline if it is empty.
    pub raw: Bytes,
    /// The content type of the reply. Set by the pipeline if it is `None`.
    pub content_type: Option<String>,
}

/// An error of one input field.
#[derive(Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field, if the vendor names it.
    pub field: Option<String>,
    /// The vendor's code, if it gives one.
    pub code: Option<String>,
    /// The vendor's message.
    pub message: String,
}

impl FieldError {
    /// Creates an error about a field.
    #[must_use]
    pub fn new(field: Option<String>, code: Option<String>, message: impl Into<String>) -> Self {
        Self { field, code, message: message.into() }
    }
}

impl fmt::Debug for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FieldError")
            .field("field", &self.field.as_deref().map(redact))
            .field("code", &self.code.as_deref().map(redact))
            .field("message", &redact(&self.message))
            .finish()
    }
}

impl fmt::Debug for VendorDetail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VendorDetail")
            .field("code", &self.code.as_deref().map(redact))
            .field("category", &self.category.as_deref().map(redact))
            .field("sub_category", &self.sub_category.as_deref().map(redact))
            .field("message", &self.message.as_deref().map(redact))
            .field("fields", &self.fields)
            .field("raw", &format_args!("{} bytes", self.raw.len()))
            .field("content_type", &self.content_type)
            .finish()
    }
}

impl VendorDetail {
    /// Removes a secret that the vendor quoted from all texts that are shown.
    pub(crate) fn forget(&mut self, secret: &str) {
        let clean = |text: &mut String| {
            if text.contains(secret) {
                *text = text.replace(secret, crate::redact::HIDDEN);
            }
        };
        let texts = [&mut self.code, &mut self.category, &mut self.sub_category, &mut self.message];
        texts.into_iter().flatten().for_each(clean);
        for field in &mut self.fields {
            clean(&mut field.message);
            field.field.iter_mut().chain(&mut field.code).for_each(clean);
        }
    }

    /// `CODE/CATEGORY`, without repeating the same word.
    pub(super) fn label(&self) -> Option<String> {
        let mut parts: Vec<&str> = Vec::new();
        for part in [&self.code, &self.category, &self.sub_category].into_iter().flatten() {
            if !part.is_empty() && !parts.contains(&part.as_str()) {
                parts.push(part);
            }
        }
        (!parts.is_empty()).then(|| line(&parts.join("/"), 120))
    }
}
