#!/usr/bin/env bash
# dlt 1.31.0 and omniload 0.21.1 (Python): the contacts of HubSpot that were changed on two days are loaded, each day by itself.
# A contact is changed every 30 minutes, each 250 ms after the full minute. The days are those of UTC, New York or Helsinki.
#
# Expected: all 96 contacts of the two days, however the bounds are written, because HubSpot receives them in milliseconds and
# returns these contacts, and the end of the first day is the start of the second one. dlt's documentation says that ranges
# may be chained like this, and the options of omniload accept offsets.
# Seen: HubSpot returns 96 contacts, and fewer are stored. dlt filters what it receives once more, and compares times as texts:
# "2026-03-02T00:00:00.250Z" comes before "2026-03-02T00:00:00Z", so the first second of each day is missing. An offset is
# never read, so New York loses the last five hours of each day, and Helsinki the first two. omniload sends the right
# milliseconds to HubSpot and gives the bounds to dlt as texts. Each run ends with success, and nothing is reported. With
# bounds in UTC that have HubSpot's own form, with milliseconds, dlt stores all.
#
# Output, seen twice with Python 3.11.7:
#   dlt 1.31.0, 00:00:00Z: 96 returned, 94 stored
#   dlt 1.31.0, 00:00:00-05:00: 96 returned, 76 stored
#   dlt 1.31.0, 00:00:00+02:00: 96 returned, 88 stored
#   dlt 1.31.0, 00:00:00.000Z: 96 returned, 96 stored
#   omniload 0.21.1, 00:00:00Z: 96 returned, 94 stored
#   omniload 0.21.1, 00:00:00-05:00: 96 returned, 76 stored
#   omniload 0.21.1, 00:00:00Z, from one second earlier: 96 returned, 96 stored
#
# What follows: a copy that is loaded by days lacks the same hours of every day, for good, and what jobs write at midnight is
# missing in UTC too. Bounds for dlt have to be texts of the very form that the records have, in UTC. Those of omniload have to
# be in UTC, and each start one second before the end of the last window; omniload replaces contacts that it has already. Of
# omniload's many dependencies, only those are installed that HubSpot and DuckDB need. Needs python3 with venv and its registry.
# Exits with 1 if the behaviour is another one.
#
# Source: https://dlthub.com/docs/general-usage/incremental/cursor ("Using end_value for backfill").
set -euo pipefail

folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"

cat > serve.py <<'PY'
import json
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FIRST = datetime(2026, 3, 1, 0, 0, 0, 250000, timezone.utc)
changed = {id: FIRST + timedelta(minutes=30 * (id - 1)) for id in range(1, 48 * 5 + 1)}
returned = set()


def contact(id):
    at = changed[id].isoformat(timespec="milliseconds").replace("+00:00", "Z")
    properties = {"hs_object_id": str(id), "lastmodifieddate": at}
    return {"id": str(id), "properties": properties, "createdAt": at, "updatedAt": at, "archived": False}


def search(body):
    found = list(changed)
    for one in body["filterGroups"][0]["filters"]:
        assert one["propertyName"] == "lastmodifieddate"
        bound, operator = int(one["value"]), one["operator"]
        value = {id: int(changed[id].timestamp() * 1000) for id in found}
        fits = {"GTE": lambda id: value[id] >= bound, "LT": lambda id: value[id] < bound, "LTE": lambda id: value[id] <= bound}
        found = [id for id in found if fits[operator](id)]
    start, limit = int(body.get("after") or 0), body["limit"]
    page = {"total": len(found), "results": [contact(id) for id in found[start : start + limit]]}
    if start + limit < len(found):
        page["paging"] = {"next": {"after": str(start + limit)}}
    returned.update(one["id"] for one in page["results"])
    return page


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.path == "/returned":
            self.reply(len(returned))
            returned.clear()
        else:
            assert self.path.startswith("/crm/v3/properties/contacts")
            self.reply({"results": [{"name": "hs_object_id"}, {"name": "lastmodifieddate"}]})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.path == "/crm/v3/objects/contacts/search":
            self.reply(search(body))
        else:
            assert self.path.startswith("/crm/v4/associations/contacts/")
            self.reply({"status": "COMPLETE", "results": []})

    def reply(self, body):
        out = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(out)))
        self.end_headers()
        self.wfile.write(out)


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
PY

# omniload calls https://api.hubapi.com: its requests go to the server above, unchanged.
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
        assert url.hostname == "api.hubapi.com"
        request.url = f"http://127.0.0.1:{os.environ['PORT']}{url.path}" + (f"?{url.query}" if url.query else "")
        return send(self, request, *args, **kwargs)

    HTTPAdapter.send = to_server
