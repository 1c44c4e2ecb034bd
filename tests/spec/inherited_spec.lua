-- SPDX-License-Identifier: Apache-2.0
-- Scripts that are reloaded in a Lua state of their own: what is under way reaches the next state.

local testing = require "gamelift.testing"
local core = require "gamelift.testing_core"

-- What each state runs first: `told` and `errors` collect lines, `lines()` gives and forgets them.
local PRELUDE = [[
  local gamelift = require "gamelift"
  server = gamelift.server()
  told = {}
  function tell(format, ...) told[#told + 1] = format:format(...) end
  function lines()
    local text = table.concat(told, "\n")
    told = {}
    return text
  end
  function ask(method, ...)
    local arguments = { ... }
    gamelift.run(function()
      local unpack = table.unpack or unpack
      local result, message, code = server[method](server, unpack(arguments))
      tell("%s: %s %s %s", method, tostring(result), tostring(message), tostring(code))
    end)
  end
  function inherited()
    for _, request in ipairs(server:inherited_requests()) do
      tell("%s %s", request.action, request.subject)
    end
    return lines()
  end
]]

local HEIR = [[
  server:set_handlers {
    on_error = function(_, message) tell("error: %s", message) end,
    on_inherited_answer = function(_, answer)
      local result = answer.result
      if type(result) == "table" then
        result = result.ticket_id or result.player_sessions and #result.player_sessions or "table"
      end
      tell("%s %s: %s %s %s", answer.action, answer.subject, tostring(result), tostring(answer.message),
        tostring(answer.code))
      return true
    end,
  }
]]

describe("a Lua state that is gone", function()
  local service, processes, states = nil, 0, nil

  local function new_state(code)
    local state = core.new_state()
    states[#states + 1] = state
    assert(state:attach())
    state:run(PRELUDE .. (code or ""))
    return state
  end

  local function leave(state)
    state:detach()
    state:close()
    for i = #states, 1, -1 do
      if states[i] == state then
        table.remove(states, i)
      end
    end
  end

  before_each(function()
    service, states = testing.service(), {}
    processes = processes + 1
    local ids = { process_id = "inherited-" .. processes }
    for key, value in pairs(service.demo) do
      ids[key] = value
    end
    service.process_id = ids.process_id
    core.plugin_start(ids)
    service.servers = { setmetatable({ tick = core.plugin_tick, close = function() end },
      { __tostring = function() return "open" end }) }
    local state = new_state "server:set_handlers {} ask('process_ready', { port = 7777 })"
    service:settle()
    service:create_game_session()
    service:settle()
    state:run "ask 'activate_game_session'"
    service:settle()
    assert.equal("process_ready: true nil nil\nactivate_game_session: true nil nil", state:run "return lines()")
    leave(state)
  end)

  after_each(function()
    while states[1] do
      leave(states[1])
    end
    core.plugin_stop()
    service:stop()
  end)

  it("leaves its requests to the next, with what they are about", function()
    local psess = service:create_player_session "ann"
    local old = new_state()
    old:run("server:set_handlers {} ask('accept_player_session', ...)", psess)
    old:run "ask('describe_player_sessions', { player_id = 'ann' })"
    old:run "ask('get_compute_certificate')"
    leave(old)
    service:settle()
    local new = new_state()
    assert.equal("accept_player_session " .. psess .. "\ndescribe_player_sessions \nget_compute_certificate ",
      new:run "return inherited()")
    new:run(HEIR)
    service:settle()
    assert.equal("accept_player_session " .. psess .. ": true nil nil\ndescribe_player_sessions : 1 nil nil\n"
      .. "get_compute_certificate : nil Compute local was registered without a CertificatePath. NOT_FOUND",
      new:run "return lines()")
    assert.equal("", new:run "return inherited()")
    assert.equal("ACTIVE", service:player_sessions().ann.Status)
  end)

  it("leaves refusals and time-outs", function()
    service:refuse_seat("psess-1", "the seat is gone")
    service:delay("RemovePlayerSession", math.huge)
    local old = new_state "server:set_handlers {} ask('accept_player_session', 'psess-1')"
    old:run "ask('remove_player_session', 'psess-2')"
    leave(old)
    local new = new_state(HEIR)
    service:advance(21)
    assert.equal("accept_player_session psess-1: nil the seat is gone REJECTED\n"
      .. "remove_player_session psess-2: nil no answer within 20000 ms TIMEOUT", new:run "return lines()")
  end)

  it("leaves its requests also when it is closed without being detached", function()
    local old = new_state "server:set_handlers {} ask('describe_player_sessions', { player_id = 'bob' })"
    old:close()
    table.remove(states)
    local new = new_state(HEIR)
    service:settle()
    assert.equal("describe_player_sessions : 0 nil nil", new:run "return lines()")
  end)

  it("leaves requests that it made without having set handlers", function()
    local old = new_state "ask('describe_player_sessions', { player_id = 'bob' })"
    leave(old)
    local new = new_state(HEIR)
    service:settle()
    assert.equal("describe_player_sessions : 0 nil nil", new:run "return lines()")
  end)

  it("leaves what comes while nobody is there to the next", function()
    leave(new_state "server:set_handlers {}")
    service:terminate(60)
    service:settle()
    local new = new_state()
    assert.is_false(new:run "return server:is_terminating()")
    new:run "server:set_handlers { on_process_terminate = function() tell 'terminate' end }"
    service:settle()
    assert.equal("terminate", new:run "return lines()")
    assert.is_true(new:run "return server:is_terminating()")
    leave(new)
    assert.is_true(new_state():run "return server:is_terminating()")
  end)

  it("leaves answers that nobody takes to who takes them", function()
    leave(new_state "server:set_handlers {} ask('describe_player_sessions', { player_id = 'bob' })")
    service:settle()
    leave(new_state "server:set_handlers {}")
    leave(new_state "server:set_handlers { on_inherited_answer = function() return false end }")
    local raising = new_state [[
      server:set_handlers {
        on_inherited_answer = function() error "on purpose" end,
        on_error = function(_, message) tell("%s", message:match "on purpose") end,
        on_log = function() end,
      }
    ]]
    service:settle()
    assert.equal("on purpose", raising:run "return lines()")
    assert.equal("describe_player_sessions ", raising:run "return inherited()")
    leave(raising)
    local waiting = new_state [[
      server:set_handlers { on_inherited_answer = function()
        tell "taken"
        assert(server:describe_player_sessions { player_id = "ann" })
        tell "and waited"
        return false
      end }
    ]]
    service:settle()
    service:settle()
    assert.equal("taken\nand waited", waiting:run "return lines()")
    assert.equal("", waiting:run "return inherited()")
  end)

  it("has a last moment in on_detach, in which it keeps something", function()
    local old = new_state [[
      server:set_handlers { on_detach = function(s)
        s:keep("score", { ann = 3 })
        s:activate_game_session(function() end)
      end }
    ]]
    leave(old)
    local new = new_state()
    assert.equal(3, new:run "return server:kept('score').ann")
    assert.equal("activate_game_session ", new:run "return inherited()")
  end)

  it("has only its own errors in on_detach, and cannot wait there", function()
    local old = new_state [[
      server:set_handlers {
        on_detach = function() tell "detach" error "on purpose" end,
        on_error = function(_, message) tell("%s", message:match "on purpose") end,
        on_log = function(_, level, message) if level == "warn" then tell("%s", message) end end,
      }
    ]]
    old:detach()
    assert.equal("detach\non purpose", old:run "return lines()")
    old = new_state [[
      server:set_handlers {
        on_detach = function() server:activate_game_session() tell "never" end,
        on_log = function(_, level, message) tell("%s: %s", level, message) end,
      }
    ]]
    old:detach()
    service:settle()
    assert.equal("warn: on_detach must not wait: it is left where it stands", old:run "return lines()")
  end)

  it("runs on_detach once, and never when its server is closed", function()
    local old = new_state "server:set_handlers { on_detach = function() tell 'detach' end }"
    old:detach()
    old:detach()
    assert.equal("detach", old:run "return lines()")
  end)

  it("does not take the server from one that was bound before it has gone", function()
    local old = new_state "server:set_handlers {} ask('describe_player_sessions', { player_id = 'bob' })"
    local new = new_state(HEIR)
    old:run "ask('describe_player_sessions', { player_id = 'ann' })" -- not bound any more
    leave(old)
    service:terminate(60)
    service:settle()
    assert.equal("describe_player_sessions : 0 nil nil", new:run "return lines()")
    assert.is_true(new:run "return server:is_terminating()")
    assert.is_true((core.plugin_state()))
  end)

  it("is one of a hundred", function()
    for i = 1, 100 do
      local state = new_state(HEIR .. "ask('describe_player_sessions', { player_id = 'bob' })")
      if i % 3 == 0 then
        service:settle()
      end
      leave(state)
    end
    local last = new_state(HEIR)
    service:settle()
    assert.equal("describe_player_sessions : 0 nil nil", last:run "return lines()")
    assert.equal("", last:run "return inherited()")
  end)
end)
