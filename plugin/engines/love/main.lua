-- SPDX-License-Identifier: Apache-2.0
-- A game server in LÖVE: players walk about and see where everybody is. `love FOLDER PORT`; README.md says the rest.
--
-- A player is a sender of datagrams. The first one is its player session id; then it says "left", "right", "up",
-- "down" or "bye".
local socket = require "socket"
local gamelift = require "gamelift"
local match = require "gamelift.match"

local STEPS = { left = { -1, 0 }, right = { 1, 0 }, up = { 0, -1 }, down = { 0, 1 } }
local QUIT_GRACE_S = 10

local server, game, udp
local players = {} -- by "address port"
local is_over = false

local function tell(player, text) udp:sendto(text, player.address, player.port) end

local function tell_all(text)
  for _, player in pairs(players) do
    if player.name then tell(player, text) end
  end
end

local function forget(player) players[player.key] = nil end

local function new_match(port)
  return match.new {
    server = server,
    port = port,
    init = function(session) print("game session " .. session.game_session_id) end,
    join = function(player, seat)
      player.name, player.x, player.y = seat.player_id, 0, 0
      tell(player, "welcome " .. player.name)
    end,
    leave = function(player) tell_all(player.name .. " has left") end,
    kick = function(player, reason)
      tell(player, reason)
      forget(player)
    end,
    terminate = function(_, seconds) tell_all(("the game ends in %d s"):format(seconds)) end,
    on_ended = function(ok)
      is_over = true
      love.event.quit(ok and 0 or 1)
    end,
    log = function(level, message) print(level .. ": " .. message) end,
    drain_grace_s = 2,
  }
end

local function hear(text, address, port)
  local key = address .. " " .. port
  local player = players[key]
  if not player then
    player = { key = key, address = address, port = port }
    players[key] = player
    return game:connect(player, text)
  end
  local step = STEPS[text]
  if text == "bye" then
    forget(player)
    game:disconnect(player, "said bye")
  elseif step and player.name then
    player.x, player.y = player.x + step[1], player.y + step[2]
    tell_all(("%s is at %d %d"):format(player.name, player.x, player.y))
  end
end

function love.load(arguments)
  io.stdout:setvbuf "line"
  local port = tonumber(arguments[1]) or 7777
  udp = socket.udp()
  assert(udp:setsockname("*", port))
  udp:settimeout(0)
  server = assert(gamelift.new_server {})
  game = new_match(port)
  game:start()
end

function love.update(dt)
  server:tick()
  game:tick(dt)
  local text, address, port = udp:receivefrom()
  while text do
    hear(text, address, port)
    text, address, port = udp:receivefrom()
  end
end

-- SIGTERM, or the last window. GameLift is told first; on_ended then quits.
function love.quit()
  if is_over then
    server:close()
  else
    game:terminate(QUIT_GRACE_S)
  end
  return not is_over -- true: not yet
end
