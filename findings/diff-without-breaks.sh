#!/usr/bin/env bash
# @redocly/cli 2.77.0 (`diff`) and openapi-diff 0.24.1 (Node): two versions of a document, of which the second breaks its
# clients in one place.
#
# Expected: both end with an error, as they do for a member that a reply no longer has. Redocly rates each change by the version
# that it requires and fails at "major"; openapi-diff fails at a breaking change.
# Seen: of seven breaks, both report the removed member only. The other six are "patch" or "minor" for Redocly, "No changes
# found" for openapi-diff, and exit code 0 for both: an operation without credentials requires one, because its `security: []`
# is gone; the operations of a path move to another host; a member of a reply becomes `writeOnly`, so replies do not have it
# any more; a member of a request becomes `readOnly`, so requests should not have it; a part of a form is text instead of JSON;
# alternatives are told apart by another member.
#
# Output, seen twice with Node 20.20.2:
#   @redocly/cli 2.77.0: removed: major, exit 1
#   @redocly/cli 2.77.0: credential: patch, exit 0
#   @redocly/cli 2.77.0: host: minor, exit 0
#   @redocly/cli 2.77.0: writeOnly: patch, exit 0
#   @redocly/cli 2.77.0: readOnly: patch, exit 0
#   @redocly/cli 2.77.0: part: patch, exit 0
#   @redocly/cli 2.77.0: discriminator: patch, exit 0
#   openapi-diff 0.24.1: removed: Breaking changes found, exit 1
#   openapi-diff 0.24.1: credential: No changes found, exit 0
#   openapi-diff 0.24.1: host: No changes found, exit 0
#   openapi-diff 0.24.1: writeOnly: No changes found, exit 0
#   openapi-diff 0.24.1: readOnly: No changes found, exit 0
#   openapi-diff 0.24.1: part: No changes found, exit 0
#   openapi-diff 0.24.1: discriminator: No changes found, exit 0
#
# What follows: a job that takes a vendor's new documents if a differ ends with 0 can ship a client whose calls are refused or
# that reads nothing. What is rated "patch" has to be read too. Needs npm and its registry.
# Exits with 1 if the behaviour is another one.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-fund --no-audit @redocly/cli@2.77.0 openapi-diff@0.24.1
export REDOCLY_TELEMETRY=off

cat > prepare.cjs <<'JS'
const text = { type: "string" };
const object = (properties) => ({ type: "object", properties });
const reference = (name) => ({ $ref: `#/components/schemas/${name}` });
const reply = (schema) => ({ description: "Success.", content: { "application/json": { schema } } });
const api = () => ({
  openapi: "3.0.3",
  info: { title: "CRM", version: "1" },
  servers: [{ url: "https://api.example.com" }],
  security: [{ token: [] }],
  paths: {
    "/forms": {
      post: {
        operationId: "submit",
        security: [],
        requestBody: { content: { "application/json": { schema: object({ email: text, consent: text }) } } },
        responses: { 200: reply(object({ id: text, message: text })) },
      },
    },
    "/files": {
      post: {
        operationId: "upload",
        requestBody: {
          content: {
            "multipart/form-data": {
              schema: object({ file: { ...text, format: "binary" }, options: object({ access: text }) }),
              encoding: { options: { contentType: "application/json" } },
            },
          },
        },
        responses: { 200: reply(reference("Owner")) },
      },
    },
  },
  components: {
    securitySchemes: { token: { type: "http", scheme: "bearer" } },
    schemas: {
      Owner: { oneOf: [reference("User"), reference("Team")], discriminator: { propertyName: "kind" } },
      User: { ...object({ kind: text, type: text, email: text }), required: ["kind", "type"] },
      Team: { ...object({ kind: text, type: text, name: text }), required: ["kind", "type"] },
    },
  },
});

const json = (content) => content["application/json"].schema.properties;
const changes = {
  before: () => {},
  removed: (form) => delete json(form.responses[200].content).message,
  credential: (form) => delete form.security,
  host: (_, __, { paths }) => (paths["/files"].servers = [{ url: "https://files.example.com" }]),
  writeOnly: (form) => (json(form.responses[200].content).message = { ...text, writeOnly: true }),
  readOnly: (form) => (json(form.requestBody.content).consent = { ...text, readOnly: true }),
  part: (_, file) => {
    file.requestBody.content["multipart/form-data"].encoding.options.contentType = "text/plain";
  },
  discriminator: (_, __, { components }) => (components.schemas.Owner.discriminator.propertyName = "type"),
};
for (const [name, change] of Object.entries(changes)) {
  const after = api();
  change(after.paths["/forms"].post, after.paths["/files"].post, after);
  require("fs").writeFileSync(`${name}.json`, JSON.stringify(after, null, 2));
}
JS
node prepare.cjs

names="removed credential host writeOnly readOnly part discriminator"
for name in $names; do
  code=0
  node_modules/.bin/redocly diff before.json "$name.json" --format json > changes.json 2> /dev/null || code=$?
  bump=$(node -p 'JSON.parse(require("fs").readFileSync("changes.json")).bump')
  echo "@redocly/cli 2.77.0: $name: $bump, exit $code" >> seen
done
for name in $names; do
  code=0
  node_modules/.bin/openapi-diff before.json "$name.json" > changes || code=$?
  echo "openapi-diff 0.24.1: $name: $(grep -o '^[A-Z].* found' changes), exit $code" >> seen
done

cat seen
diff seen - <<'TEXT'
@redocly/cli 2.77.0: removed: major, exit 1
@redocly/cli 2.77.0: credential: patch, exit 0
@redocly/cli 2.77.0: host: minor, exit 0
@redocly/cli 2.77.0: writeOnly: patch, exit 0
@redocly/cli 2.77.0: readOnly: patch, exit 0
@redocly/cli 2.77.0: part: patch, exit 0
@redocly/cli 2.77.0: discriminator: patch, exit 0
openapi-diff 0.24.1: removed: Breaking changes found, exit 1
openapi-diff 0.24.1: credential: No changes found, exit 0
openapi-diff 0.24.1: host: No changes found, exit 0
openapi-diff 0.24.1: writeOnly: No changes found, exit 0
openapi-diff 0.24.1: readOnly: No changes found, exit 0
openapi-diff 0.24.1: part: No changes found, exit 0
openapi-diff 0.24.1: discriminator: No changes found, exit 0
TEXT
