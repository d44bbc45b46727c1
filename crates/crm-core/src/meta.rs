//! Metadata of operations, known before they are called.

mod called;

pub use called::Called;
use serde_json::Value;

/// One operation of a vendor's API. Built by generated code, as a `static`.
///
/// The pipeline, the paginator, the fakes and the tools all read the same table, so a fact about
/// an operation is written once.
#[derive(Debug, Clone)]
pub struct OpMeta {
    /// The name in this client, for example `contacts.list`.
    pub id: &'static str,
    /// The `operationId` in the vendor's document.
    pub spec_id: &'static str,
    /// The HTTP method.
    pub method: http::Method,
    /// The path template, for example `/contacts/{contactId}`.
    pub path: &'static str,
    /// True if sending the request twice has the same effect as sending it once. A search is idempotent
    /// although it is a POST. `rules` contains the conditions for the body, if there are any.
    pub idempotent: bool,
    /// The class of rate limit; empty for the default class.
    pub limit_class: &'static str,
    /// Paging of the list, if the operation returns one.
    pub paging: Option<&'static Paging>,
    /// Special rules for its request and its reply.
    pub rules: Rules,
    /// True if a 202 means that the result is not ready and the same request must be sent again.
    pub long_running: bool,
    /// Maximum number of inputs per call, if the operation is a batch.
    pub batch_max: Option<u32>,
    /// Scopes that a token needs, according to the vendor's documentation.
    pub scopes: &'static [&'static str],
    /// API version to ask for, if the vendor requires one with each call. A client of another version in which the
    /// operation is the same asks for its own version.
    pub version: Option<&'static str>,
    /// True if the vendor has deprecated the operation.
    pub deprecated: bool,
}

impl OpMeta {
    /// The method and the path template, for example `GET /contacts/{contactId}`. Never contains a value.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Returns true if the operation is idempotent with this body, in JSON. A member counts as set unless it is null,
    /// false or an empty text.
    #[must_use]
    pub fn is_idempotent_with(&self, body: &Value) -> bool {
        let set = |name: &&str| match body.get(*name) {
            None | Some(Value::Null | Value::Bool(false)) => false,
            Some(Value::String(text)) => !text.trim().is_empty(),
            Some(_) => true,
        };
        let Rules { idempotent_with, idempotent_without, .. } = &self.rules;
        self.idempotent
            && (idempotent_with.is_empty() || idempotent_with.iter().any(set))
            && !idempotent_without.iter().any(set)
    }
}

/// The requirements of the vendor's document for the request of an operation, and its guarantees about the reply. Most
/// operations are [`Rules::PLAIN`].
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// The path to the list within the reply of a paged operation, member by member; empty if the
    /// reply is the list.
    pub items: &'static [&'static str],
    /// True if the vendor's document requires the list on every page. If an earlier page announced
    /// this one, the list is required anyway, because only an existing list can show that no items
    /// are left.
    pub items_required: bool,
    /// Parts of a form of which at least one must be sent.
    pub one_of_parts: &'static [&'static str],
    /// Members of the JSON body of which at least one must be set so that the operation is idempotent, because they
    /// identify the record. Empty if there is no such condition.
    pub idempotent_with: &'static [&'static str],
    /// Members of the JSON body with which the operation is not idempotent, because it creates another record.
    pub idempotent_without: &'static [&'static str],
    /// True if the vendor's document declares a success without content, or no success at all.
    pub may_be_empty: bool,
    /// True if the operation is sent without the client's credential, because the vendor's document declares
    /// no security for it.
    pub anonymous: bool,
    /// True if the vendor publishes the operation as a beta, which it may change or withdraw without notice.
    pub beta: bool,
    /// True if the operation changes nothing although its method can: for example a search that is sent as POST.
    pub reads: bool,
}

impl Rules {
    /// No list, content on success, the client's credential, no condition among parts or for repeats, no beta, and the
    /// effect of its method.
    pub const PLAIN: Self = Self {
        items: &[],
        items_required: false,
        one_of_parts: &[],
        idempotent_with: &[],
        idempotent_without: &[],
        may_be_empty: false,
        anonymous: false,
        beta: false,
        reads: false,
    };
}

/// Paging of an operation's list: the parameters of its positions and of its page size. Operations
/// that are paged in the same way share one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paging {
    /// The kind of its positions.
    pub kind: PagingKind,
    /// The parameters that take a position: two for [`PagingKind::KeysetPair`], otherwise one.
    pub params: &'static [&'static str],
    /// The place of these parameters and of the page size.
    pub sent_in: SentIn,
    /// True if a number is sent as text in the body.
    pub as_text: bool,
    /// The parameter that takes the page size, if there is one. A page with fewer items than requested
    /// is known to be the last, unless the vendor reports it otherwise.
    pub limit: Option<&'static str>,
    /// True if the vendor reports the next offset; otherwise the items are counted.
    pub told: bool,
    /// The number of the first page.
    pub first: u64,
}

impl Paging {
    /// Creates a kind of paging whose position is sent in one query parameter, without a page size.
    #[must_use]
    pub const fn new(kind: PagingKind, params: &'static [&'static str]) -> Self {
        Self { kind, params, sent_in: SentIn::Query, as_text: false, limit: None, told: false, first: 1 }
    }
}

/// The place where a position and the page size are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SentIn {
    /// In the query.
    Query,
    /// In the JSON body.
    Body,
}

/// The kind of the positions in a list.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PagingKind {
    /// An opaque cursor of the vendor.
    Token,
    /// The number of items to skip.
    Offset,
    /// The number of the page.
    Page,
    /// The id of the last item.
    KeysetId,
    /// A sort value and the id of the last item, always sent together.
    KeysetPair,
    /// The sort value of the last item.
    KeysetValue,
    /// The list of sort values that the last item carries.
    SearchAfter,
}

impl PagingKind {
    /// Returns the kind with this name in the files of a vendor, for example `keyset_id`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "token" => Self::Token,
            "offset" => Self::Offset,
            "page" => Self::Page,
            "keyset_id" => Self::KeysetId,
            "keyset_pair" => Self::KeysetPair,
            "keyset_value" => Self::KeysetValue,
            "search_after" => Self::SearchAfter,
            _ => return None,
        })
    }
}
