-- SPDX-License-Identifier: Apache-2.0
-- The course of a match: ready, session, drain, end. `self` is the match.

local door = require "gamelift.match.door"
local new_seats = require "gamelift.match.seats"

local course = {}

local REMOVAL_S = 5 -- how long a drain waits for its RemovePlayerSessions
local ENDING_S = 10 -- how long it tries ProcessEnding

-- ---- the session ends

local function stop_arrivals(self)
  if self.fill then
    self.fill:finish()
  end
  if self.state == "active" then
    self.closed = true
    self:run(door.tell_policy, nil, self)
  end
end

-- ProcessEnding until it is done; true or nil, message, code. Waits.
local function end_process(self)
  local give_up_at, delay = self.tasks.clock + ENDING_S, 0.5
  while true do
    local ok, message, code = self.server:process_ending()
    if ok or not self.may_go_better[code] or self.tasks.clock >= give_up_at then
      return ok, message, code
    end
    self.tasks:pause(delay)
    delay = delay * 2
  end
end

-- From the last warning to the end of the process. Waits.
local function finish_drain(self)
  self.tasks:pause(math.huge, function()
    return self.tasks.clock >= self.drain_at or (next(self.visits) == nil and self.told)
  end)
  door.empty(self, "the game has ended")
  self.tasks:pause(REMOVAL_S, function()
    return self.removing == 0
  end)
  local ok, message, code = end_process(self)
  if not ok then
    self.log("error", "ProcessEnding failed: " .. message)
  end
  self:move("ended")
  self:run(self.options.on_ended, nil, ok, message, code)
end

-- Once; what comes later can only bring the end nearer.
function course.drain(self, reason, seconds)
  seconds = math.max(seconds, 0)
  local at = self.tasks.clock + seconds
  if self.state == "draining" or self.state == "ended" then
    self.drain_at = math.min(self.drain_at, at)
    return
  end
  self.log("info", ("the match ends in %.0f s: %s"):format(seconds, reason))
  self.drain_at = at
  stop_arrivals(self)
  self:move("draining")
  local function told()
    self.told = true
  end
  self:run(function()
    self.options.terminate(reason, seconds)
    told()
  end, told)
  self:run(finish_drain, nil, self)
end

-- ---- the session begins

-- ActivateGameSession; false when it cannot be. Waits.
local function activate(self, resumed)
  local delay = 0.5
  while self.state == "loading" do
    local ok, message, code = self.server:activate_game_session()
    -- After a reload nobody here knows whether it was active before.
    if ok or (resumed and (code == "REJECTED" or code == "CONFLICT")) then
      return true
    elseif not self.may_go_better[code] then
      self.log("error", "the game session was not activated: " .. message)
      return false
    end
    self.tasks:pause(delay)
    delay = math.min(delay * 2, 10)
  end
  return false
end

-- init, activation, and what follows. Waits.
local function begin_session(self, session, resumed)
  local function is_off()
    return self.state ~= "loading" or self.placed.game_session_id ~= session.game_session_id
  end
  local ok, message = self.options.init(session, resumed)
  if is_off() then
    return
  elseif ok == false or (ok == nil and message ~= nil) then
    self.log("error", "this session cannot be hosted: " .. tostring(message))
    return course.drain(self, "INIT_FAILED", 0)
  end
  local active = activate(self, resumed)
  if is_off() then
    return
  elseif not active then
    return course.drain(self, "ACTIVATION_FAILED", 0)
  end
  if resumed then
    door.take_up_players(self)
  end
  self:move("active")
  if self.closed then
    self:run(door.tell_policy, nil, self)
  end
  self:run(door.keep_seats_fresh, nil, self)
end

-- A game session was placed here, or found here by scripts that were reloaded. GameLift places one in the life
-- of a process; if another one comes all the same, it is the one that counts.
function course.host_session(self, session, resumed)
  if self.state == "draining" or self.state == "ended" then
    return self.log("warn", "a game session was placed on a process that ends: it ends with it")
  end
  door.empty(self, "another game begins here")
  self.placed = session
  self.seat_table = new_seats(function() self.changed = true end)
  self:move("loading")
  door.learn_matchmaker_data(self, session.matchmaker_data)
  self:run(begin_session, function()
    course.drain(self, "INIT_FAILED", 0)
  end, self, session, resumed)
end

-- ProcessReady until it is accepted. Waits.
function course.become_ready(self)
  local delay = 1
  while self.state == "starting" and not self.server:is_process_ready() do
    local ok, message, code = self.server:process_ready {
      port = self.options.port,
      log_paths = self.options.log_paths,
    }
    if code == "CLOSED" or code == "CANCELLED" or self.state ~= "starting" then
      return -- this script, or this match, is over
    elseif not ok then
      self.log("warn", ("not ready, next try in %d s: %s"):format(delay, message))
      self.tasks:pause(delay)
      delay = math.min(delay * 2, 60)
    end
  end
  if self.state == "starting" then
    self:move("ready")
  end
end

return course
