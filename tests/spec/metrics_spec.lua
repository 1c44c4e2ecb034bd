-- SPDX-License-Identifier: Apache-2.0
local testing = require "gamelift.testing"
local gamelift = require "gamelift"

local QUIET = { without_crash_reporter = true }

describe("gamelift.metrics", function()
  local service, server
  before_each(function() service, server = testing.ready_server() end)
  after_each(function() service:stop() end)

  local function started(of)
    local metrics = gamelift.metrics(of)
    assert(metrics:start(QUIET))
    return metrics
  end

  -- The lines of this metric that come within an interval.
  local function flushed(name)
    local before = #service.metric_lines()
    service:advance(10)
    local found = {}
    for i, line in ipairs(service.metric_lines()) do
      if i > before and line:match("^[^:]+") == name then
        found[#found + 1] = line:match "^(.-)|#" or line
      end
    end
    return found
  end

  it("sends that the server is up, and what kind of a metric each is (P168, P169)", function()
    local metrics = started(server)
    local load = assert(metrics:gauge "load")
    local shots = assert(metrics:counter "shots")
    local frame = assert(metrics:timer("frame", { derived = {} }))
    service:settle() -- what the start sends at once
    load:set(0.5)
    load:add(1)
    shots:add()
    shots:add(2)
    frame:record(10)
    frame:record(20)
    local before = #service.metric_lines()
    service:advance(10)
    local lines = {}
    for i, line in ipairs(service.metric_lines()) do
      if i > before then
        lines[line:match "^(.-)|#"] = (lines[line:match "^(.-)|#"] or 0) + 1
      end
    end
    assert.equal(1, lines["server_up:1|g"])
    assert.equal(1, lines["load:1.5|g"])
    assert.equal(1, lines["shots:3|c"])
    assert.equal(1, lines["frame:15|ms"])
    assert.is_nil(lines["frame.p50:15|ms"])
  end)

  it("tags every line, and a metric of its own (P173 to P175)", function()
    local metrics = started(server)
    local shots = assert(metrics:counter("shots", { tags = { weapon = "laser", map = "own" } }))
    assert(metrics:tag("map", "dust"))
    assert(metrics:tag("gone", "x"))
    assert(metrics:tag("gone", nil))
    shots:add()
    service:advance(10)
    local line
    for _, one in ipairs(service.metric_lines()) do
      line = one:find "^shots:" and one or line
    end
    assert.matches("|#process_pid:%d+,gamelift_process_id:process%-%d+,map:dust,weapon:laser$", line)
  end)

  it("derives what it is asked for (P176, P177)", function()
    local metrics = started(server)
    local frame = assert(metrics:timer("frame", { derived = { "max", "count" }, percentiles = { 50, 99.9 } }))
    local usual = assert(metrics:timer "usual")
    for _, ms in ipairs { 10, 20, 30, 40 } do
      frame:record(ms)
      usual:record(ms)
    end
    local before = #service.metric_lines()
    service:advance(10)
    local seen = {}
    for i, line in ipairs(service.metric_lines()) do
      if i > before then seen[line:match "^[^:]+"] = line:match ":([%d.]+)|ms" end
    end
    assert.equal("40", seen["frame.max"])
    assert.equal("4", seen["frame.count"])
    assert.equal("25", seen["frame.p50"])
    assert.equal("39.97", seen["frame.p99.9"])
    assert.is_nil(seen["frame.min"])
    assert.equal("38.5", seen["usual.p95"])
  end)

  it("samples counters and timers", function()
    local metrics = started(server)
    local shots = assert(metrics:counter("shots", { sample_rate = 0.5 }))
    for _ = 1, 1000 do shots:add() end
    local taken = flushed("shots")[1]:match "^shots:(%d+)|c|@0%.5$"
    assert.is_true(tonumber(taken) > 400 and tonumber(taken) < 600)
  end)

  it("keeps what was recorded before the start", function()
    local metrics = gamelift.metrics(server)
    assert(metrics:counter "shots"):add(3)
    assert.is_false(metrics:is_running())
    assert.same({}, flushed "shots")
    assert(metrics:start(QUIET))
    assert.same({ "shots:3|c" }, flushed "shots")
  end)

  it("gives the same metric for the same name and tags, so that scripts can be reloaded", function()
    local metrics = started(server)
    assert(metrics:counter "shots"):add(1)
    assert(gamelift.metrics(server):counter "shots"):add(2)
    assert.same({ "shots:3|c" }, flushed "shots")
  end)

  it("stops, and starts again", function()
    local metrics = started(server)
    assert.is_true(metrics:is_running())
    assert.is_true(metrics:stop())
    assert.is_false(metrics:is_running())
    service:settle()
    local lines = service.metric_lines()
    assert.matches("^server_up:0|g", table.concat(lines, "\n"):match "server_up:0[^\n]*")
    assert.same({}, flushed "server_up")
    assert(metrics:start(QUIET))
    service:settle()
    assert.same({ "server_up:1|g" }, flushed "server_up")
  end)

  it("gives nil, message, code for what the SDK refuses", function()
    local metrics = started(server)
    local function refused(code, pattern, ...)
      local value, message, given = ...
      assert.is_nil(value)
      assert.matches(pattern, message)
      assert.equal(code, given)
    end
    refused("STATE", "^they run already$", metrics:start(QUIET))
    refused("ARGUMENT", "^its name must be 1..200 bytes", metrics:gauge "no name")
    refused("ARGUMENT", "^sample_rate must be above 0", metrics:counter("a", { sample_rate = 2 }))
    refused("ARGUMENT", "^a tag's key must be 1..200 bytes", metrics:gauge("a", { tags = { ["1"] = "x" } }))
    refused("ARGUMENT", "^a percentile must be above 0, up to 100", metrics:timer("a", { percentiles = { 101 } }))
    refused("ARGUMENT", "^its key must be 1..200 bytes", metrics:tag("1", "x"))
    metrics:stop()
    refused("ARGUMENT", "^StatsdHost is invalid", metrics:start { statsd_host = "nobody.test" })
  end)

  it("raises for misuse", function()
    local metrics = started(server)
    local load, shots = assert(metrics:gauge "load"), assert(metrics:counter "shots")
    local frame = assert(metrics:timer "frame")
    local function raises(pattern, fn, ...)
      local ok, message = pcall(fn, ...)
      assert.is_false(ok)
      assert.matches(pattern, message)
    end
    raises("set: this is a counter", shots.set, shots, 1)
    raises("add: this is a timer", frame.add, frame, 1)
    raises("record: this is a gauge", load.record, load, 1)
    for _, wrong in ipairs { {}, "1" } do
      raises("number expected, got " .. type(wrong), load.set, load, wrong)
      raises("number expected, got " .. type(wrong), load.add, load, wrong)
      raises("number expected, got " .. type(wrong), shots.add, shots, wrong)
      raises("number expected, got " .. type(wrong), frame.record, frame, wrong)
    end
    raises("up to 1e15 expected", load.set, load, 0 / 0)
    raises("up to 1e15 expected", load.add, load, math.huge)
    raises("whole number from 0", shots.add, shots, -1)
    raises("whole number from 0", shots.add, shots, 0.5)
    raises("milliseconds from 0", frame.record, frame, -1)
    raises("start: unknown field 'port'", metrics.start, metrics, { port = 1 })
    raises("gauge: unknown field 'rate'", metrics.gauge, metrics, "a", { rate = 1 })
    raises("timer: derived: 'p50' is none of latest", metrics.timer, metrics, "a", { derived = { "p50" } })
    raises("counter: sample_rate: above 0", metrics.counter, metrics, "a", { sample_rate = 0 })
    raises("counter: tags: string expected", metrics.counter, metrics, "a", { tags = { team = 1 } })
    raises("timer: percentiles.2: number expected", metrics.timer, metrics, "a", { percentiles = { 1, "x" } })
    raises("server", gamelift.metrics, nil)
  end)

  it("raises when the server is closed, also long after", function()
    local metrics = started(server)
    local load = assert(metrics:gauge "load")
    server:close()
    for _, misuse in ipairs { function() load:set(1) end, function() metrics:stop() end,
                              function() metrics:gauge "a" end, function() gamelift.metrics(server) end } do
      local ok, message = pcall(misuse)
      assert.is_false(ok)
      assert.matches("server is closed", message)
    end
  end)

  it("keeps the server of a metric that is still held", function()
    local own = assert(service:new_server())
    service.servers[#service.servers] = nil
    local load = assert(started(own):gauge "load")
    local weak = setmetatable({ own }, { __mode = "v" })
    own = nil -- luacheck: no unused
    collectgarbage()
    collectgarbage()
    load:set(1)
    weak[1]:close()
  end)
end)
