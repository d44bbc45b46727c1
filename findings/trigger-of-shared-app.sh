#!/usr/bin/env bash
# n8n-nodes-base 2.41.2 (Node), the node "HubSpot Trigger" of n8n 2.41.3: a workflow is activated whose app of HubSpot sends its
# events to another service already. Then the same workflow is tested while it is active, and of two workflows with this app,
# the one that was replaced is deactivated.
#
# Expected: the activation fails and changes nothing. HubSpot sends all events of an app to one address, and the trigger has a
# message for an app whose address is not its own. A test does not end the active workflow: for the triggers of Telegram, Slack
# and Facebook Lead Ads, n8n refuses a test while the workflow is active. A deactivation removes what the workflow made.
# Seen: the trigger raises its message within the block that catches it, and goes on. It deletes the settings and all
# subscriptions of the app, whoever made them, and registers itself, with success. A test does the same for the address of
# tests, and when it ends, it deletes everything again and restores nothing, so the active workflow has no events from then on.
# The deactivated workflow deletes the subscriptions of the other one. No call fails, and n8n shows the workflow as active.
# (n8n documents that a second trigger replaces the first one. It does not mention other services, tests or deactivations.)
#
# Output, seen twice with Node 20.20.2:
#   before: crm.example.com gets contact.creation, company.deletion, deal.propertyChange
#   workflow 1 activated, succeeds: n8n.example.com/webhook/1 gets contact.creation
#   test of workflow 1 begins, succeeds: n8n.example.com/webhook-test/1 gets contact.creation
#   test of workflow 1 ends, succeeds: nobody gets anything
#   workflow 1 started again, succeeds: n8n.example.com/webhook/1 gets contact.creation
#   workflow 2 activated, succeeds: n8n.example.com/webhook/2 gets contact.creation
#   workflow 1 deactivated, succeeds: nobody gets anything
#
# What follows: HubSpot does not send the events of the meantime later, so they are missing until somebody compares records.
# A start of n8n registers all active workflows again, so a service that has restored its address loses it once more. Each
# workflow with this trigger needs an app of its own, tests need another one, and an app that serves anything else must not be
# used. Source: HubSpot's reference of Webhooks (one `targetUrl` for each app, `/webhooks/v3/{appId}/settings`). The server of
# this script accepts settings without `throttling`, which the trigger does not send. The script takes the place of n8n's
# engine, which calls the methods of the trigger and sends their requests; with n8n-core 2.41.1 the output is the same. Needs
# node, npm and the registry npm. Exits with 1 if the behaviour is another one.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# Of the package with all nodes, only this trigger and what it requires.
cat > package.json <<'JSON'
{ "private": true, "dependencies": { "n8n-workflow": "2.41.0", "moment-timezone": "0.5.48" } }
JSON
npm install --silent --no-fund --no-audit --ignore-scripts
npm pack --silent n8n-nodes-base@2.41.2 > packed
mkdir node_modules/n8n-nodes-base
tar -xzf "$(cat packed)" -C node_modules/n8n-nodes-base --strip-components 1 package/package.json package/dist/nodes/Hubspot

cat > run.cjs <<'JS'
const { createServer } = require("node:http");
const { HubspotTrigger } = require("n8n-nodes-base/dist/nodes/Hubspot/HubspotTrigger.node.js");

// The webhooks of an app: one address and a list of subscriptions.
let settings = { targetUrl: "https://crm.example.com/events" };
let subscriptions = ["contact.creation", "company.deletion", "deal.propertyChange"].map((eventType, index) => (
  { id: String(index + 1), eventType, active: true, ...(eventType === "deal.propertyChange" && { propertyName: "amount" }) }
));
let count = subscriptions.length;

