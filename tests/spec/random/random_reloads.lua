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
local worlds = require "random.reload_world"

local SEED, RELOADS = tonumber(arg[1]) or 1, tonumber(arg[2]) or (os.getenv "GLIFT_LONG" and 20000 or 400)
local STEPS, CALM_S, PATIENCE_S = 24, 80, 120 -- whom matchmaker data names is expected for 65 s
local MOST_SEATS = worlds.MOST_SEATS

local RULE_SET = [[{
  "name": "duel", "ruleLanguageVersion": "1.0",
  "teams": [{ "name": "red", "minPlayers": 1, "maxPlayers": 3 }, { "name": "blue", "minPlayers": 1, "maxPlayers": 1 }]
}]]

local below, one_of, chance, some_seconds = worlds.below, worlds.one_of, worlds.chance, worlds.some_seconds
local say, wrong, check = worlds.say, worlds.wrong, worlds.check
local pass, load, reload = worlds.pass, worlds.load, worlds.reload

local world -- that of reload_world.lua

-- ---- steps

local steps = {
  { 35, reload },
  { 22, worlds.come },
  { 15, worlds.go },
  { 25, worlds.trouble },
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
  worlds.listen()
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
    worlds.heal()
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
  worlds.queue()
  worlds.queue()
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
  world = worlds.begin(seed)
  local game = reloading.new(chance(60) and "fresh" or "same")
  world.game, world.service, world.is_matched = game, game.service, chance(40)
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
