#!/usr/bin/env bash
# dlt 1.31.0 (Python): resources of its source for REST APIs that name a path of HubSpot or HighLevel and nothing else. dlt
# finds out by itself where the rows are and how to read on.
#
# Expected: a list has all of its records, because both vendors return the address of the next page, and a single object is one
# row.
# Seen: HighLevel's list is read to the end. Of HubSpot's, dlt returns the first page and logs a warning: it takes `next` for a
# position only if it is a text or has `href` or `url`, and HubSpot's has `link`. A single object is one row only if it has no
# list within two levels; otherwise the rows are the members of that list. A contact is replaced by its companies, and an
# account by its currencies, or by nothing at all if it has no further currencies. No warning is about this.
#
# Output, seen twice with Python 3.11.7:
#   HighLevel, 250 contacts: 250 rows
#   HubSpot, 250 contacts: 100 rows
#   HubSpot, a contact without companies: 1 row: contact 1
#   HubSpot, a contact with two companies: 2 rows: 8 9
#   HubSpot, an account with two more currencies: 2 rows: GBP USD
#   HubSpot, an account without more currencies: 0 rows
#
# What follows: a pipeline ends with success and an incomplete table, and a table can change its meaning with the first
# association. Each resource has to name its paginator (`json_link` with `paging.next.link`) and its `data_selector` (`results`,
# or `$` for a single object). Needs python3 with venv and its registry. Exits with 1 if the behaviour is another one.
set -euo pipefail

folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"

cat > serve.py <<'PY'
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

TIME = "2026-01-01T00:00:00.000Z"


def contact(id, **more):
    return {"id": str(id), "properties": {}, "createdAt": TIME, "updatedAt": TIME, "archived": False, **more}


def account(*currencies):
    return {"portalId": 1, "timeZone": "Europe/Berlin", "companyCurrency": "EUR", "additionalCurrencies": currencies}


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        url, here = urlsplit(self.path), f"http://127.0.0.1:{server.server_port}"
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        after = int(query.get("after", query.get("startAfter", 0)))
        ids, more = range(after + 1, min(after + 100, 250) + 1), after + 100 < 250
        if url.path == "/contacts/":
            following = f"{here}/contacts/?locationId=1&limit=100&startAfter={after + 100}&startAfterId={after + 100}"
            meta = {"total": 250, "nextPageUrl": following if more else None, "startAfter": ids[-1], "startAfterId": str(ids[-1])}
            reply = {"contacts": [{"id": str(id)} for id in ids], "meta": meta}
        elif url.path == "/crm/v3/objects/contacts":
            reply = {"results": [contact(id) for id in ids]}
            if more:
                link = f"{here}/crm/v3/objects/contacts?limit=100&after={after + 100}"
                reply["paging"] = {"next": {"after": str(after + 100), "link": link}}
        elif url.path == "/crm/v3/objects/contacts/1":
            reply = contact(1)
        elif url.path == "/crm/v3/objects/contacts/2":
            companies = [{"id": id, "type": "contact_to_company_unlabeled"} for id in ("8", "9")]
            reply = contact(2, associations={"companies": {"results": companies}})
        else:
            reply = account("GBP", "USD") if "two" in url.path else account()
        out = json.dumps(reply).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(out)))
        self.end_headers()
        self.wfile.write(out)


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
PY
python3 serve.py > port &
until [ -s port ]; do sleep 0.1; done

cat > use.py <<'PY'
import sys

from dlt.sources.rest_api import rest_api_resources

server = f"http://127.0.0.1:{sys.argv[1]}"


def rows(path, base="", **params):
    endpoint = {"path": path, "params": params}
    config = {"client": {"base_url": f"{server}{base}/"}, "resources": [{"name": "rows", "endpoint": endpoint}]}
    return list(rest_api_resources(config)[0])


def show(title, found):
    words = [f"contact {row['id']}" if "properties" in row else row["id"] if "id" in row else row for row in found]
    count = "1 row" if len(found) == 1 else f"{len(found)} rows"
    print(f"{title}: {count}" + (f": {' '.join(words)}" if 0 < len(found) < 3 else ""))


show("HighLevel, 250 contacts", rows("contacts/", locationId="1", limit=100))
show("HubSpot, 250 contacts", rows("crm/v3/objects/contacts", limit=100))
show("HubSpot, a contact without companies", rows("crm/v3/objects/contacts/1", associations="companies"))
show("HubSpot, a contact with two companies", rows("crm/v3/objects/contacts/2", associations="companies"))
show("HubSpot, an account with two more currencies", rows("account-info/v3/details", "/two"))
show("HubSpot, an account without more currencies", rows("account-info/v3/details"))
PY
python3 -m venv python
python/bin/pip install --quiet --no-compile --disable-pip-version-check dlt==1.31.0
export RUNTIME__DLTHUB_TELEMETRY=false
python/bin/python use.py "$(cat port)" 2> log | tee seen
[ "$(cat seen)" = "HighLevel, 250 contacts: 250 rows
HubSpot, 250 contacts: 100 rows
HubSpot, a contact without companies: 1 row: contact 1
HubSpot, a contact with two companies: 2 rows: 8 9
HubSpot, an account with two more currencies: 2 rows: GBP USD
HubSpot, an account without more currencies: 0 rows" ]
