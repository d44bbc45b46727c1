// HubSpot's own SDK: 64 calls at once, and the processor time of one.
import { Client } from "@hubspot/api-client";

const [url, calls] = [process.argv[2], Number(process.argv[3])];
const client = new Client({ accessToken: "pat-na1-bench", basePath: url });

async function run(calls) {
  let left = calls;
  const worker = async () => {
    while (left-- > 0) await client.crm.contacts.basicApi.getById("1");
  };
  await Promise.all(Array.from({ length: 64 }, worker));
}

await run(256);
const before = process.cpuUsage();
await run(calls);
const { user, system } = process.cpuUsage(before);
console.log((user + system) / 1e6 / calls);
process.exit(0);
