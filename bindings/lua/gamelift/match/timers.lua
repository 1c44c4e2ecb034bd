-- SPDX-License-Identifier: Apache-2.0
-- Timers of a match: m:after and m:every. They end with the match. `self` is the match.

local timers = {}

local methods = {}
local class = { __index = methods }

--- The function is not called any more. Twice is fine.
function methods:cancel()
  self.tasks:settle(self.cancelled)
end

local function run(match, timer, seconds, period, fn)
  local at = match.tasks.clock + seconds
  repeat
    local is_over = match.tasks:await(timer.cancelled, at - match.tasks.clock) or match.phase_now == "ended"
    if is_over then
      return
    end
    match.tasks:await(match.tasks:run(fn)) -- one that waits is not called again before it has returned
    at = at + (period or 0)
    if at <= match.tasks.clock then -- a long tick, or a long call: what was missed is not made up for
      at = match.tasks.clock + (period or 0)
    end
  until not period
end

--- @param period number?   call it again and again, with so many seconds between
function timers.new(self, seconds, period, fn)
  local timer = setmetatable({ tasks = self.tasks, cancelled = self.tasks:outcome() }, class)
  self.tasks:run(run, self, timer, seconds, period, fn)
  return timer
end

return timers
