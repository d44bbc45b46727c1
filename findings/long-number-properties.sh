#!/usr/bin/env bash
# airbyte-source-hubspot 5.7.0, tap-hubspot 4.5.0 and meltano-tap-hubspot 0.10.1 (Python): a company and a contact of HubSpot
# whose number properties hold two ids, the record's own and one of another system with 17 digits. HubSpot's values are texts.
#
# Expected: the ids come out as they are. Airbyte's code even has a branch for them: values of digits become integers, so that
# ids do not become floats.
# Seen: meltano-tap-hubspot returns the texts. Airbyte and tap-hubspot return floats: 7 becomes 7.0, and 90071992547409931
# becomes 9.007199254740994e+16, which is 90071992547409936. Airbyte normalises each property twice, as a member of
# `properties` and by itself. The first time the text becomes an integer, and the second time, because it is no text any
# more, a float.
#
# Output, seen twice with Python 3.11.7:
#   airbyte-source-hubspot 5.7.0: own 7.0, other 9.007199254740994e+16
#   tap-hubspot 4.5.0: own 7.0, other 9.007199254740994e+16
#   meltano-tap-hubspot 0.10.1: own "7", other "90071992547409931"
#
# What follows: two ids of another system become one, and a join over `hs_object_id` as a text finds nothing ("7.0"). Ids
# belong in text properties, and a reader has to keep a number property as a text until its digits are known. Needs python3
# with venv and its registry. Exits with 1 if the behaviour is another one.
set -euo pipefail

folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"

cat > serve.py <<'PY'
import json, re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

time = "2026-01-01T00:00:00.000Z"
types = {"hs_lastmodifieddate": "datetime", "lastmodifieddate": "datetime", "hs_object_id": "number", "other_id": "number"}
values = {"hs_lastmodifieddate": time, "lastmodifieddate": time, "hs_object_id": "7", "other_id": "90071992547409931"}
record = {"id": "7", "properties": values, "createdAt": time, "updatedAt": time, "archived": False}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        path = self.path.partition("?")[0]
        properties = [{"name": name, "type": type} for name, type in types.items()]
        reply = {"results": []}
        if re.match("/(companies/v2|properties/v1|properties/v2)/", path):
            reply = properties
        elif path.startswith("/crm/v3/properties/"):
            reply = {"results": properties}
        elif re.fullmatch("/crm/v3/objects/(company|companies|contacts)", path):
            reply = {"results": [record]}
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

echo '{"access_token": "t"}' > meltano.json
meltano-tap-hubspot/bin/tap-hubspot --config meltano.json --discover > meltano.found 2> meltano.log
python3 - <<'PY'
import json

catalog = json.load(open("meltano.found"))
catalog["streams"] = [one for one in catalog["streams"] if one["tap_stream_id"] == "companies"]
json.dump(catalog, open("meltano.catalog", "w"))
PY
meltano-tap-hubspot/bin/tap-hubspot --config meltano.json --catalog meltano.catalog > meltano.out 2>> meltano.log

python3 - <<'PY' | tee seen
import json

titles = {"airbyte": "airbyte-source-hubspot 5.7.0", "tap": "tap-hubspot 4.5.0", "meltano": "meltano-tap-hubspot 0.10.1"}
for name, title in titles.items():
    (record,) = [one["record"] for one in map(json.loads, open(f"{name}.out")) if one["type"] == "RECORD"]
    properties = record.get("data", record)["properties"]
    print(f"{title}: own {json.dumps(properties['hs_object_id'])}, other {json.dumps(properties['other_id'])}")
PY
[ "$(cat seen)" = 'airbyte-source-hubspot 5.7.0: own 7.0, other 9.007199254740994e+16
tap-hubspot 4.5.0: own 7.0, other 9.007199254740994e+16
meltano-tap-hubspot 0.10.1: own "7", other "90071992547409931"' ]
