-- SPDX-License-Identifier: Apache-2.0
--- Random programs on the binding: every function and object with every kind of argument, in handlers, finalizers,
--- hooks, metamethods and coroutines, after close, with metatables put where they do not belong. What they do is
--- never wrong; what ends the host is. After each a session is played, which must go well.
---
---   lua random_programs.lua [SECONDS [SEED [v]]]   runs programs SEED, SEED + 1, ... (default 1) for so many seconds
---                                                   (default 4, with GLIFT_LONG 240); v: names each before it runs

local testing = require "gamelift.testing"
local gamelift = require "gamelift"
local match = require "gamelift.match"

local SECONDS, SEED = tonumber(arg[1]) or (os.getenv "GLIFT_LONG" and 240 or 4), tonumber(arg[2]) or 1
local OPERATIONS = 60
local MOST_NESTED = 4

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

-- ---- the world of one program

local world -- { service =, servers =, matches =, threads =, depth =, class = }

local function server()
  return one_of(world.servers)
end

local raise_at_everything = {}
for _, event in ipairs { "index", "newindex", "call", "tostring", "eq", "len", "concat", "add", "close", "mode" } do
  raise_at_everything["__" .. event] = function() error("raised by __" .. event) end
end

local act -- declared here, because values may act

local function acting()
  return function(...)
    act()
    return ...
  end
end

-- LuaJIT itself crashes when a finalizer raises under a compiled trace: there they do not.
local function with_finalizer(fn)
  if rawget(_G, "jit") then
    local raising = fn
    fn = function() pcall(raising) end
  end
  if rawget(_G, "newproxy") then
    local object = newproxy(true) -- luacheck: ignore
    getmetatable(object).__gc = fn
    return object
  end
  return setmetatable({}, { __gc = fn })
end

local VALUES
VALUES = {
  function() return nil end,
  function() return one_of { true, false } end,
  function() return one_of { 0, 1, -1, 0.5, 0 / 0, math.huge, -math.huge, 2 ^ 31, 2 ^ 53, 7777 } end,
  function() return one_of { "", "psess-1", "a\0b", ("x"):rep(300), ("y"):rep(20000), "ACCEPT_ALL", "\255\254" } end,
  function() return one_of(world.seats) end,
  function() return {} end,
  function() return setmetatable({}, raise_at_everything) end,
  function() return acting() end,
  function() return print end,
  function() return coroutine.create(acting()) end,
  function() return one_of(world.threads) end,
  function() return io.stderr end,
  function() return server() end,
  function() return world.class end,
  function()
    local list = {}
    for i = 1, below(5) do
      list[i] = one_of(VALUES)()
    end
    return list
  end,
}

local function value()
  return one_of(VALUES)()
end

local FIELDS = {
  "port", "log_paths", "player_id", "player_session_id", "game_session_id", "limit", "next_token", "status_filter",
  "matchmaking_configuration_arn", "ticket_id", "players", "role_arn", "role_session_name", "team", "attributes",
  "latency_in_ms", "on_start_game_session", "on_update_game_session", "on_process_terminate", "on_health_check",
  "on_connection", "on_log", "on_error", "log_level", "request_timeout_ms", "unknown",
}

local function random_table()
  local all = {}
  for _ = 1, below(4) do
    local key = chance(90) and one_of(FIELDS) or value()
    if key ~= nil and key == key then
      rawset(all, key, value())
    end
  end
  return all
end

local function request()
  local good = one_of {
    { port = 7777, log_paths = { "a", "b" } },
    { player_id = "ann" },
    { player_session_id = one_of(world.seats) },
    { matchmaking_configuration_arn = "arn:aws:gamelift:x", ticket_id = "t", players = {
      { player_id = "ann", team = "red", attributes = { skill = 3, maps = { "a", "b" }, modes = { a = 1 } } },
    } },
    { role_arn = "arn:aws:iam::123456789012:role/x" },
  }
  return chance(60) and good or random_table()
end

local HANDLERS = {
  "on_start_game_session", "on_update_game_session", "on_process_terminate", "on_health_check", "on_connection",
  "on_log", "on_error", "on_inherited_answer", "on_detach",
}

local function handlers()
  local all = {}
  for _, name in ipairs(HANDLERS) do
    if chance(60) then
      all[name] = acting()
    end
  end
  return all
end

-- ---- what a program does

local function call(object, name, ...)
  local method = world.class.__index[name]
  return method(object, ...)
