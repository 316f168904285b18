--! allow-oom
-- Remove dead letters for good; the count of the dead stays. ARGV: letters. Returns how many there were.
local removed = 0
for _, letter in ipairs(ARGV) do
  removed = removed + redis.call('XDEL', K.dead, letter)
end
count('purged', removed)
return removed
