#!/usr/bin/env bash
# @hubspot/mcp-server 0.4.0 (Node), HubSpot's own tools for language models: batches of contacts of which HubSpot takes a part
# only, a task that is given another contact, and a search that finds 250 contacts.
#
# Expected: what a tool returns names the rows that HubSpot refused, or is marked as an error, and an update that changes
# nothing is no success. HubSpot answers a mixed batch with 207, `numErrors` and an error for each such row.
# Seen: the tools for objects copy a part of each reply, and `numErrors` and `errors` are not in it, so a mixed batch looks
# like a complete one with fewer rows. For creates, an argument of the tool decides it, `objectWriteTraceId`, which the tool
# offers for debugging: without it HubSpot refuses the whole batch, and the model reads why; with it HubSpot stores the other
# rows, and the model reads nothing of the refused one. The id is not in the rows that are returned either. The tool for
# associations returns the errors. The tool that updates a task demands `associations` and sends them to an address of which
# HubSpot documents that it cannot change them; it says that the task was updated. The search leaves out `total`.
#
# Output, seen twice with Node 20.20.2:
#   create 3, one address exists: error, tells the reason yes, 0 stored
#   create 3 with objectWriteTraceId, one address exists: COMPLETE, 2 rows, tells the reason no, 2 stored
#   update 2, one does not exist: COMPLETE, 1 rows, tells the reason no
#   read 2, one does not exist: COMPLETE, 1 rows, tells the reason no
#   associate 2, one does not exist: COMPLETE, 1 rows, tells the reason yes
#   update of task 7 with contact 2: Successfully updated engagement 7; contacts of the task: 1
#   search, 250 found: 100 rows, total undefined
#
# What follows: an assistant reports "done" for contacts that are not in HubSpot, and nobody learns which ones or why. Until the
# tools return the errors, an assistant has to count the rows of each batch, must not send `objectWriteTraceId`, has to link a
# task with hubspot-batch-create-associations, and cannot count records without reading all pages. Needs npm and its registry.
# Exits with 1 if the behaviour is another one.
#
# Sources on developers.hubspot.com: docs/api-reference/latest/error-handling (multi-status errors of creates),
# changelog/simplifying-batch-update-response-codes-for-crm-v3-apis (207 of updates),
# docs/methods/engagements/update_engagement-patch (associations cannot be modified).
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm init -y > log
npm install --silent --no-fund --no-audit --ignore-scripts \
  @hubspot/mcp-server@0.4.0 @modelcontextprotocol/sdk@1.32.2 zod@3.25.76

cat > ask.mjs <<'JS'
import { createServer } from "node:http";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";

// HubSpot: the contacts 1 and 2 exist, and the task 7 belongs to contact 1.
const TIME = "2026-01-01T00:00:00.000Z";
const contacts = new Map([["1", { email: "ada@example.com" }], ["2", { email: "bob@example.com" }]]);
const task = {
  engagement: { id: 7, type: "TASK", ownerId: 5, active: true },
  associations: { contactIds: [1], companyIds: [], dealIds: [], ownerIds: [], ticketIds: [] },
  metadata: { subject: "Call", body: "Old", status: "NOT_STARTED" },
};
const row = (id) => ({ id, properties: contacts.get(id), createdAt: TIME, updatedAt: TIME, archived: false });
const conflict = { status: "error", category: "CONFLICT", message: "Contact already exists. Existing ID: 1" };
const missing = (id) => ({
  status: "error", category: "OBJECT_NOT_FOUND", message: "Could not get some objects, they may be deleted.",
  context: { ids: [id] },
});
function mixed(success, results, errors) {
  const reply = { status: "COMPLETE", results, startedAt: TIME, completedAt: TIME };
  return errors.length === 0 ? [success, reply] : [207, { ...reply, numErrors: errors.length, errors }];
}
const routes = {
  "/crm/v3/objects/contacts/batch/create": ({ inputs }) => {
    const exists = (input) => [...contacts.values()].some(({ email }) => email === input.properties.email);
    if (inputs.some(exists) && !inputs.every((input) => input.objectWriteTraceId)) return [409, conflict];
    const errors = inputs.filter(exists)
      .map(({ objectWriteTraceId: id }) => ({ ...conflict, context: { objectWriteTraceId: [id] } }));
    const results = inputs.filter((input) => !exists(input)).map((input) => {
      const id = String(contacts.size + 1);
      contacts.set(id, input.properties);
      return { ...row(id), objectWriteTraceId: input.objectWriteTraceId };
    });
    return mixed(201, results, errors);
  },
  "/crm/v3/objects/contacts/batch/update": ({ inputs }) => {
    const found = inputs.filter(({ id }) => contacts.has(id));
    for (const { id, properties } of found) Object.assign(contacts.get(id), properties);
    const errors = inputs.filter((one) => !found.includes(one)).map(({ id }) => missing(id));
    return mixed(200, found.map(({ id }) => row(id)), errors);
  },
  "/crm/v3/objects/contacts/batch/read": ({ inputs }) => {
    const ids = inputs.map(({ id }) => id);
    return mixed(200, ids.filter((id) => contacts.has(id)).map(row), ids.filter((id) => !contacts.has(id)).map(missing));
  },
  "/crm/v4/associations/contacts/companies/batch/create": ({ inputs }) => {
    const good = inputs.filter(({ from }) => contacts.has(from.id));
    const results = good.map(({ from, to }) => ({ fromObjectId: from.id, toObjectId: to.id, labels: [] }));
    return mixed(201, results, inputs.filter((one) => !good.includes(one)).map(({ from }) => missing(from.id)));
  },
  "/crm/v3/objects/contacts/search": ({ limit }) => {
    const results = Array.from({ length: limit }, (_, n) => ({ ...row("1"), id: String(1000 + n) }));
    return [200, { total: 250, results, paging: { next: { after: String(limit) } } }];
  },
  "/engagements/v1/engagements/7": ({ metadata }) => {
    Object.assign(task.metadata, metadata);
    return [200, task];
  },
};
const server = createServer(async (request, response) => {
  let text = "";
  for await (const part of request) text += part;
  const [status, reply] = routes[request.url](JSON.parse(text));
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(reply));
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));

