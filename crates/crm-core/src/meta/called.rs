//! An operation with the name that its caller used.

use std::borrow::Cow;

use super::OpMeta;

/// An operation as it was called, for errors and traces: `contacts.list (GET /crm/objects/2026-03/contacts)`, although
/// HubSpot has one operation for all types of object, `objects.list (GET /crm/objects/2026-03/{objectType})`.
///
/// Without a handle that holds part of the path, it is the operation itself.
#[derive(Debug, Clone)]
pub struct Called {
    pub(crate) op: &'static OpMeta,
    pub(crate) name: Cow<'static, str>,
    pub(crate) path: Cow<'static, str>,
}

impl Called {
    /// An operation that is called through a handle with another name, which holds the value of a placeholder. The
    /// value is shown if it has the form of a type name: a text with other characters was probably meant for another
    /// argument, and may be personal.
    pub(crate) fn new(
        op: &'static OpMeta,
        resource: Option<&'static str>,
        held: Option<&(&'static str, String)>,
    ) -> Self {
        let name = match (resource, op.id.split_once('.')) {
            (Some(resource), Some((_, call))) => Cow::Owned(format!("{resource}.{call}")),
            _ => Cow::Borrowed(op.id),
        };
        let named = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        let path = match held {
            Some((placeholder, value)) if named(value) => {
                Cow::Owned(op.path.replace(&format!("{{{placeholder}}}"), value))
            }
            _ => Cow::Borrowed(op.path),
        };
        Self { op, name, path }
    }

    /// The operation.
    #[must_use]
    pub fn op(&self) -> &'static OpMeta {
        self.op
    }

    /// The name that was called, for example `contacts.list`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl From<&'static OpMeta> for Called {
    fn from(op: &'static OpMeta) -> Self {
        Self { op, name: Cow::Borrowed(op.id), path: Cow::Borrowed(op.path) }
    }
}

impl From<&Called> for Called {
    fn from(called: &Called) -> Self {
        called.clone()
    }
}
