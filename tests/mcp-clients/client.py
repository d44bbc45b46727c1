"""The client of PyPI's mcp: client.py ERA COMMAND…, or client.py ERA URL FILES, with the token of CRM_MCP_TOKEN"""

import asyncio
import json
import os
import sys

import httpx2
from mcp import Client, MCPError, StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import ElicitResult

ERA, *COMMAND = sys.argv[1:]
FILES = COMMAND[-1]
answer = {"action": "decline"}
asked = []


async def ask(_context, params):
    asked.append(params.message)
    return ElicitResult(**answer)


def value(result):
    return json.loads(result.content[0].text)


def transport():
    if COMMAND[0].startswith("http:"):
        headers = {"authorization": f"Bearer {os.environ['CRM_MCP_TOKEN']}"}
        return streamable_http_client(COMMAND[0], http_client=httpx2.AsyncClient(headers=headers, timeout=60))
    return stdio_client(StdioServerParameters(command=COMMAND[0], args=COMMAND[1:]))


async def main():
    async with Client(transport(), mode=ERA, elicitation_callback=ask) as client:
        tools = await client.list_tools()
        assert [tool.name for tool in tools.tools] == ["find", "describe", "read", "write", "batch", "status"]
        assert tools.next_cursor is None

        contacts = {"operation": "hubspot contacts list", "arguments": {"limit": 2}}
        page = value(await client.call_tool("read", contacts))
        assert len(page["rows"]) == 2 and page["cursor"], page

        notices = []

        async def progress(done, total, message):
            notices.append(done)

        whole = {"operation": "hubspot contacts list", "arguments": {"limit": 100}, "all": True}
        result = await client.call_tool("read", whole, progress_callback=progress)
        assert value(result)["count"] == 600, result
        assert notices == [100, 200, 300, 400, 500, 600], notices
        read = await client.read_resource(result.content[1].uri)
        assert len(read.contents[0].text.splitlines()) == 600

        slow = {"operation": "hubspot contacts list", "arguments": {"limit": 1}, "all": True}
        try:
            await client.call_tool("read", slow, read_timeout_seconds=2)
        except MCPError as error:
            assert "imed out" in str(error), error
        else:
            raise AssertionError("the call was not cancelled")
        await client.call_tool("status", {})
        assert len(os.listdir(FILES)) == 1, os.listdir(FILES)

        archive = {"operation": "hubspot contacts archive", "arguments": {"objectId": page["rows"][0]["id"]}}
        refused = await client.call_tool("write", archive)
        assert refused.is_error and "did not confirm" in refused.content[0].text, refused
        answer.update(action="accept", content={"confirm": True})
        done = await client.call_tool("write", archive)
        assert value(done) == {"done": True}, done
        assert len(asked) == 2 and "destroys data" in asked[0], asked


asyncio.run(main())
