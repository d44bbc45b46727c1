#!/usr/bin/env bash
# airbyte-source-hubspot 5.7.0, tap-hubspot 4.5.0 and meltano-tap-hubspot 0.10.1 (Python): a record of HubSpot that has 150
# associated records, of which the server returns the first 100 and the position of the others.
#
# Expected: all three return 150 ids, or report that there are more. HubSpot documents that a record is returned with at most
# 100 associations of a type, and that each record, and each row of a batch, has a position of its own (`paging.next.after`).
# Seen: all three return 100 ids, end with success, and never request the others. Airbyte's stream of companies and the
# stream of contacts of tap-hubspot do not read `paging` of `associations`, and their records no longer have it. The stream
# of associations of meltano-tap-hubspot, which exists for nothing else, does not read `paging` of the rows.
#
# Output, seen twice with Python 3.11.7:
#   airbyte-source-hubspot 5.7.0: 100 of 150 contacts of a company
#   tap-hubspot 4.5.0: 100 of 150 deals of a contact
#   meltano-tap-hubspot 0.10.1: 100 of 150 contacts of a company
#
# What follows: a copy of a CRM lacks the associations of its largest customers, and no run reports it. A reader has to look
# for `paging` inside of every record. Needs python3 with venv and its registry. Exits with 1 if the behaviour is another one.
set -euo pipefail

folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"

cat > serve.py <<'PY'
import json, re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

others = [str(id) for id in range(1, 151)]
time = "2026-01-01T00:00:00.000Z"


def page(after):
    """The ids behind a position, and the position of the next ones, if there are any."""
    start = int(after or 0)
    more = {"paging": {"next": {"after": str(start + 100)}}}
    return others[start : start + 100], more if others[start + 100 :] else {}


def record(types):
    one = {"id": "7", "properties": {"hs_lastmodifieddate": time, "lastmodifieddate": time}}
    one |= {"createdAt": time, "updatedAt": time, "archived": False}
    if types:
        ids, more = page(None)
        one["associations"] = {types.split(",")[-1]: {"results": [{"id": id, "type": "to"} for id in ids], **more}}
    return one


def row(input):
    ids, more = page(input.get("after"))
    kind = {"category": "HUBSPOT_DEFINED", "typeId": 280, "label": None}
    return {"from": {"id": input["id"]}, "to": [{"toObjectId": id, "associationTypes": [kind]} for id in ids], **more}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        url = urlsplit(self.path)
        properties = [{"name": name, "type": "datetime"} for name in ("hs_lastmodifieddate", "lastmodifieddate")]
        reply = {"results": []}
        if re.match("/(companies/v2|properties/v1|properties/v2)/", url.path):
            reply = properties
        elif url.path.startswith("/crm/v3/properties/"):
            reply = {"results": properties}
        elif re.fullmatch("/crm/v3/objects/(company|companies|contacts)", url.path):
            reply = {"results": [record(parse_qs(url.query).get("associations", [""])[0])]}
        elif url.path == "/crm/v4/associations/companies/contacts/batch/read":
            reply = {"status": "COMPLETE", "results": [row(input) for input in json.loads(body)["inputs"]]}
        elif url.path == "/crm/v3/objects/companies/7/associations/contacts":
            ids, more = page(parse_qs(url.query).get("after", [None])[0])
            reply = {"results": [{"id": id, "type": "to"} for id in ids], **more}
        out = json.dumps(reply).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(out)))
        self.end_headers()
        self.wfile.write(out)

    do_GET = do_POST = answer


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
PY

# The connectors call https://api.hubapi.com: their requests go to the server above, unchanged.
mkdir redirect
cat > redirect/sitecustomize.py <<'PY'
import os
from urllib.parse import urlsplit

try:
    from requests.adapters import HTTPAdapter
except ImportError:
    HTTPAdapter = None
