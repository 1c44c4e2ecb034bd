-- SPDX-License-Identifier: Apache-2.0
--- The choreography of a GameLift game session. A game gives functions, this calls GameLift for it, in the
--- right order and once: readiness, activation, accepting and removing players, backfill, drain, the end.
---
---   local gamelift, match = require "gamelift", require "gamelift.match"
---
---   local game = match.new {
---     server = gamelift.server(),              -- or gamelift.new_server {}, which the program ticks itself
---     port = host.port,
---     log_paths = { "logs/arena.log" },
---
---     init = function(session, resumed)        -- a game session was placed here: load it
---       load_map(session.game_properties.map)  -- false or nil, message: this process cannot host it, and ends
---     end,
---     join_attempt = function(player, seat)    -- a player connected who has a seat: true, or nil, reason
---       return not banned[seat.player_id], "you are banned"
---     end,
---     join = function(player, seat) spawn(player, seat.team) end,         -- GameLift has accepted the player
---     leave = function(player, seat, reason) despawn(player) end,         -- once for each join
---     loop = function(dt, now) simulate(dt) end,                          -- once a tick while the session is active
---     terminate = function(reason, seconds)    -- it ends in so many seconds, sooner when everybody has left
---       broadcast("the server closes in " .. seconds .. " s")
---     end,
---     kick = function(player, reason) host.close(player, reason) end,     -- close this player's connection
---     on_ended = function(ok, message, code) host.exit(0) end,            -- ProcessEnding is done: leave the program
---
---     -- optional
---     update = function(update) end,           -- every UpdateGameSession, after it was dealt with here
---     health = function() return true end,     -- default: loop has not failed all the time since the last question
---     on_state = function(m) end,              -- seats, backfill or phase changed; at most once a tick
---     log = host.log,                          -- (level, message): what the choreography decides, and why
---     on_connection = nil, on_log = nil, on_error = nil,                  -- as in gamelift.new_server
---     unix_time = os.time,                     -- seconds since 1970, for the time of termination
---     seat_refresh_s = 15,                     -- how often reserved seats are asked for
---     tick_rate = 30,                          -- loop at this rate, whatever the rate of m:tick; default: every tick
---     drain_grace_s = 20,                      -- how long players get to leave; less if GameLift ends it sooner
---     backfill = {                             -- absent: seats that open stay open
---       open_seconds = 5,                      -- how long a seat must have been open
---       retry_seconds = 10,                    -- after a backfill that failed; doubles up to 120
---       search_seconds = 300,                  -- a ticket without any news is taken back and made anew
---       configuration = nil,                   -- ARN; default: the one that made this match
---       player_of = nil,                       -- (seat) -> { team =, attributes =, latency_in_ms = }: overrides
---     },                                       --    what the matchmaker data says, field by field; must not wait
---   }
---   game:start()                                                          -- says ProcessReady, until it is accepted
---   host.on("tick", function(dt, now) game:tick(dt, now) end)             -- seconds; drives everything that waits
---   host.on("connect", function(player, info) game:connect(player, info.player_session_id) end)
---   host.on("disconnect", function(player, reason) game:disconnect(player, reason) end)
---   host.on("terminate", function(grace_s) game:terminate(grace_s) end)
---
--- Every function runs in a coroutine of its own and may wait, but loop, health, log, unix_time and player_of. One
--- that raises is logged with its traceback; then init ends the process, join_attempt and join turn the player away,
--- others go on.
---
--- A player is any value but nil, unique while connected. A seat is a table, the same one in every call:
---   { player_session_id =, player_id =, player =, team =, player_data =, state = "reserved"|"accepted"|"left" }
--- where player is nil until someone connects for it. The game may keep fields of its own in it.
---
--- What is called when:
---   game session placed          init, ActivateGameSession; players who connect meanwhile wait for it
---   m:connect                    DescribePlayerSessions, join_attempt, AcceptPlayerSession, join; or kick
---   m:disconnect                 leave, RemovePlayerSession (during the accept: no join and no leave, but Remove)
---   m:kick(player, reason)       kick, leave, RemovePlayerSession
---   m:finish(reason, seconds)    the game is over: drain
---   m:terminate(seconds)         the host ends (SIGTERM): drain
---   TerminateProcess             GameLift ends it: drain, no longer than it grants
---   drain                        terminate(reason, seconds) once, new players denied, backfill stopped; when
---                                everybody has left and terminate has returned, or after so many seconds: kick and
---                                leave for each who is left, RemovePlayerSession, ProcessEnding, on_ended
---   reasons of a drain           "TERMINATE_PROCESS", "HOST", "INIT_FAILED", "ACTIVATION_FAILED", or what m:finish got
---
--- What can be asked at any time:
---   m:phase()                    "new", "starting", "ready", "loading", "active", "draining", "ended"
---   m:session()                  the game session, newest update included; nil before it is placed
---   m:matchmaker_data()          the newest, parsed (gamelift.matchmaker_data); nil where there is none
---   m:seats()                    a list of seats: reserved ones are learnt from the matchmaker data and GameLift
---   m:open_seats()               how many players could still come
---   m:backfill()                 { state = "off"|"none"|"waiting"|"starting"|"searching"|"stopping"|"automatic",
---                                  ticket_id =, reason = }
---   m:allow_players(allowed)     open or close the session for new players (the creation policy); backfill follows
---
--- Reload: match.new on a server that already has a game session takes it up: init gets resumed = true, and
--- the host calls m:connect again for everyone still connected; seats that nobody claims in 30 s are given up.

