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
---     save = function() return plain end,      -- the scripts are replaced: what they leave to the next, which gets it
---     restore = function(value) end,           --    before init. Booleans, numbers, strings, tables of these
---     update = function(update) end,           -- every UpdateGameSession, after it was dealt with here
---     on_state = function(m) end,              -- seats, backfill, policy or phase changed; at most once a tick
---     on_drop = function(player, seat) end,    -- the connection ended, the player may come back (reconnect_grace_s)
---     on_reconnect = function(player, seat) end,                          -- and did
---     health = function() return true end,     -- default: see below
---     log = host.log,                          -- (level, message): what the choreography decides, and why
---     on_connection = nil, on_log = nil, on_error = nil,                  -- as in gamelift.new_server
---     unix_time = os.time,                     -- seconds since 1970, for the time of termination
---     tick_rate = 30,                          -- loop at this rate, whatever the rate of m:tick; default: every tick
---     seat_refresh_s = 15,                     -- how often reserved seats are asked for
---     drain_grace_s = 20,                      -- how long players get to leave; less if GameLift ends it sooner
---     reconnect_grace_s = 0,                   -- how long the seat of a dropped player is kept; 0: not at all
---     empty_timeout_s = 300,                   -- nobody came, or all have left: ends as "EMPTY"; default: never
---     max_session_s = 7200,                    -- ends as "MAX_SESSION_TIME"; default: never
---     join_timeout_s = 10,                     -- a join_attempt that takes longer turns the player away
---     loop_timeout_s = 30,                     -- a loop that waits for longer makes the process unhealthy
---     max_script_errors = 1000,                -- more make it unhealthy; default: any number is fine
---     backfill = {                             -- absent: seats that open stay open
---       open_seconds = 5,                      -- how long a seat must have been open
---       retry_seconds = 10,                    -- after a backfill that failed; doubles up to 120
---       search_seconds = 300,                  -- a ticket without any news is taken back and made anew
---       configuration = nil,                   -- ARN; default: the one that made this match
---       player_of = nil,                       -- (seat) -> { team =, attributes =, latency_in_ms = }: overrides
---     },                                       --    what the matchmaker data says, field by field
---   }
---   game:start()                                                          -- says ProcessReady, until it is accepted
---   host.on("tick", function(dt, now) game:tick(dt, now) end)             -- seconds; drives everything that waits
---   host.on("connect", function(player, info) game:connect(player, info.player_session_id) end)
---   host.on("disconnect", function(player, reason) game:disconnect(player, reason) end)
---   host.on("terminate", function(grace_s) game:terminate(grace_s) end)
---
--- Every function runs in a coroutine of its own and may wait, but health, log, unix_time, save and player_of, which
--- answer at once. One that raises is logged with its traceback; then init ends the process, join_attempt and join
--- turn the player away, others go on. loop may wait, and is not called again before it has returned.
---
--- A player is any value but nil, unique while connected. A seat is a table, the same one in every call:
---   { player_session_id =, player_id =, player =, team =, player_data =, state = "reserved"|"accepted"|"left",
---     away = }
--- where player is nil until someone connects for it, and away is true while an accepted seat is kept for a player who
--- may come back. The game may keep fields of its own in it.
---
--- What is called when:
---   game session placed          init, ActivateGameSession; players who connect meanwhile wait for it
---   m:connect                    DescribePlayerSessions, join_attempt, AcceptPlayerSession, join; or kick. While
---                                GameLift cannot be reached, for as long as a reservation lasts (60 s)
---   m:disconnect                 leave, RemovePlayerSession (during the accept: no join and no leave, but Remove)
---   the same, reconnect_grace_s  on_drop; then on_reconnect if m:connect comes for the same seat in time, else leave
---   m:kick(player, reason)       kick, leave, RemovePlayerSession; of a dropped player: leave, RemovePlayerSession
---   m:finish(reason, seconds)    the game is over: drain
---   m:terminate(seconds)         the host ends (SIGTERM): drain, and on_ended within these seconds whatever
---                                GameLift answers
---   TerminateProcess             GameLift ends it: drain, no longer than it grants
---   drain                        terminate(reason, seconds) once, new players denied, backfill stopped; when
---                                everybody has left and terminate has returned, or after so many seconds: kick and
---                                leave for each who is left, RemovePlayerSession, ProcessEnding, on_ended
---   reasons of a drain           "TERMINATE_PROCESS", "HOST", "INIT_FAILED", "ACTIVATION_FAILED", "EMPTY",
---                                "MAX_SESSION_TIME", or what m:finish got
---
--- What can be asked at any time:
---   m:phase()                    "new", "starting", "ready", "loading", "active", "draining", "ended";
---                                "replaced" (see Reload)
---   m:session()                  the game session, newest update included; nil before it is placed
---   m:matchmaker_data()          the newest, parsed (gamelift.matchmaker_data); nil where there is none
---   m:seats()                    a list of seats: reserved ones are learnt from the matchmaker data and GameLift
---   m:open_seats()               how many players could still come
---   m:accepts_players()          whether GameLift lets new players come, as far as it has confirmed
---   m:backfill()                 { state = "off"|"none"|"waiting"|"starting"|"searching"|"stopping"|"automatic",
---                                  ticket_id =, reason = }
--- What can be done:
---   m:allow_players(allowed)     open or close the session for new players (the creation policy), tried until GameLift
---                                holds it; backfill follows
---   m:after(seconds, fn)         call fn once; m:every(seconds, fn): again and again. Both give a timer with
---                                timer:cancel(), and end with the match
---
--- Health: GameLift asks every minute and ends a process that is unhealthy. This one is when loop has returned since
--- the question before, or there was no game to run. It is not when loop was called and never returned, when nobody
--- calls m:tick though there is a game, when loop has waited for loop_timeout_s, when there were more script errors
--- than max_script_errors. With a health function that one decides about the first two.
---
--- AUTOMATIC backfill fills the seats that were open at the start, and does not replace players who leave: from the
--- first seat that opens after that, the match asks by itself, as with MANUAL.
---
--- Reload: match.new on a server that has a match already, in this Lua state or in one that was closed, takes its
--- place. Nothing that is under way is lost or done twice: the session, its phase and age, seats, accepts and removes,
--- backfill, a drain with its time. m:start() then calls restore(value) with what save() of the old scripts has
--- returned, and init(session, true); the host calls m:connect again for everyone still connected, and join follows,
--- without join_attempt for those who were let in before. Seats that nobody claims in 30 s are given up. In a drain,
--- terminate is called again with the time that is left. The old match does nothing any more: its methods raise,
--- m:phase() is "replaced". Timers end with it, and what the game has put into seats is not handed on: use save.

