-- SPDX-License-Identifier: Apache-2.0
-- Coroutines that wait for time or for a condition. Time only passes in advance(), so a spec can play an hour.

local gamelift = require "gamelift"

local methods = {}
local class = { __index = methods }

--- Start fn(...) as a coroutine. If it raises, now or after waiting, on_failure(message) runs as well.
--- Lua 5.1 cannot wait inside pcall, which is why this is not a pcall.
function methods:run(fn, on_failure, ...)
  gamelift.run(function(...)
    self.on_failure[coroutine.running()] = on_failure
    fn(...)
  end, ...)
end

--- To be called by the on_error handler: this coroutine has raised.
function methods:failed(thread, message)
  local on_failure = thread and self.on_failure[thread]
  if on_failure then
    self.on_failure[thread] = nil
    gamelift.run(on_failure, message)
  end
end

--- Wait in the running coroutine: so many seconds, or until done() is true.
function methods:pause(seconds, done)
  if done and done() then
    return
  end
  self.sleepers[#self.sleepers + 1] = { thread = coroutine.running(), at = self.clock + seconds, done = done }
  coroutine.yield()
end

local function wake(self, thread)
  local ok, message = coroutine.resume(thread)
  if not ok then
    self:failed(thread, message)
    error(debug.traceback(thread, tostring(message)), 0)
  end
end

function methods:advance(dt)
  self.clock = self.clock + dt
  local sleepers = self.sleepers
  self.sleepers = {}
  for _, sleeper in ipairs(sleepers) do
    if self.clock >= sleeper.at or (sleeper.done and sleeper.done()) then
      gamelift.run(wake, self, sleeper.thread)
    else
      self.sleepers[#self.sleepers + 1] = sleeper
    end
  end
end

return function()
  return setmetatable({ clock = 0, sleepers = {}, on_failure = setmetatable({}, { __mode = "k" }) }, class)
end
