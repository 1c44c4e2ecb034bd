-- SPDX-License-Identifier: Apache-2.0
-- The game's loop, and what GameLift is told of this process's health. `self` is the match.
--
-- loop is called in one coroutine for all steps, which makes no garbage; after an error there is a new one.

local gamelift = require "gamelift"
local calls = require "gamelift.match.calls"

local loop = {}

local MAX_CATCH_UP = 5 -- steps of loop in one tick

-- What the coroutine is resumed with where it is not a script that resumes it.
local token = {}

-- ---- steps

local function run_steps(self, dt, now)
  self.loop_thread = coroutine.running()
  while true do
    self.is_loop_busy, self.loop_began_at, self.was_loop_called = true, self.tasks.clock, true
    self.options.loop(dt, now)
    self.is_loop_busy, self.is_loop_stuck, self.has_loop_returned = false, false, true
    local from
    repeat
      from, dt, now = coroutine.yield()
    until from == token
  end
end

local function watch_waiting_loop(self)
  local seconds = self.options.loop_timeout_s
  if not self.is_loop_stuck and self.tasks.clock - self.loop_began_at >= seconds then
    self.is_loop_stuck = true
    self.log("error", debug.traceback(self.loop_thread,
      ("loop has not returned in %g s: this process is not healthy until it does"):format(seconds)))
  end
end

-- One step of the game. A loop that raises does not stop the match; one that waits is left to finish first.
local function step(self, dt, now)
  local thread = self.loop_thread
  local status = thread and coroutine.status(thread) or "dead"
  if status == "dead" then
    self.is_loop_stuck = false
    gamelift.run(run_steps, self, dt, now)
  elseif status == "suspended" and self.is_loop_busy then
    watch_waiting_loop(self)
  elseif status == "suspended" then
    local ok, message = coroutine.resume(thread, token, dt, now)
    if not ok then
      calls.report(thread, message)
    end
  end -- else this is a tick within loop
end

--- Whether loop is to be called: there is a game, or who is left of it.
function loop.is_due(self)
  return self.phase_now == "active" or (self.phase_now == "draining" and next(self.visits) ~= nil)
end

function loop.run(self, dt, now)
  local rate = self.options.tick_rate
  if not rate then
    return step(self, dt, now)
  end
  self.unlooped_s = math.min(self.unlooped_s + dt, MAX_CATCH_UP / rate)
  while self.unlooped_s >= 1 / rate - 1e-9 do -- 5 times 0.02 is not quite 0.1
    self.unlooped_s = self.unlooped_s - 1 / rate
    step(self, 1 / rate, now - self.unlooped_s)
  end
end

-- ---- health

local function has_too_many_errors(self)
  local most = self.options.max_script_errors
  local count = self.server:error_count() - self.errors_before
  if not most or count <= most then
    return false
  elseif not self.is_told_of_errors then
    self.is_told_of_errors = true
    self.log("error", ("%d script errors, max_script_errors is %d: this process is not healthy"):format(count, most))
  end
  return true
end

-- Whether loop has returned since the last question, if it was called, or was to be called already then: a host that
-- does not call m:tick any more is found, too.
local function has_loop_run(self)
  local has_run = self.has_loop_returned or not (self.was_loop_called or self.was_loop_due)
  self.was_loop_called, self.has_loop_returned, self.was_loop_due = false, false, loop.is_due(self)
  return has_run
end

function loop.is_healthy(self)
  local healthy = has_loop_run(self)
  if self.options.health then
    local _, answer = calls.now("health", self.options.health)
    healthy = answer and true or false
  end
  return healthy and not self.is_loop_stuck and not has_too_many_errors(self)
end

return loop
