#!/usr/bin/env bash
# @segment/action-destinations 3.497.0 (Node), HubSpot Cloud Mode, action "Custom Event V2": an event whose properties are texts
# of digits, for an event of HubSpot whose properties are defined as texts.
#
# Expected: HubSpot receives the texts as they are, because the source sends texts and HubSpot's definition wants texts. A
# property without a value (null) is left out.
# Seen: every text that JavaScript can read as a number is made a number first. Then the definition is read, and because it
# says text, a text is made of the number. The first zero of a ZIP code and the plus of a telephone number are gone, the last
# digits of a long id are others, "1e3" is "1000", and null is "0". The action succeeds. If the event is not defined yet, the
# action defines these properties as numbers. Words are not changed. (That an empty text becomes 0 is known to the authors.)
#
# Output, seen twice with Node 20.20.2:
#   zip "01234": "1234"
#   phone "+441134960000": "441134960000"
#   order "90071992547409931": "90071992547409940"
#   size "1e3": "1000"
#   coupon null: "0"
#   city "Leeds": "Leeds"
#   not defined yet: zip number, phone number, order number, size number, coupon number, city string
#
# What follows: reports and lists over such events compare other values than those that were sent, and the ids of two orders
# can become one. A text that may be of digits only needs a letter before them. The definition in HubSpot does not help.
# Two dependencies are pinned, because the newest ones do not fit the package. Needs node, npm and the registry npm.
# Exits with 1 if the behaviour is another one.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > package.json <<'JSON'
{
  "private": true,
  "dependencies": { "@segment/action-destinations": "3.497.0", "@segment/actions-core": "3.170.0" },
  "overrides": { "@aws-sdk/client-kinesis": "3.970.0", "fast-uri": "3.1.0" }
}
JSON
npm install --silent --no-fund --no-audit --ignore-scripts

# Sends what is meant for HubSpot to the server of this script.
cat > redirect.cjs <<'JS'
const http = require("node:http");
const https = require("node:https");
https.request = (options, done) => {
  const here = { protocol: "http:", hostname: "127.0.0.1", host: "127.0.0.1", port: process.env.PORT, agent: undefined };
  return http.request({ ...options, ...here }, done);
};
JS

cat > send.cjs <<'JS'
const { createServer } = require("node:http");

const VALUES = {
  zip: "01234",
  phone: "+441134960000",
  order: "90071992547409931",
  size: "1e3",
  coupon: null,
  city: "Leeds",
};
let defined = true;
let created;
let received;

const server = createServer(async (request, response) => {
  let text = "";
  for await (const part of request) text += part;
  const reply = (status, body) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  const { pathname } = new URL(request.url, "http://localhost");
  if (request.method === "GET" && defined) {
    const properties = Object.keys(VALUES).map((name) => ({ name, label: name, type: "string", archived: false }));
    reply(200, { name: "order_placed", fullyQualifiedName: "pe1_order_placed", archived: false, properties });
  } else if (request.method === "GET") {
    reply(404, { status: "error", message: "resource not found", category: "OBJECT_NOT_FOUND" });
  } else if (pathname === "/events/v3/event-definitions") {
    created = JSON.parse(text).propertyDefinitions;
    reply(201, { fullyQualifiedName: "pe1_order_placed" });
  } else if (pathname === "/events/v3/send") {
    received = JSON.parse(text).properties;
    response.writeHead(204).end();
  } else {
    reply(404, {});
  }
});

async function send(name) {
  const { Destination } = require("@segment/actions-core");
  const hubspot = require("@segment/action-destinations/dist/destinations/hubspot").default;
  await new Destination(hubspot).executeAction("customEvent", {
    event: { type: "track", event: "Order placed", properties: VALUES },
    mapping: {
      event_name: "order_placed",
      record_details: { object_type: "contact", email: "ada@example.com" },
      occurred_at: "2026-01-02T00:00:00Z",
      properties: { "@path": "$.properties" },
      __segment_internal_sync_mode: "upsert",
    },
    settings: {},
    auth: { accessToken: "token" },
    subscriptionMetadata: { actionConfigId: name },
  });
}

server.listen(0, "127.0.0.1", async () => {
  process.env.PORT = server.address().port;
  await send("defined");
  for (const [name, value] of Object.entries(VALUES)) {
    console.log(`${name} ${JSON.stringify(value)}: ${JSON.stringify(received[name])}`);
  }
  defined = false;
  await send("not defined");
  console.log(`not defined yet: ${created.map(({ name, type }) => `${name} ${type}`).join(", ")}`);
  server.close();
});
JS

timeout 90 node --require ./redirect.cjs send.cjs | tee seen

diff seen - <<'TEXT'
zip "01234": "1234"
phone "+441134960000": "441134960000"
order "90071992547409931": "90071992547409940"
size "1e3": "1000"
coupon null: "0"
city "Leeds": "Leeds"
not defined yet: zip number, phone number, order number, size number, coupon number, city string
TEXT
