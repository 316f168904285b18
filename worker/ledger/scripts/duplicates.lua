-- Place an article among those that are remembered, and remember it. ARGV: id, cluster of its own, the fingerprint's 258 bytes, an attempt's fence (empty: none).
-- Returns cluster, id of the nearest earlier duplicate or '', similarity in ten-thousandths.
-- A fence that is no longer the current one: a cluster of its own, and nothing is remembered.
-- Asked again with the same fingerprint it answers the same; with another the article is placed anew.
-- The arithmetic is that of worker/ledger/sketches.py; the layout of the keys is told in worker/ledger/duplicates.py.
local id, own_cluster, fingerprint, fence = ARGV[1], ARGV[2], ARGV[3], ARGV[4]

local VALUES, CHANCE, WORDS = 384, 24, 48
local MIN_SIMILARITY, MIN_RESEMBLANCE, POSTINGS, MAX_CANDIDATES = 0.77, 0.2, 8, 24
local bxor, bor, band, shift = bit.bxor, bit.bor, bit.band, bit.rshift

local function words(values)
  return {struct.unpack('>' .. string.rep('I4', WORDS), values)}
end

local size, values = struct.unpack('>I2', fingerprint), fingerprint:sub(67)
local mine = words(values)

-- Ten-thousandths of the shorter text that the longer one holds; 0 if they are no duplicates.
local function similarity(raw)
  local theirs, differing = words(raw:sub(3, 194)), 0
  for first = 1, WORDS, 12 do
    local lanes = 0
    for i = first, first + 11 do
      local x = bxor(mine[i], theirs[i])
      x = bor(x, shift(x, 1))
      x = bor(x, shift(x, 2))
      lanes = lanes + band(x, 0x11111111)
    end
    for _ = 1, 8 do
      differing = differing + lanes % 16
      lanes = math.floor(lanes / 16)
    end
  end
  local common = math.max(0, VALUES - differing - CHANCE) / (VALUES - CHANCE)
  if common < MIN_RESEMBLANCE then return 0 end
  local other = struct.unpack('>I2', raw)
  local share = math.min(1, common * (size + other) / ((1 + common) * math.min(size, other)))
  return share >= MIN_SIMILARITY and math.floor(share * 10000 + 0.5) or 0
end

if fence ~= '' then
  local f = fields(id, 'state', 'fence')
  if f.state ~= 'started' or f.fence ~= fence then return {dup.hex(own_cluster), '', 0} end
end

-- Known already?
local known, record = dup.find(id)
if known then
  if record:sub(1, 194) == fingerprint:sub(1, 2) .. values then
    local nearest = struct.unpack('>I4', record, 203)
    local of = nearest > 0 and dup.read(nearest - 1)
    return {dup.hex(record:sub(195, 202)), of and of:sub(209) or '', (struct.unpack('>I2', record, 207))}
  end
  dup.forget(id, known, record)
end

-- Who shares a look-up value?
local newest, oldest = dup.kept()
local lookups, hits, candidates = {}, {}, {}
for i = 0, 15 do
  local value = fingerprint:sub(3 + 4 * i, 6 + 4 * i)
  if not lookups[value] then
    lookups[value] = struct.unpack('>I4', value)
    for g = newest, oldest, -1 do
      local numbers = redis.call('HGET', dup.bucket('p', g, lookups[value]), value)
      for at = 1, numbers and #numbers or 0, 4 do
        local n = struct.unpack('>I4', numbers, at)
        if not hits[n] then candidates[#candidates + 1] = n end
        hits[n] = (hits[n] or 0) + 1
      end
    end
  end
end
table.sort(candidates, function(a, b) return hits[a] > hits[b] or hits[a] == hits[b] and a < b end)

local best, nearest, near = 0, nil, nil
for i = 1, math.min(#candidates, MAX_CANDIDATES) do
  local raw = dup.read(candidates[i])
  local found = raw and similarity(raw) or 0
  if found > best or found == best and found > 0 and candidates[i] < nearest then best, nearest, near = found, candidates[i], raw end
end

-- Remember it.
local number = dup.next()
local hash, name = dup.place(id)
local cluster = near and near:sub(195, 202) or own_cluster
local entry = fingerprint:sub(1, 2) .. values .. cluster .. struct.pack('>I4I2', nearest and nearest + 1 or 0, best) .. id
redis.call('HSET', K.duplicates .. 'next', C.duplicates, number + 1)
redis.call('RPUSH', dup.prefix .. 'd:' .. math.floor(number / dup.block), entry)
redis.call('HSET', dup.bucket('i', newest, hash), name, struct.pack('>I4', number))
for value, lookup in pairs(lookups) do
  local key = dup.bucket('p', newest, lookup)
  local numbers = redis.call('HGET', key, value) or ''
  if #numbers >= 4 * POSTINGS then numbers = numbers:sub(1, 4) .. numbers:sub(9) end
  redis.call('HSET', key, value, numbers .. struct.pack('>I4', number))
end
cluster = dup.hex(cluster)
if near then
  local story = K.story .. cluster
  if redis.call('EXISTS', story) == 0 then redis.call('RPUSH', story, near:sub(209)) end
  redis.call('RPUSH', story, id)
  redis.call('LTRIM', story, -1000, -1)
  redis.call('PEXPIRE', story, C.result_ms)
end

-- Drop a little of the generation that is no longer kept: as much as one article takes.
local dropped, position = newest - dup.generations, number % dup.span
if dropped >= 0 then
  for kind, all in pairs(dup.buckets) do
    for b = math.floor(position * all / dup.span), math.floor((position + 1) * all / dup.span) - 1 do
      redis.call('UNLINK', dup.prefix .. kind .. ':' .. dropped .. ':' .. b)
    end
  end
  if number % dup.block == 0 then
    redis.call('UNLINK', dup.prefix .. 'd:' .. (math.floor((number - dup.generations * dup.span) / dup.block) - 1))
  end
end
return {cluster, near and near:sub(209) or '', best}
