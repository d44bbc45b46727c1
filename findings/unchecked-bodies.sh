#!/usr/bin/env bash
# @stoplight/prism-cli 5.16.0 (`mock` and `proxy --errors`), express-openapi-validator 5.6.2, openapi-backend 5.21.2 and the
# proxy of @redocly/cli 2.77.0 (Node): requests that create a shipping zone of a HighLevel store, three wrong ones and a right
# one. Of the three documents, one is plain. The second lists a state twice, as HighLevel's own document does (its list is that
# of the states of many countries, so CA and CT come several times). In the third, the unit of a rate may be null, and its list
# of values has null.
#
# Expected: a tool refuses the wrong requests (nothing at all, an unknown state, a number as name) and takes the right one, or
# it refuses the document. JSON Schema says that the values of `enum` should be unique, which is no must, and the clarification
# of `nullable` that came with OpenAPI 3.0.3 says that a value with an `enum` may be null only if null is among the values.
# Seen: express-openapi-validator and Redocly find the wrong requests with all documents, and openapi-backend refuses the second
# document and names the place. Prism takes every request with the second and the third document: one such list, anywhere below,
# switches off the check of the whole body, of requests and of replies. `--errors` changes nothing, and nothing is logged. Other
# operations are still checked, so the server does refuse some requests. (Prism's authors have an open report about null in a
# list, number 1931, of 2021. It does not mention values that are listed twice.)
#
# Output, seen twice with Node 20.20.2:
#   prism mock 5.16.0: plain: 3 wrong requests refused, right one taken
#   prism mock 5.16.0: a state twice: 0 wrong requests refused, right one taken
#   prism mock 5.16.0: null in a list: 0 wrong requests refused, right one taken
#   prism proxy 5.16.0: plain: 3 wrong requests refused, right one taken, wrong reply refused
#   prism proxy 5.16.0: a state twice: 0 wrong requests refused, right one taken, wrong reply taken
#   prism proxy 5.16.0: null in a list: 0 wrong requests refused, right one taken, wrong reply taken
#   express-openapi-validator 5.6.2: plain: 3 wrong requests refused, right one taken
#   express-openapi-validator 5.6.2: a state twice: 3 wrong requests refused, right one taken
#   express-openapi-validator 5.6.2: null in a list: 3 wrong requests refused, right one taken
#   openapi-backend 5.21.2: plain: 3 wrong requests refused, right one taken
#   openapi-backend 5.21.2: a state twice: document refused
#   openapi-backend 5.21.2: null in a list: 3 wrong requests refused, right one taken
#   redocly proxy 2.77.0: plain: 3 wrong requests refused, right one taken
#   redocly proxy 2.77.0: a state twice: 3 wrong requests refused, right one taken
#   redocly proxy 2.77.0: null in a list: 3 wrong requests refused, right one taken
#
# What follows: tests of a client against Prism pass whatever the client sends to such operations. With HighLevel's published
# apps/store.json, Prism answers 201 to a shipping zone that is `{}`, and 422 to a shipping carrier that is. Before Prism reads
# a document, values that are listed twice have to be removed, and null too, because Prism adds it by itself for `nullable`. A
# test of the tests helps as well: each operation has to refuse one wrong request. (HighLevel's document: apps/store.json of
# github.com/GoHighLevel/highlevel-api-docs.) Needs npm and curl. Exits with 1 if the behaviour is another one.
set -euo pipefail

folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"

cat > prepare.cjs <<'JS'
const text = { type: "string" };
const zone = { "application/json": { schema: { $ref: "#/components/schemas/Zone" } } };
const write = (name, state, unit) =>
  require("fs").writeFileSync(`${name}.json`, JSON.stringify({
    openapi: "3.0.3",
    info: { title: "Store", version: "1" },
    paths: {
      "/store/shipping-zone": {
        post: {
          operationId: "createZone",
          requestBody: { required: true, content: zone },
          responses: { 201: { description: "created", content: zone } },
        },
      },
    },
    components: {
      schemas: {
        Zone: {
          type: "object",
          required: ["altId", "altType", "name"],
          properties: {
            altId: text,
            altType: { type: "string", enum: ["location"] },
            name: text,
            states: { type: "array", items: { $ref: "#/components/schemas/State" } },
            rate: { type: "object", properties: { unit } },
          },
        },
        State: { type: "object", required: ["code"], properties: { code: { type: "string", enum: state } } },
      },
    },
  }));
