-- SPDX-License-Identifier: Apache-2.0
-- A script may do anything at any allocation (finalizers), at any line (hooks) and to any metatable.
local testing = require "gamelift.testing"
local gamelift = require "gamelift"
local helper = require "helper"
local core = require "gamelift.testing_core"

local is_luajit = rawget(_G, "jit") ~= nil

--- An object whose finalizer is fn.
local function finalized(fn)
  if rawget(_G, "newproxy") then -- 5.1: only userdata have finalizers
    local object = newproxy(true) -- luacheck: ignore
    getmetatable(object).__gc = fn
    return object
  end
  return setmetatable({}, { __gc = fn })
end

local function collect()
  collectgarbage()
  collectgarbage()
end

describe("a finalizer", function()
  local service
  before_each(function() service = testing.service() end)
  after_each(function() service:stop() end)

  local function leave_behind(fn)
    local server = assert(service:new_server())
    service:settle()
    table.remove(service.servers)
    local object = finalized(function() fn(server) end)
    return object ~= nil
  end

  it("may ask a server that is garbage like itself", function()
    local outcome
    leave_behind(function(server) outcome = { pcall(server.process_ending, server, function() end) } end)
    collect()
    assert.is_true(outcome[1])
  end)

  it("may tick, close and ask a server that is garbage like itself", function()
    local calls = 0
    leave_behind(function(server)
      for _, name in ipairs { "tick", "game_session", "game_session_id", "error_count", "is_process_ready", "close" } do
        calls = calls + (pcall(server[name], server) and 1 or 0)
      end
      calls = calls + (pcall(server.tick, server) and 0 or 1)
      calls = calls + (tostring(server):find "closed" and 1 or 0)
    end)
    collect()
    assert.equal(8, calls)
  end)

  it("runs none of the handlers of a server that is garbage", function()
    local heard, ended = 0, false
    local function make()
      local server = assert(service:new_server { on_connection = function() heard = heard + 1 end })
      service:settle()
      server:process_ready({ port = 1 }, function() end)
      service:settle()
      table.remove(service.servers)
      server:process_ending(function() ended = true end)
      core.settle() -- answered, and not ticked
      heard = 0
    end
    make()
    service:settle()
    collect()
    assert.equal(0, heard)
    assert.is_false(ended)
  end)

  it("that closes a server in the middle of another method makes that method raise, and nothing else", function()
    service = testing.active_session()
    local server = service.servers[1]
    local armed = finalized(function() server:close() end)
    local calls, raised = 0, false
    local function ask()
      calls = calls + 1
      server:describe_player_sessions({ player_id = ("x"):rep(100) .. calls }, function() end)
    end
    armed = armed and nil
    while not raised and calls < 100000 do
      local ok, message = pcall(ask)
      raised = not ok and message
    end
    assert.is_nil(armed)
    assert.matches("server is closed", raised)
  end)

  it("that waits in a coroutine of its own is answered or raises, and goes on", function()
    local server
    service, server = testing.active_session()
    local seat, outcome = service:create_player_session "ann", {}
    local function leave()
      return finalized(function()
        coroutine.wrap(function() outcome = { pcall(server.accept_player_session, server, seat) } end)()
      end) ~= nil
    end
    leave()
    collect()
    service:settle()
    service:settle()
    if is_luajit or helper.is_51 then
      assert.is_false(outcome[1]) -- LuaJIT cannot wait there, and 5.1 not in a pcall
      assert.equal("RESERVED", service:player_sessions().ann.Status)
    else
      assert.same({ true, true }, outcome)
    end
  end)
end)

