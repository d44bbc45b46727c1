#!/usr/bin/env bash
# arcade-hubspot 3.1.2 (Python), HubSpot's tools of Arcade for language models: calls and a meeting that take place at nine o'clock
# on 2026-03-02 are logged, and each call takes ten minutes.
#
# Expected: the offset of a time counts, a time without an offset means the same for a call and for a meeting, and a call of 600
# seconds takes ten minutes in HubSpot, because the tool asks for the duration in seconds.
# Seen: every offset is removed, so 09:00 in Helsinki, in New York and in UTC are the same moment, 09:00 UTC. A time without an
# offset is UTC for a call (and for a note, an e-mail and a message), and for a meeting it is the time of the machine on which the
# tool runs. The number of seconds is sent as `hs_call_duration`, which HubSpot documents in milliseconds, so the call takes 0.6
# seconds. Each call of the tool succeeds, and what it returns to the model has no duration.
#
# Output, seen twice with Python 3.11.7:
#   TZ=UTC: call at 2026-03-02T09:00:00, 600 seconds: 2026-03-02T09:00:00Z, 600 milliseconds
#   TZ=UTC: call at 2026-03-02T09:00:00+02:00, 600 seconds: 2026-03-02T09:00:00Z, 600 milliseconds
#   TZ=UTC: call at 2026-03-02T09:00:00-05:00, 600 seconds: 2026-03-02T09:00:00Z, 600 milliseconds
#   TZ=UTC: meeting on 2026-03-02 at 09:00: 2026-03-02T09:00:00Z
#   TZ=America/New_York: call at 2026-03-02T09:00:00, 600 seconds: 2026-03-02T09:00:00Z, 600 milliseconds
#   TZ=America/New_York: call at 2026-03-02T09:00:00+02:00, 600 seconds: 2026-03-02T09:00:00Z, 600 milliseconds
#   TZ=America/New_York: call at 2026-03-02T09:00:00-05:00, 600 seconds: 2026-03-02T09:00:00Z, 600 milliseconds
#   TZ=America/New_York: meeting on 2026-03-02 at 09:00: 2026-03-02T14:00:00Z
#
# What follows: timelines and reports of activities are wrong by hours, activities in the evening are on another day, and the
# minutes on the telephone are a thousandth. An agent has to convert each time of a call to UTC and each duration to milliseconds
# itself, and the tool has to run in the zone of the meetings. Needs python3 with venv and its registry.
# Exits with 1 if the behaviour is another one.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > log.py <<'PY'
import asyncio, json, os, time
from datetime import datetime, timezone

import httpx

sent = []


# Answers what the tools send to https://api.hubapi.com.
async def hubspot(self, request):
    assert request.url.host == "api.hubapi.com"
    if request.method == "GET":
        about = {"token": "t", "user_id": 7, "hub_id": 1, "user": "ada@example.com", "scopes": [], "app_id": 1}
        return httpx.Response(200, json=about, request=request)
    sent.append(json.loads(request.content)["properties"])
    record = {"id": "1", "properties": {name: str(value) for name, value in sent[-1].items()}, "archived": False}
    return httpx.Response(201, json=record, request=request)


httpx.AsyncHTTPTransport.handle_async_request = hubspot

from arcade_hubspot.tools.crm.activities import create_call_activity, create_meeting_activity
from arcade_tdk import ToolAuthorizationContext, ToolContext


def moment(milliseconds):
    return datetime.fromtimestamp(int(milliseconds) / 1000, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


async def log(zone):
    os.environ["TZ"] = zone
    time.tzset()
    context = ToolContext(authorization=ToolAuthorizationContext(token="token"))
    for at in ("2026-03-02T09:00:00", "2026-03-02T09:00:00+02:00", "2026-03-02T09:00:00-05:00"):
        await create_call_activity(context, title="Call", when_occurred=at, duration=600, associate_to_contact_id=1)
        call = sent[-1]
        print(f"TZ={zone}: call at {at}, 600 seconds: {moment(call['hs_timestamp'])}, {call['hs_call_duration']} milliseconds")
    await create_meeting_activity(
        context, title="Meeting", start_date="2026-03-02", start_time="09:00", associate_to_contact_id=1
    )
    print(f"TZ={zone}: meeting on 2026-03-02 at 09:00: {moment(sent[-1]['hs_meeting_start_time'])}")


for zone in ("UTC", "America/New_York"):
    asyncio.run(log(zone))
PY

python3 -m venv python
python/bin/pip install --quiet --no-compile --disable-pip-version-check arcade-hubspot==3.1.2 arcade-tdk==3.15.1 httpx==0.28.1
python/bin/python log.py | tee seen
diff seen - <<'TEXT'
TZ=UTC: call at 2026-03-02T09:00:00, 600 seconds: 2026-03-02T09:00:00Z, 600 milliseconds
TZ=UTC: call at 2026-03-02T09:00:00+02:00, 600 seconds: 2026-03-02T09:00:00Z, 600 milliseconds
TZ=UTC: call at 2026-03-02T09:00:00-05:00, 600 seconds: 2026-03-02T09:00:00Z, 600 milliseconds
TZ=UTC: meeting on 2026-03-02 at 09:00: 2026-03-02T09:00:00Z
TZ=America/New_York: call at 2026-03-02T09:00:00, 600 seconds: 2026-03-02T09:00:00Z, 600 milliseconds
TZ=America/New_York: call at 2026-03-02T09:00:00+02:00, 600 seconds: 2026-03-02T09:00:00Z, 600 milliseconds
TZ=America/New_York: call at 2026-03-02T09:00:00-05:00, 600 seconds: 2026-03-02T09:00:00Z, 600 milliseconds
TZ=America/New_York: meeting on 2026-03-02 at 09:00: 2026-03-02T14:00:00Z
TEXT