end

local METHODS, READERS = {
  "process_ready", "process_ending", "activate_game_session", "update_player_session_creation_policy",
  "accept_player_session", "remove_player_session", "describe_player_sessions", "start_match_backfill",
  "stop_match_backfill", "get_compute_certificate", "get_fleet_role_credentials", "list_containers_network_info",
}, { "game_session_id", "game_session", "termination_time", "is_process_ready", "error_count", "tick", "is_terminating",
  "inherited_requests" }

local function first_argument(name)
  if name:find "player_session$" then
    return one_of(world.seats)
  elseif name:find "policy" then
    return one_of { "ACCEPT_ALL", "DENY_ALL" }
  end
  return request()
end

local function remember(thread)
  world.threads[below(8) + 1] = thread
end

local DEEDS = {
  function() -- an action that waits
    local name = one_of(METHODS)
    if name == "process_ending" or name:find "^get_comp" or name:find "^list" or name == "activate_game_session" then
      return call(server(), name)
    end
    return call(server(), name, first_argument(name))
  end,
  function() -- an action with a function
    local name = one_of(METHODS)
    if name == "process_ending" or name:find "^get_comp" or name:find "^list" or name == "activate_game_session" then
      return call(server(), name, acting())
    end
    return call(server(), name, first_argument(name), acting())
  end,
  function() return call(server(), one_of(METHODS), value(), value(), value()) end,
  function() return call(value(), one_of(METHODS), value(), value()) end,
  function() return call(server(), one_of(READERS)) end,
  function() return call(value(), one_of(READERS)) end,
  function() return call(server(), "wait", one_of { 0, 0, -1, 0 / 0 }) end,
  function() return call(server(), "keep", chance(80) and one_of { "a", "b" } or value(), value()) end,
  function() return call(server(), "keep", "a", chance(50) and request() or handlers()) end,
  function() return call(server(), "kept", chance(90) and "a" or value()) end,
  function() return call(server(), "set_handlers", chance(80) and handlers() or value()) end,
  function() return call(server(), "sleep", one_of { 0, 0, 1, -1, 0 / 0 }) end,
  function() return call(server(), "sleep", one_of { 0, 0, 1 }, acting()) end,
  function() return call(server(), "cancel") end,
  function() return call(server(), "cancel", chance(70) and world.threads[below(8) + 1] or value()) end,
  function() return chance(20) and call(server(), "close") end,
  function() return chance(10) and world.class.__gc(server()) end,
  function() return tostring(server()) end,
  function()
    if #world.servers < 6 then
      local new = world.service:new_server(handlers())
      world.servers[#world.servers + 1] = new
    end
  end,
  function() return gamelift.new_server(chance(50) and random_table() or value()) end,
  function() return gamelift.matchmaker_data(value()) end,
  function() return gamelift.server() end,
  function() remember(gamelift.run(acting(), value(), value())) end,
  function() return gamelift.run(value(), value()) end,
  function() world.service:settle() end,
  function() world.service:advance(one_of { 0.25, 0.25, 1, chance(10) and 21 or 0.25 }) end,
  function() world.service.cut() end,
  function() world.service.down(chance(40)) end,
  function() pcall(world.service.terminate, world.service, one_of { 30, 100 }) end,
  function()
    pcall(world.service.create_game_session, world.service)
    local ok, seat = pcall(world.service.create_player_session, world.service, "p" .. below(100))
    world.seats[#world.seats + 1] = ok and seat or "psess-1"
  end,
  function() collectgarbage() end,
  function() collectgarbage "step" end,
  function() world.garbage = with_finalizer(acting()) and nil end,
  function() -- a server and what asks it become garbage together
    local other = world.service:new_server(handlers())
    if other then
      table.remove(world.service.servers)
      world.garbage = with_finalizer(function()
        pcall(call, other, one_of(READERS))
        pcall(call, other, "process_ending", acting())
      end) and nil
    end
  end,
  function() -- resumes what is not its own
    local thread = one_of(world.threads)
    if thread and coroutine.status(thread) == "suspended" then
      coroutine.resume(thread, value())
    end
  end,
  function()
    local close = rawget(coroutine, "close")
    local thread = one_of(world.threads)
    if close and thread and coroutine.status(thread) == "suspended" then
      close(thread)
    end
  end,
  function()
    local thread = coroutine.create(acting())
    remember(thread)
    return coroutine.resume(thread)
  end,
  function() return coroutine.yield(value()) end,
  function() return pcall(acting()) end,
  function() return (string.gsub("aa", "a", acting())) end,
  function() table.sort({ 3, 1, 2 }, function(a, b) act() return a < b end) end,
  function() return setmetatable({}, { __index = acting() }).x end,
  function() return tostring(setmetatable({}, { __tostring = function() act() return "x" end })) end,
  function() for _ in acting(), nil, nil do break end end, -- luacheck: ignore
  function()
    debug.sethook(function()
      debug.sethook()
      pcall(act)
    end, one_of { "c", "r", "l", "" }, 1 + below(50))
  end,
  function() error(value()) end,
  function() -- a metatable where it does not belong
    local other = one_of { {}, io.tmpfile and io.tmpfile() or {}, with_finalizer(function() end) }
    local own = debug.getmetatable(other)
    debug.setmetatable(other, world.class)
    pcall(call, other, one_of(READERS))
    pcall(call, other, one_of(METHODS), request(), print)
    pcall(world.class.__gc, other)
    debug.setmetatable(other, own)
  end,
  function()
    local set = rawget(debug, "setuservalue") or rawget(debug, "setfenv")
    return chance(5) and set(server(), one_of { {}, setmetatable({}, raise_at_everything) })
  end,
  function()
    if #world.matches == 0 or chance(10) then
      world.matches[#world.matches + 1] = match.new {
        server = server(), port = 7777, kick = acting(), on_ended = acting(), loop = acting(), init = acting(),
        join = acting(), leave = acting(), health = chance(50) and acting() or nil, backfill = chance(50) and {} or nil,
      }
      world.matches[#world.matches]:start()
    end
    local m = one_of(world.matches)
    m:tick(one_of { 0.25, 1, 0, -1, 0 / 0 })
    m:connect(value(), value(), value())
    m:disconnect(value())
  end,
  function()
    local m = #world.matches > 0 and one_of(world.matches)
    if m then
      local name = one_of { "kick", "terminate", "finish", "allow_players", "seats", "open_seats", "backfill", "phase" }
      m[name](m, value(), value())
    end
  end,
}

function act()
  if world == nil or world.depth >= MOST_NESTED or world.budget <= 0 then
    return
  end
  local mine = world
  mine.depth, mine.budget = mine.depth + 1, mine.budget - 1
  local deed = one_of(DEEDS)
  if chance(70) then
    pcall(deed)
    mine.depth = mine.depth - 1
  else
    mine.depth = mine.depth - 1
    deed()
  end
end

-- ---- one program

local function play_a_session()
  local service, one = testing.active_session()
  local seat = service:create_player_session "ann"
  local accepted
  one:accept_player_session(seat, function(ok) accepted = ok end)
  service:settle()
  assert(accepted == true, "no player can be accepted any more")
  service:stop()
end

local function begin_world()
  local service = testing.service()
  local first = assert(service:new_server())
  world = {
    service = service, servers = { first }, matches = {}, seats = { "psess-1" }, depth = 0, budget = 300,
    threads = { coroutine.create(function() end) }, class = debug.getmetatable(first),
  }
end

local function run_operations()
  for _ = 1, OPERATIONS do
    if chance(50) then
      local thread = coroutine.create(act)
      remember(thread)
      coroutine.resume(thread)
    else
      pcall(act)
    end
  end
end

local function end_world()
  local service = world.service
  world = nil
  debug.sethook()
  service:settle()
  service:stop()
end

-- Errors of finalizers come up anywhere in 5.1 and LuaJIT: only the last step must go well.
local function run_program(seed)
  state = seed * 7919 % 2147483646 + 1
  for _ = 1, 5 do
    below(2)
  end
  begin_world()
  pcall(run_operations)
  debug.sethook()
  pcall(end_world)
  world = nil
  for _ = 1, 5 do
    pcall(collectgarbage)
  end
  play_a_session()
end

io.stderr:setvbuf "full"
local silent = io.open("/dev/null", "w")
print = function(...) silent:write(select("#", ...), "\n") end -- luacheck: ignore
local finish, seed = os.time() + SECONDS, SEED
repeat
  if arg[3] then
    io.stdout:write("program ", seed, "\n")
    io.stdout:flush()
  end
  run_program(seed)
  seed = seed + 1
until os.time() >= finish
io.stdout:write(("ok: programs %d to %d\n"):format(SEED, seed - 1))
