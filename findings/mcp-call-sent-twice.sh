#!/usr/bin/env bash
# @mastra/mcp 2.0.0 and @modelcontextprotocol/client 2.4.0 (Node): a tool that adds a note, whose first reply is lost because
# the connection ends, as it does when a load balancer closes a connection that was silent for long.
#
# Expected: both fail and leave the decision to the caller, because nobody knows whether the call was carried out, and the
# tool says with `idempotentHint: false` that a second call has a further effect.
# Seen: the client of the protocol's authors sends the call once and fails. Mastra, which is built on it, connects again and
# sends the same call a second time, so there are two notes, and the agent is told of one success. The hints of the tool
# change nothing. After status 500 the call is sent once.
#
# Output, seen twice with Node 22.23.5 and once with Node 20.20.2:
#   @modelcontextprotocol/client 2.4.0: reply lost: fails, 1 note
#   @mastra/mcp 2.0.0: reply lost: succeeds, 2 notes
#   @mastra/mcp 2.0.0: status 500: fails, 1 note
#
# What follows: an agent of Mastra can write twice over HTTP and is told of one success. A tool that writes has to recognize
# a repeated call itself, for example by a key that the caller gives. Needs npm and its registry. Exits with 1 if the
# behaviour is another one.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-fund --no-audit \
  @mastra/mcp@2.0.0 @mastra/core@1.71.0 @modelcontextprotocol/client@2.4.0
cat > ask.mjs <<'JS'
import { createServer } from "node:http";
import { MCPClient } from "@mastra/mcp";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

let notes = [];
let fault;
const TOOL = {
  name: "add_note",
  description: "Adds a note.",
  inputSchema: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false },
};
const server = createServer(async (request, response) => {
  if (request.method !== "POST") {
    response.writeHead(405).end();
    return;
  }
  let text = "";
  for await (const part of request) text += part;
  const { id, method, params } = JSON.parse(text);
  if (id === undefined) {
    response.writeHead(202).end();
    return;
  }
  const answer = { jsonrpc: "2.0", id };
  if (method === "initialize") {
    const serverInfo = { name: "notes", version: "1" };
    answer.result = { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo };
  } else if (method === "tools/list") {
    answer.result = { tools: [TOOL] };
  } else if (method === "tools/call") {
    notes.push(params.arguments.text);
    if (notes.length === 1 && fault === "reply lost") {
      request.socket.destroy();
      return;
    }
    if (notes.length === 1 && fault === "status 500") {
      response.writeHead(500).end();
      return;
    }
    answer.result = { content: [{ type: "text", text: "added" }] };
  } else {
    answer.error = { code: -32601, message: "Method not found" };
  }
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const url = new URL(`http://127.0.0.1:${server.address().port}/mcp`);

async function play(name, kind, call) {
  notes = [];
  fault = kind;
  const end = await call({ text: "hello" }).then(() => "succeeds", () => "fails");
  console.log(`${name}: ${kind}: ${end}, ${notes.length} note${notes.length === 1 ? "" : "s"}`);
}

const client = new Client({ name: "ask", version: "1" });
await client.connect(new StreamableHTTPClientTransport(url));
const add = (given) => client.callTool({ name: "add_note", arguments: given });
await play("@modelcontextprotocol/client 2.4.0", "reply lost", add);
await client.close();

for (const kind of ["reply lost", "status 500"]) {
  const mastra = new MCPClient({ id: kind, servers: { notes: { url } } });
  const tools = await mastra.listTools();
  await play("@mastra/mcp 2.0.0", kind, (given) => tools.notes_add_note.execute(given, {}));
  await mastra.disconnect();
}
process.exit(0);
JS
timeout 120 node ask.mjs 2> problems | grep -a '^@' | tee seen

diff seen - <<'TEXT'
@modelcontextprotocol/client 2.4.0: reply lost: fails, 1 note
@mastra/mcp 2.0.0: reply lost: succeeds, 2 notes
@mastra/mcp 2.0.0: status 500: fails, 1 note
TEXT
