# HighLevel's own SDK: 64 calls at once, and the processor time of one.
import asyncio
import sys
import time

from highlevel import HighLevel

url, calls = sys.argv[1], int(sys.argv[2])
HighLevel.BASE_URL = url


async def main():
    client = HighLevel(private_integration_token="pit-bench")

    async def run(calls):
        numbers = iter(range(calls))

        async def worker():
            for _ in numbers:
                await client.contacts.get_contact("seD4PfOuKoVMLkEZqohJ")

        await asyncio.gather(*(worker() for _ in range(64)))

    await run(256)
    before = time.process_time()
    await run(calls)
    print((time.process_time() - before) / calls)


asyncio.run(main())
