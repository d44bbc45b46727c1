# HubSpot's newer SDK: 64 calls at once, and the processor time of one.
import asyncio
import sys
import time

from hubspot_sdk import AsyncHubSpot

url, calls = sys.argv[1], int(sys.argv[2])


async def main():
    contacts = AsyncHubSpot(access_token="pat-na1-bench", base_url=url).crm.objects.contacts
    turns = asyncio.Semaphore(64)

    async def call():
        async with turns:
            await contacts.get("1")

    await asyncio.gather(*(call() for _ in range(256)))
    before = time.process_time()
    await asyncio.gather(*(call() for _ in range(calls)))
    print((time.process_time() - before) / calls)


asyncio.run(main())
