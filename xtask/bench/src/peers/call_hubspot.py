# HubSpot's own SDK: 64 calls at once, and the processor time of one.
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from hubspot import HubSpot

url, calls = sys.argv[1], int(sys.argv[2])
# One handle for all calls: the SDK makes a new one, with its own connections, at every mention.
contacts = HubSpot(access_token="pat-na1-bench", host=url, connection_pool_maxsize=64).crm.contacts.basic_api

with ThreadPoolExecutor(64) as pool:
    list(pool.map(lambda _: contacts.get_by_id("1"), range(256)))
    before = time.process_time()
    list(pool.map(lambda _: contacts.get_by_id("1"), range(calls)))
    print((time.process_time() - before) / calls)
