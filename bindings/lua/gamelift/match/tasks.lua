-- SPDX-License-Identifier: Apache-2.0
-- Coroutines that wait for time or for a condition. Time only passes in advance(), so a spec can play an hour.

local gamelift = require "gamelift"

local methods = {}
local class = { __index = methods }

-- A coroutine that has raised is dead before it could take itself out of `unfinished`, whoever resumed it last:
-- GameLift's answer, the host, another script.
local function settle(self, thread)
  local on_failure = self.unfinished[thread]
  if on_failure and coroutine.status(thread) == "dead" then
    self.unfinished[thread] = nil
    gamelift.run(on_failure)
  end
end

--- Start fn(...) as a coroutine. If it raises, on_failure() runs as well: now, or with the advance() after it.
--- Lua 5.1 cannot wait inside pcall, which is why this is not a pcall.
function methods:run(fn, on_failure, ...)
  local thread = gamelift.run(function(...)
    local this = coroutine.running()
    self.unfinished[this] = on_failure
    fn(...)
    self.unfinished[this] = nil
  end, ...)
  settle(self, thread)
end

--- Wait in the running coroutine: so many seconds, or until done() is true.
function methods:pause(seconds, done)
  if done and done() then
    return
  end
  self.sleepers[#self.sleepers + 1] = { thread = coroutine.running(), at = self.clock + seconds, done = done }
  coroutine.yield()
end

local function wake(thread)
  local ok, message = coroutine.resume(thread)
  if not ok then
    local has_text, text = pcall(tostring, message)
    error(debug.traceback(thread, has_text and text or "an error without a text"), 0)
  end
end

local function settle_all(self)
  local threads = {}
  for thread in pairs(self.unfinished) do
    threads[#threads + 1] = thread
  end
  for _, thread in ipairs(threads) do
    settle(self, thread)
  end
end

function methods:advance(dt)
  self.clock = self.clock + dt
  local sleepers = self.sleepers
  self.sleepers = {}
  for _, sleeper in ipairs(sleepers) do
    if self.clock >= sleeper.at or (sleeper.done and sleeper.done()) then
      gamelift.run(wake, sleeper.thread)
    else
      self.sleepers[#self.sleepers + 1] = sleeper
    end
  end
  settle_all(self)
end

return function()
  return setmetatable({
    clock = 0,
    sleepers = {},
    unfinished = {}, -- coroutine -> its on_failure
  }, class)
end
