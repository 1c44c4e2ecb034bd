-- SPDX-License-Identifier: Apache-2.0
-- The game's functions, called. Each runs in a coroutine of its own: what it raises, how long it waits, and who
-- resumes it then, is no matter of the match. `self` is the match.

local gamelift = require "gamelift"
local tasks = require "gamelift.match.tasks"

local calls = {}

--- Tell of an error, with the traceback of its coroutine, as of every other script error: log, on_error, count.
function calls.report(thread, message)
  gamelift.run(error, debug.traceback(thread, tasks.text_of(message)), 0)
end

--- Call a function that may wait. Returns its outcome (tasks.lua).
function calls.start(self, name, ...)
  return self.tasks:run(self.options[name], ...)
end

-- True and what the function has returned; or false, why not.
local function judge(name, thread, ok, ...)
  local problem
  if not ok then
    problem = ("%s raised: %s"):format(name, tasks.text_of(...))
  elseif coroutine.status(thread) ~= "dead" then
    problem = name .. " must not wait"
  else
    return true, ...
  end
  calls.report(thread, problem)
  return false, problem
end

--- Call a function that has to answer at once: true and what it has returned; or false, why not, which is told as
--- every script error is.
function calls.now(name, fn, ...)
  local thread = coroutine.create(function(...) -- Lua 5.1 makes none of a C function
    return fn(...)
  end)
  return judge(name, thread, coroutine.resume(thread, ...))
end

--- Call a function that may wait, and wait for it for so many seconds at most. Returns its outcome; one that is not
--- known by then is logged with its traceback, and whatever becomes of it later is no matter. Waits.
function calls.bounded(self, name, seconds, ...)
  local outcome = calls.start(self, name, ...)
  if not self.tasks:await(outcome, seconds) then
    self.log("error", debug.traceback(outcome.thread, ("%s has not returned in %g s"):format(name, seconds)))
  end
  return outcome
end

return calls
