// HubSpot's own SDK: seconds for a page of contacts, one after the other.
import { Client } from "@hubspot/api-client";

const [url, pages] = [process.argv[2], Number(process.argv[3])];
const client = new Client({ accessToken: "pat-na1-bench", basePath: url });

async function run(pages) {
  for (let page = 0; page < pages; page++) await client.crm.contacts.basicApi.getPage(100);
}

await run(3);
const before = process.hrtime.bigint();
await run(pages);
console.log(Number(process.hrtime.bigint() - before) / 1e9 / pages);
process.exit(0);
