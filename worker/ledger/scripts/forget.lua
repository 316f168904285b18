--! allow-oom
-- Forget an article's fingerprint. ARGV: id. Returns 1 if it was remembered.
local number, record = dup.find(ARGV[1])
if number then dup.forget(ARGV[1], number, record) end
return number and 1 or 0
