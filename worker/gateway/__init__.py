"""The HTTP API: submit articles, see where they are, read results; it keeps nothing itself, the ledger does.

server.py     `wiredesk gateway`: refuses to be open to the world by mistake, then runs uvicorn
app.py        the FastAPI application: routes, limits, headers, errors
intake.py     reads the foreign intakes (a Celery list and a Redis stream) into the ledger
articles.py   one article: submit, state, result, page, takedown
bulk.py       many articles in one request: JSON lines or a list, one verdict an item, memory bounded
results.py    results in order: pages with a cursor, and a live stream of server-sent events
entities.py   articles that mention an entity
webhooks.py   results POSTed to addresses of the settings, signed, again until they are taken
health.py     /livez, /readyz, /metrics
access.py     API keys, scopes and limits
problems.py   errors as RFC 9457 problem details
paths.py      an id is one percent-encoded segment, read from the raw path
connections.py  silent connections: a deadline for heads, room when there are too many
bodies.py     a body within limits of size and pace
offsets.py    code points to UTF-16 units, for JavaScript
"""