const unit = { type: "string", enum: ["kg", "lb"] };
write("plain", ["CA", "CT", "MN"], unit);
write("twice", ["CA", "CT", "MN", "CT", "CA"], unit);
write("null", ["CA", "CT", "MN"], { type: "string", nullable: true, enum: ["kg", "lb", null] });
JS
node prepare.cjs

# Returns what it received, or what `x-reply` says.
cat > serve.cjs <<'JS'
const server = require("http").createServer(async (request, response) => {
  let text = "";
  for await (const part of request) text += part;
  response.writeHead(201, { "content-type": "application/json" });
  response.end(request.headers["x-reply"] ?? text);
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
JS
node serve.cjs > port &

echo '{ "private": true }' > package.json
npm install --silent --no-fund --no-audit @stoplight/prism-cli@5.16.0 express-openapi-validator@5.6.2 express@5.1.0 \
  openapi-backend@5.21.2 @redocly/cli@2.77.0 2> /dev/null
target="http://127.0.0.1:$(cat port)"

cat > express.cjs <<'JS'
const express = require("express");
const validator = require("express-openapi-validator");
const app = express();
app.use(express.json());
app.use(validator.middleware({ apiSpec: process.argv[2], validateRequests: true }));
app.post("/store/shipping-zone", (request, response) => response.status(201).json(request.body));
app.use((error, request, response, next) => response.status(error.status ?? 500).json({ message: error.message }));
app.listen(Number(process.argv[3]), "127.0.0.1");
JS
cat > backend.cjs <<'JS'
const { OpenAPIBackend } = require("openapi-backend");
const handlers = {
  createZone: () => 201,
  validationFail: () => 400,
  notFound: () => 404,
};
const api = new OpenAPIBackend({ definition: process.argv[2], strict: true, handlers });
api.init().then(
  () => {
    const server = require("http").createServer(async (request, response) => {
      let body = "";
      for await (const part of request) body += part;
      const { method, url: path, headers } = request;
      response.writeHead(await api.handleRequest({ method, path, headers, body }));
      response.end();
    });
    server.listen(Number(process.argv[3]), "127.0.0.1");
  },
  (error) => {
    if (!error.message.includes("duplicate")) console.log(error.message);
    require("fs").writeFileSync("refused", "");
  },
);
JS

right='{"altId":"l1","altType":"location","name":"North","states":[{"code":"CA"}],"rate":{"unit":"kg"}}'
wrong=(
  '{}'
  '{"altId":"l1","altType":"location","name":"North","states":[{"code":"XX"}]}'
  '{"altId":"l1","altType":"location","name":7}'
)
free() { # a port
  node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => s.close(console.log(s.address().port)))'
}
send() { # port, body, further arguments of curl
  curl --silent --output reply --write-out '%{http_code}' --header 'content-type: application/json' --data "$2" "${@:3}" \
    "http://127.0.0.1:$1/store/shipping-zone"
}
open() { # port
  for _ in $(seq 150); do
    if curl --silent --output /dev/null "http://127.0.0.1:$1/"; then return; fi
    if [ -e refused ]; then return; fi
    sleep 0.2
  done
  exit 1
}
title() {
  case "$1" in plain) echo "plain" ;; twice) echo "a state twice" ;; null) echo "null in a list" ;; esac
}