const client = new Client({ name: "ask", version: "1" });
await client.connect(new StdioClientTransport({
  command: process.execPath,
  args: ["node_modules/@hubspot/mcp-server/dist/index.js"],
  env: { PRIVATE_APP_ACCESS_TOKEN: "token", BASE_URL_OVERRIDE: `http://127.0.0.1:${server.address().port}` },
  stderr: "ignore",
}));
async function call(name, given) {
  const { content, isError } = await client.callTool({ name: `hubspot-${name}`, arguments: given });
  const text = content.map((part) => part.text).join("");
  const reply = isError ? undefined : JSON.parse(text);
  const reason = /already exists|OBJECT_NOT_FOUND/.test(text) ? "yes" : "no";
  const short = isError ? "error" : `${reply.status}, ${reply.results?.length} rows`;
  return { reply, line: `${short}, tells the reason ${reason}` };
}

const inputs = ["ada", "cy", "dan"].map((name) => ({ properties: { email: `${name}@example.com` } }));
const objectType = "contacts";
let before = contacts.size;
const whole = await call("batch-create-objects", { objectType, inputs });
console.log(`create 3, one address exists: ${whole.line}, ${contacts.size - before} stored`);

before = contacts.size;
const traced = inputs.map((input, number) => ({ ...input, objectWriteTraceId: `row-${number}` }));
const part = await call("batch-create-objects", { objectType, inputs: traced });
console.log(`create 3 with objectWriteTraceId, one address exists: ${part.line}, ${contacts.size - before} stored`);
if (JSON.stringify(part.reply).includes("row-")) console.log("the trace ids are returned");

const two = ["2", "99"].map((id) => ({ id, properties: { lifecyclestage: "customer" } }));
console.log(`update 2, one does not exist: ${(await call("batch-update-objects", { objectType, inputs: two })).line}`);
const ids = ["2", "99"].map((id) => ({ id }));
console.log(`read 2, one does not exist: ${(await call("batch-read-objects", { objectType, inputs: ids })).line}`);
const links = {
  fromObjectType: "contacts",
  toObjectType: "companies",
  types: [{ associationCategory: "HUBSPOT_DEFINED", associationTypeId: 279 }],
  inputs: ["2", "99"].map((id) => ({ from: { id }, to: { id: "50" } })),
};
console.log(`associate 2, one does not exist: ${(await call("batch-create-associations", links)).line}`);

const update = { engagementId: 7, metadata: { body: "New" }, associations: { contactIds: [2] } };
const { reply } = await call("update-engagement", update);
console.log(`update of task 7 with contact 2: ${reply.message}; contacts of the task: ${task.associations.contactIds}`);

const search = (await call("search-objects", { objectType, limit: 100 })).reply;
console.log(`search, 250 found: ${search.results.length} rows, total ${search.total}`);
await client.close();
server.close();
server.closeAllConnections();
JS
timeout 120 node ask.mjs | tee seen

diff seen - <<'TEXT'
create 3, one address exists: error, tells the reason yes, 0 stored
create 3 with objectWriteTraceId, one address exists: COMPLETE, 2 rows, tells the reason no, 2 stored
update 2, one does not exist: COMPLETE, 1 rows, tells the reason no
read 2, one does not exist: COMPLETE, 1 rows, tells the reason no
associate 2, one does not exist: COMPLETE, 1 rows, tells the reason yes
update of task 7 with contact 2: Successfully updated engagement 7; contacts of the task: 1
search, 250 found: 100 rows, total undefined
TEXT
