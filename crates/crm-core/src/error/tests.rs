//! An error contains all details and no secret.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, StatusCode};

use super::{BODY_CAP, Error, ErrorKind, FieldError, LimitScope, Sent, VendorDetail};
use crate::meta::OpMeta;

static CREATE: OpMeta = OpMeta {
    id: "contacts.create",
    spec_id: "createContact",
    method: Method::POST,
    path: "/contacts/{kind}",
    idempotent: false,
    limit_class: "",
    paging: None,
    rules: crate::Rules::PLAIN,
    long_running: false,
    batch_max: None,
    scopes: &[],
    version: None,
    deprecated: false,
};

static SEARCH: OpMeta = OpMeta {
    id: "contacts.search",
    spec_id: "searchContacts",
    method: Method::POST,
    path: "/contacts/search",
    idempotent: true,
    limit_class: "",
    paging: None,
    rules: crate::Rules { reads: true, ..crate::Rules::PLAIN },
    long_running: false,
    batch_max: None,
    scopes: &[],
    version: None,
    deprecated: false,
};

const SECRETS: [&str; 4] =
    ["canary@example.com", "+49 30 1234567", "pat-eu1-canary-canary", "c4n4ryc4n4ryc4n4ryc4n4ry"];

fn detail() -> VendorDetail {
    VendorDetail {
        code: Some("EXISTS".into()),
        category: Some("CONFLICT".into()),
        message: Some(format!("{}\nexists", SECRETS.join(" and "))),
        fields: vec![FieldError::new(Some("email".into()), None, format!("{} is taken", SECRETS[0]))],
        raw: Bytes::from(SECRETS.join(" ")),
        ..VendorDetail::default()
    }
}

#[test]
fn display_is_one_complete_line() {
    let error = Error::from_vendor(ErrorKind::Conflict)
        .with_operation(&CREATE)
        .with_status(StatusCode::CONFLICT)
        .with_vendor(detail())
        .with_request_id(Some("req-1".into()))
        .with_attempts(2)
        .with_retry_after(Some(Duration::from_millis(1_500)));
    assert_eq!(
        error.to_string(),
        "contacts.create (POST /contacts/{kind}): 409 conflict [EXISTS/CONFLICT]: […] and […] and […] and […] exists; \
         email: […] is taken; request id req-1; 2 attempts; retry after 1.5 s"
    );
}

#[test]
fn display_tells_what_a_write_left_behind() {
    let lost =
        |sent| Error::new(ErrorKind::Io, "the connection broke").with_operation(&CREATE).with_sent(sent).to_string();
    assert!(lost(Sent::Maybe).ends_with("; it may have been carried out, so check before repeating it"));
    assert!(lost(Sent::No).ends_with("the connection broke"));
    let safe = Error::new(ErrorKind::Io, "x").with_operation(&CREATE).with_idempotent(true).with_sent(Sent::Maybe);
    assert!(safe.to_string().ends_with("repeating it is safe"));
    let search = Error::new(ErrorKind::Io, "x").with_operation(&SEARCH).with_sent(Sent::Maybe);
    assert!(search.to_string().ends_with(": x"), "{search}");
}

#[test]
fn nothing_secret_is_shown() {
    let source = Error::from_vendor(ErrorKind::Server).with_vendor(detail());
    let error = Error::new(ErrorKind::LocalLimit, SECRETS.join(", "))
        .with_operation(&CREATE)
        .with_vendor(detail())
        .with_body(Bytes::from(SECRETS.join(" ")))
        .with_limit_scope(Some(LimitScope::Local))
        .with_source(source);
    let chain = std::error::Error::source(&error).unwrap().to_string();
    let shown = format!("{error} {error:?} {error:#?} {:?} {chain}", error.vendor().unwrap());
    for secret in SECRETS {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(shown.contains("LocalLimit") && shown.contains("EXISTS"));
    // The raw text is still available on request.
    assert!(error.vendor().unwrap().message.as_deref().unwrap().contains(SECRETS[0]));
    assert!(std::str::from_utf8(error.body()).unwrap().contains(SECRETS[0]));
}

#[test]
fn an_echoed_credential_is_forgotten() {
    let mut detail = VendorDetail { message: Some("bad token: hunter2".into()), ..VendorDetail::default() };
    detail.fields.push(FieldError::new(None, None, "hunter2"));
    detail.forget("hunter2");
    assert_eq!(detail.message.as_deref(), Some("bad token: […]"));
    assert_eq!(detail.fields[0].message, "[…]");
}

#[test]
fn bodies_are_capped() {
    let error = Error::decode("x").with_body(Bytes::from(vec![b'x'; BODY_CAP + 1]));
    assert_eq!(error.body().len(), BODY_CAP);
}

#[test]
fn errors_are_small_and_travel() {
    fn travels<T: std::error::Error + Send + Sync + 'static>() {}
    travels::<Error>();
    assert_eq!(size_of::<Error>(), size_of::<usize>());
}

#[test]
fn what_may_have_happened() {
    let answered = |status: u16, kind| Error::from_vendor(kind).with_status(StatusCode::from_u16(status).unwrap());
    assert!(!Error::config("x").may_have_happened());
    assert!(!answered(422, ErrorKind::Validation).may_have_happened());
    assert!(answered(422, ErrorKind::Validation).with_doubt(true).may_have_happened());
    assert!(answered(500, ErrorKind::Server).may_have_happened());
    assert!(!answered(503, ErrorKind::Unavailable).with_refused(true).may_have_happened());
    assert!(answered(200, ErrorKind::Decode).may_have_happened());
    assert!(Error::new(ErrorKind::Io, "x").with_sent(Sent::Maybe).may_have_happened());
}
