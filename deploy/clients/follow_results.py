"""Read results with a plain Redis client: a consumer group, acknowledged one by one, taken over from readers that died."""

import json
import os
import sys

import redis

STREAM, GROUP, READER = "wiredesk:results", "archive", f"reader-{os.getpid()}"
TAKE_OVER_MS = 60_000

server = redis.Redis.from_url(sys.argv[1] if len(sys.argv) > 1 else "redis://127.0.0.1:6379/0", decode_responses=True)
try:
    server.xgroup_create(STREAM, GROUP, id="0", mkstream=True)
except redis.ResponseError as error:
    if "BUSYGROUP" not in str(error):
        raise

while True:
    entries = server.xautoclaim(STREAM, GROUP, READER, min_idle_time=TAKE_OVER_MS, count=100)[1]
    for _, fresh in server.xreadgroup(GROUP, READER, {STREAM: ">"}, count=100, block=5_000) or []:
        entries += fresh
    for number, fields in entries:
        result = None
        if fields and fields["status"] == "deleted":
            # Not the id alone: whoever takes this up late may have stored a newer version since.
            print(fields["id"], "was taken down: drop its versions up to", fields["version"], flush=True)
        elif fields:
            result = server.get(f"wiredesk:result:{fields['id']}")
        if result is not None:
            article = json.loads(result)
            print(article["article"]["id"], article["version"], len(article.get("quotes") or []), "quotes", flush=True)
        server.xack(STREAM, GROUP, number)
