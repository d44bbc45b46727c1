// HubSpot's own SDK: seconds for a page of contacts, of all contacts.
import { Client } from "@hubspot/api-client";

const [url, pages] = [process.argv[2], Number(process.argv[3])];
const client = new Client({ accessToken: "pat-na1-bench", basePath: url });

const before = process.hrtime.bigint();
const contacts = await client.crm.contacts.getAll(100);
const seconds = Number(process.hrtime.bigint() - before) / 1e9;
if (contacts.length !== pages * 100) throw new Error(`${contacts.length} contacts`);
console.log(seconds / pages);
process.exit(0);
