#!/usr/bin/env bash
# @segment/action-destinations 3.497.0 (Node), HubSpot Cloud Mode: three batches of valid events, of each of which HubSpot takes
# a part only, or of which the destination sends a part only.
#
# Expected: the destination returns a status for each event, and an event that is not in HubSpot afterwards has another one
# than 200. HubSpot answers a batch with 207 and an error for each row that it refused.
# Seen: each event has the status 200. Replies are searched for results only, and `errors` is not read. An event without a
# result is dropped: the address in the reply is compared with the one of the event letter by letter, and HubSpot stores
# addresses in small letters, so a contact with a capital letter is written but not associated. Of two addresses of one
# contact, the contact is found by both, and only the event with the primary one is sent.
#
# Output, seen twice with Node 20.20.2:
#   upsertObject, HubSpot refuses one of three companies: statuses 200 200 200, 2 written
#   upsertObject, two contacts for a company, one address with capital letters: statuses 200 200, 1 associated
#   upsertContact, two addresses of one contact: statuses 200 200, 1 sent
#
# What follows: what the destination reports as delivered may be missing in HubSpot, and nothing is repeated. Addresses should
# be in small letters before they are sent, and a copy needs a comparison with HubSpot from time to time. Two dependencies are
# pinned, because the newest ones do not fit the package. Needs node, npm and the registry npm.
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

const CONTACTS = [
  { id: "1", email: "ada@example.com", further: [] },
  { id: "2", email: "bob@example.com", further: ["bob@example.org"] },
];
let written = 0;
let associated = 0;

const contact = (address) => {
  const wanted = address.toLowerCase();
  return CONTACTS.find(({ email, further }) => email === wanted || further.includes(wanted));
};
const record = (id, properties) =>
  ({ id, properties, createdAt: "2026-01-01T00:00:00Z", updatedAt: "2026-01-01T00:00:00Z", archived: false });
const shown = ({ id, email, further }) => record(id, { email, hs_additional_emails: further.join(";") || null });
const batch = (results, errors = []) =>
  ({ status: "COMPLETE", results, ...(errors.length > 0 && { numErrors: errors.length, errors }) });

const server = createServer(async (request, response) => {
  let text = "";
  for await (const part of request) text += part;
  const { inputs } = text ? JSON.parse(text) : {};
  const reply = (body) =>
    response.writeHead(body.errors ? 207 : 200, { "content-type": "application/json" }).end(JSON.stringify(body));
  const { pathname } = new URL(request.url, "http://localhost");
  const last = pathname.split("/").slice(-3).join(" ");
  if (request.method === "GET") {
    const property = (name) => ({ name, label: name, type: "string", fieldType: "text" });
    reply({ results: ["city", "email", "customer_number"].map(property) });
  } else if (last === "company batch upsert") {
    const taken = inputs.filter(({ properties }) => properties.city !== "Nowhere");
    const errors = inputs.filter((input) => !taken.includes(input)).map(({ id }) => (
      { status: "error", category: "VALIDATION_ERROR", message: "Property values were not valid", context: { id: [id] } }
    ));
    written += taken.length;
    reply(batch(taken.map(({ id, properties }) => record(`9${id}`, properties)), errors));
  } else if (last === "contact batch upsert") {
    written += inputs.length;
    reply(batch(inputs.map(({ id }) => shown(contact(id)))));
  } else if (last === "contacts batch read") {
    reply(batch(inputs.map(({ id }) => shown(contact(id)))));
  } else if (last === "contacts batch update") {
    written += inputs.length;
    reply(batch(inputs.map(({ id }) => shown(CONTACTS.find((one) => one.id === id)))));
  } else if (pathname === "/crm/v4/associations/contact/company/batch/create") {
    associated += inputs.length;
    reply(batch(inputs.map(({ from, to }) => ({ fromObjectId: from.id, toObjectId: to.id, labels: [] }))));
  } else {
    response.writeHead(404).end("{}");
  }
});

async function send(action, events, mapping) {
  const { Destination } = require("@segment/actions-core");
  const hubspot = require("@segment/action-destinations/dist/destinations/hubspot").default;
  (written = 0), (associated = 0);
  const results = await new Destination(hubspot).executeBatch(action, {
    events: events.map((properties) => ({ type: "track", event: "Moved", properties })),
    mapping: { ...mapping, enable_batching: true, __segment_internal_sync_mode: "upsert" },
    settings: {},
    auth: { accessToken: "token" },
    subscriptionMetadata: { actionConfigId: action },
  });
  return `statuses ${results.map(({ status }) => status).join(" ")}`;
}

const path = (name) => ({ "@path": `$.properties.${name}` });
const object = (type, key) => ({
  object_details: { object_type: type, id_field_name: key, id_field_value: path(key), property_group: "information" },
  properties: { city: path("city") },
  association_sync_mode: "upsert",
  batch_size: 100,
});
const moved = (key, rows) => rows.map(([value, city]) => ({ [key]: value, city }));

server.listen(0, "127.0.0.1", async () => {
  process.env.PORT = server.address().port;
  const companies = moved("customer_number", [["1", "Leeds"], ["2", "Nowhere"], ["3", "York"]]);
  let statuses = await send("upsertObject", companies, object("company", "customer_number"));
  console.log(`upsertObject, HubSpot refuses one of three companies: ${statuses}, ${written} written`);

  const employer = {
    object_type: "company",
    id_field_name: "customer_number",
    id_field_value: "1",
    association_label: "HUBSPOT_DEFINED:279",
  };
  const contacts = moved("email", [["Ada@Example.com", "Leeds"], ["bob@example.com", "York"]]);
  statuses = await send("upsertObject", contacts, { ...object("contact", "email"), associations: [employer] });
  console.log(
    `upsertObject, two contacts for a company, one address with capital letters: ${statuses}, ${associated} associated`,
  );

  const addresses = moved("email", [["bob@example.com", "Leeds"], ["bob@example.org", "York"]]);
  statuses = await send("upsertContact", addresses, { email: path("email"), city: path("city") });
  console.log(`upsertContact, two addresses of one contact: ${statuses}, ${written} sent`);
  server.close();
});
JS
timeout 90 node --require ./redirect.cjs send.cjs | tee seen

diff seen - <<'TEXT'
upsertObject, HubSpot refuses one of three companies: statuses 200 200 200, 2 written
upsertObject, two contacts for a company, one address with capital letters: statuses 200 200, 1 associated
upsertContact, two addresses of one contact: statuses 200 200, 1 sent
TEXT