local gamelift = require "gamelift"
local course = require "gamelift.match.course"
local door = require "gamelift.match.door"
local new_backfill = require "gamelift.match.backfill"
local read_options = require "gamelift.match.options"
local new_tasks = require "gamelift.match.tasks"

local match = {}
local methods = {}
local class = { __index = methods }

local GAMELIFT_MARGIN_S = 10 -- a drain is over so long before GameLift kills the process
local HOST_MARGIN_S = 3 -- and so long before the host leaves
local MAX_CATCH_UP = 5 -- steps of loop in one tick

-- ---- for the other files of gamelift.match

-- Answers after which the same request may go better.
methods.may_go_better = { TIMEOUT = true, CONNECT = true, THROTTLED = true, SERVICE = true, MEMORY = true }

function methods:run(fn, on_failure, ...)
  self.tasks:run(fn, on_failure, ...)
end

function methods:move(phase)
  self.state, self.changed = phase, true
  self.log("debug", "match: " .. phase)
end

-- ---- what GameLift says

local function on_update(self, update)
  if not self.placed then
    return -- m:start has not taken the session up yet; it will, as it is then
  end
  self.placed, self.refresh_wanted = update.game_session, true
  if update.update_reason == "MATCHMAKING_DATA_UPDATED" then
    door.learn_matchmaker_data(self, update.game_session.matchmaker_data)
  end
  if self.fill then
    self.fill:on_update(update)
  end
  self.log("info", ("game session updated: %s %s"):format(update.update_reason, update.backfill_ticket_id))
  self.options.update(update)
end

local function on_process_terminate(self, termination_time)
  local seconds = self.options.drain_grace_s
  if termination_time then
    seconds = math.min(seconds, termination_time - self.options.unix_time() - GAMELIFT_MARGIN_S)
  end
  course.drain(self, "TERMINATE_PROCESS", seconds)
end

local function is_healthy(self)
  local healthy = not self.loop_called or self.loop_returned
  self.loop_called, self.loop_returned = false, false
  return healthy
end

local function handlers(self)
  return {
    on_start_game_session = function(_, session) course.host_session(self, session, false) end,
    on_update_game_session = function(_, update) on_update(self, update) end,
    on_process_terminate = function(_, termination_time) on_process_terminate(self, termination_time) end,
    on_health_check = self.options.health or function() return is_healthy(self) end,
    on_connection = self.options.on_connection,
    on_log = self.options.on_log,
    on_error = self.options.on_error,
  }
end

-- ---- making one

