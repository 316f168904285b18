-- Read a finished article again as its next version. ARGV: id, the version that stands, queue.
-- Returns 'queued', or why not: 'changed' (not done, or another version by now), 'textless', 'busy'. The time of receipt stays.
local id, version, queue = ARGV[1], ARGV[2], ARGV[3]
local job = K.job .. id
local f = fields(id, 'state', 'version', 'accepted_at', 'received_at')
if f.state ~= 'done' or f.version ~= version then return 'changed' end
if redis.call('EXISTS', K.article .. id) == 0 then return 'textless' end
if redis.call('ZCARD', K.open) >= C.backlog then return 'busy' end
redis.call('HDEL', job, 'status', 'finished_at', 'started_at', 'entry', 'fence', 'owner', 'process', 'stage', 'trace')
redis.call('HSET', job, 'version', version + 1, 'attempts', 0, 'crashes', 0, 'orphaned', 0, 'ticket', '', 'priority', 'low', 'source', 'reprocess',
  'accepted_at', now, 'received_at', f.received_at or f.accepted_at)
redis.call('PERSIST', job)
redis.call('PERSIST', K.history .. id)
redis.call('PERSIST', K.article .. id)
redis.call('ZADD', K.open, now, id)
note(id, 'reprocessed', 'version ' .. (version + 1))
enqueue(id, queue)
count('accepted')
count('accepted|reprocess')
return 'queued'
