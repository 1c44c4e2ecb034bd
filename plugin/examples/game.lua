-- SPDX-License-Identifier: Apache-2.0
-- The game of lua_engine: everybody hears what somebody says, for as long as GameLift lets the session run.
local gamelift = require "gamelift"
local match = require "gamelift.match"

local players = {} -- seats, by player

local game = match.new {
  server = gamelift.server(),
  port = engine.port,
  join = function(player, seat)
    players[player] = seat
    engine.send(player, "welcome")
  end,
  leave = function(player) players[player] = nil end,
  kick = function(player, reason) engine.close(player, reason) end,
  terminate = function(_, seconds)
    for player in pairs(players) do engine.send(player, ("the game ends in %.0f s"):format(seconds)) end
  end,
  on_ended = function(ok) engine.exit(ok and 0 or 1) end,
  drain_grace_s = 2,
}
game:start()

function engine.tick(milliseconds) game:tick(milliseconds / 1000) end

function engine.terminate(seconds) game:terminate(seconds) end

function engine.connect(player, text) game:connect(player, text) end

function engine.message(player, text)
  if text == "bye" then
    engine.close(player, "bye")
    return game:disconnect(player)
  end
  for other in pairs(players) do engine.send(other, text) end
end
