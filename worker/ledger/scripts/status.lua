--! no-writes
-- The ledger at one moment. Returns accepted, done, dead, queued, in flight, milliseconds since the oldest open job was accepted (-1: none),
-- waiting for a retry, in quarantine, then pairs of counters.
local queued, waiting, quarantined = 0, redis.call('ZCARD', K.waiting), redis.call('ZCARD', K.queued .. K.quarantine)
for _, queue in ipairs(QUEUES) do queued = queued + redis.call('ZCARD', K.queued .. queue) end
local oldest = redis.call('ZRANGE', K.open, 0, 0, 'WITHSCORES')
local c = {}
local counters = redis.call('HGETALL', K.counters)
for at = 1, #counters, 2 do c[counters[at]] = tonumber(counters[at + 1]) end
return {c.accepted or 0, c.done or 0, c.dead or 0, queued + waiting, redis.call('ZCARD', K.leases),
  oldest[2] and math.max(0, now - tonumber(oldest[2])) or -1, waiting, quarantined, counters}
