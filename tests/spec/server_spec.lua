-- SPDX-License-Identifier: Apache-2.0
local testing = require "gamelift.testing"
local gamelift = require "gamelift"
local helper = require "helper"

local ALL = {
  websocket_url = "ws://127.0.0.1:9080", auth_token = "token", process_id = "p", host_id = "local",
  fleet_id = "fleet-1", ignore_environment = true,
}

local function options(changes)
  local all = {}
  for key, value in pairs(ALL) do
    all[key] = value
  end
  for key, value in pairs(changes) do
    all[key] = value ~= "none" and value or nil
  end
  return all
end

describe("new_server", function()
  local service
  before_each(function() service = testing.service() end)
  after_each(function() service:stop() end)

  it("connects in the background", function()
    local server = assert(service:new_server())
    assert.equal("gamelift.server (open)", tostring(server))
    service:settle()
    assert.is_true(service.state().processes[1].connected)
    assert.is_false(server:is_process_ready())
    assert.is_nil(server:game_session_id())
    assert.is_nil(server:game_session())
    assert.is_nil(server:termination_time())
    assert.equal("0", tostring(server:error_count()))
  end)

  it("takes what is in the table, and nothing from its metatable", function()
    local server = assert(service:new_server { on_log = function() end })
    assert(server:set_handlers(setmetatable({}, { __index = function() return "no function" end })))
    service:settle()
    assert.equal(0, server:error_count())
  end)

  it("gives nil, message, code for what is missing", function()
    local server, message, code = gamelift.new_server(options { fleet_id = "none" })
    assert.is_nil(server)
    assert.matches("^FleetI[dD] is required", message)
    assert.equal("ARGUMENT", code)
  end)

  it("refuses a second server with the same process id", function()
    local first = assert(gamelift.new_server(options {}))
    local second, message, code = gamelift.new_server(options {})
    assert.is_nil(second)
    assert.is_string(message)
    assert.equal("STATE", code)
    first:close()
    assert(gamelift.new_server(options {})):close()
  end)

  it("raises for unknown fields and wrong types", function()
    local function raises(pattern, changes)
      local ok, message = pcall(gamelift.new_server, options(changes))
      assert.is_false(ok)
      assert.matches(pattern, message)
    end
    raises("new_server: unknown field 'fleet'", { fleet = "fleet-1" })
    raises("new_server: fleet_id: string expected, got number", { fleet_id = 1 })
    raises("new_server: fleet_id: contains a zero byte", { fleet_id = "a\0b" })
    raises("new_server: tls_insecure: boolean expected, got string", { tls_insecure = "yes" })
    raises("new_server: request_timeout_ms: number expected", { request_timeout_ms = "20" })
    raises("new_server: request_timeout_ms: whole number", { request_timeout_ms = -1 })
    raises("new_server: log_level: 'loud' is none of debug, info, warn, error", { log_level = "loud" })
    raises("new_server: unknown field '1'", { "fleet-1" })
    raises("new_server: unknown field 'fleet_id", { ["fleet_id\0"] = "fleet-1" })
    raises("new_server: on_log: function expected, got string", { on_log = "file.log" })
    raises("unknown field 'x+%.%.%.'$", { [("x"):rep(300000)] = 1 })
    local _, long = pcall(gamelift.new_server, options { [("x"):rep(300000)] = 1 })
    assert.is_true(#long < 250)
    assert.has_error(function() gamelift.new_server() end)
  end)
end)

describe("a server", function()
  local service, server
  before_each(function() service, server = testing.ready_server() end)
  after_each(function() service:stop() end)

  it("can be closed twice", function()
    assert.is_true(server:close())
    assert.is_true(server:close())
    assert.equal("gamelift.server (closed)", tostring(server))
  end)

  it("that is closed raises when it is used", function()
    server:close()
    local function raises(method, ...)
      local ok, message = pcall(server[method], server, ...)
      assert.is_false(ok)
      assert.matches("server is closed", message)
    end
    for _, method in ipairs { "wait", "process_ending", "set_handlers", "cancel" } do
      raises(method, print)
    end
    raises "tick"
    raises "game_session"
    raises("sleep", 1, print)
  end)

  it("that is collected is closed", function()
    local function leave_behind()
      assert(service:new_server())
      table.remove(service.servers)
      service:settle()
      assert.is_true(service.state().processes[2].connected)
    end
    leave_behind()
    collectgarbage()
    collectgarbage()
    service:settle()
    assert.is_false(service.state().processes[2].connected)
  end)

  it("that is closed hands its last log lines to on_log, one that is collected does not", function()
    local calls, record = helper.recorder()
    local function refuse_something()
      local other = assert(service:new_server { log_level = "debug", on_log = record })
      table.remove(service.servers)
      assert.is_nil(other:activate_game_session(print)) -- leaves a line for the next tick
      return other
    end
    refuse_something():close()
    assert.equal(1, #calls)
    assert.matches("ActivateGameSession was not sent", calls[1][3])
    refuse_something()
    collectgarbage()
    collectgarbage()
    assert.equal(1, #calls)
  end)

  it("cannot be ticked or waited for in a handler", function()
    local outcome = {}
    server:set_handlers {
      on_start_game_session = function()
        outcome = { { pcall(server.tick, server) }, { pcall(server.wait, server, 0) } }
      end,
    }
    service:create_game_session()
    service:settle()
    for _, result in ipairs(outcome) do
      assert.is_false(result[1])
      assert.matches("not inside a handler", result[2])
    end
    assert.equal(2, #outcome)
  end)

  it("says by wait whether there is something to tick", function()
    assert.is_false(server:wait(0))
    service:create_game_session()
    require "gamelift.testing_core".settle()
    assert.is_true(server:wait(0))
    server:tick()
    assert.is_false(server:wait(0))
  end)

  it("wants milliseconds to wait", function()
    assert.has_error(function() server:wait(-1) end)
    local ok, message = pcall(server.wait, server, "0")
    assert.is_false(ok)
    assert.matches("number expected, got string", message)
    assert.has_error(function() server:wait "soon" end)
  end)

  it("is nothing that other objects can stand in for", function()
    assert.has_error(function() server.tick {} end)
    assert.has_error(function() server.close(io.stdout) end)
  end)
end)

describe("gamelift.server", function()
  it("says that there is no plugin", function()
    local server, message, code = gamelift.server()
    assert.is_nil(server)
    assert.matches("gamelift.new_server", message)
    assert.equal("STATE", code)
  end)
end)
