-- SPDX-License-Identifier: Apache-2.0
-- server:sleep, and server:cancel, which ends sleeps and requests alike.
local testing = require "gamelift.testing"
local core = require "gamelift.testing_core"
local gamelift = require "gamelift"
local helper = require "helper"

describe("server:sleep", function()
  local service, server
  before_each(function()
    service, server = testing.active_session { log_level = "warn", on_log = function() end }
  end)
  after_each(function() service:stop() end)

  it("waits in a coroutine until the time has passed", function()
    local answer = helper.answer(function() return server:sleep(2) end)
    service:advance(1.75)
    assert.is_nil(answer.n)
    service:advance(0.25)
    assert.same({ n = 1, true }, answer)
  end)

  it("takes a function in place of waiting, as actions do", function()
    local calls, done = helper.recorder()
    assert.is_true(server:sleep(0.5, done))
    service:advance(0.25)
    assert.same({}, calls)
    service:advance(0.25)
    assert.same({ { true } }, calls)
  end)

  it("of 0 seconds is over in the next tick, and one that is made in a tick in the one after", function()
    local steps = 0
    gamelift.run(function()
      while steps < 3 do
        server:sleep(0)
        steps = steps + 1
      end
    end)
    for i = 1, 3 do
      server:tick()
      assert.equal(i, steps)
    end
  end)

  it("ends in the order of the times, and what is due at once in the order of the calls", function()
    local order = {}
    for i, seconds in ipairs { 3, 1, 2, 1, 0 } do
      server:sleep(seconds, function() order[#order + 1] = i end)
    end
    core.advance(10)
    service:settle()
    assert.same({ 5, 2, 4, 3, 1 }, order)
  end)

  it("raises for times that never come, and outside of a coroutine", function()
    for shown, seconds in pairs { ["%-0.5"] = -0.5, ["nan"] = 0 / 0, ["inf"] = math.huge, ["2"] = 2e9 } do
      local ok, message = pcall(server.sleep, server, seconds, print)
      assert.is_false(ok)
      assert.matches("0 to 1000000000 seconds expected, got %-?" .. shown, message)
    end
    assert.matches("number expected", select(2, pcall(server.sleep, server, "soon", print)))
    assert.matches("sleep waits for its answer: call it in a coroutine", select(2, pcall(server.sleep, server, 1)))
  end)

  it("is closed with the server", function()
    local calls, done = helper.recorder()
    local answer = helper.answer(function() return server:sleep(5) end)
    server:sleep(3, done)
    server:close()
    assert.same({ n = 3, nil, "the server was destroyed", "CLOSED" }, answer)
    assert.same({ nil, "the server was destroyed", "CLOSED" }, calls[1])
  end)

  it("may close the server when it is over", function()
    local calls, done = helper.recorder()
    server:sleep(1, function() server:close() end)
    server:sleep(1, done)
    service:advance(1)
    assert.equal("gamelift.server (closed)", tostring(server))
    assert.equal("CLOSED", calls[1][3])
  end)

  it("goes on when the handlers are set anew", function()
    local answer = helper.answer(function() return server:sleep(1) end)
    assert(server:set_handlers {})
    service:advance(1)
    assert.same({ n = 1, true }, answer)
  end)

  it("keeps nothing of a server that is garbage", function()
    local collected = setmetatable({}, { __mode = "k" })
    local lone = assert(service:new_server())
    lone:sleep(1, function() error "in garbage" end)
    collected[lone] = true
    service.servers[#service.servers], lone = nil, nil -- luacheck: ignore
    for _ = 1, 3 do
      collectgarbage()
    end
    assert.is_nil(next(collected))
    service:advance(2)
  end)

  it("lets server:wait return in time", function()
    server:sleep(0, function() end)
    assert.is_true(server:wait(60000))
    assert.is_true(server:wait(60000)) -- until it is ticked
    server:tick()
    assert.is_false(server:wait(0))
  end)

  it("raises in a coroutine that something else resumes", function()
    local thread = coroutine.create(function() server:sleep(1) end)
    coroutine.resume(thread)
    local ok, message = coroutine.resume(thread)
    assert.is_false(ok)
    assert.matches("something else has resumed a coroutine", message)
    service:advance(2)
  end)
end)

describe("server:cancel", function()
  local service, server
  before_each(function()
    service, server = testing.active_session { log_level = "warn", on_log = function() end }
  end)
  after_each(function() service:stop() end)

  local CANCELLED = { [2] = "cancelled", [3] = "CANCELLED", is_over = true }

  -- What a coroutine gets that waits in this method, and the coroutine.
  local function waiting(method, argument)
    local answer = {}
    return answer, gamelift.run(function()
      answer[1], answer[2], answer[3] = server[method](server, argument)
      answer.is_over = true
    end)
  end

  it("ends the wait of a coroutine, from the next tick", function()
    local answer, thread = waiting("accept_player_session", service:create_player_session "ann")
    local other = waiting("sleep", 1)
    assert.equal(1, server:cancel(thread))
    assert.is_nil(answer.is_over)
    service:settle()
    assert.same(CANCELLED, answer)
    assert.is_nil(other.is_over)
    assert.equal(0, server:cancel(thread))
  end)

  it("ends what a function was given to, as often as it was", function()
    local calls, done = helper.recorder()
    server:sleep(1, done)
    server:describe_player_sessions({ player_id = "ann" }, done)
    server:sleep(2, function() end)
    assert.equal(2, server:cancel(done))
    assert.equal(0, server:cancel(done))
    assert.same({}, calls)
    service:settle()
    assert.same({ { nil, "cancelled", "CANCELLED" }, { nil, "cancelled", "CANCELLED" } }, calls)
  end)

  it("without an argument ends all that waits for this server", function()
    local calls, done = helper.recorder()
    local sleeping = waiting("sleep", 1)
    local asking = waiting("describe_player_sessions", { player_id = "ann" })
    local elsewhere = assert(service:new_server())
    elsewhere:sleep(1, done)
    assert.equal(2, server:cancel())
    assert.equal(0, server:cancel())
    service:settle()
    assert.same(CANCELLED, sleeping)
    assert.same(CANCELLED, asking)
    assert.same({}, calls)
  end)

  it("leaves what is asked for meanwhile", function()
    local answers = {}
    gamelift.run(function()
      answers[1] = { server:sleep(5) }
      answers[2] = { server:sleep(1) }
    end)
    server:cancel()
    service:advance(1)
    assert.same({ { nil, "cancelled", "CANCELLED" }, { true } }, answers)
  end)

  it("may be called by one who is answered", function()
    local calls, done = helper.recorder()
    server:sleep(0, function() assert.equal(1, server:cancel(done)) end)
    server:sleep(0, done)
    server:tick()
    server:tick()
    assert.same({ { nil, "cancelled", "CANCELLED" } }, calls)
  end)

  it("raises for what cannot wait: nil, too, which would else be all", function()
    for _, value in ipairs { "text", 5, {} } do
      local ok, message = pcall(server.cancel, server, value)
      assert.is_false(ok)
      assert.matches("coroutine or function expected, got " .. type(value), message)
    end
    assert.matches("coroutine or function expected, got nil", select(2, pcall(server.cancel, server, nil)))
  end)

  it("cancels thousands in a moment", function()
    local count = 0
    for i = 1, 5000 do
      server:sleep(i, function() count = count + 1 end)
    end
    assert.equal(5000, server:cancel())
    service:settle()
    assert.equal(5000, count)
  end)
end)
