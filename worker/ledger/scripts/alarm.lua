--! allow-oom
-- Raise alarms and take back those that are over, also when memory is full. ARGV: number of raised, (name, sentence)..., names of those over...
local raised = 2 * ARGV[1] + 1
for at = 2, raised, 2 do redis.call('HSET', K.alarms, ARGV[at], cjson.encode({now, ARGV[at + 1]})) end
for at = raised + 1, #ARGV do redis.call('HDEL', K.alarms, ARGV[at]) end
