#!/usr/bin/env bash
# kubb 4.39.3 (`@kubb/plugin-client` with `parser: "zod"`, both of its clients), orval 8.38.0 (`fetch`, `runtimeValidation`) and
# @hey-api/openapi-ts 0.99.0 (`validator: true`): clients of one document that check what they send or receive with zod. A menu
# of HighLevel gets a new title, which the server takes once and refuses once with 422. The counters of an e-mail are sent, one
# of them with a name of its own, which HighLevel allows. Of two contacts in a batch, HubSpot refuses one with 207.
#
# Expected: the request has the title, the refusal is an error with its reason, the counters come back, and the refused contact
# is among the errors, because all of it is in the document, and a check does not change what it checks.
# Seen: hey-api's client does all four. The others go on with what zod returns instead of what they gave it. kubb sends three
# members that the caller did not set, with the defaults of the document. It checks the reply of a batch against the schema of
# 200 first, which fits a reply 207 too, and zod drops what that schema does not name: the errors. kubb's `fetch` client does
# not look at the status, so the refused title is a success whose value is `{}`, and it sends JSON as text/plain. orval's
# client returns the status 422, but the value is `{}` where its type promises the reason, because the schema of 200 is applied
# to it. Its schema has no further counters, so they are dropped. The TypeScript compiler accepts all four clients.
#
# Output, seen twice with Node 20.20.2:
#   kubb axios, title: sent application/json title showOnCompany showOnLocation showToAllLocations; success
#   kubb axios, refused title: error 422, title is too long
#   kubb axios, counters: delivered permanent_fail
#   kubb axios, batch: 1 result, no errors
#   kubb fetch, title: sent text/plain title showOnCompany showOnLocation showToAllLocations; success
#   kubb fetch, refused title: returned {}
#   kubb fetch, counters: delivered permanent_fail
#   kubb fetch, batch: 1 result, no errors
#   orval, title: sent application/json title; success
#   orval, refused title: status 422, returned {}
#   orval, counters: delivered
#   orval, batch: 1 result, 1 error
#   hey-api, title: sent application/json title; success
#   hey-api, refused title: error 422, title is too long
#   hey-api, counters: delivered permanent_fail
#   hey-api, batch: 1 result, 1 error
#
# What follows: the new title comes with `showToAllLocations: true`, and HighLevel documents that the list of locations of a
# menu counts only if that is false. HubSpot's schemas of 207 are those of 200 with the errors added, so a program never hears
# which rows of a batch were refused. Without `parser: "zod"`, kubb's `axios` client does as expected in all four cases. With
# the others, a program has to look at the status and check the reply by itself. (HighLevel: apps/custom-menus.json and
# apps/v3/conversations-v3.json of github.com/GoHighLevel/highlevel-api-docs. HubSpot: the batches of its public descriptions.)
# Needs npm. Exits with 1 if the behaviour is another one.
set -euo pipefail

folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"

cat > prepare.cjs <<'JS'
const text = { type: "string" };
const flag = { type: "boolean", default: true };
const count = { type: "integer" };
const list = (items) => ({ type: "array", items });
const object = (properties, further) => ({ type: "object", properties, ...further });
const named = (name) => ({ $ref: `#/components/schemas/${name}` });
const json = (name) => ({ "application/json": { schema: named(name) } });
const reply = (name) => ({ description: name, content: json(name) });
const operation = (operationId, request, responses, ...parameters) => ({
  operationId,
  parameters,
  requestBody: { required: true, content: json(request) },
  responses,
});
const id = { name: "id", in: "path", required: true, schema: text };
const rows = { results: list(named("Contact")) };
const refused = { 422: reply("Unprocessable") };
const api = {
  openapi: "3.0.0",
  info: { title: "CRM", version: "1" },
  paths: {
    "/custom-menus/{id}": { put: operation("updateMenu", "Menu", { 200: reply("MenuReply"), ...refused }, id) },
    "/email/{id}/status": { put: operation("updateStatus", "Status", { 200: reply("Message"), ...refused }, id) },
    "/batch/update": {
      post: operation("updateBatch", "Inputs", {
        200: reply("Batch"),
        207: reply("BatchWithErrors"),
        default: reply("Fault"),
      }),
    },
  },
  components: {
    schemas: {
      Menu: object({
        title: text,
        showOnCompany: flag,
        showOnLocation: flag,
        showToAllLocations: flag,
        locations: list(text),
      }),
      MenuReply: object({ success: { type: "boolean" }, customMenu: named("Menu") }),
      Unprocessable: object({ statusCode: count, message: list(text), error: text }),
      Status: object({ status: text, events: named("Events") }, { required: ["status"] }),
      Events: object({ delivered: count, opened: count }, { additionalProperties: count }),
      Message: object({ id: text, events: named("Events") }),
      Contact: object({ id: text }, { required: ["id"] }),
      Inputs: object({ inputs: list(named("Contact")) }, { required: ["inputs"] }),
      Batch: object(rows, { required: ["results"] }),
      BatchWithErrors: object({ ...rows, numErrors: count, errors: list(named("Fault")) }, { required: ["results"] }),
      Fault: object({ message: text }, { required: ["message"] }),
    },
  },
};
require("fs").writeFileSync("api.json", JSON.stringify(api));
JS
node prepare.cjs

