-- Put one dead letter's article back on its queue. ARGV: letter, queue of priority high, normal, low.
-- Returns 'queued', or why not: 'unknown', 'garbage', 'superseded', 'textless'.
local letter = ARGV[1]
local found = redis.call('XRANGE', K.dead, letter, letter)
if not found[1] then return 'unknown' end
local l, flat = {}, found[1][2]
for at = 1, #flat, 2 do l[flat[at]] = flat[at + 1] end
if not l.id then return 'garbage' end
local id, job = l.id, K.job .. l.id
local f = fields(id, 'state', 'letter', 'replays')
if f.state ~= 'dead' or f.letter ~= letter then return 'superseded' end
if l.body == '' then return 'textless' end
redis.call('SET', K.article .. id, l.body)
redis.call('XDEL', K.dead, letter)
redis.call('HSET', job, 'attempts', 0, 'crashes', 0, 'orphaned', 0, 'replays', (f.replays or 0) + 1)
redis.call('HDEL', job, 'reason', 'error', 'stage', 'letter', 'finished_at')
redis.call('PERSIST', job)
redis.call('PERSIST', K.history .. id)
redis.call('ZADD', K.open, now, id)
note(id, 'replayed', l.reason)
enqueue(id, l.priority == 'high' and ARGV[2] or l.priority == 'low' and ARGV[4] or ARGV[3])
count('dead', -1)
count('replayed')
return 'queued'
