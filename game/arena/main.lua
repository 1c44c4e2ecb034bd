-- SPDX-License-Identifier: Apache-2.0
-- The arena's server: joins the host's events to gamelift.match, and the match to the game.
--
-- Settings: max_players, rounds, round_seconds, backfill_open_seconds, drain_seconds, seed; the defaults are below.
-- Of the game session: the game property "map" (maps.lua).

local gamelift = require "gamelift"
local match = require "gamelift.match"
local doorman = require "doorman"
local figures = require "figures"
local hud = require "hud"
local maps = require "maps"
local protocol = require "protocol"
local rules = require "rules"
local session = require "session"
local settings = require "settings"

rules.max_players = settings.integer("max_players", rules.max_players, 2, protocol.most_ships)
rules.match.rounds = settings.integer("rounds", rules.match.rounds, 1, 50)
rules.match.round_seconds = settings.number("round_seconds", rules.match.round_seconds, 5, 3600)
local seed = settings.integer("seed", os.time(), 0, math.maxinteger)
local backfill_open_seconds = settings.number("backfill_open_seconds", 3, 0, 3600)
local drain_seconds = settings.number("drain_seconds", 5, 0, 600)

-- A cycle of the collector comes less often, so that hardly any tick waits for its longest step.
collectgarbage("setpause", 400)

local network = figures.new(gamelift.metrics(gamelift.server()))
local game  -- gamelift.match: readiness, seats, backfill, the end
local arena -- session.lua: the world and its players; from init on
local panel -- hud.lua: what players see of GameLift; from init on
local door = doorman.new()
local kept       -- what the scripts before a reload have left
local work_s = 0 -- how long a tick takes, smoothed

local function learn_names(game_session)
  local data = gamelift.matchmaker_data(game_session.matchmaker_data) -- match.lua logs what cannot be read
  if data then arena:learn_names(data) end
end

local function refresh_panel()
  if panel then panel:refresh(host.now()) end
end

local function init(game_session)
  local map, problem = maps.find(game_session.game_properties.map)
  if not map then return nil, problem end
  arena = session.new({
    rules = rules, seed = seed, map = map,
    max_players = game_session.maximum_player_session_count,
    session_id = game_session.game_session_id, kept = kept,
  }, {
    send = function(player, bytes, more)
      network:sent(#bytes + (more and #more or 0))
      return host.send(player, bytes, more)
    end,
    kick = function(player, reason) game:kick(player, reason) end,
    now = host.now,
    on_phase = function(phase)
      if phase == "over" then game:finish("MATCH_OVER", arena.rounds.left) end
    end,
    on_introduced = refresh_panel,
  })
  learn_names(game_session)
  panel = hud.new(arena, game)
  game:every(1, function() panel:forget_left(host.now()) end)
  return true
end

local function join_attempt()
  if arena:full() then return nil, ("the arena is full: it holds %d players"):format(rules.max_players) end
  return true
end

-- An auth token is read once, when the program starts. Where it has run out while GameLift was out of reach, no
-- redial can succeed, and whoever started this server has to start it anew, with a fresh token. A session is played
-- to its end.
local function on_connection(_, event)
  local is_refused = event.code == "FORBIDDEN" or event.code == "UNAUTHORIZED"
  if event.state == "lost" and is_refused and not arena then
    host.log("error", "GameLift does not let this server in any more: " .. event.reason)
    host.exit(1)
  end
end

game = match.new {
  server = gamelift.server(),
  port = host.port,
  log_paths = { host.config "log_file" },
  save = function() return arena and arena:save() end,
  restore = function(saved) kept = saved end,
  init = init,
  join_attempt = join_attempt,
  join = function(player, seat)
    door:enter(player)
    arena:join(player, seat)
  end,
  leave = function(player) arena:leave(player) end,
  loop = function(dt)
    arena:step(dt, panel:expected(), work_s)
    game:allow_players(arena.rounds:open()) -- nobody is invited to the last seconds of a match
  end,
  on_state = refresh_panel,
  update = function(change)
    if not arena then return end -- there is no such map, and the process ends
    learn_names(change.game_session)
    panel:session_updated(change.update_reason)
  end,
  terminate = function(reason, seconds)
    if panel then panel:drain(reason, seconds, host.now()) end
  end,
  kick = function(player, reason)
    door:turn_away(player, reason, host.now())
    host.close(player, reason)
  end,
  on_connection = on_connection,
  on_ended = function(ok) host.exit(ok and 0 or 1) end,
  log = host.log,
  drain_grace_s = drain_seconds,
  backfill = { open_seconds = backfill_open_seconds },
}
game:start()

host.on("tick", function(dt, now)
  local began = host.now()
  game:tick(dt, now)
  network:tell()
  local report = door:report(began)
  if report then host.log("info", report) end
  work_s = work_s * 0.9 + (host.now() - began) * 0.1
end)

host.on("connect", function(player, info)
  network:connected(1)
  local refusal = not info.again and door:arrive(player, info.player_session_id, host.now())
  if refusal then return host.close(player, refusal) end
  if arena then arena:connect(player) end
  game:connect(player, info.player_session_id)
end)

host.on("message", function(player, bytes)
  network:received(#bytes)
  if arena then arena:receive(player, bytes) end
end)

host.on("disconnect", function(player, reason)
  network:connected(-1)
  door:leave(player)
  game:disconnect(player, reason)
  if arena then arena:disconnect(player) end
end)

host.on("terminate", function(grace_s) game:terminate(grace_s) end)
