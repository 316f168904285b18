--! allow-oom
-- Bring back what is due: ended leases, waits that are over, hints that the broker lost. ARGV: who asks.
-- One caller a round does the work. Returns expired, woken, hinted again, and 1 to that caller, else 0.
if not redis.call('SET', K.reconciler, ARGV[1], 'NX', 'PX', math.max(1, math.floor(C.reconcile_ms * 0.8))) then return {0, 0, 0, 0} end
local rounds = redis.call('HGET', K.hold, 'rounds')
if rounds and (rounds == '0' or tonumber(rounds) > now) then return {0, 0, 0, 0} end
local expired, woken, rehinted = 0, 0, 0

-- After the server's own absence nobody could renew: give every worker one lease's time to be heard.
local uptime = tonumber(string.match(redis.call('INFO', 'server'), 'uptime_in_seconds:(%d+)'))
if uptime * 1000 > C.lease_ms then
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', K.leases, '-inf', now, 'LIMIT', 0, 200)) do
    if redis.call('HGET', K.job .. id, 'state') == 'started' then
      crashed(id, 'lease_ended', redis.call('HGET', K.job .. id, 'owner') or '')
    else
      redis.call('ZREM', K.leases, id)
    end
    expired = expired + 1
  end
end

for _, id in ipairs(redis.call('ZRANGEBYSCORE', K.waiting, '-inf', now, 'LIMIT', 0, 200)) do
  redis.call('ZREM', K.waiting, id)
  local f = fields(id, 'state', 'crashes')
  if f.state == 'waiting' then
    enqueue(id, tonumber(f.crashes) >= C.quarantine_after and K.quarantine or K.again)
    woken = woken + 1
  end
end

for _, queue in ipairs(QUEUES) do
  local kind = redis.call('TYPE', queue).ok
  if kind ~= 'list' and kind ~= 'none' then
    redis.call('DEL', queue)
    count('garbage|queue_replaced')
  end
  -- A list gains hints in the order of their numbers and loses the oldest first: the newest LLEN numbers are on it, all others were taken.
  -- What another broker holds only that one knows (hints.lua).
  if not C.relayed then
    local newest = tonumber(redis.call('HGET', K.sequences, queue) or '0')
    rehinted = rehinted + hint_lost(queue, newest - redis.call('LLEN', queue))
  end
end
return {expired, woken, rehinted, 1}
