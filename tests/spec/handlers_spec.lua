-- SPDX-License-Identifier: Apache-2.0
local testing = require "gamelift.testing"
local helper = require "helper"

local function process_state(service)
  return service.state().processes[1]
end

describe("the handler", function()
  local service, server
  after_each(function() service:stop() end)

  it("on_start_game_session gets the server and the session", function()
    local calls, record = helper.recorder()
    service, server = testing.ready_server { on_start_game_session = record }
    service:create_game_session {
      Name = "duel", GameSessionData = "seed=7", MaximumPlayerSessionCount = 8,
      GameProperties = { { Key = "map", Value = "pit" }, { Key = "mode", Value = "ffa" } },
    }
    service:settle()
    local session = calls[1][2]
    assert.equal(server, calls[1][1])
    assert.equal(service.game_session_id, session.game_session_id)
    assert.equal("duel", session.name)
    assert.equal("seed=7", session.game_session_data)
    assert.equal(8, session.maximum_player_session_count)
    assert.equal(7777, session.port)
    assert.equal(service.demo.fleet_id, session.fleet_id)
    assert.same({ map = "pit", mode = "ffa" }, session.game_properties)
    assert.equal("", session.matchmaker_data)
  end)

  it("on_start_game_session may wait for its calls", function()
    service, server = testing.active_session()
    assert.equal(service.game_session_id, server:game_session_id())
    assert.equal(service.game_session_id, server:game_session().game_session_id)
  end)

  it("on_process_terminate gets the time in seconds, and the server knows it", function()
    local calls, record = helper.recorder()
    service, server = testing.active_session { on_process_terminate = record }
    assert.is_nil(server:termination_time())
    service:terminate(90)
    service:settle()
    assert.equal(service.unix_time() + 90, calls[1][2])
    assert.equal(service.unix_time() + 90, server:termination_time())
    assert.is_true(server:is_process_ready())
  end)

  it("on_process_terminate, where there is none, leaves ProcessEnding to the SDK", function()
    local calls, record = helper.recorder()
    service, server = testing.active_session { on_connection = record }
    service:terminate()
    service:settle()
    assert.is_false(server:is_process_ready())
    assert.equal("ended", calls[#calls][2].state)
  end)

  it("on_log gets a level and a line", function()
    local calls, record = helper.recorder()
    service = testing.service()
    server = assert(service:new_server { on_log = record, log_level = "debug", auth_token = "wrong" })
    service:advance(1)
    assert.is_true(#calls > 0)
    for _, call in ipairs(calls) do
      assert.equal(server, call[1])
      assert.is_true(({ debug = true, info = true, warn = true, error = true })[call[2]])
      assert.is_string(call[3])
    end
  end)

  it("on_log gets only what is at least as urgent as log_level", function()
    local calls, record = helper.recorder()
    service = testing.service()
    assert(service:new_server { on_log = record, log_level = "error", auth_token = "wrong" })
    service:advance(1)
    assert.same({}, calls)
  end)

  it("that is not a function raises", function()
    service = testing.service()
    local ok, message = pcall(service.new_server, service, { on_log = "print" })
    assert.is_false(ok)
    assert.matches("on_log: function expected, got string", message)
  end)
end)

describe("on_health_check", function()
  local service
  after_each(function() service:stop() end)

  -- GameLift ends a process that has not been healthy for 180 s.
  local function state_after_200_s(handler)
    service = testing.ready_server { on_health_check = handler, on_error = function() end, on_log = function() end }
    service:advance(200)
    return process_state(service).state
  end

  it("is not missed: without it the process is healthy", function()
    assert.equal("READY", state_after_200_s(nil))
  end)

  it("keeps the process by returning true", function()
    assert.equal("READY", state_after_200_s(function() return true end))
  end)

  it("gives the process up by returning false", function()
    assert.not_equal("READY", state_after_200_s(function() return false end))
  end)

  it("that raises has answered false", function()
    assert.not_equal("READY", state_after_200_s(function() error "sick" end))
  end)

  it("that waits has answered false", function()
    assert.not_equal("READY", state_after_200_s(function(server)
      server:describe_player_sessions { player_id = "ann" }
      return true
    end))
  end)
end)

describe("set_handlers", function()
  local service, server
  before_each(function() service, server = testing.active_session() end)
  after_each(function() service:stop() end)

  it("takes the place of all handlers", function()
    local old, on_log = helper.recorder()
    local new, on_process_terminate = helper.recorder()
    server:set_handlers { on_log = on_log }
    server:set_handlers { on_process_terminate = on_process_terminate }
    service:terminate()
    service:settle()
    assert.same({}, old)
    assert.equal(1, #new)
  end)

  it("keeps connection, readiness and session", function()
    server:set_handlers {}
    assert.is_true(server:is_process_ready())
    assert.equal(service.game_session_id, server:game_session_id())
  end)

  it("can be called in a handler", function()
    local calls, record = helper.recorder()
    server:set_handlers {
      on_process_terminate = function()
        server:set_handlers { on_health_check = function(...) record(...) return true end }
      end,
    }
    service:terminate(3600)
    service:advance(80)
    assert.is_true(#calls >= 1)
  end)

  it("raises for what is no handler", function()
    local ok, message = pcall(server.set_handlers, server, { on_start = print })
    assert.is_false(ok)
    assert.matches("set_handlers: unknown field 'on_start'", message)
  end)
end)
