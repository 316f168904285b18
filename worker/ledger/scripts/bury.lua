--! allow-oom
-- Keep what was never an article as a dead letter with its bytes. ARGV: source, reason, error, bytes, and the id that they give,
-- if any: a takedown of that article takes them along. Returns the letter.
local letter = redis.call('XADD', K.dead, '*', 'source', ARGV[1], 'reason', ARGV[2], 'error', ARGV[3], 'died_at', now, 'raw', ARGV[4])
if ARGV[5] ~= '' then file(ARGV[5], letter) end
count('garbage')
count('garbage|' .. ARGV[2])
return letter
