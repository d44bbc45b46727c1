#!/usr/bin/env bash
# @redocly/cli 2.77.0, bump-cli 2.11.0, openapi-format 1.33.6 and openapi-overlays-js 0.2.0 (Node): two overlays of OpenAPI
# Overlay 1.0 are applied to the parameters of a list. The first appends a parameter, the second removes the two old keys.
#
# Expected: all four return the same document. The specification of overlays has both as examples: an update of a list is an
# entry that is appended, and a filter selects the entries to remove.
# Seen: only Redocly's does both. bump-cli and openapi-overlays-js turn the list into an object, with the parameter before
# under "0" and the members of the new one beside it, which is not valid OpenAPI. openapi-format appends nothing, and
# of two neighbours it removes the first and keeps the second. All of them end with exit code 0, and none warns.
#
# Output, seen twice with Node 20.20.2:
#   append: @redocly/cli 2.77.0: limit after
#   append: bump-cli 2.11.0: an object with 0 name in schema
#   append: openapi-format 1.33.6: limit
#   append: openapi-overlays-js 0.2.0: an object with 0 name in schema
#   remove: @redocly/cli 2.77.0: limit after
#   remove: bump-cli 2.11.0: limit after
#   remove: openapi-format 1.33.6: limit after portalId
#   remove: openapi-overlays-js 0.2.0: limit after
#
# What follows: an overlay that corrects a vendor's document or hides a part of it is not portable, and its success proves
# nothing: the result has to be compared with what was meant. An update of the operation with a member `parameters` appends
# with all four; entries are removed one action each. Needs npm and its registry. Exits with 1 if the behaviour is another one.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-fund --no-audit @redocly/cli@2.77.0 bump-cli@2.11.0 openapi-format@1.33.6 \
  openapi-overlays-js@0.2.0 js-yaml@4.1.0
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true

cat > prepare.cjs <<'JS'
const fs = require("fs");
const query = (name, type) => ({ name, in: "query", schema: { type } });
const api = (...parameters) => ({
  openapi: "3.0.3",
  info: { title: "Contacts", version: "1" },
  paths: { "/contacts": { get: { parameters, responses: { 200: { description: "Contacts." } } } } },
});
const overlay = (action) => ({ overlay: "1.0.0", info: { title: "Correction", version: "1" }, actions: [action] });
const list = "$.paths['/contacts'].get.parameters";
const write = (name, value) => fs.writeFileSync(name, JSON.stringify(value));

write("append.api.json", api(query("limit", "integer")));
write("append.json", overlay({ target: list, update: query("after", "string") }));
write(
  "remove.api.json",
  api(query("limit", "integer"), query("after", "string"), query("hapikey", "string"), query("portalId", "integer")),
);
write("remove.json", overlay({ target: `${list}[?(@.name == 'hapikey' || @.name == 'portalId')]`, remove: true }));
JS
node prepare.cjs

cat > show.cjs <<'JS'
const [tool, name] = process.argv.slice(2);
const { parameters } = require("js-yaml").load(require("fs").readFileSync("out.json", "utf8")).paths["/contacts"].get;
const shown = Array.isArray(parameters)
  ? parameters.map((parameter) => parameter.name)
  : ["an object with", ...Object.keys(parameters)];
console.log(`${name}: ${tool}: ${shown.join(" ")}`);
JS

show() {
  node show.cjs "$1" "$name" >> seen
  rm out.json
}
for name in append remove; do
  npx --no-install redocly bundle "$name.api.json" --overlay "$name.json" --output out.json 2> /dev/null
  show "@redocly/cli 2.77.0"
  npx --no-install bump overlay "$name.api.json" "$name.json" --out out.json 2> log
  if grep -i warning log; then exit 1; fi
  show "bump-cli 2.11.0"
  npx --no-install openapi-format "$name.api.json" --overlayFile "$name.json" --no-sort --json --output out.json 2> /dev/null
  show "openapi-format 1.33.6"
  npx --no-install overlayjs --openapi "$name.api.json" --overlay "$name.json" > out.json
  show "openapi-overlays-js 0.2.0"
done

cat seen
diff seen - <<'TEXT'
append: @redocly/cli 2.77.0: limit after
append: bump-cli 2.11.0: an object with 0 name in schema
append: openapi-format 1.33.6: limit
append: openapi-overlays-js 0.2.0: an object with 0 name in schema
remove: @redocly/cli 2.77.0: limit after
remove: bump-cli 2.11.0: limit after
remove: openapi-format 1.33.6: limit after portalId
remove: openapi-overlays-js 0.2.0: limit after
TEXT
