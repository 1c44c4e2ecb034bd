-- SPDX-License-Identifier: Apache-2.0
local testing = require "gamelift.testing"
local helper = require "helper"

describe("the connection", function()
  local service, server, states
  after_each(function() service:stop() end)

  local function connect(options)
    states = {}
    options = options or {}
    options.on_log = function() end
    options.on_connection = function(_, event) states[#states + 1] = event end
    service = testing.service()
    server = assert(service:new_server(options))
  end

  it("is reported when it opens", function()
    connect()
    service:settle()
    assert.same({ { state = "connected", code = "OK", reason = "" } }, states)
  end)

  it("that is refused is reported with the reason", function()
    connect { auth_token = "not a token" }
    service:settle()
    assert.equal("reconnecting", states[1].state)
    assert.is_string(states[1].reason)
    assert.not_equal("OK", states[1].code)
  end)

  it("is lost after connect_timeout_ms, and found again", function()
    connect { connect_timeout_ms = 5000 }
    service:settle()
    service.down(true)
    service:advance(10)
    assert.equal("lost", states[#states].state)
    service.down(false)
    service:advance(40)
    assert.equal("connected", states[#states].state)
  end)

  it("may break without losing a request", function()
    service, server = testing.active_session { on_log = function() end }
    local seat = service:create_player_session "ann"
    service.down(true)
    local answer = helper.answer(function() return server:accept_player_session(seat) end)
    service:advance(2)
    assert.is_nil(answer.n)
    service.down(false)
    service:advance(5)
    assert.same({ n = 1, true }, answer)
  end)

  it("may break after a request was sent: it is answered once, and rightly", function()
    for _, remember in ipairs { false, true } do
      service = testing.service { remember_request_ids = remember }
      server = assert(service:new_server { on_log = function() end })
      helper.ask(service, server, "process_ready", { port = 7777 })
      service:create_game_session()
      service:settle()
      helper.ask(service, server, "activate_game_session")
      local seat = service:create_player_session "ann"
      local calls, done = helper.recorder()
      server:accept_player_session(seat, done) -- the service has acted; its answer is lost
      service.cut()
      service:advance(5)
      assert.same({ { true } }, calls)
      service:stop()
    end
  end)
end)
