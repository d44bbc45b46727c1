#!/usr/bin/env bash
# @gohighlevel/api-client 3.1.0 (Node): three locations of one company are called at the same time, when the tokens of all of
# them and of the company have expired and the refresh tokens of the locations are refused.
#
# Expected: the token of the company is renewed once, because a refresh token is for one use, and the SDK lets concurrent
# calls of one account share a renewal.
# Seen: the company's refresh token is sent three times, once for each location. Calls share the renewal of their own
# location only, and the renewal of the company takes no part in that.
#
# Output, seen twice with Node 20.20.2:
#   refresh token of the company sent: 3
#
# What follows: each use of a refresh token returns a new one, as HighLevel documents, so against a server that ends the old
# one, all but one of the renewals are refused. A program with many locations should renew the company's token itself before
# it calls them. Needs npm and its registry. Exits with 1 if the behaviour is another one.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-fund --no-audit @gohighlevel/api-client@3.1.0
cat > ask.cjs <<'JS'
const http = require("node:http");
const { HighLevel, MemorySessionStorage } = require("@gohighlevel/api-client");

let sent = 0;
const server = http.createServer((request, response) => {
  const answer = (status, body) => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  };
  let body = "";
  request.on("data", (piece) => (body += piece));
  request.on("end", () => {
    const token = new URLSearchParams(body).get("refresh_token");
    if (request.url === "/oauth/token" && token === "company") {
      sent += 1;
      const reply = { access_token: `company ${sent}`, refresh_token: `next ${sent}`, expires_in: 86399, userType: "Company" };
      setTimeout(() => answer(200, reply), 200);
    } else if (request.url === "/oauth/token") {
      answer(400, { error: "invalid_grant" });
    } else if (request.url === "/oauth/locationToken") {
      answer(200, { access_token: "location", expires_in: 86399, userType: "Location" });
    } else {
      answer(200, { contacts: [] });
    }
  });
});

server.listen(0, "127.0.0.1", async () => {
  const sessionStorage = new MemorySessionStorage();
  const client = new HighLevel({ clientId: "app-1", clientSecret: "secret", sessionStorage, logLevel: "none" });
  client.getHttpClient().defaults.baseURL = `http://127.0.0.1:${server.address().port}`;
  const expired = { access_token: "old", expires_in: 1, companyId: "C1" };
  await sessionStorage.setSession("C1", { ...expired, refresh_token: "company", userType: "Company" });
  const locations = ["L1", "L2", "L3"];
  for (const locationId of locations) {
    await sessionStorage.setSession(locationId, {
      ...expired, refresh_token: `of ${locationId}`, userType: "Location", locationId,
    });
  }
  await Promise.all(locations.map((locationId) => client.contacts.getContacts({ locationId })));
  console.log(`refresh token of the company sent: ${sent}`);
  server.close();
});
JS
node ask.cjs | tee seen

diff - seen <<'EXPECTED'
refresh token of the company sent: 3
EXPECTED
