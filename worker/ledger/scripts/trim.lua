--! allow-oom
-- Shorten the streams: results never past what a living group still needs, dead letters by number and age. ARGV: most entries to remove.
-- Returns results removed, letters removed, then names of groups that hold trimming back no longer.
local batch = tonumber(ARGV[1])

local function before(a, b)
  local a1, a2 = string.match(a, '(%d+)-(%d+)')
  local b1, b2 = string.match(b, '(%d+)-(%d+)')
  return tonumber(a1) < tonumber(b1) or a1 == b1 and tonumber(a2) < tonumber(b2)
end

local function pairs_of(flat)
  local t = {}
  for at = 1, #flat, 2 do t[flat[at]] = flat[at + 1] end
  return t
end

local removed, silent = 0, {}
local excess = redis.call('EXISTS', K.results) == 1 and redis.call('XLEN', K.results) - C.stream_length or 0
local old = redis.call('XRANGE', K.results, '-', string.format('%d', now - C.result_ms), 'COUNT', batch)
local cut = nil
if excess > 0 then
  local first = redis.call('XRANGE', K.results, '-', '+', 'COUNT', math.min(excess, batch) + 1)
  cut = first[#first][1]
end
if #old > 0 and (not cut or before(cut, old[#old][1])) then cut = old[#old][1] end
if cut then
  local dead = {}
  for _, flat in ipairs(redis.call('XINFO', 'GROUPS', K.results)) do
    local group = pairs_of(flat)
    local needs, from = group['last-delivered-id'], '('
    local pending = redis.call('XPENDING', K.results, group.name)
    if tonumber(pending[1]) > 0 and not before(needs, pending[2]) then needs, from = pending[2], '' end
    -- Any client may read a group with Redis' own commands: progress since the last look is a sign of life.
    local seen = redis.call('HMGET', K.group .. group.name, 'acknowledged', 'needs')
    if not seen[1] or seen[2] ~= needs then
      redis.call('HSET', K.group .. group.name, 'acknowledged', now, 'needs', needs)
      seen[1] = now
    end
    if tonumber(seen[1]) + C.group_ms >= now then
      if before(needs, cut) then cut = needs end
    else
      silent[#silent + 1] = group.name
      dead[#dead + 1] = {group.name, needs, from .. needs}
    end
  end
  for _, group in ipairs(dead) do
    if before(group[2], cut) then
      local missed = #redis.call('XRANGE', K.results, group[3], '(' .. cut, 'COUNT', batch)
      if missed > 0 then redis.call('HINCRBY', K.group .. group[1], 'missed', missed) end
    end
  end
  removed = redis.call('XTRIM', K.results, 'MINID', cut)
end

local letters = redis.call('EXISTS', K.dead) == 1 and
  redis.call('XTRIM', K.dead, 'MAXLEN', C.dead_length) + redis.call('XTRIM', K.dead, 'MINID', string.format('%d', now - C.dead_ms)) or 0
if letters > 0 then count('dead_letters_dropped', letters) end
return {removed, letters, silent}
