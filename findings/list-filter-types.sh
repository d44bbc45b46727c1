#!/usr/bin/env bash
# @hubspot/api-client 14.0.1 (Node), hubspot-api-client 12.0.0 and hubspot-sdk 0.1.0a9 (Python): three lists are read with
# their filters, and one filter compares two properties (`COMPARATIVE_STRING`).
#
# Expected: all three return the lists. HubSpot's descriptions of the versions v3 and 2026-03 contain this type of operation,
# and a client that is older passes on what it does not know, as the Node client does with an unknown value of an enum.
# Seen: both Python clients return the lists and the operation. The Node client has no such type and raises a TypeError of
# its own, so none of the lists can be read. If one of them is renamed and the reply is requested with filters, the server
# changes the name and the client raises the same error.
#
# Output, seen twice with Node 20.20.2 and Python 3.11.7:
#   @hubspot/api-client 14.0.1: read TypeError, code none
#   @hubspot/api-client 14.0.1: rename TypeError, code none, name on the server New
#   hubspot-api-client 12.0.0: 11 12 13, operation COMPARATIVE_STRING
#   hubspot-sdk 0.1.0a9: 11 12 13, operation COMPARATIVE_STRING
#
# What follows: with the Node client a list that a person made in the user interface can stop a program that reads lists,
# and an error without a code does not prove that a write was not done. Filters have to be requested list by list, or with
# the client's `apiRequest`. Needs npm, python3 with venv, and the registries of the two. Exits with 1 if the behaviour is
# another one.
set -euo pipefail

folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"

cat > serve.py <<'PY'
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


def new_list(id, operation):
    return {
        "listId": id, "listVersion": 1, "name": "Old", "objectTypeId": "0-1", "processingType": "DYNAMIC",
        "processingStatus": "COMPLETE",
        "filterBranch": {
            "filterBranchType": "OR", "filterBranchOperator": "OR", "filters": [],
            "filterBranches": [{
                "filterBranchType": "AND", "filterBranchOperator": "AND", "filterBranches": [],
                "filters": [{"filterType": "PROPERTY", "property": "city", "operation": operation}],
            }],
        },
    }


PLAIN = {
    "operationType": "MULTISTRING", "operator": "IS_EQUAL_TO", "values": ["Bonn"], "includeObjectsWithNoValueSet": False,
}
COMPARED = {
    "operationType": "COMPARATIVE_STRING", "operator": "IS_EQUAL_TO", "comparisonPropertyName": "billing_city",
    "includeObjectsWithNoValueSet": False,
}
LISTS = {"11": new_list("11", PLAIN), "12": new_list("12", COMPARED), "13": new_list("13", PLAIN)}


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self):
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        if path.endswith("/update-list-name"):
            entry = LISTS[path.split("/")[-2]]
            entry["name"] = query["listName"][0]
            reply = {"updatedList": entry}
        elif path.endswith("/name"):
            reply = {"name": LISTS[path.split("/")[-2]]["name"]}
        else:
            reply = {"lists": list(LISTS.values())}
        body = json.dumps(reply).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_PUT = answer


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
const url = process.argv[2];
const lists = new Client({ accessToken: "token", basePath: url }).crm.lists.listsApi;

async function ended(call) {
  try {
    await call;
    return "succeeds";
  } catch (error) {
    return `${error.name}, code ${error.code ?? "none"}`;
  }
}

async function main() {
  const say = (text) => console.log(`@hubspot/api-client 14.0.1: ${text}`);
  say(`read ${await ended(lists.getAll(["11", "12", "13"], true))}`);
  const renamed = await ended(lists.updateName("12", "New", true));
  const { name } = await (await fetch(`${url}/12/name`)).json();
  say(`rename ${renamed}, name on the server ${name}`);
}

main();
JS

python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check hubspot-api-client==12.0.0 hubspot-sdk==0.1.0a9
cat > ask.py <<'PY'
import sys

import hubspot
import hubspot_sdk

url = sys.argv[1]
ids = ["11", "12", "13"]
lists = hubspot.HubSpot(access_token="token", host=url).crm.lists.lists_api.get_all(list_ids=ids, include_filters=True).lists
operation = lists[1].filter_branch.filter_branches[0].filters[0].operation
print("hubspot-api-client 12.0.0:", *[entry.list_id for entry in lists], end="")
print(", operation", operation.operation_type)

client = hubspot_sdk.HubSpot(access_token="token", base_url=url)
lists = client.crm.lists.list(list_ids=ids, include_filters=True).to_dict()["lists"]
operation = lists[1]["filterBranch"]["filterBranches"][0]["filters"][0]["operation"]
print("hubspot-sdk 0.1.0a9:", *[entry["listId"] for entry in lists], end="")
print(", operation", operation["operationType"])
PY

{ node ask.cjs "$url" && python/bin/python -W ignore ask.py "$url"; } | tee seen
diff seen - <<'TEXT'
@hubspot/api-client 14.0.1: read TypeError, code none
@hubspot/api-client 14.0.1: rename TypeError, code none, name on the server New
hubspot-api-client 12.0.0: 11 12 13, operation COMPARATIVE_STRING
hubspot-sdk 0.1.0a9: 11 12 13, operation COMPARATIVE_STRING
TEXT