cat > serve.cjs <<'JS'
const received = [];
const server = require("http").createServer(async (request, response) => {
  let text = "";
  for await (const part of request) text += part;
  const reply = (status, body) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  };
  if (request.url === "/received") return reply(200, received.splice(0));
  const body = JSON.parse(text);
  received.push(`${request.headers["content-type"].split(";")[0]} ${Object.keys(body).join(" ")}`);
  if (request.url === "/batch/update") {
    const [first, ...others] = body.inputs;
    const errors = others.map(({ id }) => ({ message: `${id} does not exist` }));
    return reply(207, { results: [first], numErrors: errors.length, errors });
  }
  if (request.url.startsWith("/email/")) return reply(200, { id: "m1", events: body.events });
  if (body.title.length <= 20) return reply(200, { success: true, customMenu: body });
  reply(422, { statusCode: 422, message: ["title is too long"], error: "Unprocessable Entity" });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
JS
node serve.cjs > port &
until [ -s port ]; do sleep 0.1; done
address="http://127.0.0.1:$(cat port)"

echo '{ "private": true, "type": "module" }' > package.json
npm install --silent --no-fund --no-audit @kubb/cli@4.39.3 @kubb/core@4.39.3 @kubb/plugin-oas@4.39.3 @kubb/plugin-ts@4.39.3 \
  @kubb/plugin-client@4.39.3 @kubb/plugin-zod@4.39.3 orval@8.38.0 @hey-api/openapi-ts@0.99.0 zod@4.6.7 axios@1.21.1 \
  typescript@5.9.3 tsx@4.20.6 @types/node@20.19.24

cat > kubb.config.ts <<'TS'
import { defineConfig } from "@kubb/core";
import { pluginClient } from "@kubb/plugin-client";
import { pluginOas } from "@kubb/plugin-oas";
import { pluginTs } from "@kubb/plugin-ts";
import { pluginZod } from "@kubb/plugin-zod";

export default defineConfig(
  (["axios", "fetch"] as const).map((client) => ({
    name: client,
    root: ".",
    input: { path: "./api.json" },
    output: { path: `./kubb-${client}`, format: false, lint: false },
    plugins: [pluginOas(), pluginTs(), pluginZod({ version: "4" }), pluginClient({ client, parser: "zod" })],
  })),
);
TS
npx --no-install kubb generate > kubb.log 2>&1
cat > orval.config.mjs <<JS
export default {
  crm: {
    input: "./api.json",
    output: {
      target: "./orval/api.ts",
      schemas: { path: "./orval/model", type: "zod" },
      client: "fetch",
      baseUrl: "$address",
      override: { fetch: { runtimeValidation: true } },
    },
  },
};
JS
npx --no-install orval > orval.log 2>&1
cat > openapi-ts.config.ts <<'TS'
export default {
  input: "./api.json",
  output: "./hey",
  plugins: ["@hey-api/client-fetch", "@hey-api/typescript", "zod", { name: "@hey-api/sdk", validator: true }],
};
TS
npx --no-install openapi-ts > hey.log 2>&1
if grep -iE "warn.*(default|207|response|additional)" ./*.log; then exit 1; fi

cat > ask.ts <<'TS'
import { setConfig as setAxios } from "@kubb/plugin-client/clients/axios";
import { setConfig as setFetch } from "@kubb/plugin-client/clients/fetch";
import { client } from "./hey/client.gen";
import * as hey from "./hey/sdk.gen";
import * as kubbAxios from "./kubb-axios";
import * as kubbFetch from "./kubb-fetch";
import * as orval from "./orval/api";

const address = process.argv[2];
const status = { status: "delivered", events: { delivered: 1, permanent_fail: 2 } };
const inputs = { inputs: [{ id: "1" }, { id: "2" }] };

interface Tool {
  rename(title: string): Promise<{ status?: number; data: { success?: boolean } }>;
  count(): Promise<{ events?: object }>;
  batch(): Promise<{ results: unknown[]; errors?: unknown[] }>;
}

const ofKubb = (api: typeof kubbAxios | typeof kubbFetch): Tool => ({
  rename: async (title) => ({ data: await api.updateMenu("1", { title }) }),
  count: () => api.updateStatus("m1", status),
  batch: () => api.updateBatch(inputs),
});

const tools: Record<string, Tool> = {
  "kubb axios": ofKubb(kubbAxios),
  "kubb fetch": ofKubb(kubbFetch),
  orval: {
    async rename(title) {
      const { status, data } = await orval.updateMenu("1", { title });
      return status === 200 ? { data } : { status, data: data as object };
    },
    async count() {
      const reply = await orval.updateStatus("m1", status);
      return reply.status === 200 ? reply.data : {};
    },
    async batch() {
      const reply = await orval.updateBatch(inputs);
      return reply.status === 200 || reply.status === 207 ? reply.data : { results: [] };
    },
  },
  "hey-api": {
    rename: (title) => hey.updateMenu({ path: { id: "1" }, body: { title }, throwOnError: true }),
    count: async () => (await hey.updateStatus({ path: { id: "m1" }, body: status, throwOnError: true })).data,
    batch: async () => (await hey.updateBatch({ body: inputs, throwOnError: true })).data,
  },
};

async function rename(tool: Tool, title: string): Promise<string> {
  try {
    const { status, data } = await tool.rename(title);
    if (data.success) return "success";
    return `${status && data ? `status ${status}, ` : ""}returned ${JSON.stringify(data)}`;
  } catch (error: any) {
    const body = error.response?.data ?? error;
    return `error ${body.statusCode}, ${body.message}`;
  }
}

const several = (count: number | undefined, name: string) =>
  `${count ?? "no"} ${name}${count === 1 ? "" : "s"}`;

async function main() {
  setAxios({ baseURL: address });
  setFetch({ baseURL: address });
  client.setConfig({ baseUrl: address });
  for (const [name, tool] of Object.entries(tools)) {
    await (await fetch(`${address}/received`)).json();
    const end = await rename(tool, "Help");
    const [sent] = await (await fetch(`${address}/received`)).json();
    console.log(`${name}, title: sent ${sent}; ${end}`);
    console.log(`${name}, refused title: ${await rename(tool, "A title of more than 20 letters")}`);
    console.log(`${name}, counters: ${Object.keys((await tool.count()).events ?? {}).join(" ")}`);
    const { results, errors } = await tool.batch();
    console.log(`${name}, batch: ${several(results.length, "result")}, ${several(errors?.length, "error")}`);
  }
}

main();
TS
npx --no-install tsc --noEmit --strict --skipLibCheck --target es2022 --module esnext --moduleResolution bundler \
  --allowImportingTsExtensions --types node ask.ts
npx --no-install tsx ask.ts "$address" > seen

cat seen
diff seen - <<'TEXT'
kubb axios, title: sent application/json title showOnCompany showOnLocation showToAllLocations; success
kubb axios, refused title: error 422, title is too long
kubb axios, counters: delivered permanent_fail
kubb axios, batch: 1 result, no errors
kubb fetch, title: sent text/plain title showOnCompany showOnLocation showToAllLocations; success
kubb fetch, refused title: returned {}
kubb fetch, counters: delivered permanent_fail
kubb fetch, batch: 1 result, no errors
orval, title: sent application/json title; success
orval, refused title: status 422, returned {}
orval, counters: delivered
orval, batch: 1 result, 1 error
hey-api, title: sent application/json title; success
hey-api, refused title: error 422, title is too long
hey-api, counters: delivered permanent_fail
hey-api, batch: 1 result, 1 error
TEXT
