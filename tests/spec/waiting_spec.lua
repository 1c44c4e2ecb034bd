-- SPDX-License-Identifier: Apache-2.0
local testing = require "gamelift.testing"
local gamelift = require "gamelift"
local helper = require "helper"

describe("an action", function()
  local service, server, seat
  before_each(function()
    service, server = testing.active_session { log_level = "warn", on_log = function() end }
    seat = service:create_player_session "ann"
  end)
  after_each(function() service:stop() end)

  it("waits in a coroutine until the answer comes", function()
    local answer = helper.answer(function() return server:accept_player_session(seat) end)
    assert.is_nil(answer.n)
    service:settle()
    assert.same({ n = 1, true }, answer)
  end)

  it("with a function returns at once and answers there", function()
    local calls, done = helper.recorder()
    assert.is_true(server:accept_player_session(seat, done))
    assert.same({}, calls)
    service:settle()
    assert.same({ { true } }, calls)
  end)

  it("hands nil, message, code to the function on refusal", function()
    local calls, done = helper.recorder()
    server:accept_player_session("psess-9", done)
    service:settle()
    assert.is_nil(calls[1][1])
    assert.equal("NOT_FOUND", calls[1][3])
  end)

  it("does not call the function when nothing was sent", function()
    local calls, done = helper.recorder()
    local ok, _, code = server:accept_player_session("not an id", done)
    assert.is_nil(ok)
    assert.equal("ARGUMENT", code)
    service:settle()
    assert.same({}, calls)
  end)

  it("outside a coroutine and without a function raises, and nothing is sent", function()
    local ok, message = pcall(function() server:accept_player_session(seat) end)
    assert.is_false(ok)
    assert.matches("accept_player_session waits for its answer: call it in a coroutine", message)
    service:settle()
    assert.equal("RESERVED", service:player_sessions().ann.Status)
  end)

  it("can be made in the function that got another answer, and wait there", function()
    local steps = {}
    server:accept_player_session(seat, function(accepted)
      steps[1] = accepted
      steps[2] = server:remove_player_session(seat)
    end)
    service:settle()
    assert.same({ true, true }, steps)
  end)

  it("lets many coroutines wait at once, each for its own answer", function()
    local answers = {}
    for i = 1, 100 do
      answers[i] = helper.answer(function()
        return i, (server:describe_player_sessions { player_id = "player-" .. i })
      end)
    end
    service:settle()
    for i = 1, 100 do
      assert.equal(i, answers[i][1])
      assert.same({ player_sessions = {} }, answers[i][2])
    end
  end)

  it("keeps its coroutine alive while it waits", function()
    local answer = helper.answer(function() return server:accept_player_session(seat) end)
    collectgarbage()
    collectgarbage()
    service:settle()
    assert.same({ n = 1, true }, answer)
  end)

  it("lets go of its coroutine once it has answered", function()
    local kept = setmetatable({}, { __mode = "k" })
    local thread = coroutine.create(function() server:accept_player_session(seat) end)
    kept[thread] = true
    coroutine.resume(thread)
    service:settle()
    assert.equal("dead", coroutine.status(thread))
    thread = nil -- luacheck: ignore
    collectgarbage()
    collectgarbage()
    assert.is_nil(next(kept))
  end)

  it("can be looked at while it waits: its coroutine has a traceback, and a function at each level", function()
    local waits = {
      coroutine.create(function() server:accept_player_session(seat) end),
      coroutine.create(function() server:activate_game_session() end),
      coroutine.create(function() server:sleep(1) end),
    }
    for _, thread in ipairs(waits) do
      assert(coroutine.resume(thread))
      assert.equal("suspended", coroutine.status(thread))
      assert.matches("waiting_spec", debug.traceback(thread))
      local level = 0
      while debug.getinfo(thread, level) do
        assert.is_function(debug.getinfo(thread, level, "f").func)
        level = level + 1
      end
      assert.is_true(level >= 2)
    end
  end)

  it("times out when GameLift says nothing", function()
    service.down(true)
    local answer = helper.answer(function() return server:accept_player_session(seat) end)
    service:advance(21)
    assert.is_nil(answer[1])
    assert.equal("TIMEOUT", answer[3])
  end)

  it("waits in a pcall, where Lua can", function()
    local answer = helper.answer(function() return pcall(server.accept_player_session, server, seat) end)
    service:settle()
    if helper.is_51 and not rawget(_G, "jit") then
      assert.is_false(answer[1])
      assert.matches("waits for its answer", answer[2])
    else
      assert.same({ n = 2, true, true }, answer)
    end
  end)

  it("that cannot wait where it is called does not disturb what its coroutine waits for later", function()
    local resumed_with
    local thread = coroutine.create(function()
      local ok = pcall(string.gsub, "x", "x", function() server:accept_player_session(seat) end)
      assert.is_false(ok)
      resumed_with = coroutine.yield()
    end)
    assert(coroutine.resume(thread))
    service:settle()
    assert.equal("suspended", coroutine.status(thread))
    coroutine.resume(thread, "what it waited for")
    assert.equal("what it waited for", resumed_with)
  end)

  it("whose coroutine has ended meanwhile is answered to nobody, with a warning", function()
    local lines = {}
    server:set_handlers { on_log = function(_, level, message) lines[#lines + 1] = level .. ": " .. message end }
    local thread = coroutine.create(function() server:accept_player_session(seat) end)
    coroutine.resume(thread)
    coroutine.resume(thread, "not the answer")
    service:settle()
    assert.equal("dead", coroutine.status(thread))
    assert.matches("the answer to accept_player_session found nobody", table.concat(lines, "\n"))
  end)

  it("whose coroutine was resumed by something else says so", function()
    local thread = coroutine.create(function() return server:accept_player_session(seat) end)
    coroutine.resume(thread)
    local ok, message = coroutine.resume(thread, "not the answer")
    assert.is_false(ok)
    assert.matches("something else has resumed", message)
  end)
end)

describe("closing", function()
  local service, server
  before_each(function() service, server = testing.active_session() end)
  after_each(function() service:stop() end)

  it("answers everybody who waits with CLOSED", function()
    local seat = service:create_player_session "ann"
    local waiting = helper.answer(function() return server:accept_player_session(seat) end)
    local calls, done = helper.recorder()
    server:describe_player_sessions({ player_id = "ann" }, done)
    server:close()
    assert.equal("CLOSED", waiting[3])
    assert.equal("CLOSED", calls[1][3])
  end)

  it("in a handler happens after the tick, and answers who waits there", function()
    local seat = service:create_player_session "ann"
    local outcome
    server:set_handlers {
      on_process_terminate = function()
        server:accept_player_session(seat, function(...) outcome = { ... } end)
        server:close()
        assert.has_error(function() server:game_session_id() end, "server is closed")
      end,
    }
    service:terminate()
    service:settle()
    assert.equal("gamelift.server (closed)", tostring(server))
    assert.equal("CLOSED", outcome[3])
  end)

  it("while coroutines that were answered ask again makes them fail, not hang", function()
    local seat, second = service:create_player_session "ann", nil
    gamelift.run(function()
      server:accept_player_session(seat)
      second = { pcall(server.remove_player_session, server, seat, print) }
    end)
    server:close()
    assert.is_false(second[1])
    assert.matches("server is closed", second[2])
  end)

  it("by the collector resumes nobody", function()
    local answer
    local function leave_behind()
      local other = assert(service:new_server())
      service:settle()
      table.remove(service.servers)
      answer = helper.answer(function() return other:process_ready { port = 1 } end)
    end
    leave_behind()
    collectgarbage()
    collectgarbage()
    service:settle()
    assert.is_false(service.state().processes[2].connected)
    assert.is_nil(answer.n)
  end)
end)

describe("setting handlers", function()
  local service, server
  before_each(function() service, server = testing.active_session() end)
  after_each(function() service:stop() end)

  it("leaves who waits waiting for the answer, coroutines and functions", function()
    local waiting = helper.answer(function() return server:describe_player_sessions { player_id = "ann" } end)
    local answered, fn = helper.recorder()
    server:activate_game_session(fn)
    for _ = 1, 3 do
      assert.is_true(server:set_handlers {})
    end
    assert.is_nil(waiting.n)
    service:settle()
    assert.same({}, waiting[1].player_sessions)
    assert.same({ { true } }, answered)
  end)

  it("leaves refusals and time-outs to who waits, too", function()
    service:refuse_seat("psess-1", "no such seat")
    service:delay("DescribePlayerSessions", math.huge)
    local refused = helper.answer(function() return server:accept_player_session "psess-1" end)
    local unanswered = helper.answer(function() return server:describe_player_sessions { player_id = "ann" } end)
    server:set_handlers {}
    service:advance(21)
    assert.same({ n = 3, nil, "no such seat", "REJECTED" }, refused)
    assert.equal("TIMEOUT", unanswered[3])
  end)

  it("is no inheritance to who waits", function()
    local told, on_inherited_answer = helper.recorder()
    helper.answer(function() return server:activate_game_session() end)
    server:set_handlers { on_inherited_answer = on_inherited_answer }
    assert.same({}, server:inherited_requests())
    service:settle()
    assert.same({}, told)
  end)

  it("in the answer's own coroutine loses none of the others", function()
    local first = helper.answer(function()
      assert(server:activate_game_session())
      server:set_handlers {}
      return server:describe_player_sessions { player_id = "ann" }
    end)
    local second = helper.answer(function() return server:describe_player_sessions { player_id = "bob" } end)
    service:settle()
    assert.equal(1, first.n)
    assert.equal(1, second.n)
  end)

  it("leaves who waits to a close, with CLOSED", function()
    service:delay("ActivateGameSession", math.huge)
    local before = helper.answer(function() return server:activate_game_session() end)
    server:set_handlers {}
    local after = helper.answer(function() return server:activate_game_session() end)
    server:close()
    assert.equal("CLOSED", before[3])
    assert.equal("CLOSED", after[3])
  end)

  it("leaves nothing behind when the server is garbage", function()
    service:delay("ActivateGameSession", math.huge)
    helper.answer(function() return server:activate_game_session() end)
    server:set_handlers {}
    server, service.servers = nil, {}
    collectgarbage()
    collectgarbage()
    service:settle()
    assert.is_false(service.state().processes[1].connected)
  end)
end)
