-- SPDX-License-Identifier: Apache-2.0
-- The end of a match: drain, RemovePlayerSessions, ProcessEnding, on_ended. `self` is the match.
--
-- Two times bound it: until drain_at the players may leave by themselves, and at end_by on_ended has been called,
-- whatever GameLift says; without a time from outside, end_by is what the steps take at most.

local calls = require "gamelift.match.calls"
local exits = require "gamelift.match.exits"
local policy = require "gamelift.match.policy"
local requests = require "gamelift.match.requests"

local ending = {}

local REMOVAL_S = 5 -- how long a drain waits for its RemovePlayerSessions
local ENDING_S = 30 -- how long it tries ProcessEnding
local ENDING_SHARE_S = 2 -- what of that is left for ProcessEnding where there is little time
local TICK_S = 0.25 -- end_by lies between two ticks: the one before it is in time

local function seconds_left(self)
  return self.end_by - self.tasks.clock - TICK_S
end

-- ProcessEnding until it is done or the time is over: true or nil, message, code. Waits.
local function end_process(self)
  local give_up_at, delay = self.tasks.clock + math.min(ENDING_S, seconds_left(self)), 0.5
  while true do
    local left = give_up_at - self.tasks.clock
    local ok, message, code = requests.ask_within(self, left, "process_ending", "")
    left = give_up_at - self.tasks.clock
    if ok or not requests.may_go_better(code) or left <= 0 then
      return ok, message, code
    end
    self.tasks:pause(math.min(delay, left))
    delay = delay * 2
  end
end

local function has_everybody_left(self)
  return next(self.visits) == nil and self.seat_table:accepted() == 0 and self.is_terminate_done
end

-- From the last warning to the end of the process. Waits.
local function finish_drain(self)
  self.tasks:pause(math.huge, function()
    return self.tasks.clock >= self.drain_at or has_everybody_left(self)
  end)
  exits.turn_everybody_away(self, "the game has ended")
  self.tasks:pause(math.min(REMOVAL_S, seconds_left(self) - ENDING_SHARE_S), function()
    return self.removals == 0
  end)
  local ok, message, code = end_process(self)
  if not ok then
    self.log("error", "ProcessEnding failed: " .. message)
  end
  self:move "ended"
  calls.start(self, "on_ended", ok, message, code)
end

-- Everything that is to be done by the end goes on beside this. Waits.
local function tell_game(self, seconds)
  self.tasks:await(calls.start(self, "terminate", self.drain_reason, seconds))
  self.is_terminate_done = true
end

local function begin_drain(self)
  self:move "draining"
  if self.backfiller then
    self.backfiller:finish()
  end
  policy.update(self)
  exits.give_up_all_absent(self, false)
  self.tasks:run(finish_drain, self)
end

--- The match ends. Once; what comes later can only bring the end nearer.
--- @param seconds number   until who is left is put out
--- @param end_in number?   until on_ended has been called
function ending.drain(self, reason, seconds, end_in)
  seconds = math.max(seconds, 0)
  self.drain_at = math.min(self.drain_at, self.tasks.clock + seconds)
  self.end_by = math.min(self.end_by, self.tasks.clock + (end_in or math.huge))
  self:touch()
  if self.phase_now == "draining" or self.phase_now == "ended" then
    return
  end
  self.drain_reason = reason
  begin_drain(self)
  self.log("info", ("the match ends in %.0f s: %s"):format(seconds, reason))
  self.tasks:run(tell_game, self, seconds)
end

--- A drain that another match has begun.
--- @param load function   waits until the game is there again, for those who are still in it
function ending.go_on(self, load)
  begin_drain(self)
  self.tasks:run(function()
    load()
    tell_game(self, math.max(self.drain_at - self.tasks.clock, 0))
  end)
end

return ending
