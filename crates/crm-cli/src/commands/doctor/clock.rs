//! The local clock beside that of the vendor.

use std::time::{Duration, SystemTime};

use crm_core::RawReply;

/// The difference between two clocks that is reported.
const HOUR: Duration = Duration::from_secs(3_600);

/// Returns the sentence about the local clock beside the vendor's. Proxies and caches may return an older date.
pub(super) fn clock(reply: &RawReply) -> String {
    if reply.header("date").is_none() {
        return "the reply has no date".to_owned();
    }
    // `until` is never negative, so an hour is added for the comparison.
    let ahead = reply.until(SystemTime::now() + HOUR).as_secs_f64() - HOUR.as_secs_f64();
    let seconds = ahead.abs().round();
    match ahead {
        _ if seconds < 3.0 => "as the vendor's".to_owned(),
        ahead if ahead <= -HOUR.as_secs_f64() => "at least an hour behind the vendor's".to_owned(),
        ahead if ahead < 0.0 => format!("{seconds} s behind the vendor's"),
        _ => format!("{seconds} s ahead of the vendor's"),
    }
}

#[cfg(test)]
mod tests {
    use crm_core::RawReply;
    use hubspot_client::http::{HeaderMap, HeaderValue, StatusCode, header};

    use super::clock;

    #[test]
    fn the_clock_is_compared_with_the_date_of_the_reply() {
        let at = |date: &'static str| {
            let headers = HeaderMap::from_iter([(header::DATE, HeaderValue::from_static(date))]);
            clock(&RawReply::new(StatusCode::OK, headers, ""))
        };
        assert!(at("Thu, 01 Jan 2026 00:00:00 GMT").ends_with(" s ahead of the vendor's"));
        assert_eq!(at("Fri, 01 Jan 2100 00:00:00 GMT"), "at least an hour behind the vendor's");
        assert_eq!(clock(&RawReply::new(StatusCode::OK, HeaderMap::new(), "")), "the reply has no date");
    }
}
