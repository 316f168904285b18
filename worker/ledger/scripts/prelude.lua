-- What scripts share; each is given the blocks below that it uses. Only the server's clock counts.

local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

local function count(name, n)
  redis.call('HINCRBY', K.counters, name, n or 1)
end

-- Note an event in the job's history.
local function note(id, event, detail)
  redis.call('RPUSH', K.history .. id, cjson.encode({now, event, detail or ''}))
  redis.call('LTRIM', K.history .. id, -50, -1)
end

-- Whether somebody holds a part (holds.py).
local function held(part)
  for _, till in ipairs(redis.call('HMGET', K.hold, part, 'quiet')) do
    if till and (till == '0' or tonumber(till) > now) then return true end
  end
  return false
end

local function fields(id, ...)
  local names, values = {...}, {}
  for i, value in ipairs(redis.call('HMGET', K.job .. id, ...)) do values[names[i]] = value end
  return values
end

-- Remember the newest version of an id beyond its job's life: consumers know results by (id, version).
local function remember(id, version)
  redis.call('SET', K.version .. id, version, 'PX', C.version_ms)
end

-- Put the job on a queue: a number in the ledger and a message for Celery, which carries nothing but the id.
local function hint(id, queue, label)
  local number = redis.call('HINCRBY', K.sequences, queue, 1)
  local tag = string.format('%s-%d-%d', queue, number, now)
  local body = '[[' .. cjson.encode(id) .. '],{},{"callbacks":null,"errbacks":null,"chain":null,"chord":null}]'
  redis.call('ZADD', K.queued .. queue, number, id)
  redis.call('LPUSH', queue, table.concat({
    '{"body":', cjson.encode(body), ',"content-encoding":"utf-8","content-type":"application/json","headers":{"lang":"py","task":"',
    C.task, '","id":"', tag, '","root_id":"', tag, '","parent_id":null,"group":null,"retries":0,"eta":null,"expires":null,"argsrepr":',
    cjson.encode(label or id), ',"kwargsrepr":"{}","origin":"wiredesk"},"properties":{"correlation_id":"', tag, '","delivery_mode":2,"delivery_tag":"', tag,
    '","priority":0,"delivery_info":{"exchange":"","routing_key":"', queue, '"}}}'}))
end

local function enqueue(id, queue)
  redis.call('HSET', K.job .. id, 'state', 'queued', 'queue', queue)
  hint(id, queue, redis.call('HGET', K.job .. id, 'label'))
end

-- Try again after some milliseconds.
local function wait(id, milliseconds)
  redis.call('HSET', K.job .. id, 'state', 'waiting')
  redis.call('ZADD', K.waiting, now + math.floor(milliseconds), id)
end

-- Take the job out of wherever it stands.
local function leave(id)
  local queue = redis.call('HGET', K.job .. id, 'queue')
  if queue then redis.call('ZREM', K.queued .. queue, id) end
  redis.call('ZREM', K.waiting, id)
  redis.call('ZREM', K.leases, id)
  if redis.call('GET', K.quarantined) == id then redis.call('DEL', K.quarantined) end
end

-- Note that a letter holds text of an article, for its takedown.
local function file(id, letter)
  local letters = K.letters .. id
  redis.call('RPUSH', letters, letter)
  redis.call('LTRIM', letters, -C.dead_length, -1)
  redis.call('PEXPIRE', letters, C.dead_ms)
end

-- An open job ends as a dead letter with its bytes and what is known. `keep` false: nothing of the text is kept.
local function die(id, reason, error, stage, keep)
  leave(id)
  local f = fields(id, 'version', 'attempts', 'crashes', 'accepted_at', 'owner', 'label', 'sha256', 'priority', 'replays', 'source')
  local body = keep ~= false and redis.call('GET', K.article .. id) or ''
  local letter = redis.call('XADD', K.dead, '*', 'id', id, 'version', f.version or '1', 'reason', reason, 'error', error or '',
    'stage', stage or '', 'attempts', f.attempts or '0', 'crashes', f.crashes or '0', 'accepted_at', f.accepted_at or '0', 'died_at', now,
    'owner', f.owner or '', 'label', f.label or '', 'sha256', f.sha256 or '', 'priority', f.priority or 'normal',
    'replays', f.replays or '0', 'source', f.source or '', 'body', body)
  redis.call('HSET', K.job .. id, 'state', 'dead', 'reason', reason, 'error', error or '', 'stage', stage or '', 'letter', letter,
    'finished_at', now)
  if body ~= '' then file(id, letter) end
  redis.call('DEL', K.article .. id)
  redis.call('ZREM', K.open, id)
  remember(id, f.version or '1')
  note(id, 'dead', reason)
  redis.call('PEXPIRE', K.job .. id, C.dead_ms)
  redis.call('PEXPIRE', K.history .. id, C.dead_ms)
  count('dead')
  count('dead|' .. reason)
  return letter
end

-- How many attempts count towards the last: those in which the whole worker was lost tell of the worker rather than of the article, so as many
-- of them as there may be attempts are forgiven.
local function charged(f)
  return tonumber(f.attempts) - math.min(tonumber(f.orphaned or '0'), C.max_attempts)
