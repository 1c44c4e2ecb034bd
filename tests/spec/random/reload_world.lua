-- SPDX-License-Identifier: Apache-2.0
--- The world of a random match: chance, players as a host has them, reloads, and trouble with the network. What is true
--- of it is checked in random_reloads.lua.

local VERBOSE = arg[3] == "v"
local MOST_SEATS = 4

-- ---- chance

local state = 1

local function below(n) -- 0 .. n - 1
  state = (state * 16807) % 2147483647
  return math.floor(state / 2147483647 * n)
end

local function one_of(list)
  return list[below(#list) + 1]
end

local function chance(percent)
  return below(100) < percent
end

-- Seconds, in quarters.
local function some_seconds(most)
  return below(most * 4 + 1) / 4
end

-- ---- the world of one match

-- players: by name, and in a list; is_matched: FlexMatch makes the match, and fills it; calm_at, trouble_until: between
-- these there may be trouble; heal, heal_at: what ends the trouble that there is, and when; is_ending: the match was
-- told to end; ended: what on_ended was told
local world

local function say(format, ...)
  if VERBOSE then
    print(("%8.2f  "):format(world.clock) .. format:format(...))
  end
end

local function wrong(format, ...)
  error(format:format(...), 0)
end

local function check(condition, format, ...)
  if not condition then
    wrong(format, ...)
  end
end

-- ---- what the scripts tell

local on_line = {}

function on_line.join(player)
  check(world.players[player], "an unknown player joined: %s", player)
  world.players[player].is_in = true
end

function on_line.back(name)
  world.players["p-" .. name].is_in = true
end

function on_line.kick(player, reason)
  local one = world.players[player]
  if one and one.is_connected then
    check(world.is_ending, "%s was turned away: %s", player, reason)
    one.is_connected = false
    world.game:run("m:disconnect(...)", player)
  end
end

function on_line.leave(player)
  world.players[player].is_in = false
end

function on_line.ended(how)
  world.ended[#world.ended + 1] = how
end

-- Hear what the scripts have told; kicked players are disconnected, which may tell more.
local function listen()
  while world.game.state do
    local lines = world.game:lines()
    if lines == "" then
      return
    end
    for line in lines:gmatch "[^\n]+" do
      say("    %s", line)
      local what, whom, more = line:match "^(%w+) ([^ :]+):? ?(.*)$"
      if on_line[what] then
        on_line[what](whom, more)
      end
    end
  end
end

-- ---- players, as a host has them

local function new_player(name)
  local one = { name = name, player = "p-" .. name }
  world.players[one.player] = one
  table.insert(world.players, one)
  return one
end

local function connect(one, id)
  one.id, one.is_connected = id, true
  say("%s comes", one.player)
  world.game:connect(one.player, id)
end

-- Whoever has been found a seat comes.
local function follow_tickets()
  for _, one in ipairs(world.players) do
    local ticket = one.ticket and world.game.state and world.service:ticket(one.ticket)
    if ticket and ticket.Status == "COMPLETED" then
      one.ticket = nil
      connect(one, ticket.GameSessionConnectionInfo.MatchedPlayerSessions[1].PlayerSessionId)
    elseif ticket and (ticket.Status == "TIMED_OUT" or ticket.Status == "CANCELLED") then
      one.ticket, one.is_done = nil, true
    end
  end
end

local function heal()
  if world.heal and world.clock >= world.heal_at then
    say "well again"
    world.heal()
    world.heal = nil
  end
end

local function pass(seconds, look_every)
  while seconds > 0 do
    local step = math.min(seconds, look_every or 0.25)
    world.service:advance(step)
    world.clock = world.clock + step
    heal()
    listen()
    follow_tickets()
    seconds = seconds - step
  end
end

local function queue()
  world.count = world.count + 1
  local name = "n" .. world.count
  say("p-%s queues", name)
  new_player(name).ticket = world.service:queue(name, nil, "duel")
end

local function come()
  local present = 0
  for _, one in ipairs(world.players) do
    present = present + (one.is_done and 0 or 1)
  end
  if not world.game.state or world.is_ending or present >= MOST_SEATS then
    return
  elseif world.is_matched then
    return queue()
  end
  world.count = world.count + 1
  local name = "n" .. world.count
  local ok, id = pcall(world.service.create_player_session, world.service, name)
  if ok then -- else seats that were given up are not free yet
    connect(new_player(name), id)
  end
end

-- In a gap nobody is told: the next scripts do not see the player any more.
local function go()
  for _, one in ipairs(world.players) do
    local player = one.player
    if one.is_connected and chance(40) then
      say("%s goes", player)
      one.is_connected, one.is_in, one.is_done = false, false, true
      if world.game.state then
        world.game:run("m:disconnect(...)", player)
      end
      return
    end
  end
end

local function introduce()
  for _, one in ipairs(world.players) do
    one.is_in = false
    if one.is_connected then
      world.game:connect(one.player, one.id)
    end
  end
end

-- ---- reloads

-- Scripts in a Lua state that stays are only replaced: they live until then.
local function leave()
  listen()
  if world.game.kind == "same" then
    return
  elseif chance(25) then
    say "the state dies"
    world.game:run "m:tick(0.25)" -- a match writes down what has changed four times a second
    listen()
    world.game:crash()
  else
    say "the scripts leave"
    world.game:leave()
  end
end

local function load()
  world.reloads = world.reloads + 1
  say "scripts come"
  if world.game.state and chance(40) then
    listen()
    world.game:again()
  else
    if world.game.state then
      leave()
    end
    world.game:load()
  end
  if chance(20) and not world.is_ending then
    world.service:settle()
  end
  introduce()
  listen()
end

local function reload()
  if chance(25) and world.game.state then
    leave()
    pass(some_seconds(3))
    if chance(30) then
      go()
    end
  end
  load()
  if chance(30) then
    if chance(50) then
      pass(some_seconds(1))
    end
    load()
  end
end

-- ---- trouble: requests may time out, and reservations do not run out

local ACTIONS = { "AcceptPlayerSession", "RemovePlayerSession", "UpdatePlayerSessionCreationPolicy",
  "DescribePlayerSessions", "ActivateGameSession", "ActivateServerProcess" }

local function trouble()
  if world.clock < world.calm_at or world.clock > world.trouble_until then
    return
  end
  local most = world.is_ending and 2 or chance(30) and 25 or 8
  local seconds = some_seconds(most)
  world.calm_at = world.clock + 2 * seconds + 5
  local kind = one_of { "silent", "flapping", "late", "down" }
  say("%s for %.2f s", kind, seconds)
  if kind == "silent" then
    world.service.hang(true)
    world.heal = function() world.service.hang(false) end
  elseif kind == "down" then
    world.service.down(true)
    world.heal = function() world.service.down(false) end
  elseif kind == "late" then
    world.service:delay(one_of(ACTIONS), seconds, { times = 1 })
    world.heal = function() world.service:behave() end
  else
    world.service.cut()
    world.heal = function() world.service.cut() end
  end
  world.heal_at = world.clock + seconds
end

--- Another world, with chances of its own; the caller gives it the fields game, service and is_matched.
local function begin(seed)
  state = seed * 7919 % 2147483646 + 1
  for _ = 1, 8 do
    below(2)
  end
  world = {
    players = {}, count = 0, reloads = 0, clock = 0, calm_at = 0, trouble_until = math.huge, is_ending = false,
    ended = {},
  }
  return world
end

return {
  MOST_SEATS = MOST_SEATS, begin = begin, below = below, one_of = one_of, chance = chance, some_seconds = some_seconds,
  say = say, wrong = wrong, check = check, listen = listen, heal = heal, pass = pass, queue = queue, come = come,
  go = go, load = load, reload = reload, trouble = trouble,
}
