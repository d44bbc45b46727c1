//! Credentials go to the host they are for, and over nothing that can be read.

use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use crm_core::{ClientBuilder, ErrorKind, Sent};
use crm_fake::{Fake, Fault, Vendor};
use hatch_client::{ContactsKey, DepartmentKey, ReportingKey};
use hockeystack_client::{AccountIntelligenceToken, RevenueAgentsToken};

use super::build;

#[tokio::test]
async fn a_redirect_is_an_error_and_never_followed() {
    let trap = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    trap.set_nonblocking(true).unwrap();
    let elsewhere = format!("http://{}/canary", trap.local_addr().unwrap());
    let hubspot = Fake::builder(Vendor::HubSpot).no_quota().start().await.unwrap();
    let hoopai = Fake::builder(Vendor::HoopAi).no_quota().start().await.unwrap();
    let contacts = build(hubspot_client::Client::builder().token(hubspot.token()), &hubspot.base_url());
    let files = build(hoopai_client::Client::builder().token(hoopai.token()), &hoopai.base_url());
    // Another host, the same host by another name, and the same origin.
    let itself = format!("{}/elsewhere", hubspot.base_url());
    for to in [elsewhere.clone(), elsewhere.replace("127.0.0.1", "localhost"), itself, "//canary/x".to_owned()] {
        for status in [301, 302, 303, 307, 308] {
            hubspot.fail(Fault::Redirect(status, to.clone()).times(2));
            hoopai.fail(Fault::Redirect(status, to.clone()));
            let create = hubspot_client::types::ObjectCreate::from([("firstname", "Ada")]);
            let calls = async {
                [
                    contacts.contacts().list().send().await.unwrap_err(),
                    contacts.contacts().create(create).send().await.unwrap_err(),
                    files.conversations().download_recording("m", "l").send().await.unwrap_err(),
                ]
            };
            // A client that follows would wait for ever, because the other host never answers.
            let errors = tokio::time::timeout(Duration::from_secs(20), calls).await.expect("no redirect is followed");
            for error in errors {
                assert_eq!((error.kind(), error.sent()), (ErrorKind::Other, Sent::Answered), "{status} {to}: {error}");
                assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
            }
        }
    }
    assert_eq!(trap.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    assert_eq!(hubspot.report().requests, 40, "the same origin is not asked again either");
}

/// Returns the result of a builder for an address.
fn said<C>(builder: ClientBuilder<C>, address: &str) -> Result<(), String> {
    builder.base_url(address).build().map(drop).map_err(|error| {
        assert_eq!(error.kind(), ErrorKind::Config);
        error.to_string()
    })
}

#[test]
fn plain_http_is_refused_unless_asked_for() {
    let far = ["http://api.example.com", "http://10.0.0.1", "http://[2001:db8::1]", "http://127.0.0.1.example.com"];
    for address in far {
        let hubspot = || hubspot_client::Client::builder().token("canary");
        let results = [
            said(hubspot(), address),
            said(hoopai_client::Client::builder().token("canary"), address),
            said(hoopai_client::Client::builder().credentials(crm_core::Anonymous), address),
            said(
                hockeystack_client::RevenueAgents::builder(RevenueAgentsToken::new("hsr_live_canary").unwrap()),
                address,
            ),
            said(
                hockeystack_client::AccountIntelligence::builder(AccountIntelligenceToken::new("canary").unwrap()),
                address,
            ),
            said(hatch_client::Client::builder(ContactsKey::new("canary").unwrap()), address),
            said(hatch_client::BulkExport::builder(ReportingKey::new("canary").unwrap()), address),
            said(hatch_client::LegacyLeads::builder("1234", DepartmentKey::new("canary").unwrap()), address),
        ];
        for result in results {
            assert!(result.as_ref().is_err_and(|text| text.contains("https")), "{address}: {result:?}");
        }
        said(hubspot().allow_http(true), address).unwrap();
        said(hubspot(), &address.replacen("http", "https", 1)).unwrap();
        let app = hubspot_client::App::with(hubspot_client::Client::builder().base_url(address), "id", "canary");
        assert_eq!(app.unwrap_err().kind(), ErrorKind::Config);
    }
    for near in ["http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1"] {
        said(hubspot_client::Client::builder().token("canary"), near).unwrap();
    }
    let with_password = said(hubspot_client::Client::builder().token("t"), "https://ada:canary@api.example.com");
    assert!(!with_password.unwrap_err().contains("canary"));
}
