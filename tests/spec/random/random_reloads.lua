-- SPDX-License-Identifier: Apache-2.0
--- Random matches whose scripts are reloaded at every step: in the same Lua state, in a fresh one, twice at once, with
--- a gap, in a state that dies without a word; while players come and go, GameLift is silent, late or cut off, in a
--- drain and in a TerminateProcess. Whatever happens:
---
---   the session lives until the match is told to end
---   each seat ends COMPLETED or TIMEDOUT, or is held by a player who is in the game; whoever is connected is
---   nobody is turned away by a reload
---   one backfill ticket is out while a seat of a match is open, and none else
---   the end is reached: one ProcessEnding, one on_ended, by the scripts that are there then
---
---   lua random_reloads.lua [SEED [RELOADS [v]]]   plays matches SEED, SEED + 1, ... (default 1) until there were so
---                                                 many reloads (default 400, with GLIFT_LONG 20,000); v: tells each
---                                                 step

local reloading = require "reloading"
local core = require "gamelift.testing_core"

local SEED, RELOADS = tonumber(arg[1]) or 1, tonumber(arg[2]) or (os.getenv "GLIFT_LONG" and 20000 or 400)
local VERBOSE = arg[3] == "v"
local STEPS, CALM_S, PATIENCE_S = 24, 80, 120 -- whom matchmaker data names is expected for 65 s
local MOST_SEATS = 4

local RULE_SET = [[{
  "name": "duel", "ruleLanguageVersion": "1.0",
  "teams": [{ "name": "red", "minPlayers": 1, "maxPlayers": 3 }, { "name": "blue", "minPlayers": 1, "maxPlayers": 1 }]
}]]

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

local world -- what is made in run(), and
-- players: by name, and in a list; is_matched: FlexMatch makes the match, and fills it; calm_at, trouble_until: between
-- these there may be trouble; heal, heal_at: what ends the trouble that there is, and when; is_ending: the match was
-- told to end

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

-- ---- steps

local steps = {
  { 35, reload },
  { 22, come },
  { 15, go },
  { 25, trouble },
  { 3, function()
    if world.game.state and not world.is_ending and not world.is_matched then
      world.game:run("m:allow_players(...)", chance(60))
    end
  end },
}

local function step()
  local die = below(100)
  for _, one in ipairs(steps) do
    die = die - one[1]
    if die < 0 then
      one[2]()
      break
    end
  end
  if chance(50) then
    pass(some_seconds(2))
  end
  listen()
end

-- ---- what must hold

-- How many search: of the match's own, and of those that FlexMatch has made by itself.
local function backfill_tickets()
  local own, automatic = 0, 0
  for _, ticket in ipairs(world.service.state().tickets) do
    local is_open = ticket.status == "QUEUED" or ticket.status == "SEARCHING" or ticket.status == "PLACING"
    if ticket.kind == "backfill" and is_open then
      own, automatic = own + (ticket.automatic and 0 or 1), automatic + (ticket.automatic and 1 or 0)
    end
  end
  return own, automatic
end

-- A match without anybody has no ticket of its own, because a ticket names at least one player.
local function is_backfill_right()
  local present = 0
  for _, one in ipairs(world.players) do
    present = present + (one.is_connected and 1 or 0)
  end
  local own, automatic = backfill_tickets()
  local problem = ("%d players, and %d + %d backfill tickets"):format(present, own, automatic)
  if world.is_matched and present > 0 and present < MOST_SEATS then
    return own + automatic == 1, problem
  end
  return own == 0 and automatic <= (world.is_matched and present == 0 and 1 or 0), problem
end

-- A ticket that has become wrong is just being made anew, or it is not made.
local function check_backfill()
  if not is_backfill_right() then
    pass(10, 2)
  end
  check(is_backfill_right())
end

local function statuses()
  local found = {}
  for _, seat in ipairs(world.service.state().player_sessions) do
    found[seat.player_session_id] = seat.status
  end
  return found
end

local function calm()
  if world.heal then
    world.heal_at = world.clock
    heal()
  end
  world.service:behave()
  if not world.game.state then
    load()
  end
end

-- Nothing happens for a while: then everybody is where they belong.
local function check_session()
  calm()
  repeat
    pass(CALM_S, 2)
    local is_somebody_late = false
    for _, one in ipairs(world.players) do
      is_somebody_late = is_somebody_late or one.ticket ~= nil or one.is_connected and not one.is_in
    end
  until not is_somebody_late or world.clock > world.calm_at + 10 * CALM_S
  check(world.game:phase() == "active", "the phase is %s", world.game:phase())
  check(world.service:game_session().Status == "ACTIVE", "the session is %s", world.service:game_session().Status)
  local found = statuses()
  for _, one in ipairs(world.players) do
    local player = one.player
    local status = one.id and found[one.id]
    check(status == "ACTIVE" or not one.is_connected, "%s is connected, and the seat is %s", player, status)
    check(one.is_in or not one.is_connected, "%s is connected, and not in the game", player)
    check(status ~= "ACTIVE" or one.is_connected, "%s has gone, and the seat is ACTIVE", player)
  end
  check_backfill()
