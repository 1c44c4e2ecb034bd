-- SPDX-License-Identifier: Apache-2.0
local testing = require "gamelift.testing"
local core = require "gamelift.testing_core"
local gamelift = require "gamelift"
local match = require "gamelift.match"
local helper = require "helper"

describe("a plugin", function()
  local service, processes = nil, 0

  local function start()
    service = testing.service()
    processes = processes + 1
    local ids = { process_id = "plugin-" .. processes }
    for key, value in pairs(service.demo) do
      ids[key] = value
    end
    service.process_id = ids.process_id
    core.plugin_start(ids)
    assert(core.plugin_attach())
    -- The engine's frame: what settle and advance tick in place of scripts' own servers.
    service.servers = { setmetatable({ tick = core.plugin_tick, close = function() end },
      { __tostring = function() return "open" end }) }
    return service
  end

  before_each(start)

  after_each(function()
    core.plugin_detach()
    core.plugin_stop()
    service:stop()
  end)

  it("lends its server to scripts", function()
    local server = gamelift.server()
    assert.equal("gamelift.server (open)", tostring(server))
    assert.equal(server, gamelift.server())
    assert.same({ true }, helper.ask(service, server, "process_ready", { port = 7777 }))
    assert.is_true(server:is_process_ready())
  end)

  it("ticks and closes its server itself", function()
    local server = gamelift.server()
    for method, pattern in pairs { tick = "the plugin ticks", wait = "the plugin ticks", close = "to the plugin" } do
      local ok, message
      if method == "wait" then
        ok, message = pcall(server.wait, server, 0)
      else
        ok, message = pcall(server[method], server)
      end
      assert.is_false(ok)
      assert.matches(pattern, message)
    end
  end)

  it("is asked for a tick when a sleep is over, and forgets it with the scripts", function()
    local server = gamelift.server()
    local answer = helper.answer(function() return server:sleep(3) end)
    server:sleep(2, function() end)
    assert.equal(2, core.plugin_alarm())
    service:advance(2)
    assert.equal(1, core.plugin_alarm())
    service:advance(1)
    assert.same({ n = 1, true }, answer)
    assert.is_nil(core.plugin_alarm())
    local calls, done = helper.recorder()
    server:sleep(5, done)
    assert.equal(1, server:cancel(done))
    assert.equal(0, core.plugin_alarm())
    server:sleep(5, done)
    core.plugin_detach()
    assert.is_nil(core.plugin_alarm())
    service:advance(6)
    assert.is_true(#calls <= 2)
  end)

  it("that is older than the module lets nobody sleep", function()
    core.plugin_ages()
    assert(core.plugin_attach())
    local _, message, code = gamelift.server():sleep(1, function() end)
    assert.equal("UNSUPPORTED", code)
    assert.matches("plugin is older", message)
  end)

  it("makes gamelift and gamelift.match requirable", function()
    package.loaded.gamelift = nil
    assert.equal("5.6.0", require "gamelift".sdk_version)
    assert.is_function(package.preload.gamelift)
    local added = package.path:match "([^;]+)$"
    assert(core.plugin_attach())
    assert.equal(added, package.path:match "([^;]+)$")
    assert.is_nil(package.path:find(added .. ".*" .. added:gsub("%p", "%%%0")))
    package.loaded.gamelift = gamelift
  end)

  it("hands its callbacks to scripts that set handlers", function()
    local calls, record = helper.recorder()
    local server = gamelift.server()
    assert.is_false((core.plugin_state()))
    server:set_handlers { on_start_game_session = record }
    assert.is_true((core.plugin_state()))
    helper.ask(service, server, "process_ready", { port = 7777 })
    service:create_game_session()
    service:settle()
    assert.equal(server, calls[1][1])
    assert.equal(service.game_session_id, calls[1][2].game_session_id)
  end)

  it("gets the script errors that no on_log takes", function()
    gamelift.server():set_handlers { on_connection = function() error "in a handler" end }
    service:settle()
    local _, count, text = core.plugin_state()
    assert.equal(1, count)
    assert.matches("attach_spec.lua:%d+: in a handler", text)
    assert.matches("stack traceback", text)
  end)

  it("runs a whole match", function()
    local ended
    local m = match.new {
      server = gamelift.server(), port = 7777, unix_time = service.unix_time,
      kick = function() end,
      on_ended = function(ok) ended = ok end,
    }
    service:each_step(function(dt) m:tick(dt) end)
    m:start()
    service:advance(1)
    service:create_game_session()
    service:advance(1)
    helper.join(service, m, 1, "ann")
    assert.same({ "ann accepted" }, helper.seats(m))
    service:terminate()
    m:disconnect(1)
    service:advance(1)
    assert.is_true(ended)
  end)

  describe("that detaches", function()
    it("takes its callbacks back and closes the scripts' server", function()
      local server = gamelift.server()
      server:set_handlers { on_log = function() end }
      core.plugin_detach()
      assert.is_false((core.plugin_state()))
      assert.equal("gamelift.server (closed)", tostring(server))
      assert.has_error(function() server:game_session() end, "server is closed")
      assert.equal("STATE", select(3, gamelift.server()))
    end)

    it("forgets who waits, bound or not, and leaves the request to the next", function()
      for _, bound in ipairs { true, false } do
        assert(core.plugin_attach())
        local server = gamelift.server()
        if bound then
          server:set_handlers {}
        end
        local waiting = helper.answer(function() return server:list_containers_network_info() end)
        assert.equal("UNSUPPORTED", waiting[3])
        waiting = helper.answer(function() return server:process_ready { port = 7777 } end)
        core.plugin_detach()
        assert.is_nil(waiting.n)
        assert(core.plugin_attach())
        server = gamelift.server()
        assert.same({ { action = "process_ready", subject = "" } }, server:inherited_requests())
        service:settle()
        assert.is_nil(waiting.n)
        assert.is_true(server:is_process_ready())
        local told, record = helper.recorder()
        server:set_handlers { on_inherited_answer = function(...) record(...) return true end }
        service:settle()
        assert.same({ action = "process_ready", subject = "", result = true }, told[1][2])
        assert.same({}, server:inherited_requests())
        helper.ask(service, server, "process_ending")
        core.plugin_detach()
        core.plugin_stop()
        service:stop()
        service = start()
      end
    end)

    it("twice does nothing", function()
      core.plugin_detach()
      core.plugin_detach()
    end)

    it("lends its server anew when it attaches again", function()
      local before = gamelift.server()
      core.plugin_detach()
      assert(core.plugin_attach())
      assert.not_equal(before, gamelift.server())
      assert.is_false(gamelift.server():is_process_ready())
    end)
  end)

  it("that stops without detaching leaves a closed server", function()
    local server = gamelift.server()
    local waiting = helper.answer(function() return server:process_ready { port = 7777 } end)
    core.plugin_stop()
    assert.equal("CLOSED", waiting[3])
    assert.has_error(function() server:game_session() end, "server is closed")
  end)

  it("without the server service cannot attach, and the reason says so", function()
    local ok, reason = core.plugin_attach(false)
    assert.is_nil(ok)
    assert.matches('"server" service', reason)
  end)
end)
