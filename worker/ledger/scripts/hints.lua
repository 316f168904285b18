--! allow-oom
-- Hint again what another broker has lost. ARGV: (queue, number of the newest hint that has left it)... Returns how many.
local rehinted = 0
-- What workers had in hand when work was held they have given back.
if held('work') or held('rounds') then return 0 end
for at = 1, #ARGV, 2 do rehinted = rehinted + hint_lost(ARGV[at], tonumber(ARGV[at + 1])) end
return rehinted
