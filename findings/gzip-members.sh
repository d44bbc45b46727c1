#!/usr/bin/env bash
# reqwest 0.13.5, httpx 0.28.1, urllib3 2.5.0, undici 7.16.0: a reply with `Content-Encoding: gzip` that has two members.
#
# Expected: RFC 1952 defines a gzip file as a series of members that are read as one, and RFC 9110 refers to it, so every
# client returns `{"results":[1,2]}`.
# Seen: urllib3 and undici return all of it. reqwest and httpx return the first member, `{"results":[1,`, with status 200
# and without an error, although Content-Length covers both members and all bytes arrive.
#
# Output, seen twice with Rust 1.95.0, Python 3.11.7 and Node 20.20.2:
#   reqwest 0.13.5: 200 {"results":[1,
#   httpx 0.28.1: 200 {"results":[1,
#   urllib3 2.5.0: 200 {"results":[1,2]}
#   undici 7.16.0: 200 {"results":[1,2]}
#
# What follows: a client that asks for gzip with reqwest's feature takes a cut text for the whole one if a server or proxy
# joins members. A decoder that reads all members and checks the trailer of each has to be its own. Needs cargo, python3
# with venv, npm, and the registries of the three. Exits with 1 if the behaviour is another one.
set -euo pipefail

folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"

cat > serve.py <<'PY'
import gzip, socket, threading

body = gzip.compress(b'{"results":[1,') + gzip.compress(b"2]}")
head = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n"
    b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body)
)


def answer(connection):
    connection.recv(65536)
    connection.sendall(head + body)
    connection.close()


server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
while True:
    threading.Thread(target=answer, args=(server.accept()[0],)).start()
PY
python3 serve.py > port &
until [ -s port ]; do sleep 0.1; done
url="http://127.0.0.1:$(cat port)/"

mkdir -p ask/src
cat > ask/Cargo.toml <<'TOML'
[package]
name = "ask"
version = "0.0.0"
edition = "2024"

[dependencies]
reqwest = { version = "=0.13.5", default-features = false, features = ["gzip"] }
tokio = { version = "1", features = ["rt", "macros"] }
TOML
cat > ask/src/main.rs <<'RUST'
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let reply = reqwest::get(std::env::args().nth(1).unwrap()).await.unwrap();
    let status = reply.status().as_u16();
    println!("reqwest 0.13.5: {status} {}", reply.text().await.unwrap());
}
RUST
CARGO_TARGET_DIR="$folder/target" cargo run --quiet --manifest-path ask/Cargo.toml -- "$url" > seen

python3 -m venv tools
tools/bin/pip install --quiet httpx==0.28.1 urllib3==2.5.0
tools/bin/python - "$url" >> seen <<'PY'
import sys

import httpx
import urllib3

reply = httpx.get(sys.argv[1])
print(f"httpx {httpx.__version__}: {reply.status_code} {reply.text}")
reply = urllib3.request("GET", sys.argv[1])
print(f"urllib3 {urllib3.__version__}: {reply.status} {reply.data.decode()}")
PY

npm install --silent --no-fund --no-audit --prefix node undici@7.16.0 > /dev/null
cat > node/ask.mjs <<'JS'
import { fetch } from "undici";
const reply = await fetch(process.argv[2]);
console.log(`undici 7.16.0: ${reply.status} ${await reply.text()}`);
JS
node node/ask.mjs "$url" >> seen

cat seen
diff - seen <<'EXPECTED'
reqwest 0.13.5: 200 {"results":[1,
httpx 0.28.1: 200 {"results":[1,
urllib3 2.5.0: 200 {"results":[1,2]}
undici 7.16.0: 200 {"results":[1,2]}
EXPECTED