PY

cat > by_dlt.py <<'PY'
import json, os, urllib.request
from datetime import datetime

import dlt
from dlt.sources.helpers import requests


def milliseconds(text):
    return str(int(datetime.fromisoformat(text).timestamp() * 1000))


@dlt.resource(primary_key="id", write_disposition="merge")
def contacts(changed=dlt.sources.incremental("updatedAt")):
    filters = [
        {"propertyName": "lastmodifieddate", "operator": "GTE", "value": milliseconds(changed.start_value)},
        {"propertyName": "lastmodifieddate", "operator": "LT", "value": milliseconds(changed.end_value)},
    ]
    body = {"filterGroups": [{"filters": filters}], "limit": 100}
    yield requests.post("https://api.hubapi.com/crm/v3/objects/contacts/search", json=body).json()["results"]


def ask(path):
    return json.load(urllib.request.urlopen(f"http://127.0.0.1:{os.environ['PORT']}{path}"))


for number, time in enumerate(["00:00:00Z", "00:00:00-05:00", "00:00:00+02:00", "00:00:00.000Z"]):
    database = dlt.destinations.duckdb(f"dlt{number}.duckdb")
    pipeline = dlt.pipeline(f"contacts{number}", destination=database, dataset_name="main", pipelines_dir="state")
    for day in (2, 3):
        start, end = f"2026-03-0{day}T{time}", f"2026-03-0{day + 1}T{time}"
        pipeline.run(contacts(changed=dlt.sources.incremental(initial_value=start, end_value=end)))
    with pipeline.sql_client() as client:
        count = client.execute_sql("select count(distinct id) from contacts")[0][0]
    print(f"dlt 1.31.0, {time}: {ask('/returned')} returned, {count} stored")
PY

python3 -m venv python
python/bin/pip install --quiet --no-compile --disable-pip-version-check \
  'dlt[duckdb]==1.31.0' duckdb==2.0.1 typer==0.27.0 colorlog==6.12.0 SQLAlchemy==2.0.54 tqdm==4.70.1 pyarrow==26.0.1
python/bin/pip install --quiet --no-compile --disable-pip-version-check --no-deps omniload==0.21.1 dlt-filesystem==0.24.0
python3 serve.py > port &
until [ -s port ]; do sleep 0.1; done
export PORT=$(cat port) HOME=$folder RUNTIME__DLTHUB_TELEMETRY=false

# Loads two days, which start at two moments and end at a time, and says how many contacts came and how many are there.
omniload() {
  local title=$1 time=$2 starts=("$3" "$4") day
  rm -f omniload.duckdb
  for day in 0 1; do
    PYTHONPATH=$folder/redirect python/bin/omniload ingest --source-uri 'hubspot://?api_key=token' --source-table contacts \
      --dest-uri duckdb:///omniload.duckdb --dest-table main.contacts \
      --interval-start "${starts[day]}" --interval-end "2026-03-0$((day + 3))T$time" > log 2>&1 || { tail -5 log; return 1; }
  done
  python/bin/python - "$title" <<'PY'
import os, sys, urllib.request

import duckdb

came = urllib.request.urlopen(f"http://127.0.0.1:{os.environ['PORT']}/returned").read().decode()
count = duckdb.connect("omniload.duckdb").execute("select count(distinct hs_object_id) from main.contacts").fetchone()[0]
print(f"omniload 0.21.1, {sys.argv[1]}: {came} returned, {count} stored")
PY
}
{
  PYTHONPATH=$folder/redirect python/bin/python by_dlt.py 2> log || { tail -5 log; false; }
  omniload 00:00:00Z 00:00:00Z 2026-03-02T00:00:00Z 2026-03-03T00:00:00Z
  omniload 00:00:00-05:00 00:00:00-05:00 2026-03-02T00:00:00-05:00 2026-03-03T00:00:00-05:00
  omniload "00:00:00Z, from one second earlier" 00:00:00Z 2026-03-01T23:59:59Z 2026-03-02T23:59:59Z
} | tee seen

diff seen - <<'TEXT'
dlt 1.31.0, 00:00:00Z: 96 returned, 94 stored
dlt 1.31.0, 00:00:00-05:00: 96 returned, 76 stored
dlt 1.31.0, 00:00:00+02:00: 96 returned, 88 stored
dlt 1.31.0, 00:00:00.000Z: 96 returned, 96 stored
omniload 0.21.1, 00:00:00Z: 96 returned, 94 stored
omniload 0.21.1, 00:00:00-05:00: 96 returned, 76 stored
omniload 0.21.1, 00:00:00Z, from one second earlier: 96 returned, 96 stored
TEXT
