// HighLevel's own SDK: 64 calls at once, and the processor time of one.
import HighLevelModule from "@gohighlevel/api-client";

const HighLevel = HighLevelModule.HighLevel ?? HighLevelModule.default ?? HighLevelModule;
const [url, calls] = [process.argv[2], Number(process.argv[3])];
HighLevel.BASE_URL = url;
const client = new HighLevel({ privateIntegrationToken: "pit-bench" });

async function run(calls) {
  let left = calls;
  const worker = async () => {
    while (left-- > 0) await client.contacts.getContact({ contactId: "seD4PfOuKoVMLkEZqohJ" });
  };
  await Promise.all(Array.from({ length: 64 }, worker));
}

await run(256);
const before = process.cpuUsage();
await run(calls);
const { user, system } = process.cpuUsage(before);
console.log((user + system) / 1e6 / calls);
process.exit(0);
