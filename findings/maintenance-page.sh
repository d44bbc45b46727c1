#!/usr/bin/env bash
# @hubspot/api-client 14.0.1 (Node), hubspot-api-client 12.0.0 and hubspot-sdk 0.1.0a9 (Python): a reply with status 200
# whose body is an HTML page, as a proxy or a gateway in maintenance sends it.
#
# Expected: an error, because the body is not the JSON that the operation promises.
# Seen: a list of contacts is `{}` in Node and a page whose `results` is None in Python, so a loop over it ends as if the
# account were empty; a created contact is None. hubspot-sdk returns the text of the page where its signature promises a
# contact; only its list fails, with an AttributeError of its own.
#
# Output, seen twice with Node 20.20.2 and Python 3.11.7:
#   @hubspot/api-client 14.0.1: list object {}
#   hubspot-api-client 12.0.0: list results None, create None
#   hubspot-sdk 0.1.0a9: list AttributeError, create str
#
# What follows: a status of success proves nothing about the body. A client has to check the body before it reports
# success, and a list that lacks its items is an error and not an empty list. Needs npm, python3 with venv, and the
# registries of the two. Exits with 1 if the behaviour is another one.
set -euo pipefail

folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"

cat > serve.py <<'PY'
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = b"<html><body>Down for maintenance</body></html>"


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self):
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.send_header("content-length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    do_GET = do_POST = answer


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
PY
python3 serve.py > port &
until [ -s port ]; do sleep 0.1; done
url="http://127.0.0.1:$(cat port)"

npm install --silent --no-fund --no-audit @hubspot/api-client@14.0.1
cat > ask.cjs <<'JS'
const { Client } = require("@hubspot/api-client");
const client = new Client({ accessToken: "token", basePath: process.argv[2] });
client.crm.contacts.basicApi
  .getPage()
  .then((page) => console.log(`@hubspot/api-client 14.0.1: list ${typeof page} ${JSON.stringify(page)}`))
  .catch((error) => console.log(`@hubspot/api-client 14.0.1: list ${error.name}`));
JS

python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check hubspot-api-client==12.0.0 hubspot-sdk==0.1.0a9
cat > ask.py <<'PY'
import sys

import hubspot
import hubspot_sdk
from hubspot.crm.contacts import SimplePublicObjectInputForCreate

url = sys.argv[1]
contacts = hubspot.Client.create(access_token="token").crm.contacts.basic_api
contacts.api_client.configuration.host = url
page = contacts.get_page()
created = contacts.create(SimplePublicObjectInputForCreate(properties={}, associations=[]))
print(f"hubspot-api-client 12.0.0: list results {page.results}, create {created}")

contacts = hubspot_sdk.HubSpot(access_token="token", base_url=url).crm.objects.contacts
try:
    listed = type(contacts.list()).__name__
except Exception as error:
    listed = type(error).__name__
print(f"hubspot-sdk 0.1.0a9: list {listed}, create {type(contacts.create(associations=[], properties={})).__name__}")
PY

{ node ask.cjs "$url" && python/bin/python ask.py "$url"; } | tee seen
diff seen - <<'TEXT'
@hubspot/api-client 14.0.1: list object {}
hubspot-api-client 12.0.0: list results None, create None
hubspot-sdk 0.1.0a9: list AttributeError, create str
TEXT
