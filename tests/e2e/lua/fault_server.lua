-- SPDX-License-Identifier: Apache-2.0
-- A game server in plain Lua that is to live through faults: gamelift.match, with little patience, and a line of
-- output for whatever happens to it. Each line of the file arg[1] is an order: "connect PLAYER PLAYER-SESSION-ID",
-- "disconnect PLAYER", or "describe", which asks GameLift for the seats.
local gamelift = require "gamelift"
local match = require "gamelift.match"

local function say(...)
  print(...)
  io.stdout:flush()
end

local server = assert(gamelift.new_server {
  request_timeout_ms = 1500,
  handshake_timeout_ms = 2000,
  reconnect_base_ms = 20,
  reconnect_cap_ms = 100,
})
local ended = false

local game = match.new {
  server = server,
  port = 7777,
  drain_grace_s = 1,
  backfill = { open_seconds = 0, retry_seconds = 1 },
  init = function(session) say("init", session.name, #session.matchmaker_data) end,
  join = function(player, seat) say("join", player, seat.player_id) end,
  leave = function(player, seat) say("leave", player, seat.player_id) end,
  kick = function(player, reason) say("kick", player, reason) end,
  terminate = function(reason) say("terminate", reason) end,
  update = function(update) say("update", update.update_reason) end,
  on_connection = function(_, event) say("connection", event.state, event.code) end,
  on_error = function(_, message) say("error", message) end,
  on_ended = function(ok)
    say("ended", tostring(ok))
    ended = true
  end,
}
game:start()

local asked = 0

local function describe()
  asked = asked + 1
  local number = asked
  server:describe_player_sessions({ player_id = "nobody" }, function(page, _, code)
    say("described", number, page and "OK" or code)
  end)
end

local orders_read = 0

local function obey_new_orders()
  local count = 0
  for line in io.lines(arg[1]) do
    count = count + 1
    if count > orders_read then
      local verb, player, id = line:match "^(%a+) ?(%w*) ?(%S*)$"
      if verb == "describe" then
        describe()
      else
        game[verb](game, player, id)
      end
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
