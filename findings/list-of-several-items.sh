#!/usr/bin/env bash
# n8n-nodes-base 2.41.2 (Node), the node "HubSpot" of n8n 2.41.3, version 2.2: tickets are listed with "Return All", a ticket
# gets a close date, and three tickets are deleted. The account has 1000 tickets and 1000 deals.
#
# Expected: all tickets, the close date, and the ids of the three deleted tickets, as the same operations return them for deals.
# HubSpot says with each reply whether there are more (`hasMore`) and where to go on (`offset`). The server of this script
# returns 100 tickets at once.
# Seen: "Return All" ends after 300 tickets, although the last reply has `hasMore: true`. The page size that the node asks for
# on its own, 250, is also a limit for the list: it ends with the first page that reaches it. The position in the list is kept
# from one item to the next, so with two items at the input the second one gets tickets 301 to 600. (Deals are listed to the
# end, and the second item gets none.) The close date is read from the field of the create date: it is sent as null without one,
# and as the create date with one. After three deletions, the node reports the first ticket three times. No execution fails, and
# nothing is reported.
#
# Output, seen twice with Node 20.20.2:
#   list, 1 item: 1000 of 1000 deals, 300 of 1000 tickets
#   list, 2 items: deals 1-1000 and none, tickets 1-300 and 301-600
#   update with a close date: deal closedate 1772442000000, ticket closed_date null
#   update with a close date and a create date: ticket closed_date 1767344400000, createdate 1767344400000
#   delete 11, 12 and 13: deals reported 11 12 13, tickets reported 11 11 11
#
# What follows: a copy or a count of tickets lacks all after the first 300. No close date that a workflow sets arrives, and a
# time to close that is computed from it is missing or zero. Whoever marks the reported tickets as deleted elsewhere marks one
# of three. The node cannot search tickets, so a workflow has to call `/crm/v3/objects/tickets` with the node "HTTP Request",
# which has paging of its own, and it should give a list one item only. Source: HubSpot's reference of version 1 of the tickets
# (`GET /crm-objects/v1/objects/tickets/paged`, `PUT /crm-objects/v1/objects/tickets/{id}`). The script takes the place of n8n's
# engine, which hands the node its parameters and sends its requests; with n8n-core 2.41.1 the output is the same. Needs node,
# npm and the registry npm. Exits with 1 if the behaviour is another one.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# Of the package with all nodes, only this node and what it requires.
cat > package.json <<'JSON'
{
  "private": true,
  "dependencies": { "n8n-workflow": "2.41.0", "change-case": "5.4.4", "lodash": "4.18.1", "moment-timezone": "0.5.48" }
}
JSON
npm install --silent --no-fund --no-audit --ignore-scripts
npm pack --silent n8n-nodes-base@2.41.2 > packed
mkdir node_modules/n8n-nodes-base
tar -xzf "$(cat packed)" -C node_modules/n8n-nodes-base --strip-components 1 \
  package/package.json package/dist/utils package/dist/nodes/Hubspot

cat > run.cjs <<'JS'
const { createServer } = require("node:http");
const { Hubspot } = require("n8n-nodes-base/dist/nodes/Hubspot/Hubspot.node.js");

const COUNT = 1000;
let written;

// Lists, changes and deletes as version 1 of the APIs of deals and tickets does.
const server = createServer(async (request, response) => {
  let text = "";
  for await (const part of request) text += part;
  const reply = (body) => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  const { pathname, searchParams } = new URL(request.url, "http://localhost");
  const tickets = pathname.startsWith("/crm-objects/v1/objects/tickets");
  if (request.method === "GET" && pathname.endsWith("/paged")) {
    const offset = Number(searchParams.get("offset") ?? 0);
    const size = tickets ? 100 : Math.min(searchParams.get("limit") ?? 100, 250);
    const last = Math.min(offset + size, COUNT);
    const ids = Array.from({ length: last - offset }, (_, index) => offset + index + 1);
    const rows = ids.map((id) => (tickets ? { objectType: "TICKET", objectId: id } : { dealId: id }));
    reply({ [tickets ? "objects" : "deals"]: rows, hasMore: last < COUNT, offset: last });
  } else if (request.method === "PUT") {
    const body = JSON.parse(text);
    written = body.properties ?? body;
    reply({ [tickets ? "objectId" : "dealId"]: 7 });
  } else if (request.method === "DELETE") {
    response.writeHead(204).end();
  } else {
    response.writeHead(404).end("{}");
  }
});

