-- SPDX-License-Identifier: Apache-2.0
-- The course of a match from ready to active. `self` is the match.

local calls = require "gamelift.match.calls"
local ending = require "gamelift.match.ending"
local exits = require "gamelift.match.exits"
local expected = require "gamelift.match.expected"
local new_seats = require "gamelift.match.seats"
local policy = require "gamelift.match.policy"
local requests = require "gamelift.match.requests"
local takeover = require "gamelift.match.takeover"
local tasks = require "gamelift.match.tasks"

local course = {}

local ACTIVATION_DELAYS = { first = 0.5, longest = 10 }

-- ---- the session begins

-- ActivateGameSession; false when it cannot be. Waits.
local function activate(self, resumed)
  local function is_wanted()
    return self.phase_now == "loading"
  end
  local ok, message, code = requests.insist(self, ACTIVATION_DELAYS, is_wanted, "activate_game_session", "")
  -- After a reload nobody here may know whether it was active before.
  if ok or (resumed and (code == "REJECTED" or code == "CONFLICT")) then
    return true
  end
  self.log("error", "the game session was not activated: " .. message)
  return false
end

-- Scripts without gamelift.match had this session: who was accepted comes back, or their seats are given up. Waits.
local function take_up_players(self, is_off)
  local found, message, code
  repeat
    found, message, code = expected.describe_all(self, self.game_session.game_session_id, "ACTIVE")
    if not found then
      self.log("warn", "ACTIVE seats could not be asked for: " .. message)
      self.tasks:pause(1)
    end
  until found or not requests.may_go_better(code) or is_off()
  for _, player_session in ipairs(not is_off() and found or {}) do
    local seat = expected.learn_player_session(self, player_session)
    if seat.state == "reserved" then
      self.seat_table:move(seat, "accepted", self.tasks.clock)
      exits.keep_for_claim(self, seat)
    end
  end
end

-- restore and init; false: this process cannot host the session. Waits.
local function load(self, session, resumed)
  self.is_initializing = true
  if resumed then
    takeover.restore(self)
  end
  local answer = calls.start(self, "init", session, resumed)
  self.tasks:await(answer)
  self.is_initializing, self.is_loaded = false, true
  if answer.has_failed then
    return false
  elseif answer[1] == false or (answer[1] == nil and answer[2] ~= nil) then
    self.log("error", "this session cannot be hosted: " .. tasks.text_of(answer[2]))
    return false
  end
  return true
end

-- init, activation, and what follows. Waits.
local function begin_session(self, session, resumed)
  local function is_off()
    return self.phase_now ~= "loading" or self.game_session.game_session_id ~= session.game_session_id
  end
  local loaded = load(self, session, resumed)
  if is_off() then
    return
  elseif not loaded then
    return ending.drain(self, "INIT_FAILED", 0)
  end
  local active = self.is_activated or activate(self, resumed)
  if is_off() then
    return
  elseif not active then
    return ending.drain(self, "ACTIVATION_FAILED", 0)
  end
  if not self.is_activated then
    self.is_activated, self.active_since, self.empty_since = true, self.tasks.clock, self.tasks.clock
  end
  if resumed and not self.phase_before then
    take_up_players(self, is_off)
  end
  if is_off() then
    return
  end
  self:move "active"
  policy.update(self)
  self.tasks:run(expected.keep_fresh, self, session.game_session_id)
end

local function begin_to_load(self, session, resumed)
  self:move "loading"
  self.tasks:run(begin_session, self, session, resumed)
end

-- A game session was placed here. GameLift places one in the life of a process; if another one comes all the same, it
-- is the one that counts.
function course.host_session(self, session, resumed)
  if self.phase_now == "draining" or self.phase_now == "ended" then
    return self.log("warn", "a game session was placed on a process that ends: it ends with it")
  end
  exits.turn_everybody_away(self, "another game begins here")
  self.seat_table = new_seats(function() self:touch() end)
  self.game_session, self.is_activated, self.policy_at_gamelift = session, false, "ACCEPT_ALL"
  self.matched_players = {}
  expected.learn_matchmaker_data(self, session.matchmaker_data)
  begin_to_load(self, session, resumed)
end

--- GameLift has placed a game session.
function course.on_start_game_session(self, session)
  local is_known = self.game_session and self.game_session.game_session_id == session.game_session_id
  if self.phase_now ~= "new" and not is_known then -- else m:start takes it up, or has
    course.host_session(self, session, false)
  end
end

-- ---- before it

-- ProcessReady until it is accepted. Waits.
local function become_ready(self)
  local delay = 1
  while self.phase_now == "starting" and not self.server:is_process_ready() do
    local ok, message, code = requests.ask(self, "process_ready", "", {
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

-- ---- m:start

local function go_on_draining(self)
  ending.go_on(self, function()
    if self.game_session then
      load(self, self.game_session, true)
    end
  end)
end

--- Begin, or go on where the match before was. resumed: the session was here before this match.
function course.start(self)
  local session = self.server:game_session()
  local is_taken_up = session and self.game_session and self.game_session.game_session_id == session.game_session_id
  if is_taken_up then
    self.game_session = session
    expected.read_matchmaker_data(self, session.matchmaker_data) -- whom it names may have come and gone
  end
  if self.phase_before == "ended" then
    self:move "ended"
  elseif self.phase_before == "draining" then
    go_on_draining(self)
  elseif is_taken_up then
    begin_to_load(self, session, true)
  elseif session then
    course.host_session(self, session, not self.phase_before)
  else
    self:move "starting"
    self.tasks:run(become_ready, self)
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
