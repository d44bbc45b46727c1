#!/usr/bin/env bash
# hubspot-api-client 12.0.0 (Python) and @hubspot/api-client 14.0.1 (Node): the retries that the READMEs of both describe, for
# status 429 and for errors of the server. The server refuses the first request of each call with 429, or it creates the
# contact and a gateway answers with 504.
#
# Expected: both repeat a call after 429, because a refused call was not carried out, and a search above all: its limit of five
# requests per second is the one that programs meet first.
# Seen: the Node client repeats all calls. The Python client repeats the list only; a search, a batch of reads and an update
# fail at the first 429. Its README hands the setting to urllib3's `Retry`, which repeats only methods that are idempotent, and
# HubSpot's searches and batch reads are POSTs. If the list is refused to the end, the error is one of urllib3 and not the
# `ApiException` of the client. After 504 it is the other way round: the Node client creates the contact a second time.
#
# Output, seen twice with Python 3.11.7 and Node 20.20.2:
#   hubspot-api-client 12.0.0: 429: list succeeds, search ApiException 429, batch read ApiException 429, update ApiException 429
#   hubspot-api-client 12.0.0: 429 each time: list MaxRetryError
#   hubspot-api-client 12.0.0: 504: create ServiceException 504, 1 contact
#   @hubspot/api-client 14.0.1: 429: list succeeds, search succeeds, batch read succeeds, update succeeds
#   @hubspot/api-client 14.0.1: 504: create succeeds, 2 contacts
#
# What follows: in Python, `Retry(..., allowed_methods=None)` for 429 covers searches too; with 504 it would repeat creates. In
# Node, a create that fails with an error of the server may have been carried out, and `numberOfApiCallRetries` has to stay off
# for records without a unique property. Needs npm, python3 with venv, and the registries of the two. Exits with 1 if the
# behaviour is another one.
set -euo pipefail

folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"

cat > serve.py <<'PY'
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TIME = "2026-01-01T00:00:00.000Z"
fault = "429"  # "429" and "504" for the first request of each path, "429 each time" for all
seen, contacts = set(), []
limit = {
    "status": "error", "message": "You have reached your secondly limit.", "errorType": "RATE_LIMIT", "correlationId": "1",
    "policyName": "SECONDLY",
}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self):
        global fault
        self.rfile.read(int(self.headers.get("content-length", 0)))
        path = self.path.split("?")[0]
        if path.startswith("/fault/"):
            fault = path.removeprefix("/fault/").replace("-", " ")
            number = len(contacts)
            seen.clear()
            contacts.clear()
            return self.reply(200, number)
        first = (self.command, path) not in seen
        seen.add((self.command, path))
        if fault == "429 each time" or fault == "429" and first:
            return self.reply(429, limit)
        contact = {"id": "1", "properties": {}, "createdAt": TIME, "updatedAt": TIME, "archived": False}
        status, body = 200, {"results": [], "total": 0, "status": "COMPLETE", "startedAt": TIME, "completedAt": TIME}
        if self.command == "PATCH":
            body = contact
        elif self.command == "POST" and path == "/crm/v3/objects/contacts":
            contacts.append(contact)
            status, body = (504, {"status": "error", "message": "timeout"}) if fault == "504" and first else (201, contact)
        self.reply(status, body)

    def reply(self, status, body):
        out = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(out)))
        self.end_headers()
        self.wfile.write(out)

    do_GET = do_POST = do_PATCH = answer


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
PY
python3 serve.py > port &
until [ -s port ]; do sleep 0.1; done
export SERVER="http://127.0.0.1:$(cat port)"

python3 -m venv python
python/bin/pip install --quiet --no-compile --disable-pip-version-check hubspot-api-client==12.0.0
npm install --silent --no-audit --no-fund --prefix . @hubspot/api-client@14.0.1 > npm.log

cat > use.py <<'PY'
import json, os, urllib.request
from hubspot import HubSpot
from urllib3.util.retry import Retry


def client(**retry):
    return HubSpot(access_token="token", retry=Retry(**retry)).crm.contacts


def use(api, call):
    api.api_client.configuration.host = os.environ["SERVER"]
    try:
        call(api)
        return "succeeds"
    except Exception as error:
        return f"{type(error).__name__} {getattr(error, 'status', '')}".rstrip()


def set_fault(fault):
    return json.load(urllib.request.urlopen(f"{os.environ['SERVER']}/fault/{fault}"))


one = {"inputs": [{"id": "1"}], "properties": [], "propertiesWithHistory": []}
set_fault("429")
contacts = client(total=5, status_forcelist=(429,))
seen = [
    f"list {use(contacts.basic_api, lambda api: api.get_page())}",
    f"search {use(contacts.search_api, lambda api: api.do_search(public_object_search_request={'limit': 1}))}",
    f"batch read {use(contacts.batch_api, lambda api: api.read(batch_read_input_simple_public_object_id=one))}",
    f"update {use(contacts.basic_api, lambda api: api.update('1', simple_public_object_input={'properties': {}}))}",
]
print(f"hubspot-api-client 12.0.0: 429: {', '.join(seen)}")
set_fault("429-each-time")
print(f"hubspot-api-client 12.0.0: 429 each time: list {use(contacts.basic_api, lambda api: api.get_page())}")
set_fault("504")
contacts = client(total=3, backoff_factor=0.3, status_forcelist=(500, 502, 504))
new = {"properties": {}}
seen = use(contacts.basic_api, lambda api: api.create(simple_public_object_input_for_create=new))
print(f"hubspot-api-client 12.0.0: 504: create {seen}, {set_fault('429')} contact")
PY
cat > use.js <<'JS'
const { Client } = require("@hubspot/api-client");

const server = process.env.SERVER;
const setFault = async (fault) => (await fetch(`${server}/fault/${fault}`)).json();
const use = (call) => call.then(() => "succeeds", (error) => `${error.constructor.name} ${error.code}`);
const contacts = new Client({ accessToken: "token", basePath: server, numberOfApiCallRetries: 3 }).crm.contacts;

async function main() {
  await setFault("429");
  const seen = [
    `list ${await use(contacts.basicApi.getPage())}`,
    `search ${await use(contacts.searchApi.doSearch({ limit: 1 }))}`,
    `batch read ${await use(contacts.batchApi.read({ inputs: [{ id: "1" }], properties: [], propertiesWithHistory: [] }))}`,
    `update ${await use(contacts.basicApi.update("1", { properties: {} }))}`,
  ];
  console.log(`@hubspot/api-client 14.0.1: 429: ${seen.join(", ")}`);
  await setFault("504");
  const created = await use(contacts.basicApi.create({ properties: {} }));
  console.log(`@hubspot/api-client 14.0.1: 504: create ${created}, ${await setFault("429")} contacts`);
}

main();
JS
{
  python/bin/python use.py
  node use.js 2> node.log
} | tee seen
[ "$(cat seen)" = "hubspot-api-client 12.0.0: 429: list succeeds, search ApiException 429, batch read ApiException 429, \
update ApiException 429
hubspot-api-client 12.0.0: 429 each time: list MaxRetryError
hubspot-api-client 12.0.0: 504: create ServiceException 504, 1 contact
@hubspot/api-client 14.0.1: 429: list succeeds, search succeeds, batch read succeeds, update succeeds
@hubspot/api-client 14.0.1: 504: create succeeds, 2 contacts" ]
