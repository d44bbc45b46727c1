//! Sentences about the baselines, for the reader of the table.

use crate::peers::{HOOPAI, HUBSPOT, Peers, Runtime};

/// A sentence about the vendors' SDKs for each language.
pub(super) fn sdks(peers: &Peers) -> [String; 2] {
    let sdks = |runtime| {
        let named = HUBSPOT.iter().chain(&HOOPAI).filter(move |peer| peer.runtime == runtime);
        let named: Vec<String> = named.map(|peer| format!("`{}` {}", peer.package, peer.version)).collect();
        let version = peers.version(runtime).unwrap_or_else(|| "is missing".to_owned());
        format!("{runtime:?} {version}: {}", named.join(", "))
    };
    [sdks(Runtime::Node), sdks(Runtime::Python)]
}

/// A sentence about each of the other peers.
pub(super) fn baselines() -> Vec<String> {
    vec![
        "GET, cold start, binary: reqwest of the same version and features, with serde's derives; with ring both binaries are smaller, by 1.5 and \
         2.0 MiB, so the 1.25 MiB that the library adds weighs more than before".to_owned(),
        "One GET: the same contact each time; the library has the names of its properties from the call before".to_owned(),
        "One GET, time: two processes wake each other, so runs differ: ratios of 0.6 to 1.6 were seen where the instructions stayed at 0.97"
            .to_owned(),
        "Reading and writing contacts: the types that stock progenitor makes of the same document (hash maps, parsed times); \
         finding and checking the texts in the JSON, by serde_json on both sides, is 0.21 of the baseline when they are read into \
         maps and 0.23 when ten are wanted, and memory for 4,000 values, which are texts of their own so that the caller can take them, 0.16"
            .to_owned(),
        "Page of 100 over a link: all connections share the rate of each direction, the handshake of TCP takes a round trip, and \
         delays vary by up to a millisecond, from a seed; the values of the contacts differ, and gzip makes a fifth of them"
            .to_owned(),
        "64 calls over TLS: HTTP/2 beside HTTP/1.1, by a client of reqwest given to `ClientBuilder::http`; the first ones open the \
         connections"
            .to_owned(),
        "20 reply types: the same files with serde's derives, hash maps and plain texts for times".to_owned(),
        "100,000 contacts: one page after the other; 40 ms for a page at the server and 20 ms of work on it, 1/1.5 at best"
            .to_owned(),
        "Export: one page after the other (100 pages); 250 ms for a page, 190 requests in 10 seconds, in the time of a clock \
         that passes by itself; beside the SDK in real time, which lists 100 pages. The part of the limit is that of \
         the whole periods of T + L in a run: the requests of a period can all come at its beginning, so an incomplete one \
         would count too much; the time of a page includes it"
            .to_owned(),
        "1,000,000 contacts: the same with 10,000; for the export, 10,000 exported a hundred times, so that both read as many \
         pages and the buffers of the connections, which hyper enlarges up to 512 KiB each, are the same"
            .to_owned(),
        "500 accounts: a client built for each".to_owned(),
        "Limiter: `governor` 0.10.4, keyed by account as ours; ours counts a window exactly, from the reply, so its piece of work \
         is a permit and its end; time: a third of ours is two readings of the system's clock, where governor reads the \
         processor's counter once"
            .to_owned(),
        "Limiter, the busiest window, by the vendor's count: the same limiter, counting from the grant (latencies of 5 to 400 ms, \
         250 ms more for new connections)"
            .to_owned(),
    ]
}
