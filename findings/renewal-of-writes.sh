#!/usr/bin/env bash
# @gohighlevel/api-client 3.1.0 (Node): a reply 401 to a read and to a write of the same location, whose token has ended
# before the time that it was issued with.
#
# Expected: both are repeated with a renewed token, because the SDK keeps the refresh token of the location and renews after
# a 401.
# Seen: the read, which has `locationId` in its query, is repeated and succeeds. The write, which has `locationId` in its body,
# fails with the 401, and no token is requested. When the 401 arrives, the body is a JSON text already, and the SDK looks for
# the location only in a body that is an object.
#
# Output, seen twice with Node 20.20.2:
#   read: 3 requests (GET 401, token, GET 200), succeeds
#   write: 1 request (POST 401), fails with 401
#
# What follows: a program whose first call after the end of a token is a write gets a 401 that a read would not have got.
# It has to renew the token itself, or read before it writes. Needs npm and its registry. Exits with 1 if the behaviour is
# another one.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-fund --no-audit @gohighlevel/api-client@3.1.0
cat > ask.cjs <<'JS'
const http = require("node:http");
const { HighLevel, MemorySessionStorage } = require("@gohighlevel/api-client");

let requests = [];
const server = http.createServer((request, response) => {
  const answer = (status, body) => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  };
  request.resume().on("end", () => {
    if (request.url === "/oauth/token") {
      requests.push("token");
      answer(200, { access_token: "new", refresh_token: "next", expires_in: 86399, userType: "Location" });
    } else {
      const status = request.headers.authorization === "Bearer new" ? 200 : 401;
      requests.push(`${request.method} ${status}`);
      answer(status, status === 200 ? { contacts: [], contact: { id: "1" } } : { message: "Invalid JWT" });
    }
  });
});

async function play(name, call) {
  requests = [];
  const sessionStorage = new MemorySessionStorage();
  const client = new HighLevel({ clientId: "app-1", clientSecret: "secret", sessionStorage, logLevel: "none" });
  client.getHttpClient().defaults.baseURL = `http://127.0.0.1:${server.address().port}`;
  await sessionStorage.setSession("L1", {
    access_token: "old", refresh_token: "first", expires_in: 86399, userType: "Location", locationId: "L1",
  });
  let end;
  try {
    await call(client);
    end = "succeeds";
  } catch (error) {
    end = `fails with ${error.statusCode}`;
  }
  console.log(`${name}: ${requests.length} request${requests.length === 1 ? "" : "s"} (${requests.join(", ")}), ${end}`);
}

server.listen(0, "127.0.0.1", async () => {
  await play("read", (client) => client.contacts.getContacts({ locationId: "L1" }));
  await play("write", (client) => client.contacts.createContact({ locationId: "L1", firstName: "Ada" }));
  server.close();
});
JS
node ask.cjs | tee seen

diff - seen <<'EXPECTED'
read: 3 requests (GET 401, token, GET 200), succeeds
write: 1 request (POST 401), fails with 401
EXPECTED