-- What the game's player_of says of this seat; nil, why not.
local function override_of(self, seat)
  local player_of = self.options.backfill.player_of
  if not player_of then
    return {}
  end
  local ok, override = pcall(player_of, seat) -- called from within a tick, which goes on
  if not ok then
    local has_text, text = pcall(tostring, override)
    return nil, "backfill.player_of raised: " .. (has_text and text or "an error without a text")
  elseif override ~= nil and type(override) ~= "table" then
    return nil, "backfill.player_of must return a table, not a " .. type(override)
  end
  return override or {}
end

-- What a backfill request says of everyone who is here or expected; nil, why not.
local function players_for_backfill(self)
  local players = {}
  for _, seat in ipairs(self.seat_table.list) do
    if seat.state ~= "left" then
      local matched = self.matched[seat.player_id] or {}
      local override, problem = override_of(self, seat)
      if not override then
        return nil, problem
      end
      local player = {
        player_id = seat.player_id,
        team = override.team or seat.team,
        attributes = override.attributes or matched.attributes,
        latency_in_ms = override.latency_in_ms,
      }
      if not player.team then
        return nil, ("%s has no team: give backfill.player_of"):format(player.player_id)
      end
      players[#players + 1] = player
    end
  end
  return players
end

local function backfill_of(self)
  return new_backfill(self.options.backfill, {
    server = self.server,
    log = self.log,
    run = function(fn, on_failure) self:run(fn, on_failure) end,
    clock = function() return self.tasks.clock end,
    changed = function() self.changed = true end,
    open_seats = function() return self:open_seats() end,
    players = function() return players_for_backfill(self) end,
    configuration = function()
      local arn = self.data and self.data.matchmaking_configuration_arn or ""
      return arn ~= "" and arn or nil
    end,
  })
end

--- Take the server's handlers over and wait for m:start().
function match.new(options)
  options = read_options(options)
  local self = setmetatable({
    options = options,
    server = options.server,
    log = options.log,
    tasks = new_tasks(),
    state = "new",
    visits = {},   -- by player
    matched = {},  -- players of the matchmaker data, by player id
    removing = 0,
    unlooped = 0,  -- seconds that loop has not seen yet (tick_rate)
  }, class)
  if options.backfill then
    self.fill = backfill_of(self)
  end
  assert(self.server:set_handlers(handlers(self)))
  return self
end

-- ---- time

-- One step of the game. A loop that raises does not stop the match; one that waits is left to finish first.
local function call_loop(self, dt, now)
  self.loop_called = true
  self.options.loop(dt, now)
  self.loop_returned = true
end

local function step_loop(self, dt, now)
  if self.loop_thread and coroutine.status(self.loop_thread) == "suspended" then
    return
  end
  self.loop_thread = gamelift.run(call_loop, self, dt, now)
end

local function run_loop(self, dt, now)
  local rate = self.options.tick_rate
  if not rate then
    return step_loop(self, dt, now)
  end
  self.unlooped = math.min(self.unlooped + dt, MAX_CATCH_UP / rate)
  while self.unlooped >= 1 / rate - 1e-9 do -- 5 times 0.02 is not quite 0.1
    self.unlooped = self.unlooped - 1 / rate
    step_loop(self, 1 / rate, now - self.unlooped)
  end
end

-- ---- what the host calls

-- Times make the clock of everything that waits: one that is no number would stop it.
local function check_seconds(value, what)
  if type(value) ~= "number" or value ~= value then
    local shown = type(value) == "number" and "not a number (NaN)" or type(value)
    error(("%s must be a number of seconds, not %s"):format(what, shown), 3)
  end
end

-- The clock never comes back from an infinite step.
local function check_step(dt)
  if dt == math.huge or dt == -math.huge then
    error("match:tick: dt must be a finite number of seconds", 3)
  end
end

--- Say ProcessReady, or take up the game session that the server has already.
function methods:start()
  if self.started then
    error("match:start: called twice", 2)
  end
  self.started = true
  if self.state ~= "new" then
    return -- the host has begun to end
  end
  self:move "starting"
  local session = self.server:game_session()
  if session then
    course.host_session(self, session, true)
  else
    self:run(course.become_ready, nil, self)
  end
end

-- What comes from a player's connection can be anything.
local function is_player_session_id(text)
  return type(text) == "string" and #text <= 256 and text:find "^[%w.-]+$" ~= nil
end

local function is_player_id(text)
  return type(text) == "string" and #text >= 1 and #text <= 1024 and not text:find "%z"
end

--- A player has connected. One of the two ids must be given; by player id is for engines whose players cannot
--- send a token before they join.
function methods:connect(player, player_session_id, player_id)
  if player == nil then
    error("match:connect: player is nil", 2)
  elseif player ~= player then
    error("match:connect: player is not a number (NaN), which nothing can be known by", 2)
  elseif self.visits[player] then
    error("match:connect: this player is connected already", 2)
  end
  local visit = { player = player, gone = false, joined = false }
  self.visits[player] = visit
  local known = is_player_session_id(player_session_id) or (player_session_id == nil and is_player_id(player_id))
  if not known then
    return door.turn_away(self, visit, "a player session id is needed to play here")
  end
  self:run(door.admit, function()
    door.turn_away(self, visit, "something went wrong on the server")
  end, self, visit, player_session_id, player_id)
end

--- A player's connection has ended. Unknown players, and those who were kicked, are fine.
function methods:disconnect(player, reason)
  local visit = self.visits[player]
  if not visit then
    return
  end
  door.end_visit(self, visit)
  if visit.seat and visit.seat.state == "accepted" then
    door.release(self, visit, reason or "disconnected")
  end
end

--- Time has passed.
--- @param dt number     seconds since the tick before
--- @param now number?   what loop is handed beside dt; default: seconds since the first tick
function methods:tick(dt, now)
  check_seconds(dt, "match:tick: dt")
  check_step(dt)
  self.tasks:advance(dt)
  if self.fill and self.state == "active" then
    self.fill:step()
  end
  if self.seat_table then
    self.seat_table:sweep(self.tasks.clock, function() return false end)
  end
  if self.state == "active" or (self.state == "draining" and next(self.visits) ~= nil) then
    run_loop(self, dt, now or self.tasks.clock)
  end
  if self.changed then
    self.changed = false
    self:run(self.options.on_state, nil, self)
  end
end

--- The host ends.
--- @param seconds number?   how long it waits for on_ended; the drain takes drain_grace_s at most
function methods:terminate(seconds)
  seconds = seconds or math.huge
  check_seconds(seconds, "match:terminate: seconds")
  course.drain(self, "HOST", math.min(seconds - HOST_MARGIN_S, self.options.drain_grace_s))
end

--- The game is over.
--- @param reason string?    handed to terminate
--- @param seconds number?   until the players are put out; default: drain_grace_s
function methods:finish(reason, seconds)
  seconds = seconds or self.options.drain_grace_s
  check_seconds(seconds, "match:finish: seconds")
  course.drain(self, reason or "GAME_OVER", seconds)
end

--- Put one player out.
function methods:kick(player, reason)
  local visit = self.visits[player]
  if visit then
    door.turn_away(self, visit, reason)
  end
end

--- Open or close the session for new players; one that is not active yet, from then on.
function methods:allow_players(allowed)
  self.closed = not allowed
  if self.state == "active" then
    self:run(door.tell_policy, nil, self)
  end
end

-- ---- what can be asked

function methods:phase()
  return self.state
end

function methods:session()
  return self.placed
end

function methods:matchmaker_data()
  return self.data
end

function methods:seats()
  local list = {}
  for i, seat in ipairs(self.seat_table and self.seat_table.list or {}) do
    list[i] = seat
  end
  return list
end

function methods:open_seats()
  if self.state ~= "active" or self.closed then
    return 0
  end
  return math.max(self.placed.maximum_player_session_count - self.seat_table:taken(), 0)
end

function methods:backfill()
  local fill = self.fill
  if not fill then
    return { state = "off", reason = "not asked for" }
  end
  return { state = fill.state, ticket_id = fill.ticket_id, reason = fill.reason }
end

return match