if HTTPAdapter and "PORT" in os.environ:
    send = HTTPAdapter.send

    def to_server(self, request, *args, **kwargs):
        url = urlsplit(request.url)
        if url.hostname == "api.hubapi.com":
            request.url = f"http://127.0.0.1:{os.environ['PORT']}{url.path}?{url.query}"
        return send(self, request, *args, **kwargs)

    HTTPAdapter.send = to_server
PY

for package in airbyte-source-hubspot==5.7.0 tap-hubspot==4.5.0 meltano-tap-hubspot==0.10.1; do
  python3 -m venv "${package%%==*}"
  "${package%%==*}/bin/pip" install --quiet "$package"
done
python3 serve.py > port &
until [ -s port ]; do sleep 0.1; done
export PORT=$(cat port) PYTHONPATH=$folder/redirect

cat > airbyte.json <<'JSON'
{"start_date": "2025-01-01T00:00:00Z", "credentials": {"credentials_title": "Private App Credentials", "access_token": "t"}}
JSON
airbyte-source-hubspot/bin/source-hubspot discover --config airbyte.json > airbyte.found
python3 - <<'PY'
import json

for line in open("airbyte.found"):
    message = json.loads(line)
    if message["type"] == "CATALOG":
        streams = [one for one in message["catalog"]["streams"] if one["name"] == "companies"]
chosen = [{"stream": one, "sync_mode": "full_refresh", "destination_sync_mode": "append"} for one in streams]
json.dump({"streams": chosen}, open("airbyte.catalog", "w"))
PY
airbyte-source-hubspot/bin/source-hubspot read --config airbyte.json --catalog airbyte.catalog > airbyte.out

cat > tap.json <<'JSON'
{"start_date": "2025-01-01T00:00:00Z", "api_key": "t"}
JSON
tap-hubspot/bin/tap-hubspot --config tap.json --discover > tap.found 2> tap.log
python3 - <<'PY'
import json

catalog = json.load(open("tap.found"))
for stream in catalog["streams"]:
    for one in stream["metadata"]:
        one["metadata"]["selected"] = stream["tap_stream_id"] == "contacts"
json.dump(catalog, open("tap.catalog", "w"))
PY
tap-hubspot/bin/tap-hubspot --config tap.json --properties tap.catalog > tap.out 2>> tap.log

cat > meltano.json <<'JSON'
{"access_token": "t", "associations": {"companies": ["contacts"]}}
JSON
meltano-tap-hubspot/bin/tap-hubspot --config meltano.json --discover > meltano.found 2> meltano.log
python3 - <<'PY'
import json

catalog = json.load(open("meltano.found"))
catalog["streams"] = [one for one in catalog["streams"] if one["tap_stream_id"] == "companies_contacts_associations"]
json.dump(catalog, open("meltano.catalog", "w"))
PY
meltano-tap-hubspot/bin/tap-hubspot --config meltano.json --catalog meltano.catalog > meltano.out 2>> meltano.log

python3 - <<'PY' | tee seen
import json


def records(name):
    messages = [json.loads(line) for line in open(name)]
    return [one["record"] for one in messages if one["type"] == "RECORD"]


airbyte, tap, meltano = records("airbyte.out"), records("tap.out"), records("meltano.out")
(company,), (contact,) = airbyte, tap
print(f"airbyte-source-hubspot 5.7.0: {len(company['data']['contacts'])} of 150 contacts of a company")
deals = contact["associations"]["deals"]
assert "paging" not in deals
print(f"tap-hubspot 4.5.0: {len(deals['results'])} of 150 deals of a contact")
print(f"meltano-tap-hubspot 0.10.1: {len(set(one['to_id'] for one in meltano))} of 150 contacts of a company")
PY
[ "$(cat seen)" = "airbyte-source-hubspot 5.7.0: 100 of 150 contacts of a company
tap-hubspot 4.5.0: 100 of 150 deals of a contact
meltano-tap-hubspot 0.10.1: 100 of 150 contacts of a company" ]