describe("a debug hook", function()
  it("that waits raises, and nothing is sent", function()
    local service, server = testing.active_session()
    local seat, outcome = service:create_player_session "ann", nil
    local thread = coroutine.create(function()
      debug.sethook(function()
        debug.sethook()
        outcome = { pcall(server.accept_player_session, server, seat) }
      end, "l")
      local x = 1
      return x
    end)
    coroutine.resume(thread)
    debug.sethook()
    service:settle()
    assert.is_false(outcome[1])
    assert.matches("waits for its answer", outcome[2])
    assert.equal("RESERVED", service:player_sessions().ann.Status)
    service:stop()
  end)

  it("that starts a coroutine which waits is answered or raises, and the host lives", function()
    local service, server = testing.active_session()
    local seat, done, raised = service:create_player_session "ann", false, false
    debug.sethook(function()
      debug.sethook()
      local function act()
        server:accept_player_session(seat)
        done = true
      end
      if is_luajit then -- an error that ends a coroutine in a hook confuses LuaJIT itself: caught in there
        coroutine.wrap(function() raised = not pcall(act) end)()
      else
        raised = not coroutine.resume(coroutine.create(act))
      end
    end, "l")
    local x = 1
    debug.sethook()
    service:settle()
    assert.equal(1, x)
    assert.equal(not raised, done)
    assert.equal(done and "ACTIVE" or "RESERVED", service:player_sessions().ann.Status)
    service:stop()
  end)
end)

describe("where Lua cannot wait, an action raises and nothing is sent:", function()
  local service, server, seat
  before_each(function()
    service, server = testing.active_session()
    seat = service:create_player_session "ann"
  end)
  after_each(function() service:stop() end)

  local function act() return server:accept_player_session(seat) and "x" end
  local name = "hostile level"

  -- fn() in a coroutine, where it raises; LuaJIT and 5.2 and later can wait in more places.
  local function is_judged(fn, can_wait)
    local answer = { coroutine.resume(coroutine.create(fn)) }
    service:settle()
    if can_wait then
      assert.equal("ACTIVE", service:player_sessions().ann.Status)
    else
      assert.is_false(answer[1])
      assert.matches("accept_player_session waits for its answer", tostring(answer[2]))
      assert.equal("RESERVED", service:player_sessions().ann.Status)
    end
  end

  local is_new = not helper.is_51
  it("string.gsub", function() is_judged(function() return (string.gsub("a", "a", act)) end) end)
  it("table.sort", function() is_judged(function() table.sort({ 1, 2 }, act) end) end)
  it("require", function()
    name = name .. "!"
    package.preload[name] = act
    is_judged(function() require(name) end)
    package.preload[name], package.loaded[name] = nil, nil
  end)
  it("pcall", function() is_judged(function() assert(pcall(act)) end, is_new or is_luajit) end)
  it("__index", function()
    is_judged(function() return setmetatable({}, { __index = act }).x end, is_new or is_luajit)
  end)
  it("__add", function()
    local object = setmetatable({}, { __add = function(a, b) return act() and a and b end })
    is_judged(function() return 1 + object end, is_new or is_luajit)
  end)
  it("__tostring", function()
    is_judged(function() return tostring(setmetatable({}, { __tostring = act })) end, is_luajit)
  end)
  it("an iterator", function()
    is_judged(function()
      local rounds = 0
      for _ in act do
        rounds = rounds + 1
        if rounds == 1 then
          break
        end
      end
    end, is_new or is_luajit)
  end)
end)

describe("where Lua can wait, an action does:", function()
  local cases = {
    ["a call of an expression"] = function(act) return (act or print)() end,
    ["a function called where it stands"] = function(act) return (function() return (act()) end)() end,
    ["a tail call"] = function(act) return act() end,
    ["a field by a number"] = function(act)
      local list = { act }
      return (list[1]())
    end,
    ["a method"] = function(act)
      local object = setmetatable({}, { __index = { act = function() return act() end } })
      return (object:act())
    end,
    ["under a hook that counts"] = function(act)
      debug.sethook(function() end, "", 100)
      local ok = act()
      debug.sethook()
      return ok
    end,
  }
  for name, case in pairs(cases) do
    it(name, function()
      local service, server = testing.active_session()
      local seat = service:create_player_session "ann"
      local answer = helper.answer(function()
        return case(function()
          local ok = server:accept_player_session(seat)
          return ok
        end)
      end)
      service:settle()
      debug.sethook()
      assert.is_true(answer[1])
      service:stop()
    end)
  end
end)

