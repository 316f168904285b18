--! allow-oom
-- Lengthen the leases of a worker's live processes. ARGV: owner, lease (ms), (id, process)... Returns how many.
local owner, lease, renewed = ARGV[1], tonumber(ARGV[2]), 0
for at = 3, #ARGV, 2 do
  local id = ARGV[at]
  local f = fields(id, 'state', 'owner', 'process')
  if f.state == 'started' and f.owner == owner and f.process == ARGV[at + 1] then
    redis.call('ZADD', K.leases, 'XX', now + lease, id)
    renewed = renewed + 1
  end
end
return renewed
