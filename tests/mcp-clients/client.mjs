// The client of @modelcontextprotocol/client: client.mjs ERA COMMAND…
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { checks } from "./checks.mjs";

const [era, command, ...args] = process.argv.slice(2);
const mode = era === "legacy" ? "legacy" : { pin: era };
const options = { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode } };
const client = new Client({ name: "check", version: "1" }, options);
const user = { asked: [], answer: undefined };
client.setRequestHandler("elicitation/create", async (request) => {
  user.asked.push(request.params.message);
  return user.answer;
});
await client.connect(new StdioClientTransport({ command, args }));
const call = (name, given, options) => client.callTool({ name, arguments: given }, options);
await checks({ client, call, user, files: args.at(-1) });
await client.close();
