-- SPDX-License-Identifier: Apache-2.0
-- GameLift for Minetest: who has a player session plays, everybody else is sent away. README.md says how to run it.
--
-- A client cannot send a token, so a player is known by name: it is the player id that the back end has given to
-- CreatePlayerSession or StartMatchmaking.
local insecure = assert(minetest.request_insecure_environment(),
  "secure.trusted_mods must name gamelift: it loads a library")
local gamelift = insecure.require "gamelift" -- first: then the next line works in spite of mod security
local match = insecure.require "gamelift.match"

local SHUTDOWN_S = 3 -- what a SIGTERM leaves for telling GameLift

local server = assert(gamelift.new_server {
  on_log = function(level, message) minetest.log(level == "warn" and "warning" or level, "[gamelift] " .. message) end,
})
local is_over, is_shutting_down = false, false

-- Nobody moves before GameLift has accepted the player.
local function freeze(name, is_frozen)
  local player = minetest.get_player_by_name(name)
  local factor = is_frozen and 0 or 1
  if player then player:set_physics_override { speed = factor, jump = factor, gravity = 0 } end
end

local game = match.new {
  server = server,
  port = tonumber(minetest.settings:get "port") or 30000,
  join = function(name)
    freeze(name, false)
    minetest.chat_send_player(name, "welcome " .. name)
  end,
  leave = function(name) minetest.log("action", "[gamelift] " .. name .. " has left") end,
  kick = function(name, reason) minetest.kick_player(name, reason) end,
  terminate = function(_, seconds) minetest.chat_send_all(("the game ends in %.0f s"):format(seconds)) end,
  on_ended = function()
    is_over = true
    if not is_shutting_down then minetest.request_shutdown("The game is over.") end
  end,
  log = function(level, message) minetest.log(level == "debug" and "verbose" or "action", "[gamelift] " .. message) end,
  drain_grace_s = 2,
}

minetest.register_on_joinplayer(function(player)
  local name = player:get_player_name()
  freeze(name, true)
  game:connect(name, nil, name)
end)

minetest.register_on_leaveplayer(function(player) game:disconnect(player:get_player_name()) end)

minetest.register_globalstep(function(dt)
  server:tick()
  game:tick(dt)
end)

minetest.after(0, function() game:start() end) -- the world is there: GameLift may place a game session

-- No step runs any more, and nobody is told of players who are still here: the match ends in here.
minetest.register_on_shutdown(function()
  is_shutting_down = true
  game:terminate(0)
  local left = SHUTDOWN_S
  while not is_over and left > 0 do
    server:wait(50)
    server:tick()
    game:tick(0.05)
    left = left - 0.05
  end
  server:close()
end)
