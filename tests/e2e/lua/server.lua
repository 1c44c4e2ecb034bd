-- SPDX-License-Identifier: Apache-2.0
-- A whole game server in plain Lua, any version: gamelift.match on a server that this program ticks itself.
-- Each line of its input is "connect PLAYER PLAYER-SESSION-ID" or "disconnect PLAYER", from the file arg[1].
local gamelift = require "gamelift"
local match = require "gamelift.match"

local function say(...)
  print(...)
  io.stdout:flush()
end

local server = assert(gamelift.new_server {})
local ended = false

local game = match.new {
  server = server,
  port = 7777,
  init = function(session) say("init", session.name) end,
  join = function(player, seat) say("join", player, seat.player_id) end,
  leave = function(player, seat) say("leave", player, seat.player_id) end,
  kick = function(player, reason) say("kick", player, reason) end,
  terminate = function(reason) say("terminate", reason) end,
  on_ended = function(ok)
    say("ended", tostring(ok))
    ended = true
  end,
}
game:start()

local orders_read = 0

local function obey_new_orders()
  local count = 0
  for line in io.lines(arg[1]) do
    count = count + 1
    if count > orders_read then
      local verb, player, id = line:match "^(%a+) (%w+) ?(%S*)$"
      game[verb](game, player, id)
    end
  end
  orders_read = count
end

local phase
while not ended do
  server:wait(20)
  server:tick()
  game:tick(0.02)
  obey_new_orders()
  if game:phase() ~= phase then
    phase = game:phase()
    say("phase", phase)
  end
end
server:close()