local arguments = require "gamelift.match.arguments"
local calls = require "gamelift.match.calls"
local course = require "gamelift.match.course"
local door = require "gamelift.match.door"
local ending = require "gamelift.match.ending"
local events = require "gamelift.match.events"
local exits = require "gamelift.match.exits"
local loop = require "gamelift.match.loop"
local new_backfill = require "gamelift.match.backfill_of_match"
local new_fields = require "gamelift.match.fields"
local options_of = require "gamelift.match.options"
local policy = require "gamelift.match.policy"
local snapshot = require "gamelift.match.snapshot"
local takeover = require "gamelift.match.takeover"
local timers = require "gamelift.match.timers"

---@type gamelift.match_module
local match = {}
local methods = {}
local class = { __index = methods }

local HOST_MARGIN_S = 3 -- a drain is over so long before the host leaves
local MOST_NESTED_LINES = 3 -- of the log, each written while the one before is

-- ---- for the other files of gamelift.match

--- Something has changed that is shown, or that the next match is to know.
function methods:touch()
  self.has_changed, self.is_unwritten = true, true
end

function methods:move(phase)
  self.phase_now = phase
  self:touch()
  self.log("debug", "match: " .. phase)
end

--- Another match takes this one's place.
function methods:retire(heir)
  takeover.retire(self, heir)
end

-- ---- making one

-- The game's log as the match calls it. A log that acts on the match is not told of all that this leads to.
local function log_of(options)
  local depth = 0
  return function(level, message)
    if options.log and depth < MOST_NESTED_LINES then
      depth = depth + 1
      calls.now("log", options.log, level, message)
      depth = depth - 1
    end
  end
end

--- Take the server's handlers over, and the place of the match that has had them; wait for m:start().
function match.new(options)
  options = options_of.read(options)
  takeover.check(options.server)
  local self = setmetatable(new_fields(options), class)
  self.log = log_of(options)
  self.errors_before = self.server:error_count()
  if options.backfill then
    self.backfiller = new_backfill(self)
  end
  assert(self.server:set_handlers(events.handlers(self)))
  takeover.begin(self)
  return self
end

-- ---- what the host calls

--- Say ProcessReady, or go on where the match before was.
function methods:start()
  arguments.check_living(self, "start")
  if self.is_started then
    error("match:start: called twice", 2)
  end
  self.is_started = true
  if self.phase_now ~= "new" then
    return -- the host has begun to end
  end
  course.start(self)
  if self.server:is_terminating() then
    events.on_process_terminate(self, self.server:termination_time())
  end
end

--- A player has connected. One of the two ids must be given; by player id is for engines whose players cannot
--- send a token before they join.
function methods:connect(player, player_session_id, player_id)
  arguments.check_living(self, "connect")
  if player == nil then
    error("match:connect: player is nil", 2)
  elseif player ~= player then
    error("match:connect: player is NaN, which equals nothing, not even itself", 2)
  elseif self.visits[player] then
    error("match:connect: this player is connected already", 2)
  end
  local visit = { player = player, seat = nil, is_gone = false, has_joined = false }
  self.visits[player] = visit
  if not arguments.is_claim(player_session_id, player_id) then
    return exits.turn_away(self, visit, "a player session id is needed to play here")
  end
  self.tasks:run(door.admit, self, visit, player_session_id, player_id)
