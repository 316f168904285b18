--! allow-oom
-- Take an article down: text, result, indexes, dead letters, stream copies. ARGV: id. Returns 1 if anything was there.
-- An open job ends as a dead letter without its text, so that the books still balance.
local id = ARGV[1]
local f = fields(id, 'state', 'version')
local version = f.version or redis.call('GET', K.version .. id) or '1'
unindex(id)
local found = redis.call('DEL', K.result .. id)
if f.state and f.state ~= 'done' and f.state ~= 'dead' then die(id, 'deleted', 'deleted on request', '', false) end
local g = fields(id, 'entries', 'letter')
for entry in string.gmatch(g.entries or '', '%S+') do redis.call('XDEL', K.results, entry) end
if g.letter then redis.call('XDEL', K.dead, g.letter) end
-- Letters outlive the job that they were written for, and what was refused may never have had one.
for _, letter in ipairs(redis.call('LRANGE', K.letters .. id, 0, -1)) do found = found + redis.call('XDEL', K.dead, letter) end
if f.state or found > 0 then
  redis.call('XADD', K.results, '*', 'id', id, 'version', version, 'status', 'deleted', 'sha256', '')
  remember(id, version)
  count('deleted')
  found = 1
end
local number, record = dup.find(id)
if number then dup.forget(id, number, record) end
redis.call('DEL', K.job .. id, K.history .. id, K.article .. id, K.letters .. id)
return found
