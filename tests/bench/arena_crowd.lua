-- SPDX-License-Identifier: Apache-2.0
-- A crowd of players for bench_arena.py: each says hello, steers and shoots without thinking, and counts snapshots.
--
-- Settings: urls (a file with one address on each line), game (the folder of the arena's scripts).

package.path = host.config "game" .. "/?.lua;" .. package.path

local protocol = require "protocol"

local DIALS_A_TICK = 4
local SNAPSHOT, GREETING = 4, 1
local TURN_S = 0.7 -- a player goes another way this often

local urls, players, welcomed = {}, {}, 0
for url in io.lines(host.config "urls") do urls[#urls + 1] = url end

local function hello(player)
  welcomed = welcomed + 1
  host.send(player, protocol.encode_client("hello", { flags = 0, name = "player " .. welcomed }))
end

host.on("message", function(player, bytes)
  local kind = bytes:byte(2)
  if kind == SNAPSHOT then
    players[player].snapshots = players[player].snapshots + 1
  elseif kind == GREETING then
    hello(player)
  end
end)

host.on("disconnect", function(player, reason)
  host.log("error", "a player is gone: " .. reason)
  players[player] = nil
end)

local function input_of(one, now)
  if now >= one.turn_at then
    local way = math.random() * 2 * math.pi
    one.turn_at = now + TURN_S * (0.5 + math.random())
    one.input = { move_x = math.cos(way), move_y = math.sin(way), aim = math.random() * 2 * math.pi,
      buttons = protocol.buttons.fire, sequence = 0 }
  end
  one.input.sequence = (one.input.sequence + 1) % 65536
  return protocol.encode_client("input", one.input)
end

local function dial_some()
  for _ = 1, math.min(DIALS_A_TICK, #urls) do
    local player = assert(host.dial(table.remove(urls)))
    players[player] = { snapshots = 0, turn_at = 0 }
  end
end

local function report(window_s)
  local least, sum, count = math.huge, 0, 0
  for _, one in pairs(players) do
    least, sum, count = math.min(least, one.snapshots), sum + one.snapshots, count + 1
    one.snapshots = 0
  end
  host.log("info", ("crowd: %d players, %.2f snapshots a second, the least %.2f"):format(
    count, sum / count / window_s, least / window_s))
end

local REPORT_S = 2
local reported_at = host.now()

host.on("tick", function(_, now)
  dial_some()
  for player, one in pairs(players) do host.send(player, input_of(one, now)) end
  if host.now() - reported_at >= REPORT_S and #urls == 0 then
    report(host.now() - reported_at)
    reported_at = host.now()
  end
end)
