--! allow-oom
-- End an attempt without a result. ARGV: id, fence, kind (transient, permanent, crash), reason, error, stage; for a crash, which the
-- worker's parent tells, the fence may be empty and owner and process follow. Returns 'waiting', 'queued', 'dead' or 'stale'.
local id, fence, kind, reason, error, stage, owner, process = unpack(ARGV)
local f = fields(id, 'state', 'fence', 'attempts', 'orphaned', 'owner', 'process')
local mine = fence ~= '' and f.fence == fence or fence == '' and f.owner == owner and f.process == process
if f.state ~= 'started' or not mine then
  count('stale')
  return 'stale'
end
-- Not at once: what kills processes must not take one after the other from everybody else.
if kind == 'crash' then return crashed(id, reason, error, stage, C.retry_base_ms) end
if kind == 'permanent' or charged(f) >= C.max_attempts then
  die(id, reason, error, stage)
  return 'dead'
end
leave(id)
count('retried')
count('retried|' .. reason)
note(id, 'retry', reason .. ': ' .. error)
-- Doubled each time, with jitter of a quarter, from the server's own clock.
local backoff = math.min(C.retry_base_ms * 2 ^ (f.attempts - 1), C.retry_max_ms)
wait(id, backoff * (0.75 + (clock[2] % 1000) / 2000))
return 'waiting'