end

--- A player's connection has ended. Unknown players, and those who were kicked, are fine.
function methods:disconnect(player, reason)
  arguments.check_living(self, "disconnect")
  local visit = self.visits[player]
  if visit then
    exits.disconnect(self, visit, reason or "disconnected")
  end
end

--- Put one player out, also one who was dropped and may come back.
--- @param reason string?   for the player
function methods:kick(player, reason)
  arguments.check_living(self, "kick")
  local visit = self.visits[player]
  if visit then
    exits.turn_away(self, visit, reason or "you were put out of the game")
  else
    exits.give_up_dropped(self, player)
  end
end

local function tell_of_changes(self)
  local is_busy = self.state_call and not self.state_call.is_known
  if self.has_changed and not is_busy then
    self.has_changed = false
    self.state_call = calls.start(self, "on_state", self)
  end
end

-- A host may have two scripts' hooks for a moment.
local function tell_of_end(self)
  if not self.is_told_of_end then
    self.is_told_of_end = true
    self.log("warn", "match:tick: this match was replaced by a newer one")
  end
end

--- Time has passed.
--- @param dt number     seconds since the tick before
--- @param now number?   what loop is handed beside dt; default: seconds since the first tick
function methods:tick(dt, now)
  arguments.check_seconds(dt, "match:tick: dt")
  arguments.check_step(dt)
  if now ~= nil then
    arguments.check_seconds(now, "match:tick: now")
  end
  if self.is_replaced then
    return tell_of_end(self)
  end
  self.tasks:advance(dt)
  if self.phase_now == "active" then
    if self.backfiller then
      self.backfiller:step()
    end
    course.check_limits(self)
  end
  self.seat_table:forget_left(self.tasks.clock)
  if loop.is_due(self) then
    loop.run(self, dt, now or self.tasks.clock)
  end
  if not self.is_replaced then -- by what it has just called
    snapshot.write(self)
    tell_of_changes(self)
  end
end

--- The host ends.
--- @param seconds number?   how long it waits for on_ended; the drain takes drain_grace_s at most
function methods:terminate(seconds)
  arguments.check_living(self, "terminate")
  seconds = seconds or math.huge
  arguments.check_seconds(seconds, "match:terminate: seconds")
  ending.drain(self, "HOST", math.min(seconds - HOST_MARGIN_S, self.options.drain_grace_s), seconds)
end

--- The game is over.
--- @param reason string?    handed to terminate
--- @param seconds number?   until the players are put out; default: drain_grace_s
function methods:finish(reason, seconds)
  arguments.check_living(self, "finish")
  seconds = seconds or self.options.drain_grace_s
  arguments.check_seconds(seconds, "match:finish: seconds")
  arguments.check_reason(reason)
  ending.drain(self, reason or "GAME_OVER", seconds)
end

--- Open or close the session for new players; one that is not active yet, from then on. GameLift is told until it
--- has confirmed it: m:accepts_players(). May be called in every tick: only a change does something.
function methods:allow_players(allowed)
  arguments.check_living(self, "allow_players")
  if self.is_closed == not allowed then
    return -- GameLift has been told, or is being told
  end
  self.is_closed = not allowed
  self:touch()
  policy.update(self)
end

--- Call fn() once, in so many seconds.
--- @return table timer   timer:cancel()
function methods:after(seconds, fn)
  arguments.check_living(self, "after")
  arguments.check_timer("after", seconds, fn, 0)
  return timers.new(self, seconds, nil, fn)
end

--- Call fn() every so many seconds; once where a tick was longer, and not while the call before still waits.
--- @return table timer   timer:cancel()
function methods:every(seconds, fn)
  arguments.check_living(self, "every")
  arguments.check_timer("every", seconds, fn, 0.001)
  return timers.new(self, seconds, seconds, fn)
end

-- ---- what can be asked

function methods:phase()
  return self.phase_now
end

function methods:session()
  return self.game_session
end

function methods:matchmaker_data()
  return self.matchmaking
end

function methods:seats()
  local list = {}
  for i, seat in ipairs(self.seat_table.list) do
    list[i] = seat
  end
  return list
end

function methods:accepts_players()
  return policy.is_open(self)
end

function methods:open_seats()
  if not policy.is_open(self) then
    return 0
  end
  return math.max(self.game_session.maximum_player_session_count - self.seat_table:taken(), 0)
end

function methods:backfill()
  local backfiller = self.backfiller
  if not backfiller then
    return { state = "off", reason = "not asked for" }
  end
  return { state = backfiller.state, ticket_id = backfiller.ticket_id, reason = backfiller.reason }
end

return match
