-- Accept one article, or say why not. ARGV: id, sha256, queue, priority, replace, ticket, label, source, body, traceparent (may be empty).
-- An id whose article has expired or was deleted goes on counting its versions. Returns verdict, version, state, detail.
local id, sha256, queue, priority, replace, ticket, label, source, body, trace = unpack(ARGV)
local job = K.job .. id
local old = fields(id, 'state', 'sha256', 'version', 'ticket', 'letter')
local version = tonumber(old.version or redis.call('GET', K.version .. id) or '0')

-- A dead article whose letter was purged or has expired cannot be replayed: it may come again, as its next version.
local gone = old.state == 'dead' and not (old.letter and redis.call('XRANGE', K.dead, old.letter, old.letter)[1])

if old.state then
  -- The same call, repeated because its reply was lost.
  if old.ticket == ticket then return {'accepted', version, old.state, ''} end
  if old.sha256 == sha256 and not gone then
    count('duplicate')
    return {'duplicate', version, old.state, ''}
  end
  if replace ~= '1' and not gone then
    count('refused|conflict')
    return {'conflict', version, old.state, ''}
  end
end

if held('intake') then
  count('refused|held')
  return {'busy', version, '', 'held'}
end
if redis.call('ZCARD', K.open) >= C.backlog then
  count('refused|backlog')
  return {'busy', version, '', 'backlog'}
end

local share = redis.call('GET', K.memory)
if not share then
  local info = redis.call('INFO', 'memory')
  local used = tonumber(string.match(info, 'used_memory:(%d+)'))
  local limit = tonumber(string.match(info, 'maxmemory:(%d+)') or '0')
  if limit == 0 then limit = tonumber(string.match(info, 'total_system_memory:(%d+)') or '0') end
  share = limit > 0 and used / limit or 0
  redis.call('SET', K.memory, share, 'PX', 1000)
end
if tonumber(share) >= C.memory_refuse then
  count('refused|memory')
  return {'busy', version, '', 'memory'}
end

if old.state and old.state ~= 'done' and old.state ~= 'dead' then
  die(id, 'superseded', 'replaced by version ' .. (version + 1))
end
local entries = ''
if old.state then
  entries = redis.call('HGET', job, 'entries') or ''
  redis.call('DEL', job)
  redis.call('PERSIST', K.history .. id)
end
redis.call('HSET', job, 'state', 'queued', 'queue', queue, 'version', version + 1, 'sha256', sha256, 'priority', priority, 'ticket', ticket,
  'label', label, 'source', source, 'attempts', 0, 'crashes', 0, 'orphaned', 0, 'accepted_at', now, 'entries', entries)
if trace ~= '' then redis.call('HSET', job, 'trace', trace) end
redis.call('SET', K.article .. id, body)
redis.call('ZADD', K.open, now, id)
hint(id, queue, label)
count('accepted')
count('accepted|' .. source)
return {'accepted', version + 1, 'queued', ''}