end

local ways_to_end = {
  function()
    world.service:terminate(30)
    core.settle() -- a push that the network loses never comes again
  end,
  function() world.game:run "m:finish('OVER', 8)" end,
  function() world.game:run "m:terminate(20)" end,
}

local function check_end()
  check(#world.ended == 1 and world.ended[1] == "well", "on_ended: %s", table.concat(world.ended, ", "))
  check(core.endings() == 1, "%d ProcessEndings", core.endings())
  check(world.service:game_session().Status == "TERMINATED", "the session is %s", world.service:game_session().Status)
  local own, automatic = backfill_tickets()
  check(own + automatic == 0, "%d backfill tickets", own + automatic)
  for id, status in pairs(statuses()) do
    check(status == "COMPLETED" or status == "TIMEDOUT", "the seat %s is %s", id, status)
  end
  for _, event in ipairs(world.service.state().events) do
    check(not event.code:find "CRASHED" and not event.code:find "UNHEALTHY", event.code)
  end
end

local function come_to_the_end()
  calm()
  world.is_ending, world.trouble_until = true, world.clock + 5 -- the last seconds are for the end
  local way = below(#ways_to_end) + 1
  say("the end begins, in way %d", way)
  ways_to_end[way]()
  local until_s = world.clock + PATIENCE_S
  while #world.ended == 0 and world.clock < until_s do
    step()
  end
  check(#world.ended > 0, "the end was not reached in %d s, the phase is %s", PATIENCE_S,
    world.game.state and world.game:phase() or "that of nobody")
  calm()
  pass(5)
  load()
  pass(30, 2)
  check_end()
end

local OPTIONS = { "{}", "{ reconnect_grace_s = 10 }", "{ drain_grace_s = 6 }",
  "{ save = function() return { n = generation } end, restore = function(v) line('restored %d', v.n) end }" }

-- FlexMatch finds two players, and the match that they make finds this process.
local function make_match()
  local service = world.service
  assert(service:call("CreateMatchmakingRuleSet", { Name = "duel", RuleSetBody = RULE_SET }))
  assert(service:call("CreateMatchmakingConfiguration", {
    Name = "duel", RuleSetName = "duel", RequestTimeoutSeconds = 3600, AcceptanceRequired = false,
    BackfillMode = one_of { "MANUAL", "AUTOMATIC" },
    GameSessionQueueArns = { service:call("DescribeGameSessionQueues", {}).GameSessionQueues[1].GameSessionQueueArn },
  }))
  queue()
  queue()
  for _ = 1, 60 do
    pass(0.25)
    if not world.players["p-n1"].ticket then
      return
    end
  end
  wrong "no match was made"
end

local function begin()
  local options = one_of(OPTIONS)
  world.game:load(world.is_matched and options:gsub("^{", "{ backfill = { open_seconds = 2 },") or options)
  if chance(50) then
    reload()
  end
  pass(some_seconds(3))
  for _ = 1, 40 do
    if world.game.state and world.game:phase() == "ready" then
      break
    end
    pass(0.25)
  end
  if world.is_matched then
    return make_match()
  end
  world.service:create_game_session { Name = "random", MaximumPlayerSessionCount = MOST_SEATS }
  core.settle() -- as at the end
  if chance(50) then
    reload()
  end
  pass(some_seconds(2))
end

local function play()
  begin()
  for i = 1, STEPS do
    step()
    if i % 12 == 0 then
      check_session()
    end
  end
  come_to_the_end()
end

local function run(seed)
  state = seed * 7919 % 2147483646 + 1
  for _ = 1, 8 do
    below(2)
  end
  local game = reloading.new(chance(60) and "fresh" or "same")
  world = {
    game = game, service = game.service, is_matched = chance(40), players = {}, count = 0, reloads = 0, clock = 0,
    calm_at = 0, trouble_until = math.huge, is_ending = false, ended = {},
  }
  local ok, problem = xpcall(play, function(message)
    return type(message) == "string" and message:find "^[^:]+:%d+:" and debug.traceback(message) or message
  end)
  if ok then
    game:stop()
  end
  return ok, problem
end

local reloads, matches = 0, 0
while reloads < RELOADS do
  local seed = SEED + matches
  local ok, problem = run(seed)
  if not ok then
    print(("match %d: %s"):format(seed, tostring(problem)))
    os.exit(1)
  end
  reloads, matches = reloads + world.reloads, matches + 1
end
print(("%d reloads in %d matches"):format(reloads, matches))
