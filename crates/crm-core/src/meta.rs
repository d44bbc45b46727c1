//! What is known about an operation before it is called.

/// One operation of a vendor's API. Built by generated code, as a `static`.
///
/// The pipeline, the paginator, the fakes and the tools all read the same table, so a fact about
/// an operation is written once.
#[derive(Debug, Clone)]
pub struct OpMeta {
    /// The name in this client, as `contacts.list`.
    pub id: &'static str,
    /// The `operationId` in the vendor's document.
    pub spec_id: &'static str,
    /// The HTTP method.
    pub method: http::Method,
    /// The path template, as `/contacts/{contactId}`.
    pub path: &'static str,
    /// Whether sending it twice does no more than sending it once. A search is idempotent even
    /// though it is a POST.
    pub idempotent: bool,
    /// The class of rate limit; empty for the default class.
    pub limit_class: &'static str,
    /// How the list goes on, where it is one.
    pub paging: Option<PagingKind>,
    /// What its request must hold and its reply promises, beyond the usual.
    pub rules: Rules,
    /// Whether a 202 means "not ready, ask the same again".
    pub long_running: bool,
    /// The most inputs one call takes, where it is a batch.
    pub batch_max: Option<u32>,
    /// The scopes a token needs, as documented.
    pub scopes: &'static [&'static str],
    /// The API version to ask for, where the vendor wants one with each call.
    pub version: Option<&'static str>,
    /// Whether the vendor advises against new uses.
    pub deprecated: bool,
}

impl OpMeta {
    /// The method and the path template, as `GET /contacts/{contactId}`. Never holds a value.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// What the vendor's document asks of an operation's request and promises of its reply. Most
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
    /// True if the vendor's document declares a success without content, or no success at all.
    pub may_be_empty: bool,
    /// True if the operation is sent without the client's credential, because the vendor's document declares
    /// no security for it.
    pub anonymous: bool,
}

impl Rules {
    /// No list, content on success, the client's credential, and no condition among parts.
    pub const PLAIN: Self =
        Self { items: &[], items_required: false, one_of_parts: &[], may_be_empty: false, anonymous: false };
}

/// How a list tells where its next page is.
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
