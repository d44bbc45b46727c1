#!/usr/bin/env bash
# hubspot-sdk 0.1.0a9 (Python) and @hubspot/api-client 14.0.1 (Node): a list of three pages whose second page has no results
# and a cursor to the next page, which the schema of the list allows.
#
# Expected: both continue while the reply contains a cursor, because only a missing cursor ends the list.
# Seen: hubspot-sdk ends at the empty page, without an error, and never requests the third one. The other one continues.
#
# Output, seen twice with Python 3.11.7 and Node 20.20.2:
#   hubspot-sdk 0.1.0a9: 1
#   @hubspot/api-client 14.0.1: 1 3
#
# What follows: an empty page is not the end of a list. Programs that loop over hubspot-sdk's list have to check
# `paging` of the last page themselves. Needs npm, python3 with venv, and the registries of the two. Exits with 1 if the
# behaviour is another one.
set -euo pipefail

folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"

cat > serve.py <<'PY'
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


def contact(id):
    time = "2026-01-01T00:00:00Z"
    return {"id": id, "properties": {}, "createdAt": time, "updatedAt": time, "archived": False}


PAGES = {
    None: {"results": [contact("1")], "paging": {"next": {"after": "1"}}},
    "1": {"results": [], "paging": {"next": {"after": "2"}}},
    "2": {"results": [contact("3")]},
}


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        after = parse_qs(urlsplit(self.path).query).get("after", [None])[0]
        body = json.dumps(PAGES[after]).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
PY
python3 serve.py > port &
until [ -s port ]; do sleep 0.1; done
url="http://127.0.0.1:$(cat port)"

python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check hubspot-sdk==0.1.0a9
cat > ask.py <<'PY'
import sys

import hubspot_sdk

url = sys.argv[1]
contacts = hubspot_sdk.HubSpot(access_token="token", base_url=url).crm.objects.contacts
print("hubspot-sdk 0.1.0a9:", *[contact.id for contact in contacts.list()])
PY

npm install --silent --no-fund --no-audit @hubspot/api-client@14.0.1
cat > ask.cjs <<'JS'
const { Client } = require("@hubspot/api-client");
const client = new Client({ accessToken: "token", basePath: process.argv[2] });
client.crm.contacts
  .getAll()
  .then((all) => console.log("@hubspot/api-client 14.0.1:", ...all.map(({ id }) => id)));
JS

{ python/bin/python ask.py "$url" && node ask.cjs "$url"; } | tee seen
diff seen - <<'TEXT'
hubspot-sdk 0.1.0a9: 1
@hubspot/api-client 14.0.1: 1 3
TEXT
