-- SPDX-License-Identifier: Apache-2.0
local testing = require "gamelift.testing"
local gamelift = require "gamelift"

describe("a script error", function()
  local service, server, errors, logged
  before_each(function()
    errors, logged = {}, {}
    service, server = testing.active_session {
      on_error = function(_, message, thread) errors[#errors + 1] = { message = message, thread = thread } end,
      on_log = function(_, level, message)
        if level == "error" then
          logged[#logged + 1] = message
        end
      end,
      on_process_terminate = function() error "in a handler" end,
    }
  end)
  after_each(function() service:stop() end)

  local function only_error()
    assert.equal(1, #errors)
    assert.equal(1, #logged)
    assert.equal(1, server:error_count())
    assert.equal(errors[1].message, logged[1])
    return errors[1].message
  end

  it("in a handler goes with its traceback to the log and to on_error, and the session lives", function()
    service:terminate()
    service:settle()
    local message = only_error()
    assert.matches("errors_spec.lua:%d+: in a handler", message)
    assert.matches("stack traceback", message)
    assert.equal("thread", type(errors[1].thread))
    assert.equal("ACTIVE", service:game_session().Status)
  end)

  it("in the function that gets an answer is reported", function()
    server:describe_player_sessions({ player_id = "ann" }, function() error "in an answer" end)
    service:settle()
    assert.matches("in an answer", only_error())
  end)

  it("after waiting is reported", function()
    gamelift.run(function()
      server:describe_player_sessions { player_id = "ann" }
      error "after waiting"
    end)
    service:settle()
    local message = only_error()
    assert.matches("after waiting", message)
  end)

  it("in gamelift.run is reported and not raised", function()
    local thread, message = gamelift.run(function() error "at once" end)
    assert.equal("dead", coroutine.status(thread))
    assert.matches("at once\nstack traceback:", message)
    assert.is_nil(select(2, gamelift.run(function() end)))
    assert.is_nil(select(2, gamelift.run(coroutine.yield)))
    assert.matches("at once", only_error())
    assert.equal(thread, errors[1].thread)
  end)

  it("may be any value", function()
    gamelift.run(function() error(setmetatable({}, { __tostring = function() return "an object" end })) end)
    gamelift.run(function() error {} end)
    gamelift.run(function() error(nil) end)
    assert.equal(3, server:error_count())
    assert.matches("an object", errors[1].message)
    assert.matches("table", errors[2].message)
    assert.matches("nil", errors[3].message)
  end)

  it("may be an object that fails to give its text", function()
    gamelift.run(function() error(setmetatable({}, { __tostring = function() return {} end })) end)
    gamelift.run(function() error(setmetatable({}, { __tostring = function() error "on purpose" end })) end)
    assert.equal(2, server:error_count())
    assert.matches("__tostring", errors[1].message)
    assert.matches("an error without a text: .*on purpose", errors[2].message)
  end)

  it("is told with what the script's own debug.traceback gives", function()
    local traceback = debug.traceback
    for _, own in ipairs { function() return {} end, function() error "in traceback" end } do
      debug.traceback = own -- luacheck: ignore
      gamelift.run(function() error "told all the same" end)
    end
    debug.traceback = traceback -- luacheck: ignore
    assert.equal(2, #errors)
    assert.matches("told all the same", errors[1].message)
  end)

  it("reaches what is to be closed, and one in there is told as well", function()
    if _VERSION ~= "Lua 5.4" then
      return
    end
    local run = load [[
      local keep = ...
      local one <close> = setmetatable({}, { __close = function(_, why) keep(why) end })
      local two <close> = setmetatable({}, { __close = function() error "in __close" end })
      error "in the body"
    ]]
    local why
    gamelift.run(run, function(given) why = given end)
    assert.equal(2, #errors)
    assert.matches("in the body", errors[1].message)
    assert.matches("in __close", errors[2].message)
    assert.matches("in __close", why)
  end)

  it("that repeats is logged the 1st, 2nd, 4th, 8th time; counted and handed to on_error every time", function()
    for _ = 1, 10 do
      gamelift.run(function() error "again" end)
    end
    assert.equal(10, server:error_count())
    assert.equal(10, #errors)
    assert.equal(4, #logged)
    assert.matches("^%(8 times%) ", logged[4])
  end)
end)

describe("an error in on_error or on_log", function()
  it("goes to stderr, and does not come back to them", function()
    local in_error, in_log = 0, 0
    local service, server = testing.active_session {
      on_error = function()
        in_error = in_error + 1
        error "in on_error, as this spec wants it"
      end,
      on_log = function()
        in_log = in_log + 1
        error "in on_log, as this spec wants it"
      end,
    }
    gamelift.run(function() error "the first" end)
    assert.equal(1, in_error)
    assert.equal(1, in_log)
    assert.equal(1, server:error_count())
    service:stop()
  end)

  it("is told when a coroutine of theirs raises, but not without end", function()
    local calls = 0
    local service = testing.active_session {
      on_error = function()
        calls = calls + 1
        gamelift.run(function() error("number " .. calls) end)
      end,
      on_log = function() end,
    }
    gamelift.run(function() error "the first" end)
    assert.equal(3, calls)
    service:stop()
  end)
end)

describe("gamelift.run", function()
  it("hands its arguments on and returns the coroutine", function()
    local running, got
    local thread = gamelift.run(function(...)
      running = coroutine.running()
      got = { n = select("#", ...), ... }
    end, 1, nil, 3)
    assert.equal(thread, running)
    assert.same({ n = 3, 1, nil, 3 }, got)
  end)

  it("raises for what is no function", function()
    assert.has_error(function() gamelift.run "x" end)
  end)
end)
