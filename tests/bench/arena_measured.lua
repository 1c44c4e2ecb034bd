-- SPDX-License-Identifier: Apache-2.0
-- The arena's server for bench_arena.py: the game itself, whose ticks are measured in CPU time of this process.
--
-- Settings: game (the folder of the arena's scripts); floor_bytes, floor_players: not the game, but a server that
-- sends so many bytes to everybody in each tick and listens to nothing: what the network alone costs.

local LINE_TICKS = 300

local times = {}

local function percentile(part)
  return times[math.max(1, math.ceil(#times * part))] * 1e3
end

local function note(seconds)
  times[#times + 1] = seconds
  if #times < LINE_TICKS then return end
  table.sort(times)
  host.log("info", ("ticks: p50 %.3f ms, p99 %.3f ms, most %.3f ms, %d KiB of Lua"):format(
    percentile(0.5), percentile(0.99), times[#times] * 1e3, collectgarbage "count" // 1))
  times = {}
end

local on = host.on
function host.on(event, fn)
  if event ~= "tick" then return on(event, fn) end
  on(event, function(dt, now)
    local began = os.clock()
    fn(dt, now)
    note(os.clock() - began)
  end)
end

local function send_to_everybody(bytes)
  local gamelift = require "gamelift"
  local server, players = gamelift.server(), {}
  local message = "\2\4" .. ("x"):rep(bytes - 2)
  server:set_handlers { on_start_game_session = function(self) assert(self:activate_game_session()) end }
  host.on("connect", function(player) players[player] = true end)
  host.on("disconnect", function(player) players[player] = nil end)
  host.on("tick", function()
    for player in pairs(players) do host.send(player, message) end
  end)
  assert(server:process_ready { port = host.port, log_paths = {} })
end

local floor_bytes = tonumber(host.config "floor_bytes")
if floor_bytes then
  send_to_everybody(floor_bytes)
else
  local folder = host.config "game"
  package.path = folder .. "/?.lua;" .. package.path
  dofile(folder .. "/main.lua")
end
