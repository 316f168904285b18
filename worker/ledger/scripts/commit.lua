-- End an attempt with its result, once. ARGV: id, fence, result, status, number of stages, (stage, milliseconds)..., (entity key, folded name)...
-- Returns 'done' or 'stale'.
local id, fence, result, status, stages = unpack(ARGV, 1, 5)
local job = K.job .. id
local f = fields(id, 'state', 'fence', 'version', 'accepted_at', 'sha256', 'entries', 'trace', 'queue')
if f.state ~= 'started' or f.fence ~= fence then
  count('stale')
  return 'stale'
end
if tonumber(f.version) > 1 then unindex(id) end
redis.call('SET', K.result .. id, result, 'PX', C.result_ms)
redis.call('ZREM', K.leases, id)
redis.call('ZREM', K.open, id)
if f.queue == K.quarantine and redis.call('GET', K.quarantined) == id then redis.call('DEL', K.quarantined) end
local parts = {'id', id, 'version', f.version, 'status', status, 'sha256', f.sha256}
if f.trace then parts[9], parts[10] = 'traceparent', f.trace end
if C.results_in_stream then parts[#parts + 1], parts[#parts + 2] = 'result', result end
local entry = redis.call('XADD', K.results, '*', unpack(parts))
redis.call('HSET', job, 'state', 'done', 'status', status, 'finished_at', now, 'entry', entry, 'entries', (f.entries or '') .. entry .. ' ')
redis.call('PEXPIRE', job, C.result_ms)
redis.call('PEXPIRE', K.history .. id, C.result_ms)
redis.call('PEXPIRE', K.article .. id, C.result_ms)
remember(id, f.version)
count('done')
if status ~= 'done' then count('done|' .. status) end

local bounds = BUCKETS
local function timed(stage, milliseconds)
  local bucket = 'inf'
  for _, bound in ipairs(bounds) do
    if milliseconds <= bound then bucket = bound break end
  end
  redis.call('HINCRBY', K.timings, stage .. '|' .. bucket, 1)
  redis.call('HINCRBY', K.timings, stage .. '|sum', math.floor(milliseconds * 1000))
end
timed('end_to_end', now - tonumber(f.accepted_at))
local at = 6
for _ = 1, tonumber(stages) do
  timed(ARGV[at], tonumber(ARGV[at + 1]))
  at = at + 2
end
while ARGV[at] do
  local entity, name = K.entity .. ARGV[at], K.name .. ARGV[at + 1]
  redis.call('ZADD', entity, f.accepted_at, id)
  redis.call('ZREMRANGEBYRANK', entity, 0, -10001)
  redis.call('PEXPIRE', entity, C.result_ms)
  redis.call('SADD', name, ARGV[at])
  redis.call('PEXPIRE', name, C.result_ms)
  at = at + 2
end
return 'done'
