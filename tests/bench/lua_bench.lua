-- SPDX-License-Identifier: Apache-2.0
-- lua_bench.lua SCENARIO NAME: figures of the Lua binding, in the Lua that runs this; NAME is what the figures call it.
-- bench runs it, with the paths of the modules.

local core = require "bench_core"
local scenario, lua = ...

local function figure(name, value, unit)
  print(("figure %s_%s %.3f %s"):format(name, lua, value, unit))
end

local function quantile(sample, q)
  table.sort(sample)
  return sample[math.floor((#sample - 1) * q) + 1]
end

-- The least of many short rounds: whatever else runs can only add to so short a time.
local function least_ns(rounds, count, fn)
  local least = math.huge
  for _ = 1, rounds do
    local before = core.now_ns()
    fn(count)
    least = math.min(least, (core.now_ns() - before) / count)
  end
  return least
end

-- Bytes of garbage that one of so many calls leaves.
local function garbage_of(count, fn)
  fn(count)
  collectgarbage()
  collectgarbage "stop"
  local before = collectgarbage "count"
  fn(count)
  local bytes = (collectgarbage "count" - before) * 1024 / count
  collectgarbage "restart"
  return bytes
end

-- ---- a server at the service of this process

local function ready_server(url)
  local gamelift = require "gamelift"
  local server = assert(gamelift.new_server {
    websocket_url = url, auth_token = "token", process_id = "bench-lua", host_id = "host", fleet_id = "fleet-1",
    ignore_environment = true, log_level = "error",
  })
  local answered
  local function done(ok, message)
    assert(ok, message)
    answered = true
  end
  local function ask(method, ...)
    answered = false
    assert(server[method](server, ...))
    while not answered do
      server:wait(10000)
      server:tick()
    end
  end
  ask("process_ready", { port = 7777 }, done)
  while not server:game_session_id() do
    server:wait(10000)
    server:tick()
  end
  ask("activate_game_session", done)
  return server, ask, done
end

local scenarios = {}

function scenarios.idle_tick()
  local server = ready_server(core.start())
  local object = core.object()
  local function ticks(count)
    for _ = 1, count do
      server:tick()
    end
  end
  local function calls(count)
    for _ = 1, count do
      object:nothing()
    end
  end
  local in_c = math.huge
  for _ = 1, 200 do
    in_c = math.min(in_c, core.ticks(20000))
  end
  figure("idle_tick", least_ns(200, 20000, ticks), "ns")
  figure("idle_tick_in_c", in_c, "ns")
  figure("empty_call", least_ns(200, 20000, calls), "ns")
  figure("idle_tick_garbage", garbage_of(100000, ticks), "bytes")
end

function scenarios.accept()
  local _, ask, done = ready_server(core.start())
  local ours, theirs = {}, {}
  for _ = 1, 20 do
    for i = 1, 1200 do
      local before = core.now_ns()
      ask("accept_player_session", "psess-1", done)
      if i > 200 then
        ours[#ours + 1] = (core.now_ns() - before) / 1000
      end
    end
    for i = 1, 1200 do
      local us = core.trip()
      if i > 200 then
        theirs[#theirs + 1] = us
      end
    end
  end
  figure("accept", quantile(ours, 0.5), "us")
  print(("figure accept_%s_floor %.3f us"):format(lua, quantile(theirs, 0.5)))
end

local WAITING = 4000

local function used()
  collectgarbage()
  collectgarbage()
  local lua_heap = collectgarbage "count" * 1024
  return core.heap() + (jit and lua_heap or 0) -- luacheck: ignore (LuaJIT's memory is not in the heap)
end

-- Bytes that each of so many takes.
local function memory_of(fn)
  local before = used()
  for i = 1, WAITING do
    fn(i)
  end
  return (used() - before) / WAITING
end

function scenarios.waiting()
  local server = ready_server(core.start())
  local run = require "gamelift".run
  core.stop_answering()
  local function settle() -- all has been written by then
    local before = core.now_ns()
    while core.now_ns() - before < 3e8 do
      server:tick()
    end
  end
  local function wait_for(i) return server:accept_player_session("psess-" .. i) end
  local function ignore() end
  local kept = {}
  local coroutines = memory_of(function(i)
    if i == WAITING then
      settle()
    end
    run(wait_for, i)
  end)
  local functions = memory_of(function(i)
    if i == WAITING then
      settle()
    end
    server:accept_player_session("other-" .. i, ignore)
  end)
  local bare = memory_of(function(i)
    kept[i] = coroutine.create(coroutine.yield)
    coroutine.resume(kept[i])
  end)
  local in_c = memory_of(function(i)
    if i == WAITING then
      core.ask(WAITING)
      settle()
    end
  end)
  figure("waiting_coroutine", coroutines, "bytes")
  print(("figure waiting_coroutine_%s_floor %.3f bytes"):format(lua, bare + in_c))
  figure("waiting_function", functions, "bytes")
  print(("figure waiting_function_%s_floor %.3f bytes"):format(lua, in_c))
end

local PLAYERS = 200

function scenarios.match()
  local testing = require "gamelift.testing"
  local match = require "gamelift.match"
  local service = testing.service()
  local function ignore() end
  local m = match.new {
    server = assert(service:new_server()), port = 7777, unix_time = service.unix_time, log = ignore,
    init = ignore, join_attempt = function() return true end, join = ignore, leave = ignore, loop = ignore,
    terminate = ignore, kick = ignore, on_ended = ignore, on_log = ignore, backfill = {},
  }
  service:each_step(function(dt) m:tick(dt) end)
  m:start()
  service:advance(1)
  service:create_game_session { MaximumPlayerSessionCount = PLAYERS }
  service:advance(2)
  for i = 1, PLAYERS do
    m:connect(i, service:create_player_session("player-" .. i))
  end
  service:advance(5)
  assert(m:phase() == "active", m:phase())
  assert(#m:seats() == PLAYERS and m:open_seats() == 0, "not everybody is there")
  local function ticks(count)
    for _ = 1, count do
      m:tick(1 / 30)
    end
  end
  local run = least_ns(50, 500, ticks) / 1000
  figure("match_tick", run, "us")
  figure("match_tick_garbage", garbage_of(10000, ticks), "bytes")
end

assert(scenarios[scenario], "no such scenario")()