const server = createServer(async (request, response) => {
  let text = "";
  for await (const part of request) text += part;
  const reply = (status, body) =>
    response.writeHead(status, { "content-type": "application/json" }).end(body && JSON.stringify(body));
  const [what, id] = request.url.replace("/webhooks/v3/77/", "").split("/");
  const operation = `${request.method} ${what}`;
  if (operation === "GET settings") {
    settings ? reply(200, settings) : reply(404, { status: "error", message: "Not found", category: "OBJECT_NOT_FOUND" });
  } else if (operation === "PUT settings") {
    settings = JSON.parse(text);
    reply(200, settings);
  } else if (operation === "DELETE settings") {
    settings = undefined;
    reply(204);
  } else if (operation === "GET subscriptions") {
    reply(200, { results: subscriptions });
  } else if (operation === "POST subscriptions") {
    const subscription = { id: String((count += 1)), ...JSON.parse(text) };
    subscriptions.push(subscription);
    reply(201, subscription);
  } else if (operation === "DELETE subscriptions") {
    subscriptions = subscriptions.filter((one) => one.id !== id);
    reply(204);
  } else {
    reply(404, {});
  }
});

function show(step) {
  const events = subscriptions.filter(({ active }) => active).map(({ eventType }) => eventType).join(", ");
  const place = settings?.targetUrl.replace("https://", "").replace("/events", "");
  console.log(`${step}: ${place && events ? `${place} gets ${events}` : "nobody gets anything"}`);
}

// Sends a request of the trigger to the server of this script.
async function send({ method, uri, body }) {
  const { pathname } = new URL(uri);
  const content = ["PUT", "POST"].includes(method) && { body: JSON.stringify(body) };
  const response = await fetch(`http://127.0.0.1:${server.address().port}${pathname}`, { method, ...content });
  if (!response.ok) throw Object.assign(new Error(`${method} ${pathname}`), { statusCode: response.status });
  return response.status === 204 ? undefined : response.json();
}

// n8n calls `checkExists`, and `create` if that returns false, for an activation, a start and a test, and `delete` for an end.
async function step(name, id, methods, isTest = false) {
  const type = new HubspotTrigger();
  const parameters = { eventsUi: { eventValues: [{ name: "contact.creation" }] }, additionalFields: {} };
  const node = { name: "HubSpot Trigger", type: "n8n-nodes-base.hubspotTrigger", typeVersion: 1, parameters };
  const context = {
    getNode: () => node,
    getNodeParameter: (parameter) => parameters[parameter],
    getCredentials: async () => ({ appId: "77", apiKey: "key", clientSecret: "secret" }),
    getNodeWebhookUrl: () => `https://n8n.example.com/webhook${isTest ? "-test" : ""}/${id}`,
    helpers: { request: send },
  };
  let end = "succeeds";
  try {
    for (const method of methods) if (await type.webhookMethods.default[method].call(context)) break;
  } catch (error) {
    end = error.message;
  }
  show(`${name}, ${end}`);
}

const BEGIN = ["checkExists", "create"];
const END = ["delete"];

server.listen(0, "127.0.0.1", async () => {
  show("before");
  await step("workflow 1 activated", "1", BEGIN);
  await step("test of workflow 1 begins", "1", BEGIN, true);
  await step("test of workflow 1 ends", "1", END, true);
  await step("workflow 1 started again", "1", BEGIN);
  await step("workflow 2 activated", "2", BEGIN);
  await step("workflow 1 deactivated", "1", END);
  server.close();
});
JS
timeout 60 node run.cjs | tee seen

diff seen - <<'TEXT'
before: crm.example.com gets contact.creation, company.deletion, deal.propertyChange
workflow 1 activated, succeeds: n8n.example.com/webhook/1 gets contact.creation
test of workflow 1 begins, succeeds: n8n.example.com/webhook-test/1 gets contact.creation
test of workflow 1 ends, succeeds: nobody gets anything
workflow 1 started again, succeeds: n8n.example.com/webhook/1 gets contact.creation
workflow 2 activated, succeeds: n8n.example.com/webhook/2 gets contact.creation
workflow 1 deactivated, succeeds: nobody gets anything
TEXT
