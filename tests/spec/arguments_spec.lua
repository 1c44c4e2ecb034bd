-- SPDX-License-Identifier: Apache-2.0
-- An argument too many is a mistake that would else go unseen.
local testing = require "gamelift.testing"
local gamelift = require "gamelift"

-- How many each takes; run takes any number.
local FUNCTIONS = { new_server = 1, server = 0, matchmaker_data = 1, metrics = 1 }
local METHODS = {
  tick = 0, wait = 1, close = 0, set_handlers = 1, cancel = 1, game_session_id = 0, game_session = 0,
  termination_time = 0, is_process_ready = 0, error_count = 0, sleep = 2,
  is_terminating = 0, inherited_requests = 0, keep = 2, kept = 1,
  process_ready = 2, process_ending = 1, activate_game_session = 1, update_player_session_creation_policy = 2,
  accept_player_session = 2, remove_player_session = 2, describe_player_sessions = 2, start_match_backfill = 2,
  stop_match_backfill = 2, get_compute_certificate = 1, get_fleet_role_credentials = 2,
  list_containers_network_info = 1,
}
local OF_METRICS = { gauge = 2, counter = 2, timer = 2, tag = 2, start = 1, stop = 0, is_running = 0 }
local OF_METRIC = { set = 1, add = 1, record = 1 }

local function check(name, most, fn, ...)
  local arguments = { ... }
  local own = #arguments
  for i = 1, most + 1 do
    arguments[own + i] = false
  end
  local ok, message = pcall(fn, (table.unpack or unpack)(arguments, 1, own + most + 1)) -- luacheck: ignore
  assert.is_false(ok)
  local expected = ("%s: %d argument%s at most, got %d"):format(name, most, most == 1 and "" or "s", most + 1)
  assert.is_truthy(message:find(expected, 1, true), message)
end

local function check_all(methods, counts, ...)
  for name, fn in pairs(methods) do
    assert.is_number(counts[name], name)
    check(name, counts[name], fn, ...)
  end
  for name in pairs(counts) do
    assert.is_function(methods[name], name)
  end
end

describe("an argument too many", function()
  local service, server
  before_each(function() service, server = testing.ready_server() end)
  after_each(function() service:stop() end)

  it("is refused by each method of a server", function()
    check_all(getmetatable(server).__index, METHODS, server)
    assert.equal("gamelift.server (open)", tostring(server))
  end)

  it("is refused by metrics and by each metric", function()
    local metrics = gamelift.metrics(server)
    check_all(getmetatable(metrics).__index, OF_METRICS, metrics)
    local gauge = assert(metrics:gauge "load")
    check_all(getmetatable(gauge).__index, OF_METRIC, gauge)
  end)

  it("is refused by each function of the module, but run, which hands them on", function()
    for name, most in pairs(FUNCTIONS) do
      check(name, most, gamelift[name])
    end
    local got
    gamelift.run(function(...) got = { ... } end, 1, 2, 3)
    assert.same({ 1, 2, 3 }, got)
  end)

  it("is one also where it is nil", function()
    assert.is_false(pcall(server.tick, server, nil))
    assert.is_true(pcall(server.tick, server))
  end)
end)

describe("gamelift", function()
  it("names its own version, and the protocol's", function()
    assert.matches("^%d+%.%d+%.%d+$", gamelift.version)
    assert.equal("5.6.0", gamelift.sdk_version)
    assert.is_nil(gamelift._VERSION)
  end)

  if _VERSION == "Lua 5.4" then
    it("closes a server where a local <close> ends", function()
      local service = testing.service()
      local run = assert(load([[
        local service = ...
        local server <close> = assert(service:new_server())
        return server
      ]]))
      assert.equal("gamelift.server (closed)", tostring(run(service)))
      service:stop()
    end)

    it("closes it also after an error, and twice is fine", function()
      local service = testing.service()
      local seen
      local run = assert(load([[
        local service, see = ...
        local server <close> = assert(service:new_server())
        see(server)
        server:close()
        error "in the block"
      ]]))
      local ok, message = pcall(run, service, function(server) seen = server end)
      assert.is_false(ok)
      assert.matches("in the block", message)
      assert.equal("gamelift.server (closed)", tostring(seen))
      service:stop()
    end)

    it("stops metrics where a local <close> ends", function()
      local service, server = testing.ready_server()
      local metrics = gamelift.metrics(server)
      assert(load([[
        local metrics <close> = ...
        assert(metrics:start { without_crash_reporter = true })
      ]]))(metrics)
      assert.is_false(metrics:is_running())
      service:stop()
    end)
  end
end)
