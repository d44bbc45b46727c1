#!/usr/bin/env bash
# hubspot-api-client 12.0.0 (Python) and @hubspot/api-client 14.0.1 (Node): a form and the filters of a list are read and
# written back without a change.
#
# Expected: both send what they read, because all of it is in the descriptions that both are generated from.
# Seen: the Node client does. The Python client reads a value that has one of several types as a mixture of all of them.
# The rules of the form's e-mail field are read with the type of a number field's rules, so the blocked domains are gone
# and `{}` is sent. Each operation of the list's filters is sent with `"type": "TIME_RANGED"`, the default of another
# type, and the values `true` and `500` become the texts "True" and "500". No call fails.
#
# Output, seen twice with Python 3.11.7 and Node 20.20.2:
#   hubspot-api-client 12.0.0: form {}
#   hubspot-api-client 12.0.0: list {"operator": "IS_EQUAL_TO", "type": "TIME_RANGED", "value": "True"}
#   hubspot-api-client 12.0.0: list {"operator": "IS_EQUAL_TO", "type": "TIME_RANGED", "value": "500"}
#   @hubspot/api-client 14.0.1: form {"blockedEmailDomains": ["example.org"], "useDefaultBlockList": true}
#   @hubspot/api-client 14.0.1: list {"operator": "IS_EQUAL_TO", "value": true}
#   @hubspot/api-client 14.0.1: list {"operator": "IS_EQUAL_TO", "value": 500}
#
# What follows: a Python program that changes a label of a form, or copies a list, changes rules that it never touched. It
# has to send the JSON of the reply instead of the objects that the client made of it. Needs npm, python3 with venv, and
# the registries of the two. Exits with 1 if the behaviour is another one.
set -euo pipefail

folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"

cat > serve.py <<'PY'
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TIME = "2026-01-01T00:00:00Z"
FORM = {
    "id": "f1", "name": "Visit", "formType": "hubspot", "createdAt": TIME, "updatedAt": TIME, "archived": False,
    "fieldGroups": [{
        "groupType": "default_group", "richTextType": "text",
        "fields": [{
            "fieldType": "email", "objectTypeId": "0-1", "name": "email", "label": "E-mail", "required": True,
            "hidden": False, "dependentFields": [],
            "validation": {"blockedEmailDomains": ["example.org"], "useDefaultBlockList": True},
        }],
    }],
    "configuration": {
        "language": "en", "cloneable": True, "editable": True, "archivable": True, "recaptchaEnabled": False,
        "notifyContactOwner": False, "notifyRecipients": [], "createNewContactForNewEmail": False,
        "prePopulateKnownValues": True, "allowLinkToResetKnownValues": False, "lifecycleStages": [],
        "postSubmitAction": {"type": "thank_you", "value": "Thanks"},
    },
    "displayOptions": {
        "renderRawHtml": False, "theme": "default_style", "submitButtonText": "Send",
        "style": {
            "fontFamily": "arial", "backgroundWidth": "100%", "labelTextColor": "#111111", "labelTextSize": "13px",
            "helpTextColor": "#111111", "helpTextSize": "11px", "legalConsentTextColor": "#111111",
            "legalConsentTextSize": "14px", "submitColor": "#111111", "submitAlignment": "left",
            "submitFontColor": "#ffffff", "submitSize": "12px",
        },
    },
    "legalConsentOptions": {"type": "none"},
}


def property_filter(name, kind, value):
    return {
        "filterType": "PROPERTY", "property": name,
        "operation": {
            "operationType": kind, "operator": "IS_EQUAL_TO", "value": value, "includeObjectsWithNoValueSet": False,
        },
    }


LIST = {
    "listId": "12", "listVersion": 1, "name": "Large", "objectTypeId": "0-1", "processingType": "DYNAMIC",
    "processingStatus": "COMPLETE",
    "filterBranch": {
        "filterBranchType": "OR", "filterBranchOperator": "OR", "filters": [],
        "filterBranches": [{
            "filterBranchType": "AND", "filterBranchOperator": "AND", "filterBranches": [],
            "filters": [property_filter("is_customer", "BOOL", True), property_filter("employees", "NUMBER", 500)],
        }],
    },
}


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self):
        sent = json.loads(self.rfile.read(int(self.headers.get("content-length") or 0)) or "{}")
        with open("sent", "a") as file:
            for group in sent.get("fieldGroups", []):
                for field in group["fields"]:
                    print("form", json.dumps(field["validation"], sort_keys=True), file=file)
            for branch in sent.get("filterBranch", {}).get("filterBranches", []):
                for entry in branch["filters"]:
                    shown = {key: entry["operation"].get(key) for key in ("operator", "type", "value")}
                    shown = {key: value for key, value in shown.items() if value is not None}
                    print("list", json.dumps(shown, sort_keys=True), file=file)
        if "forms" in self.path:
            reply = FORM
        elif self.command == "GET":
            reply = {"list": LIST}
        else:
            reply = {"updatedList": LIST}
        body = json.dumps(reply).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_PATCH = do_PUT = answer


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
PY
python3 serve.py > port &
until [ -s port ]; do sleep 0.1; done
url="http://127.0.0.1:$(cat port)"

python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check hubspot-api-client==12.0.0
cat > ask.py <<'PY'
import sys

import hubspot
from hubspot.crm.lists import ListFilterUpdateRequest
from hubspot.marketing.forms import HubSpotFormDefinitionPatchRequest

client = hubspot.HubSpot(access_token="token", host=sys.argv[1])
forms = client.marketing.forms.forms_api
form = forms.get_by_id("f1")
forms.update("f1", HubSpotFormDefinitionPatchRequest(field_groups=form.field_groups))
lists = client.crm.lists.lists_api
read = lists.get_by_id("12", include_filters=True)
lists.update_list_filters("12", ListFilterUpdateRequest(filter_branch=read.list.filter_branch))
PY
python/bin/python ask.py "$url"
sed 's/^/hubspot-api-client 12.0.0: /' sent > seen

npm install --silent --no-fund --no-audit @hubspot/api-client@14.0.1
cat > ask.cjs <<'JS'
const { Client } = require("@hubspot/api-client");
const client = new Client({ accessToken: "token", basePath: process.argv[2] });

async function main() {
  const forms = client.marketing.forms.formsApi;
  const form = await forms.getById("f1");
  await forms.update("f1", { fieldGroups: form.fieldGroups });
  const lists = client.crm.lists.listsApi;
  const read = await lists.getById("12", true);
  await lists.updateListFilters("12", { filterBranch: read.list.filterBranch });
}

main();
JS
rm sent
node ask.cjs "$url"
sed 's/^/@hubspot\/api-client 14.0.1: /' sent >> seen

cat seen
diff seen - <<'TEXT'
hubspot-api-client 12.0.0: form {}
hubspot-api-client 12.0.0: list {"operator": "IS_EQUAL_TO", "type": "TIME_RANGED", "value": "True"}
hubspot-api-client 12.0.0: list {"operator": "IS_EQUAL_TO", "type": "TIME_RANGED", "value": "500"}
@hubspot/api-client 14.0.1: form {"blockedEmailDomains": ["example.org"], "useDefaultBlockList": true}
@hubspot/api-client 14.0.1: list {"operator": "IS_EQUAL_TO", "value": true}
@hubspot/api-client 14.0.1: list {"operator": "IS_EQUAL_TO", "value": 500}
TEXT
