//! Settings of a client.

use std::time::Duration;

use super::address::Address;
use super::{ClientBuilder, Pipeline};
use crate::error::{Error, ErrorKind};
use crate::limit::Quotas;
use crate::meta::OpMeta;
use crate::vendor::{RawReply, Vendor, VendorError};

struct Acme;

impl Vendor for Acme {
    fn name(&self) -> &'static str {
        "acme"
    }

    fn read_error(&self, _: &OpMeta, reply: &RawReply) -> VendorError {
        VendorError::from_status(reply.status())
    }
}

fn builder() -> ClientBuilder<Pipeline> {
    ClientBuilder::new(Acme, "https://api.acme.example/v1/", Quotas::none(), |pipeline| pipeline)
}

#[test]
fn addresses() {
    for (address, checked) in [
        ("https://api.example.com", "https://api.example.com"),
        ("https://api.example.com/v1//", "https://api.example.com/v1"),
        ("http://127.0.0.1:4010/x/", "http://127.0.0.1:4010/x"),
        ("http://localhost:1", "http://localhost:1"),
        ("http://[::1]:1/", "http://[::1]:1"),
    ] {
        assert_eq!(Address::new(address, false).unwrap().as_str(), checked);
    }
    for bad in [
        "api.example.com",
        "http://api.example.com",
        "http://127.0.0.1.example.com",
        "ftp://api.example.com",
        "https://canary:canary@api.example.com",
        "https://api.example.com/?token=canary",
        "https://api.example.com/#canary",
        "https://",
        "",
    ] {
        let error = Address::new(bad, false).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Config, "{bad}");
        assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
    }
    assert!(Address::new("http://api.example.com", true).is_ok());
}

/// An address with a scheme that every build can use.
fn local() -> ClientBuilder<Pipeline> {
    builder().base_url("http://127.0.0.1:1/v1/")
}

#[test]
fn builders_name_their_mistakes() {
    let text = |result: Result<Pipeline, Error>| {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        error.to_string()
    };
    assert!(text(local().build()).contains("no credential"));
    assert!(text(local().token(" canary ").build()).contains("white space"));
    assert!(text(local().token("t").timeout(Duration::ZERO).build()).contains("zero"));
    assert!(text(local().token("t").user_agent("a\nb").build()).contains("user_agent"));
    assert!(text(local().token("t").base_url("acme").build()).contains("base address"));
}

#[test]
fn built_clients_hide_their_secrets() {
    let pipeline = local().token("canary-token").seed(1).build().unwrap();
    assert_eq!(pipeline.base_url(), "http://127.0.0.1:1/v1");
    let shown = format!("{pipeline:?} {:?}", builder().token("canary-token"));
    assert!(!shown.contains("canary"), "{shown}");
    assert!(pipeline.account().starts_with("acme:"));
    let other = pipeline.with(crate::CallOptions::new().limit_key("shared"));
    assert_eq!(other.account(), "acme:shared");
}
