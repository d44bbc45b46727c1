#!/usr/bin/env bash
# @hubspot/local-dev-lib 5.10.3 (Node), the library behind `hs hubdb fetch` and `hs hubdb create` of HubSpot's CLI 8.14.0: a
# published table of HubDB is downloaded and created again, while its draft has changes that nobody has published.
#
# Expected: the file contains the published table or its draft, and the copy has the rows of the file and of their child
# tables. HubSpot documents that a table without `/draft` in the path is the published one.
# Seen: the file has the columns of the published table and the rows of the draft. A price that is not published yet is in it,
# a row that the draft deletes is missing, and rows have a value for a column that the columns of the file lack. The child table
# of a row is not in the file, and the copy gives every row the child table 0. Creating ends with publishing, so the values of
# the draft are public in the copy at once. No call fails.
#
# Output, seen twice with Node 20.20.2:
#   published: columns title price, rows A 10, B 20
#   draft: columns title price stock, rows A 99, C 30
#   file: columns title price, rows A 99, C 30, with values for title price stock
#   copy: published, rows A 99, C 30, child tables 77 0 become 0 0
#
# What follows: a backup or a copy into another account that is made with the CLI is right only if nothing is unpublished, and
# dynamic pages lose their second level. A script has to read `/rows` of the published table itself. Needs node, npm and the
# registry npm. Exits with 1 if the behaviour is another one.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-fund --no-audit --ignore-scripts @hubspot/local-dev-lib@5.10.3

# Sends what is meant for HubSpot to the server of this script.
cat > redirect.cjs <<'JS'
const http = require("node:http");
const https = require("node:https");
https.request = (options, done) => {
  const here = { protocol: "http:", hostname: "127.0.0.1", host: "127.0.0.1", port: process.env.PORT, agent: undefined };
  return http.request({ ...options, ...here }, done);
};
JS

cat > copy.mjs <<'JS'
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

const column = (name, type) => ({ id: name, name, label: name, type, archived: false, deleted: false });
const row = (id, title, childTableId, values) => ({ id, path: title, name: title, childTableId, values: { title, ...values } });
const PUBLISHED = {
  columns: [column("title", "TEXT"), column("price", "NUMBER")],
  rows: [row("11", "A", "77", { price: 10 }), row("12", "B", "0", { price: 20 })],
};
const DRAFT = {
  columns: [...PUBLISHED.columns, column("stock", "NUMBER")],
  rows: [row("11", "A", "77", { price: 99, stock: 3 }), row("13", "C", "0", { price: 30, stock: 1 })],
};
const TABLE = { id: "5", name: "prices", label: "Prices", published: true, useForPages: true, allowChildTables: true };
let created;
let published = "not published";

const server = createServer(async (request, response) => {
  let text = "";
  for await (const part of request) text += part;
  const reply = (status, body) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  const { pathname } = new URL(request.url, "http://localhost");
  const place = `${request.method} ${pathname.replace("/cms/v3/hubdb/tables", "")}`;
  const answers = {
    "GET /5": () => reply(200, { ...TABLE, columns: PUBLISHED.columns }),
    "GET /5/draft": () => reply(200, { ...TABLE, columns: DRAFT.columns }),
    "GET /5/rows": () => reply(200, { total: 2, results: PUBLISHED.rows }),
    "GET /5/rows/draft": () => reply(200, { total: 2, results: DRAFT.rows }),
    "POST ": () => reply(201, { ...TABLE, id: "9", published: false }),
    "POST /9/rows/draft/batch/create": () => {
      created = JSON.parse(text).inputs;
      reply(201, { status: "COMPLETE", results: created });
    },
    "POST /9/draft/publish": () => {
      published = "published";
      reply(200, { ...TABLE, id: "9", rowCount: created.length });
    },
  };
  (answers[place] ?? (() => reply(404, { message: place })))();
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
process.env.PORT = server.address().port;
process.env.USE_ENVIRONMENT_HUBSPOT_CONFIG = "true";
process.env.HUBSPOT_ACCOUNT_ID = "123";
process.env.HUBSPOT_API_KEY = "key";

const names = (columns) => columns.map(({ name }) => name).join(" ");
const prices = (rows) => rows.map(({ values }) => `${values.title} ${values.price}`).join(", ");
const show = (name, { columns, rows }) => console.log(`${name}: columns ${names(columns)}, rows ${prices(rows)}`);
show("published", PUBLISHED);
show("draft", DRAFT);

const { downloadHubDbTable, createHubDbTable } = await import("@hubspot/local-dev-lib/hubdb");
const path = resolve("prices.hubdb.json");
await downloadHubDbTable(123, "5", path);
const file = JSON.parse(readFileSync(path, "utf8"));
const used = [...new Set(file.rows.flatMap(({ values }) => Object.keys(values)))].join(" ");
console.log(`file: columns ${names(file.columns)}, rows ${prices(file.rows)}, with values for ${used}`);

await createHubDbTable(123, path);
const children = (rows) => rows.map(({ childTableId }) => childTableId).join(" ");
console.log(`copy: ${published}, rows ${prices(created)}, child tables ${children(DRAFT.rows)} become ${children(created)}`);
process.exit(0);
JS
timeout 90 node --require ./redirect.cjs copy.mjs | tee seen

diff seen - <<'TEXT'
published: columns title price, rows A 10, B 20
draft: columns title price stock, rows A 99, C 30
file: columns title price, rows A 99, C 30, with values for title price stock
copy: published, rows A 99, C 30, child tables 77 0 become 0 0
TEXT
