// What each client of TypeScript does. `call` calls a tool with options, `answer` sets what the user answers.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";

const value = (result) => JSON.parse(result.content[0].text);

export async function checks({ client, call, user, files }) {
  const { tools, nextCursor } = await client.listTools();
  const names = ["find", "describe", "read", "write", "batch", "status"];
  assert.deepEqual(tools.map((tool) => tool.name), names);
  assert.equal(nextCursor, undefined);

  const operation = "hubspot contacts list";
  const page = value(await call("read", { operation, arguments: { limit: 2 } }));
  assert.equal(page.rows.length, 2);
  assert.ok(page.cursor);

  const notices = [];
  const onprogress = (notice) => notices.push(notice.progress);
  const whole = await call("read", { operation, arguments: { limit: 100 }, all: true }, { onprogress });
  assert.equal(value(whole).count, 600);
  assert.deepEqual(notices, [100, 200, 300, 400, 500, 600]);
  const read = await client.readResource({ uri: whole.content[1].uri });
  assert.equal(read.contents[0].text.trimEnd().split("\n").length, 600);

  const stop = new AbortController();
  const slow = { onprogress: (notice) => notice.progress >= 3 && stop.abort("enough"), signal: stop.signal };
  await assert.rejects(call("read", { operation, arguments: { limit: 1 }, all: true }, slow), /enough/);
  await call("status", {});
  assert.equal(readdirSync(files).length, 1);

  const archive = { operation: "hubspot contacts archive", arguments: { objectId: page.rows[0].id } };
  user.answer = { action: "decline" };
  const refused = await call("write", archive);
  assert.ok(refused.isError && refused.content[0].text.includes("did not confirm"), JSON.stringify(refused));
  user.answer = { action: "accept", content: { confirm: true } };
  assert.deepEqual(value(await call("write", archive)), { done: true });
  assert.equal(user.asked.length, 2);
  assert.match(user.asked[0], /destroys data/);
}
