#!/usr/bin/env bash
# pydantic-ai-slim 2.68.0 and openai-agents 0.24.0 (Python): a tool of an MCP server that takes an object with any members,
# `{"type": "object"}`, for a model of OpenAI.
#
# Expected: the model is told that the object may have any members, because JSON Schema allows all members where
# `additionalProperties` is left out, and the server says nothing else.
# Seen: openai-agents passes the schema on. pydantic-ai adds `"additionalProperties": false` and no properties, so the model
# is told that `{}` is the only value, although the tool is not a strict one. It leaves the object open if the server
# writes `"additionalProperties": true`, which means the same.
#
# Output, seen twice with Python 3.11.7:
#   openai-agents 0.24.0: left out: {"type": "object"}
#   openai-agents 0.24.0: true: {"additionalProperties": true, "type": "object"}
#   pydantic-ai-slim 2.68.0: left out: {"additionalProperties": false, "properties": {}, "type": "object"}
#   pydantic-ai-slim 2.68.0: true: {"additionalProperties": true, "properties": {}, "type": "object"}
#
# What follows: a model that keeps to the schema calls the tool without the data, and no part fails. A server whose tools
# take free objects has to write `"additionalProperties": true`. Needs python3 with venv and its registry. Exits with 1 if
# the behaviour is another one.
set -euo pipefail

folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"

cat > server.py <<'PY'
import json
import sys


def tool(name, **more):
    fields = {"type": "object", **more}
    schema = {"type": "object", "properties": {"fields": fields}, "required": ["fields"]}
    return {"name": name, "description": "Creates a contact with any fields.", "inputSchema": schema}


for line in sys.stdin:
    message = json.loads(line)
    if "id" not in message:
        continue
    answer = {"jsonrpc": "2.0", "id": message["id"]}
    if message["method"] == "initialize":
        version = message["params"]["protocolVersion"]
        info = {"name": "contacts", "version": "1"}
        answer["result"] = {"protocolVersion": version, "capabilities": {"tools": {}}, "serverInfo": info}
    elif message["method"] == "tools/list":
        answer["result"] = {"tools": [tool("left_out"), tool("true", additionalProperties=True)]}
    else:
        answer["error"] = {"code": -32601, "message": "Method not found"}
    print(json.dumps(answer), flush=True)
PY

# In place of the model: shows the tools that it is sent, and ends the conversation.
cat > model.py <<'PY'
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_POST(self):
        sent = json.loads(self.rfile.read(int(self.headers["content-length"])))
        with open("sent", "a") as file:
            for tool in sent["tools"]:
                function = tool["function"]
                assert not function.get("strict")
                fields = function["parameters"]["properties"]["fields"]
                print(f"{function['name'].replace('_', ' ')}: {json.dumps(fields, sort_keys=True)}", file=file)
        message = {"role": "assistant", "content": "done"}
        reply = {
            "id": "1", "object": "chat.completion", "created": 1, "model": "gpt-5",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
        }
        body = json.dumps(reply).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
PY
python3 model.py > port &
until [ -s port ]; do sleep 0.1; done
url="http://127.0.0.1:$(cat port)/v1"

python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check \
  "pydantic-ai-slim[mcp,openai]==2.68.0" openai-agents==0.24.0 mcp==2.3.0 fastmcp-slim==4.2.3 openai==3.57.0
cat > agents_ask.py <<'PY'
import asyncio
import sys

from agents import Agent, OpenAIChatCompletionsModel, Runner, set_tracing_disabled
from agents.mcp import MCPServerStdio
from openai import AsyncOpenAI


async def main():
    set_tracing_disabled(True)
    model = OpenAIChatCompletionsModel(model="gpt-5", openai_client=AsyncOpenAI(base_url=sys.argv[1], api_key="key"))
    async with MCPServerStdio(params={"command": "python3", "args": ["server.py"]}) as server:
        await Runner.run(Agent(name="ask", model=model, mcp_servers=[server]), "Create a contact")


asyncio.run(main())
PY
cat > pydantic_ask.py <<'PY'
import asyncio
import sys

from fastmcp.client.transports import StdioTransport
from pydantic_ai import Agent
from pydantic_ai.mcp import MCPToolset
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider


async def main():
    model = OpenAIChatModel("gpt-5", provider=OpenAIProvider(base_url=sys.argv[1], api_key="key"))
    async with Agent(model, toolsets=[MCPToolset(StdioTransport("python3", ["server.py"]))]) as agent:
        await agent.run("Create a contact")


asyncio.run(main())
PY

timeout 60 python/bin/python agents_ask.py "$url"
sed 's/^/openai-agents 0.24.0: /' sent > seen
rm sent
timeout 60 python/bin/python pydantic_ask.py "$url"
sed 's/^/pydantic-ai-slim 2.68.0: /' sent >> seen

cat seen
diff seen - <<'TEXT'
openai-agents 0.24.0: left out: {"type": "object"}
openai-agents 0.24.0: true: {"additionalProperties": true, "type": "object"}
pydantic-ai-slim 2.68.0: left out: {"additionalProperties": false, "properties": {}, "type": "object"}
pydantic-ai-slim 2.68.0: true: {"additionalProperties": true, "properties": {}, "type": "object"}
TEXT
