// The client of @modelcontextprotocol/sdk: sdk.mjs COMMAND…
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { checks } from "./checks.mjs";

const [command, ...args] = process.argv.slice(2);
const client = new Client({ name: "check", version: "1" }, { capabilities: { elicitation: {} } });
const user = { asked: [], answer: undefined };
client.setRequestHandler(ElicitRequestSchema, async (request) => {
  user.asked.push(request.params.message);
  return user.answer;
});
await client.connect(new StdioClientTransport({ command, args }));
const call = (name, given, options) => client.callTool({ name, arguments: given }, undefined, options);
await checks({ client, call, user, files: args.at(-1) });
await client.close();