ask() { # name, document, whether replies are checked, command with PORT
  local port command
  port=$(free)
  rm -f refused
  command=("${@:4}")
  "${command[@]/PORT/$port}" > tool.log 2>&1 &
  local tool=$!
  open "$port"
  if [ -e refused ]; then
    echo "$1: $(title "$2"): document refused"
    return
  fi
  local refused=0 end=""
  for body in "${wrong[@]}"; do
    if [ "$(send "$port" "$body")" -ge 400 ]; then refused=$((refused + 1)); fi
  done
  if [ "$(send "$port" "$right")" -lt 400 ]; then end="right one taken"; else end="right one refused"; fi
  if [ "$3" = replies ]; then
    if [ "$(send "$port" "$right" --header 'x-reply: {"name":7}')" -lt 400 ]; then end+=", wrong reply taken"
    else end+=", wrong reply refused"; fi
  fi
  kill "$tool"
  wait "$tool" 2> /dev/null || true
  if [ "$1" = "prism mock 5.16.0" ] && [ "$2" != plain ] && grep -iE "warn|schema|enum" tool.log; then exit 1; fi
  echo "$1: $(title "$2"): $refused wrong requests refused, $end"
}

# Redocly's proxy passes everything on and reports at its end.
ask_redocly() { # document
  local port
  port=$(free)
  node node_modules/.bin/redocly proxy --target "$target" --port "$port" --har traffic.har --api "$1.json" \
    --match-mode basepath --report-format json > report 2> tool.log &
  local tool=$!
  for _ in $(seq 150); do
    if grep -q listening report tool.log; then break; fi
    sleep 0.2
  done
  for body in "${wrong[@]}" "$right"; do send "$port" "$body" > /dev/null; done
  kill -TERM "$tool"
  wait "$tool" 2> /dev/null || true
  node -e '
    const { problems } = JSON.parse(require("fs").readFileSync("report", "utf8").replace(/^[^]*?\n(?={)/, ""));
    const found = new Set(problems.filter((one) => one.severity === "error").map((one) => one.exchangeIndex));
    const end = found.delete(3) ? "refused" : "taken";
    console.log(`redocly proxy 2.77.0: ${process.argv[1]}: ${found.size} wrong requests refused, right one ${end}`);
  ' "$(title "$1")"
}

{
  for document in plain twice null; do
    ask "prism mock 5.16.0" $document "" node node_modules/.bin/prism mock --host 127.0.0.1 --port PORT $document.json
  done
  for document in plain twice null; do
    ask "prism proxy 5.16.0" $document replies \
      node node_modules/.bin/prism proxy --errors --host 127.0.0.1 --port PORT $document.json "$target"
  done
  for document in plain twice null; do
    ask "express-openapi-validator 5.6.2" $document "" node express.cjs ./$document.json PORT
  done
  for document in plain twice null; do ask "openapi-backend 5.21.2" $document "" node backend.cjs ./$document.json PORT; done
  for document in plain twice null; do ask_redocly $document; done
} > seen

cat seen
diff seen - <<'TEXT'
prism mock 5.16.0: plain: 3 wrong requests refused, right one taken
prism mock 5.16.0: a state twice: 0 wrong requests refused, right one taken
prism mock 5.16.0: null in a list: 0 wrong requests refused, right one taken
prism proxy 5.16.0: plain: 3 wrong requests refused, right one taken, wrong reply refused
prism proxy 5.16.0: a state twice: 0 wrong requests refused, right one taken, wrong reply taken
prism proxy 5.16.0: null in a list: 0 wrong requests refused, right one taken, wrong reply taken
express-openapi-validator 5.6.2: plain: 3 wrong requests refused, right one taken
express-openapi-validator 5.6.2: a state twice: 3 wrong requests refused, right one taken
express-openapi-validator 5.6.2: null in a list: 3 wrong requests refused, right one taken
openapi-backend 5.21.2: plain: 3 wrong requests refused, right one taken
openapi-backend 5.21.2: a state twice: document refused
openapi-backend 5.21.2: null in a list: 3 wrong requests refused, right one taken
redocly proxy 2.77.0: plain: 3 wrong requests refused, right one taken
redocly proxy 2.77.0: a state twice: 3 wrong requests refused, right one taken
redocly proxy 2.77.0: null in a list: 3 wrong requests refused, right one taken
TEXT
