#!/usr/bin/env bash
# rpaframework-hubspot 4.0.0 and s6r-hubspot 1.1.6 (Python): 250 deals of HubSpot are created by one call. Both send them in
# requests of at most 100. After the first request the server refuses everything for 8 s with 429, as HubSpot does if the
# calls of the last 10 s are used up.
#
# Expected: both wait and send what was refused again, or report which deals were not created.
# Seen: rpaframework-hubspot (`Execute Batch`) begins again with the first request, so 100 deals exist twice. It returns 250
# results, those of the last try. s6r-hubspot (`create`) tries each request three times within 3 s, drops what is refused then
# and goes on. It returns the 95 deals of the first request, and the list of errors, which has the inputs that failed, is
# empty. Neither raises an error or writes a warning.
#
# Output, seen twice with Python 3.11.7:
#   rpaframework-hubspot 4.0.0: 250 results, 350 deals on the server, 250 different
#   s6r-hubspot 1.1.6: 95 results, 0 errors, 95 deals on the server, 95 different
#
# What follows: the limit of an account is shared by all of its programs, so a long list of creates meets it sooner or later.
# Only the refused request may be sent again, and the number of results has to be compared with the number of inputs. With
# contacts, rpaframework-hubspot's second try is refused because of the addresses; deals, notes and tickets have nothing that
# is unique. (The account of this server has a custom object: without one, rpaframework-hubspot ends with an IndexError before
# its first call.) Needs python3 with venv and its registry. Exits with 1 if the behaviour is another one.
set -euo pipefail

folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"

cat > serve.py <<'PY'
import json, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TIME = "2026-01-01T00:00:00.000Z"
names = []  # of the deals
open_at = 0  # when requests are accepted again
car = {
    "id": "1", "name": "cars", "objectTypeId": "2-1", "fullyQualifiedName": "p1_cars", "archived": False,
    "labels": {"singular": "Car", "plural": "Cars"}, "properties": [], "associations": [], "requiredProperties": [],
    "searchableProperties": [], "secondaryDisplayProperties": [],
}
refusal = {
    "status": "error", "message": "You have reached your ten_secondly_rolling limit.", "errorType": "RATE_LIMIT",
    "correlationId": "1", "policyName": "TEN_SECONDLY_ROLLING",
}


def created(properties):
    names.append(properties["dealname"])
    return {"id": str(len(names)), "properties": properties, "createdAt": TIME, "updatedAt": TIME, "archived": False}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.path == "/deals":
            self.reply(200, names)
        else:
            self.reply(200, {"results": [car]})

    def do_POST(self):
        global open_at
        inputs = json.loads(self.rfile.read(int(self.headers["content-length"])))["inputs"]
        assert self.path in ("/crm/v3/objects/deal/batch/create", "/crm/v3/objects/deals/batch/create") and len(inputs) <= 100
        if time.time() < open_at:
            return self.reply(429, refusal)
        results = [created(one["properties"]) for one in inputs]
        open_at = open_at or time.time() + 8
        self.reply(201, {"status": "COMPLETE", "results": results, "startedAt": TIME, "completedAt": TIME})

    def reply(self, status, body):
        out = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(out)))
        self.end_headers()
        self.wfile.write(out)


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
PY

# The libraries call https://api.hubapi.com: their requests go to the server above, unchanged.
mkdir redirect
cat > redirect/sitecustomize.py <<'PY'
import os
from urllib.parse import urlsplit


def to_server(url):
    parts = urlsplit(url)
    if parts.hostname != "api.hubapi.com":
        return url
    return f"http://127.0.0.1:{os.environ['PORT']}{parts.path}" + (f"?{parts.query}" if parts.query else "")


if "PORT" in os.environ:
    try:
        import urllib3

        request = urllib3.PoolManager.request
        urllib3.PoolManager.request = lambda self, method, url, *args, **more: request(
            self, method, to_server(url), *args, **more
        )
    except ImportError:
        pass
    try:
        from requests.adapters import HTTPAdapter

        send = HTTPAdapter.send

        def send_to_server(self, request, *args, **more):
            request.url = to_server(request.url)
            return send(self, request, *args, **more)

        HTTPAdapter.send = send_to_server
    except ImportError:
        pass
PY

cat > rpa.py <<'PY'
from RPA.Hubspot import BatchMode, Hubspot

hubspot = Hubspot()
hubspot.auth_with_token("token")
hubspot.create_new_batch("deals", BatchMode.CREATE)
hubspot.extend_batch_with_inputs([{"dealname": f"Deal {number}"} for number in range(250)])
print(f"rpaframework-hubspot 4.0.0: {len(hubspot.execute_batch())} results", end="")
PY
cat > s6r.py <<'PY'
from s6r_hubspot import HubspotConnection

inputs = [{"properties": {"dealname": f"Deal {number}"}} for number in range(250)]
results = HubspotConnection("token").create("deals", inputs)
print(f"s6r-hubspot 1.1.6: {len(results)} results, {len(results.errors)} errors", end="")
PY

python3 -m venv python
python/bin/pip install --quiet --no-compile --disable-pip-version-check rpaframework-hubspot==4.0.0 hubspot-api-client==12.0.0
python/bin/pip install --quiet --no-compile --disable-pip-version-check s6r-hubspot==1.1.6
for program in rpa s6r; do
  python3 serve.py > port &
  until [ -s port ]; do sleep 0.1; done
  PORT=$(cat port) PYTHONPATH=redirect python/bin/python "$program.py" 2> log
  python3 - "$(cat port)" <<'PY'
import json, sys, urllib.request

names = json.load(urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/deals"))
print(f", {len(names)} deals on the server, {len(set(names))} different")
PY
  [ ! -s log ] || cat log >&2
  kill %%
  rm port
done | tee seen
[ "$(cat seen)" = "rpaframework-hubspot 4.0.0: 250 results, 350 deals on the server, 250 different
s6r-hubspot 1.1.6: 95 results, 0 errors, 95 deals on the server, 95 different" ]
