--! allow-oom
-- Keep what was never an article as a dead letter with its bytes. ARGV: source, reason, error, bytes. Returns the letter.
local letter = redis.call('XADD', K.dead, '*', 'source', ARGV[1], 'reason', ARGV[2], 'error', ARGV[3], 'died_at', now, 'raw', ARGV[4])
count('garbage')
count('garbage|' .. ARGV[2])
return letter
