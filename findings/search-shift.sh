#!/usr/bin/env bash
# airbyte-source-hubspot 5.7.0 and meltano-tap-hubspot 0.10.1 (Python): all 250 companies were changed since the last run, and
# the first of them is changed once more while the run reads, after the first page of the search.
#
# Expected: this run and the next one return all 250 companies, because each of them was changed after the last run.
# Seen: Airbyte never returns company 201 and meltano-tap-hubspot never returns company 101. Both search for what was changed,
# and continue with the number of records that they have read (`after`). meltano-tap-hubspot sorts by the time of the change,
# so the changed company moves to the end. Airbyte sorts by id, but searches up to the time at which the run began, so the
# changed company leaves the result. In both cases the first company of the next page moves to the page that was read
# already. The next run begins behind its change. No run fails, and nothing is reported.
#
# Output, seen twice with Python 3.11.7:
#   airbyte-source-hubspot 5.7.0: first run 250, after the changes 249, then 2; never again: 201
#   meltano-tap-hubspot 0.10.1: first run 250, after the changes 249, then 1; never again: 101
#
# What follows: a copy of a CRM in which people work while it is read misses changes for good. A reader has to continue after
# the last id that it has read, without an upper bound for the time, or to read everything anew from time to time. Needs
# python3 with venv and its registry. Exits with 1 if the behaviour is another one.
set -euo pipefail

folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"

cat > serve.py <<'PY'
import json, re, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

changed = {id: 1767225600000 + id for id in range(1, 251)}  # the last change of each company, in milliseconds
next_change = []  # the company that is changed after the first page of the next search


def now():
    return int(time.time() * 1000)


def company(id):
    at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(changed[id] // 1000)) + f".{changed[id] % 1000:03}Z"
    times = {"createdAt": "2025-01-01T00:00:00.000Z", "updatedAt": at}
    return {"id": str(id), "properties": {"hs_object_id": str(id), "hs_lastmodifieddate": at}, "archived": False, **times}


def value(id, name):
    return id if name == "hs_object_id" else changed[id]


def search(body):
    found = list(changed)
    for one in body.get("filters") or body["filterGroups"][0]["filters"]:
        name, bound = one["propertyName"], int(one["value"])
        keep = {"GTE": lambda id: value(id, name) >= bound, "LTE": lambda id: value(id, name) <= bound}[one["operator"]]
        found = [id for id in found if keep(id)]
    found.sort(key=lambda id: value(id, body["sorts"][0]["propertyName"]))
    start, limit = int(body.get("after") or 0), body["limit"]
    page = {"total": len(found), "results": [company(id) for id in found[start : start + limit]]}
    if start + limit < len(found):
        page["paging"] = {"next": {"after": str(start + limit)}}
    while next_change:
        changed[next_change.pop()] = now()
    return page


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        url = urlsplit(self.path)
        properties = [{"name": "hs_object_id", "type": "number"}, {"name": "hs_lastmodifieddate", "type": "datetime"}]
        reply = {"results": []}
        if url.path == "/all-changed":
            changed.update({id: now() - 1000 + id for id in changed})
            next_change.append(1)
            time.sleep(1)
        elif url.path.startswith("/properties/v2/"):
            reply = properties
        elif url.path.startswith("/crm/v3/properties/"):
            reply = {"results": properties}
        elif re.fullmatch("/crm/v3/objects/(company|companies)/search", url.path):
            reply = search(json.loads(body))
        elif re.fullmatch("/crm/v3/objects/(company|companies)", url.path):
            after = int(parse_qs(url.query).get("after", ["0"])[0])
            ids = [id for id in sorted(changed) if id >= after]
            reply = {"results": [company(id) for id in ids[:100]]}
            if ids[100:]:
                reply["paging"] = {"next": {"after": str(ids[100])}}
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

for package in airbyte-source-hubspot==5.7.0 meltano-tap-hubspot==0.10.1; do
  python3 -m venv "${package%%==*}"
  "${package%%==*}/bin/pip" install --quiet "$package"
done
python3 serve.py > port &
until [ -s port ]; do sleep 0.1; done
export PORT=$(cat port) PYTHONPATH=$folder/redirect

change_all() {
  python3 -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:$PORT/all-changed').read()"
}

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
chosen = [{"stream": one, "sync_mode": "incremental", "destination_sync_mode": "append"} for one in streams]
json.dump({"streams": chosen}, open("airbyte.catalog", "w"))
PY
airbyte() {
  airbyte-source-hubspot/bin/source-hubspot read --config airbyte.json --catalog airbyte.catalog "${@:2}" > "airbyte.$1"
  python3 - "airbyte.$1" <<'PY'
import json, sys

states = [one["state"] for one in map(json.loads, open(sys.argv[1])) if one["type"] == "STATE"]
json.dump(states[-1:], open("airbyte.state", "w"))
PY
}
airbyte 1
change_all
airbyte 2 --state airbyte.state
airbyte 3 --state airbyte.state

echo '{"access_token": "t"}' > meltano.json
meltano-tap-hubspot/bin/tap-hubspot --config meltano.json --discover > meltano.found 2> meltano.log
python3 - <<'PY'
import json

catalog = json.load(open("meltano.found"))
catalog["streams"] = [one for one in catalog["streams"] if one["tap_stream_id"] == "companies"]
json.dump(catalog, open("meltano.catalog", "w"))
PY
meltano() {
  meltano-tap-hubspot/bin/tap-hubspot --config meltano.json --catalog meltano.catalog "${@:2}" > "meltano.$1" 2>> meltano.log
  python3 - "meltano.$1" <<'PY'
import json, sys

states = [one["value"] for one in map(json.loads, open(sys.argv[1])) if one["type"] == "STATE"]
json.dump(states[-1], open("meltano.state", "w"))
PY
}
meltano 1
change_all
meltano 2 --state meltano.state
meltano 3 --state meltano.state

python3 - <<'PY' | tee seen
import json


def ids(name):
    records = [one["record"] for one in map(json.loads, open(name)) if one["type"] == "RECORD"]
    return {int(one.get("data", one)["id"]) for one in records}


for title, name in (("airbyte-source-hubspot 5.7.0", "airbyte"), ("meltano-tap-hubspot 0.10.1", "meltano")):
    first, second, third = (ids(f"{name}.{run}") for run in (1, 2, 3))
    never = " ".join(str(id) for id in range(1, 251) if id not in second | third)
    print(f"{title}: first run {len(first)}, after the changes {len(second)}, then {len(third)}; never again: {never}")
PY
[ "$(cat seen)" = "airbyte-source-hubspot 5.7.0: first run 250, after the changes 249, then 2; never again: 201
meltano-tap-hubspot 0.10.1: first run 250, after the changes 249, then 1; never again: 101" ]
