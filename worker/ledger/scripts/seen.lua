--! allow-oom
-- Note a worker's sign of life by the server's clock. ARGV: name, sign (a JSON object that is not empty).
-- Returns the parts that are held now: the worker learns of them in the same round trip, which over a slow link is most of the work.
local name, sign = ARGV[1], ARGV[2]
redis.call('HSET', K.workers, name, string.sub(sign, 1, -2) .. ',"at":' .. now .. '}')
local parts, stored = {}, redis.call('HGETALL', K.hold)
for at = 1, #stored, 2 do
  if stored[at + 1] == '0' or tonumber(stored[at + 1]) > now then parts[#parts + 1] = stored[at] end
end
return parts
