#!/usr/bin/env bash
# The clients of the Model Context Protocol on PyPI (mcp 2.3.0) and npm (@modelcontextprotocol/sdk 1.32.2 and
# @modelcontextprotocol/client 2.3.1): a server that lists its three tools on two pages.
#
# Expected: the method of the high-level client that lists tools returns all of them, because the method takes no position
# unless one is given, and a caller who sees a list has no reason to ask for the rest.
# Seen: mcp 2.3.0 and sdk 1.32.2 return the first page and its cursor; client 2.3.1 reads on and returns all tools, without a
# cursor.
#
# Output, seen with Python 3.11.7 and Node 20.20.2:
#   mcp 2.3.0: one two, cursor p2
#   sdk 1.32.2: one two, cursor p2
#   client 2.3.1: one two three, cursor none
#
# What follows: a server whose tools are on one page is the same for all of them; tools on further pages are not seen by hosts
# that call the method once. Needs npm, python3 with venv, and the registries of the two. Exits with 1 if the behaviour is
# another one.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > server.py <<'PY'
import json
import sys


def tools(*names):
    return [{"name": name, "inputSchema": {"type": "object"}} for name in names]


for line in sys.stdin:
    message = json.loads(line)
    if "id" not in message:
        continue
    answer = {"jsonrpc": "2.0", "id": message["id"]}
    if message["method"] == "initialize":
        version = message["params"]["protocolVersion"]
        info = {"name": "pages", "version": "1"}
        answer["result"] = {"protocolVersion": version, "capabilities": {"tools": {}}, "serverInfo": info}
    elif message["method"] == "tools/list" and message.get("params", {}).get("cursor") == "p2":
        answer["result"] = {"tools": tools("three")}
    elif message["method"] == "tools/list":
        answer["result"] = {"tools": tools("one", "two"), "nextCursor": "p2"}
    else:
        answer["error"] = {"code": -32601, "message": "Method not found"}
    print(json.dumps(answer), flush=True)
PY

python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check mcp==2.3.0
cat > ask.py <<'PY'
import asyncio

from mcp import Client, StdioServerParameters, stdio_client


async def main():
    server = StdioServerParameters(command="python3", args=["server.py"])
    async with Client(stdio_client(server), mode="legacy") as client:
        listed = await client.list_tools()
        print("mcp 2.3.0:", *[tool.name for tool in listed.tools], end="")
        print(", cursor", listed.next_cursor or "none")


asyncio.run(main())
PY

npm install --silent --no-fund --no-audit @modelcontextprotocol/sdk@1.32.2 @modelcontextprotocol/client@2.3.1
for name in sdk client; do
  if [ "$name" = sdk ]; then
    from=@modelcontextprotocol/sdk/client/index.js stdio=@modelcontextprotocol/sdk/client/stdio.js version="sdk 1.32.2"
  else
    from=@modelcontextprotocol/client stdio=@modelcontextprotocol/client/stdio version="client 2.3.1"
  fi
  cat > "$name.mjs" <<JS
import { Client } from "$from";
import { StdioClientTransport } from "$stdio";
const client = new Client({ name: "ask", version: "1" });
await client.connect(new StdioClientTransport({ command: "python3", args: ["server.py"] }));
const { tools, nextCursor } = await client.listTools();
console.log("$version: " + tools.map((tool) => tool.name).join(" ") + ", cursor " + (nextCursor ?? "none"));
await client.close();
JS
done

{ timeout 60 python/bin/python ask.py && timeout 60 node sdk.mjs && timeout 60 node client.mjs; } | tee seen
diff seen - <<'TEXT'
mcp 2.3.0: one two, cursor p2
sdk 1.32.2: one two, cursor p2
client 2.3.1: one two three, cursor none
TEXT
