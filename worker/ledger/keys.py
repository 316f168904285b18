"""Every key that Wiredesk keeps in Redis: its name, type and life; nothing here opens a connection.

`{id}` is an article's id, `{queue}` one of `QUEUES`. Scripts get these names as the Lua table `K` (see `scripts/`).
"Open" jobs are queued, waiting for another try, or in flight. One server holds all keys: there is no cluster layout.
"""

from __future__ import annotations

from typing import Final

#: The Celery queues (Redis lists of the same names) that workers read, and how often each is looked at first. With RabbitMQ as the
#: broker the lists hold hints that are still to be published to its queues of the same names (`worker/relay.py`).
#: Recovered and retried jobs go to `again`, so that they do not queue up a second time behind a whole backlog.
AGAIN: Final = "wiredesk.again"
HIGH: Final = "wiredesk.high"
NORMAL: Final = "wiredesk.normal"
LOW: Final = "wiredesk.low"
#: Jobs that have killed a process twice: read in a process of their own, one at a time.
QUARANTINE: Final = "wiredesk.quarantine"
QUEUES: Final = (AGAIN, HIGH, NORMAL, LOW, QUARANTINE)
QUEUE_OF_PRIORITY: Final = {"high": HIGH, "normal": NORMAL, "low": LOW}

#: Foreign intake; read by the gateway, never by Celery.
INTAKE_QUEUE: Final = "wiredesk.intake"
INTAKE_STREAM: Final = "wiredesk:intake"
#: list of items that a reader has in hand, newest first; as long as the reader, else until another takes them over.
INTAKE_PENDING: Final = "wiredesk:intake:pending:"  # {reader}
#: zset of reader by its last sign of life (ms); as long as the reader.
INTAKE_READERS: Final = "wiredesk:intake:readers"

#: hash of a key's number to JSON: name, scopes, hash, limit; until revoked.
API_KEYS: Final = "wiredesk:keys"
#: string, what a key has used this minute; two minutes.
RATE: Final = "wiredesk:rate:"  # {number}:{minute}

#: hash, as long as the job is open, then as its result or dead letter: state, version, sha256, attempts, times ...
JOB: Final = "wiredesk:job:"  # {id}
#: list of JSON [milliseconds, event, detail], 50 at most, life of the job: what happened beyond accepted, started, done.
HISTORY: Final = "wiredesk:history:"  # {id}
#: string, the newest version that the id has had; `retention.version_days` from its last end or takedown. As long as it is there, no
#: version of the id is given twice.
VERSION: Final = "wiredesk:version:"  # {id}
#: string, zstd of the submitted JSON; as long as the job is open, then as its result (a dead letter carries its own copy).
ARTICLE: Final = "wiredesk:article:"  # {id}
#: string, the result's JSON; `retention.result_days`.
RESULT: Final = "wiredesk:result:"  # {id}

#: zset of id by time of acceptance (ms): every open job.
OPEN: Final = "wiredesk:open"
#: zset of id by hint number: jobs whose hint is on the Celery list or was just taken from it.
QUEUED: Final = "wiredesk:queued:"  # {queue}
#: zset of id by the time (ms) of the next try.
WAITING: Final = "wiredesk:waiting"
#: zset of id by the end of the lease (ms): jobs in flight.
LEASES: Final = "wiredesk:leases"
#: string, id of the quarantined job in flight; life of a lease.
QUARANTINED: Final = "wiredesk:quarantined"

#: hash of queue to the number of its newest hint; for ever.
SEQUENCES: Final = "wiredesk:sequences"
#: hash of queue to the numbers below which hints had left the list at the last two looks; for ever.
BOUNDARIES: Final = "wiredesk:boundaries"
#: string, the newest fence number; for ever.
FENCE: Final = "wiredesk:fence"
#: hash of name to number: accepted, done, dead, duplicate, recovered ...; for ever.
COUNTERS: Final = "wiredesk:counters"
#: hash of `stage|bound in ms` (a histogram's bucket) and `stage|sum` (microseconds); for ever.
TIMINGS: Final = "wiredesk:timings"
#: string, who reconciles this second; one round.
RECONCILER: Final = "wiredesk:reconciler"
#: string, which of how many servers this is where several share the articles: "1 of 2"; for ever.
SHARD: Final = "wiredesk:shard"
#: string, who publishes hints to another broker now; five seconds.
RELAY: Final = "wiredesk:relay"
#: string, share of the server's memory in use; one second.
MEMORY: Final = "wiredesk:memory"
#: hash of alarm to JSON [milliseconds, sentence]; until it is over.
ALARMS: Final = "wiredesk:alarms"

#: hash of part (`holds.py`) to the time (ms) until which it is held, 0: until it is released; as long as the hold.
HOLD: Final = "wiredesk:hold"
#: hash of worker to JSON of its last sign of life (`workers.py`); as long as the worker.
WORKERS: Final = "wiredesk:workers"

#: stream of id, version, status, sha256 (and result, if switched on); trimmed behind the slowest living group.
RESULTS: Final = "wiredesk:results"
#: hash of acknowledged (ms), needs (oldest entry not acknowledged) and missed (entries trimmed before it read them); as long as the group.
GROUP: Final = "wiredesk:group:"  # {group}
#: stream of dead letters with their bytes; `retention.dead_days` and `dead_length`.
DEAD: Final = "wiredesk:dead"

#: list of the letters that hold an article's text, `retention.dead_length` at most; `retention.dead_days` from the newest: longer than the
#: job may live that named them.
LETTERS: Final = "wiredesk:letters:"  # {id}

#: zset of id by time of acceptance (ms): articles that mention the entity; life of the newest result in it, 10,000 at most.
ENTITY: Final = "wiredesk:entity:"  # {key}
#: set of entity keys that are called by the folded name; life of the newest result that calls one so.
NAME: Final = "wiredesk:name:"  # {folded name}

#: Fingerprints for near-duplicates, `retention.duplicates` of them; how they lie is told in `duplicates.py`.
DUPLICATES: Final = "wiredesk:duplicates:"  # {capacity}:{kind}:{number}
#: list of ids, oldest first, 1,000 at most: the articles of a cluster that has two or more; `retention.result_days`.
STORY: Final = "wiredesk:story:"  # {cluster}

#: What scripts know them by.
LUA: Final = {
    "again": AGAIN, "quarantine": QUARANTINE,
    "job": JOB, "history": HISTORY, "version": VERSION, "article": ARTICLE, "result": RESULT,
    "open": OPEN, "queued": QUEUED, "waiting": WAITING, "leases": LEASES, "quarantined": QUARANTINED,
    "sequences": SEQUENCES, "boundaries": BOUNDARIES, "fence": FENCE, "counters": COUNTERS, "timings": TIMINGS,
    "reconciler": RECONCILER, "memory": MEMORY, "alarms": ALARMS, "hold": HOLD, "workers": WORKERS,
    "results": RESULTS, "group": GROUP, "dead": DEAD, "letters": LETTERS, "entity": ENTITY, "name": NAME,
    "duplicates": DUPLICATES, "story": STORY,
}

#: The Celery task that a hint calls.
EXTRACT_TASK: Final = "wiredesk.extract"
