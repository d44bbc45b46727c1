#!/usr/bin/env bash
# drt-core 1.2.1 (Python), reverse ETL from a warehouse into HubSpot: the project that `drt init --template duckdb_to_hubspot`
# creates, with a contact whose first name is NULL, and the example for deals in the package's own documentation of HubSpot.
#
# Expected: NULL leaves the first name in HubSpot as it is or clears it, and each deal exists once however often the sync runs,
# because both are upserts (the contacts by `email`, the deals by `dealname`).
# Seen: the template writes `"{{ row.firstname }}"`, which Jinja renders as the text None, so a contact that was called Robert
# is called None. The key of an upsert is used only after a create was refused with 409. HubSpot refuses a second contact with
# the same address, and it allows any number of deals with the same name, so each run creates all deals again. If the reply
# to a create is lost, the create is sent again within the same run. `drt validate` accepts both syncs, each run reports
# success with the number of rows, and the exit code is 0.
#
# Output, seen twice with Python 3.11.7:
#   validate: exit 0
#   contacts: 2 synced, exit 0, Robert is now None
#   deals, first run: 3 synced, exit 0, 3 deals
#   deals, second run: 3 synced, exit 0, 6 deals
#   deals, third run, one reply lost: 3 synced, exit 0, 10 deals
#
# What follows: mails of HubSpot begin with "Hi None", and the value of a pipeline grows with each run of the schedule. A
# template needs a filter for NULL (`{{ row.firstname or '' }}`), and the key has to be a property that HubSpot keeps unique.
# Needs python3 with venv and its registry. Exits with 1 if the behaviour is another one.
set -euo pipefail

folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"

cat > serve.py <<'PY'
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

TIME = "2026-01-01T00:00:00.000Z"
contacts = {"bob@example.com": {"email": "bob@example.com", "firstname": "Robert", "lastname": "Stone"}}
deals = []
losing = []  # replies to lose


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def body(self):
        return json.loads(self.rfile.read(int(self.headers["content-length"])))

    def do_GET(self):
        if self.path == "/lose":
            losing.append(1)
        self.reply(200, {"bob": contacts["bob@example.com"]["firstname"], "deals": len(deals)})

    def do_POST(self):
        properties = self.body()["properties"]
        if self.path == "/crm/v3/objects/contacts":
            if properties["email"] in contacts:
                return self.reply(409, {"status": "error", "category": "CONFLICT", "message": "Contact already exists."})
            contacts[properties["email"]] = properties
        else:
            assert self.path == "/crm/v3/objects/deals"
            deals.append(properties)
            if losing:
                losing.clear()
                self.close_connection = True
                return None
        return self.reply(201, {"id": "1", "properties": properties, "createdAt": TIME, "updatedAt": TIME, "archived": False})

    def do_PATCH(self):
        path = urlsplit(self.path)
        assert path.query == "idProperty=email"
        contact = contacts[unquote(path.path.removeprefix("/crm/v3/objects/contacts/"))]
        contact.update(self.body()["properties"])
        self.reply(200, {"id": "1", "properties": contact, "createdAt": TIME, "updatedAt": TIME, "archived": False})

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

# drt calls https://api.hubapi.com: its requests go to the server above, unchanged.
mkdir redirect
cat > redirect/sitecustomize.py <<'PY'
import os

if "PORT" in os.environ:
    import httpx

    handle = httpx.HTTPTransport.handle_request

    def to_server(self, request):
        assert request.url.host == "api.hubapi.com"
        request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=int(os.environ["PORT"]))
        return handle(self, request)

    httpx.HTTPTransport.handle_request = to_server
PY

python3 -m venv python
python/bin/pip install --quiet --no-compile --disable-pip-version-check drt-core==1.2.1 duckdb==2.0.1 httpx==0.28.1
python3 serve.py > port &
until [ -s port ]; do sleep 0.1; done
export HOME=$PWD HUBSPOT_TOKEN=token
drt=$PWD/python/bin/drt

mkdir project .drt
printf 'default:\n  type: duckdb\n  database: data.duckdb\n' > .drt/profiles.yml
cd project
"$drt" init --template duckdb_to_hubspot > ../log
../python/bin/python - <<'PY'
import textwrap
from pathlib import Path

import duckdb
from drt.destinations import hubspot

# The example for deals, as the package has it.
example = hubspot.__doc__.split("deals:", 1)[1]
Path("syncs/deals.yml").write_text("name: deals\nmodel: ref('deals')\n" + textwrap.dedent(example))

data = duckdb.connect("data.duckdb")
data.execute("create table contacts (email varchar, firstname varchar, lastname varchar)")
data.execute("insert into contacts values ('ada@example.com', 'Ada', 'Lovelace'), ('bob@example.com', null, 'Stone')")
data.execute("create table deals (deal_name varchar, amount integer, stage varchar)")
data.execute("insert into deals values ('One', 10, 'closedwon'), ('Two', 20, 'closedwon'), ('Three', 30, 'closedwon')")
PY

PORT=$(cat ../port)
ask() {
  python3 -c 'import json, sys, urllib.request as u; print(json.load(u.urlopen(sys.argv[1]))[sys.argv[2]])' \
    "http://127.0.0.1:$PORT$1" "$2"
}
run() {
  local code=0
  PORT=$PORT PYTHONPATH=$PWD/../redirect "$drt" run --select "$1" > ../log 2>&1 || code=$?
  grep -o '[0-9]* synced' ../log | tr '\n' ','
  echo " exit $code"
}

{
  "$drt" validate > ../log && echo "validate: exit 0"
  echo "contacts: $(run duckdb_to_hubspot), Robert is now $(ask / bob)"
  echo "deals, first run: $(run deals), $(ask / deals) deals"
  echo "deals, second run: $(run deals), $(ask / deals) deals"
  ask /lose deals > ../log
  echo "deals, third run, one reply lost: $(run deals), $(ask / deals) deals"
} | tee ../seen
diff ../seen - <<'TEXT'
validate: exit 0
contacts: 2 synced, exit 0, Robert is now None
deals, first run: 3 synced, exit 0, 3 deals
deals, second run: 3 synced, exit 0, 6 deals
deals, third run, one reply lost: 3 synced, exit 0, 10 deals
TEXT
