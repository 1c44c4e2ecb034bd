-- SPDX-License-Identifier: Apache-2.0
-- The course of a match from ready to active. `self` is the match.

local calls = require "gamelift.match.calls"
local ending = require "gamelift.match.ending"
local exits = require "gamelift.match.exits"
local expected = require "gamelift.match.expected"
local new_seats = require "gamelift.match.seats"
local policy = require "gamelift.match.policy"
local requests = require "gamelift.match.requests"

local course = {}

local CLAIM_S = 30 -- after a reload, until a seat without its player is given up

-- ---- the session begins

-- ActivateGameSession; false when it cannot be. Waits.
local function activate(self, resumed)
  local ok, message, code = requests.insist(self, "activate_game_session", nil, 0.5, 10, function()
    return self.phase_now == "loading"
  end)
  -- After a reload nobody here may know whether it was active before.
  if ok or (resumed and (code == "REJECTED" or code == "CONFLICT")) then
    return true
  end
  self.log("error", "the game session was not activated: " .. message)
  return false
end

-- After a reload: who had been accepted. They come back, or their seats are given up. Waits.
local function take_up_players(self)
  local found, message, code
  repeat
    found, message, code = expected.describe_all(self, "ACTIVE")
    if not found then
      self.log("warn", "ACTIVE seats could not be asked for: " .. message)
      self.tasks:pause(1)
    end
  until found or not requests.may_go_better(code) or self.phase_now ~= "loading"
  for _, player_session in ipairs(found or {}) do
    local seat = expected.learn_player_session(self, player_session)
    if seat.state == "reserved" then
      self.seat_table:move(seat, "accepted", self.tasks.clock)
      exits.keep_absent(self, seat, math.max(CLAIM_S, self.options.reconnect_grace_s))
    end
  end
end

-- init's answer; false: this process cannot host the session. Waits.
local function is_loaded(self, session, resumed)
  local answer = calls.start(self, "init", session, resumed)
  self.tasks:await(answer)
  if answer.has_failed then
    return false
  elseif answer[1] == false or (answer[1] == nil and answer[2] ~= nil) then
    self.log("error", "this session cannot be hosted: " .. tostring(answer[2]))
    return false
  end
  return true
end

-- init, activation, and what follows. Waits.
local function begin_session(self, session, resumed)
  local function is_off()
    return self.phase_now ~= "loading" or self.game_session.game_session_id ~= session.game_session_id
  end
  local loaded = is_loaded(self, session, resumed)
  if is_off() then
    return
  elseif not loaded then
    return ending.drain(self, "INIT_FAILED", 0)
  end
  local active = activate(self, resumed)
  if is_off() then
    return
  elseif not active then
    return ending.drain(self, "ACTIVATION_FAILED", 0)
  end
  self.is_activated = true
  if resumed then
    take_up_players(self)
  end
  if is_off() then
    return
  end
  self.active_since, self.empty_since = self.tasks.clock, self.tasks.clock
  self:move "active"
  policy.update(self)
  self.tasks:run(expected.keep_fresh, self)
end

-- A game session was placed here, or found here by scripts that were reloaded. GameLift places one in the life
-- of a process; if another one comes all the same, it is the one that counts.
function course.host_session(self, session, resumed)
  if self.phase_now == "draining" or self.phase_now == "ended" then
    return self.log("warn", "a game session was placed on a process that ends: it ends with it")
  elseif self.game_session and self.game_session.game_session_id == session.game_session_id then
    return -- m:start has taken it up already
  end
  exits.turn_everybody_away(self, "another game begins here")
  self.game_session = session
  self.seat_table = new_seats(function() self.has_changed = true end)
  self.is_activated, self.policy_at_gamelift = false, "ACCEPT_ALL"
  self:move "loading"
  expected.learn_matchmaker_data(self, session.matchmaker_data)
  self.tasks:run(begin_session, self, session, resumed)
end

-- ---- before it

-- ProcessReady until it is accepted. Waits.
function course.become_ready(self)
  local delay = 1
  while self.phase_now == "starting" and not self.server:is_process_ready() do
    local ok, message, code = requests.ask(self, "process_ready", {
      port = self.options.port,
      log_paths = self.options.log_paths,
    })
    if code == "CLOSED" or self.phase_now ~= "starting" then
      return -- the server, or this match, is over
    elseif not ok then
      self.log("warn", ("not ready, next try in %d s: %s"):format(delay, message))
      self.tasks:pause(delay)
      delay = math.min(delay * 2, 60)
    end
  end
  if self.phase_now == "starting" then
    self:move "ready"
  end
end

-- ---- when it is long enough

local function is_somebody_here(self)
  return next(self.visits) ~= nil or self.seat_table:accepted() > 0
end

--- Once a tick of an active session.
function course.check_limits(self)
  local clock, options = self.tasks.clock, self.options
  if is_somebody_here(self) then
    self.empty_since = clock
  elseif options.empty_timeout_s and clock - self.empty_since >= options.empty_timeout_s then
    return ending.drain(self, "EMPTY", 0)
  end
  if options.max_session_s and clock - self.active_since >= options.max_session_s then
    ending.drain(self, "MAX_SESSION_TIME", options.drain_grace_s)
  end
end

return course