describe("a resume by something else", function()
  it("is never taken for an answer of GameLift", function()
    local service, server = testing.active_session { log_level = "warn", on_log = function() end }
    local seat = service:create_player_session "ann"
    local said = {}
    server:set_handlers { on_log = function(_, _, message) said[#said + 1] = message end }
    local thread = coroutine.create(function()
      local ok = server:accept_player_session(seat)
      return ok
    end)
    coroutine.resume(thread)
    local ok, message = coroutine.resume(thread, 0.016)
    assert.is_false(ok)
    assert.matches("something else has resumed a coroutine that waits", message)
    service:settle()
    assert.matches("found nobody", table.concat(said, "\n"))
    service:stop()
  end)
end)

describe("a metatable", function()
  it("that a script has put on something else makes no server of it", function()
    local service, server = testing.active_session()
    local class = debug.getmetatable(server)
    local other = io.tmpfile()
    local own = debug.getmetatable(other)
    debug.setmetatable(other, class)
    for name, method in pairs(class.__index) do
      local ok, message = pcall(method, other, { player_id = "a" }, function() end)
      if message:find "at most" then
        ok, message = pcall(method, other, message:find "1 argument" and function() end or nil)
      end
      if message:find "0 arguments at most" then
        ok, message = pcall(method, other)
      end
      assert.is_false(ok, name)
      assert.matches("gamelift.server expected", message)
    end
    debug.setmetatable(other, own)
    other:close()
    service:stop()
  end)

  it("whose __gc a script calls closes the server, in a handler after it", function()
    local service, server = testing.active_session()
    local gc, inside = debug.getmetatable(server).__gc, nil
    server:set_handlers {
      on_process_terminate = function()
        gc(server)
        inside = tostring(server)
      end,
    }
    service:terminate()
    service:settle()
    assert.equal("gamelift.server (closed)", inside)
    gc(server)
    gc(server)
    assert.equal("gamelift.server (closed)", tostring(server))
    service:stop()
  end)

  it("that is taken away, or a user value that is replaced, makes methods raise", function()
    local service, server = testing.active_session()
    local class = debug.getmetatable(server)
    local set = debug.setuservalue or debug.setfenv
    set(server, {})
    assert.is_true(pcall(server.describe_player_sessions, server, { player_id = "a" }, function() end))
    if not helper.is_51 then
      pcall(set, server, nil)
      assert.is_false(pcall(server.describe_player_sessions, server, { player_id = "a" }, function() end))
    end
    service:settle()
    debug.setmetatable(server, nil)
    assert.is_true(class.__index.close(server))
    service.servers = {}
    service:stop()
  end)
end)

describe("a coroutine that dies with a full stack", function()
  it("is reported", function()
    local service = testing.service()
    local texts = {}
    assert(service:new_server { on_error = function(_, text) texts[#texts + 1] = text end, on_log = function() end })
    local function endless() return 1 + endless() end
    gamelift.run(endless)
    gamelift.run(function() error "plain" end)
    assert.equal(2, #texts)
    assert.matches("stack overflow", texts[1])
    service:stop()
  end)
end)

describe("a request", function()
  it("is read from a copy that no finalizer can change", function()
    local service, server = testing.active_session()
    local request = { matchmaking_configuration_arn = ("arn"):rep(20), ticket_id = "t1", players = {} }
    for i = 1, 20 do
      request.players[i] = { player_id = "p" .. i, attributes = { skill = { a = 1 } }, latency_in_ms = { a = 1 } }
    end
    local function arm()
      return finalized(function()
        for i = 1, 20 do
          request.players[i].attributes.skill = { b = 2, c = 3, d = 4 }
          request.players[i].attributes["new" .. i] = { "x" }
          request.players[i].latency_in_ms["region" .. i] = i
        end
        if request.armed ~= false then
          request.armed = nil
        end
      end) ~= nil
    end
    for _ = 1, 200 do
      arm()
      collectgarbage "step"
      pcall(server.start_match_backfill, server, request, function() end)
    end
    service:settle()
    assert.equal("ACTIVE", service:game_session().Status)
    service:stop()
  end)
end)