// Sends a request of the node to the server of this script.
async function send(credential, { method, uri, qs, body }) {
  const { pathname } = new URL(uri);
  const query = new URLSearchParams(Object.entries(qs).filter(([, value]) => value !== undefined));
  const content = method === "PUT" && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(`http://127.0.0.1:${server.address().port}${pathname}?${query}`, { method, ...content });
  if (!response.ok) throw new Error(`${method} ${pathname}: ${response.status}`);
  return response.status === 204 ? undefined : response.json();
}

// Runs the node with the parameters of each item at its input, and returns its output for each item.
async function run(items) {
  const node = { name: "HubSpot", type: "n8n-nodes-base.hubspot", typeVersion: 2.2, parameters: {} };
  const context = {
    getNode: () => node,
    getInputData: () => items.map((json) => ({ json })),
    getNodeParameter: (name, item, fallback) => (name === "authentication" ? "appToken" : items[item][name] ?? fallback),
    continueOnFail: () => false,
    helpers: {
      requestWithAuthentication: send,
      returnJsonArray: (data) => [data].flat().map((json) => ({ json })),
      constructExecutionMetaData: (rows, { itemData }) => rows.map((row) => ({ ...row, pairedItem: itemData })),
    },
  };
  const [output] = await new Hubspot().getNodeType(2.2).execute.call(context);
  return items.map((_, item) => output.filter(({ pairedItem }) => pairedItem.item === item).map(({ json }) => json));
}

const list = (resource, count) =>
  run(Array(count).fill({ resource, operation: "getAll", returnAll: true, filters: {}, additionalFields: {} }));
const span = (rows, id) => (rows.length === 0 ? "none" : `${rows[0][id]}-${rows.at(-1)[id]}`);

async function update(resource, updateFields) {
  await run([{ resource, operation: "update", [`${resource}Id`]: "7", updateFields }]);
  return written.map(({ name, value }) => `${name} ${value}`).join(", ");
}

async function remove(resource, ids) {
  const output = await run(ids.map((id) => ({ resource, operation: "delete", [`${resource}Id`]: id })));
  return output.flat().map(({ vid }) => vid).join(" ");
}

server.listen(0, "127.0.0.1", async () => {
  let deals = await list("deal", 1);
  let tickets = await list("ticket", 1);
  console.log(`list, 1 item: ${deals[0].length} of ${COUNT} deals, ${tickets[0].length} of ${COUNT} tickets`);
  deals = (await list("deal", 2)).map((rows) => span(rows, "dealId")).join(" and ");
  tickets = (await list("ticket", 2)).map((rows) => span(rows, "objectId")).join(" and ");
  console.log(`list, 2 items: deals ${deals}, tickets ${tickets}`);

  const closeDate = "2026-03-02T09:00:00.000Z";
  const createDate = "2026-01-02T09:00:00.000Z";
  deals = await update("deal", { closeDate });
  tickets = await update("ticket", { closeDate });
  console.log(`update with a close date: deal ${deals}, ticket ${tickets}`);
  tickets = await update("ticket", { closeDate, createDate });
  console.log(`update with a close date and a create date: ticket ${tickets}`);

  deals = await remove("deal", ["11", "12", "13"]);
  tickets = await remove("ticket", ["11", "12", "13"]);
  console.log(`delete 11, 12 and 13: deals reported ${deals}, tickets reported ${tickets}`);
  server.close();
});
JS
timeout 60 node run.cjs | tee seen

diff seen - <<'TEXT'
list, 1 item: 1000 of 1000 deals, 300 of 1000 tickets
list, 2 items: deals 1-1000 and none, tickets 1-300 and 301-600
update with a close date: deal closedate 1772442000000, ticket closed_date null
update with a close date and a create date: ticket closed_date 1767344400000, createdate 1767344400000
delete 11, 12 and 13: deals reported 11 12 13, tickets reported 11 11 11
TEXT
