--! allow-oom
-- Begin an attempt, counted before the work. ARGV: id, owner, process, lease (ms).
-- Returns 'run', body, fence, attempt, version, accepted_at, now, quarantined, received_at, traceparent; or 'skip', why.
local id, owner, process, lease = unpack(ARGV)
local f = fields(id, 'state', 'queue', 'version', 'attempts', 'orphaned', 'accepted_at', 'received_at', 'trace')
if not f.state then return {'skip', 'unknown'} end
if f.state ~= 'queued' then return {'skip', f.state} end
if held('work') then return {'skip', 'held'} end
if charged(f) >= C.max_attempts then
  die(id, 'attempts', 'started ' .. f.attempts .. ' times without an end')
  return {'skip', 'dead'}
end
local quarantined = f.queue == K.quarantine
if quarantined then
  -- One at a time on the whole system: the next waits its turn without being counted.
  local other = redis.call('GET', K.quarantined)
  if other and other ~= id and redis.call('ZSCORE', K.leases, other) then
    redis.call('ZREM', K.queued .. f.queue, id)
    wait(id, 500)
    return {'skip', 'waiting'}
  end
  redis.call('SET', K.quarantined, id)
end
local body = redis.call('GET', K.article .. id)
if not body then
  die(id, 'text_missing', 'the server no longer holds the text: was it written to by others, or restored from an old file?')
  return {'skip', 'dead'}
end
local attempt = redis.call('HINCRBY', K.job .. id, 'attempts', 1)
local fence = string.format('%d-%d', now, redis.call('INCR', K.fence))
redis.call('ZREM', K.queued .. f.queue, id)
redis.call('HSET', K.job .. id, 'state', 'started', 'fence', fence, 'owner', owner, 'process', process, 'started_at', now)
redis.call('ZADD', K.leases, now + lease, id)
if attempt > 1 then note(id, 'started', 'attempt ' .. attempt) end
return {'run', body, fence, attempt, tonumber(f.version), tonumber(f.accepted_at), now, quarantined and 1 or 0,
  tonumber(f.received_at or f.accepted_at), f.trace or ''}