end

-- The job's process vanished or was killed: again (at once, or after some milliseconds), in quarantine from the second time on, dead after
-- the last attempt.
local function crashed(id, reason, detail, stage, pause)
  if reason == 'lease_ended' then redis.call('HINCRBY', K.job .. id, 'orphaned', 1) end
  local f = fields(id, 'attempts', 'orphaned', 'stage')
  if stage == nil or stage == '' then stage = f.stage or '' else redis.call('HSET', K.job .. id, 'stage', stage) end
  local crashes = redis.call('HINCRBY', K.job .. id, 'crashes', 1)
  leave(id)
  count('recovered')
  count('recovered|' .. reason)
  note(id, reason, detail)
  if charged(f) >= C.max_attempts then
    die(id, reason, detail, stage)
    return 'dead'
  end
  if pause then
    wait(id, pause * 2 ^ (crashes - 1))
    return 'waiting'
  end
  enqueue(id, crashes >= C.quarantine_after and K.quarantine or K.again)
  return 'queued'
end

-- Hint again what was taken from a queue, up to the hint of this number, and has not started one grace later: it was lost on the way. What
-- only waits its turn is never touched. Returns how many.
local function hint_lost(queue, taken)
  local rehinted = 0
  local seen, at = redis.call('HGET', K.boundaries, queue .. '|taken'), redis.call('HGET', K.boundaries, queue .. '|at')
  if not seen or tonumber(at) > now then
    redis.call('HSET', K.boundaries, queue .. '|taken', taken, queue .. '|at', now)
  elseif now - tonumber(at) >= C.grace_ms then
    local due = redis.call('ZRANGEBYSCORE', K.queued .. queue, '-inf', math.min(tonumber(seen), taken), 'LIMIT', 0, 1000)
    for _, id in ipairs(due) do
      redis.call('ZREM', K.queued .. queue, id)
      if redis.call('HGET', K.job .. id, 'state') == 'queued' then
        count('recovered')
        count('recovered|hint_lost')
        note(id, 'hint_lost', queue)
        enqueue(id, queue == K.quarantine and queue or K.again)
        rehinted = rehinted + 1
      end
    end
    -- A whole queue that was lost is gone through round by round.
    if #due < 1000 then redis.call('HSET', K.boundaries, queue .. '|taken', taken, queue .. '|at', now) end
  end
  return rehinted
end

-- Drop what the indexes say of the article, as its result has it.
local function unindex(id)
  local result = redis.call('GET', K.result .. id)
  if not result then return end
  local ok, value = pcall(cjson.decode, result)
  if not ok or type(value.entities) ~= 'table' then return end
  for _, entity in ipairs(value.entities) do
    if type(entity.key) == 'string' then redis.call('ZREM', K.entity .. entity.key, id) end
  end
end

-- Near-duplicates: five generations of fingerprints, of which the oldest is dropped as a new one fills; see duplicates.py.
local dup = {prefix = K.duplicates .. C.duplicates .. ':', generations = 5, block = 128, span = math.ceil(C.duplicates / 5)}
dup.buckets = {p = math.ceil(dup.span * 16 / 56), i = math.ceil(dup.span / 56)}

function dup.next()
  return tonumber(redis.call('HGET', K.duplicates .. 'next', C.duplicates) or '0')
end

function dup.bucket(kind, generation, hash)
  return dup.prefix .. kind .. ':' .. generation .. ':' .. (hash % dup.buckets[kind])
end

-- The generations that are kept, newest first: from, to.
function dup.kept()
  local newest = math.floor(dup.next() / dup.span)
  return newest, math.max(0, newest - dup.generations + 1)
end

-- A remembered article: size (2), values (192), cluster (8), 1 + number of its nearest (4), similarity (2), id.
function dup.read(n)
  local raw = redis.call('LINDEX', dup.prefix .. 'd:' .. math.floor(n / dup.block), n % dup.block)
  if raw and raw ~= '' then return raw end
end

function dup.hex(bytes)
  return (bytes:gsub('.', function(c) return string.format('%02x', c:byte()) end))
end

function dup.place(id)
  local digest = redis.sha1hex(id)
  local name = digest:sub(9, 20):gsub('..', function(pair) return string.char(tonumber(pair, 16)) end)
  return tonumber(digest:sub(1, 8), 16), name
end

-- Give number and record of an article that is remembered.
function dup.find(id)
  local hash, name = dup.place(id)
  local newest, oldest = dup.kept()
  for generation = newest, oldest, -1 do
    local found = redis.call('HGET', dup.bucket('i', generation, hash), name)
    local n = found and struct.unpack('>I4', found)
    local raw = n and dup.read(n)
    if raw and raw:sub(209) == id then return n, raw end
  end
end

function dup.forget(id, n, raw)
  redis.call('LSET', dup.prefix .. 'd:' .. math.floor(n / dup.block), n % dup.block, '')
  redis.call('LREM', K.story .. dup.hex(raw:sub(195, 202)), 0, id)
end
