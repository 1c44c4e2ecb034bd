-- SPDX-License-Identifier: Apache-2.0
-- The annotations for editors say what there is, no more and no less: functions, options, fields, choices.
local testing = require "gamelift.testing"
local gamelift = require "gamelift"
local match = require "gamelift.match"
local options_of_match = require "gamelift.match.options"
local new_annotations = require "annotations"
local helper = require "helper"

local FILES = {
  "gamelift/meta.lua", "gamelift/meta/metrics.lua", "gamelift/meta/match.lua", "gamelift/meta/testing.lua",
}

-- Methods of a match that are for the other files of gamelift.match.
local INTERNAL = { move = true, retire = true, touch = true }

local function read(path)
  local file = assert(io.open(path))
  local text = file:read "*a"
  file:close()
  return text
end

local function source(name)
  return read("bindings/lua/src/" .. name)
end

local meta = new_annotations()
for _, name in ipairs(FILES) do
  meta:read(name, read("bindings/lua/" .. name))
end

local function sorted_keys(set)
  local keys = {}
  for key in pairs(set) do
    keys[#keys + 1] = key
  end
  table.sort(keys)
  return keys
end

local function keys_of(object, wanted)
  local found = {}
  for key, value in pairs(object) do
    if not wanted or type(value) == wanted then
      found[key] = true
    end
  end
  return found
end

local function assert_same_keys(expected, found)
  assert.same(sorted_keys(expected), sorted_keys(found))
end

-- What pattern finds in a C function.
local function names_in_function(file, name, pattern)
  local found = {}
  local body = assert(source(file):match(name .. "%([^)]*%)\n(%b{})"), name)
  for each in body:gmatch(pattern) do
    found[each] = true
  end
  return found
end

-- The names of a Lua function's parameters; nil for a function of the C module, and where this Lua does not tell.
local function parameters_of(fn)
  local info = debug.getinfo(fn, "uS")
  if not info.nparams or not info.source:find "^@.*%.lua$" then
    return nil
  end
  local names = {}
  for i = 1, info.nparams do
    names[i] = debug.getlocal(fn, i)
  end
  if info.isvararg then
    names[#names + 1] = "..."
  end
  return names
end

-- A class has these functions and no others, with the same parameters.
local function assert_functions(class_name, object)
  local annotated = meta:functions_of(class_name)
  assert_same_keys(keys_of(object, "function"), annotated)
  for name, annotation in pairs(annotated) do
    local names = parameters_of(object[name])
    if names then
      if annotation.is_method then
        assert.matches("^self", table.remove(names, 1), name)
      end
      assert.same(names, annotation.given, name)
    end
  end
end

local function methods_of(object)
  return getmetatable(object).__index
end

describe("the annotations", function()
  it("are understood, and name only types that there are", function()
    assert.same({}, meta:complaints())
  end)

  it("have every function and constant of the module", function()
    assert_functions("gamelift", gamelift)
    local constants = {}
    for name, value in pairs(gamelift) do
      if type(value) ~= "function" then
        constants[name] = value
      end
    end
    assert_same_keys(constants, meta:fields "gamelift")
  end)

  it("have every method of a server, of metrics and of a metric", function()
    local service, server = testing.ready_server()
    local metrics = gamelift.metrics(server)
    assert_functions("gamelift.server", methods_of(server))
    assert_functions("gamelift.metrics", methods_of(metrics))
    assert_functions("gamelift.metric", methods_of(assert(metrics:gauge "load")))
    service:stop()
  end)

  it("have every function of gamelift.match and gamelift.testing, and every method of what they make", function()
    local service, m = helper.new_match()
    assert_functions("gamelift.match_module", match)
    assert_functions("gamelift.testing", testing)
    assert_functions("gamelift.testing.service", methods_of(service))
    local told = {}
    for name, fn in pairs(methods_of(m)) do
      told[name] = not INTERNAL[name] and fn or nil
    end
    assert_functions("gamelift.match", told)
    assert_functions("gamelift.match_timer", methods_of(m:after(1, function() end)))
    service:stop()
  end)

  it("have every option of new_server, and every handler", function()
    local registered = { log_level = true }
    for name in source "lserver.c":gmatch "FIELD%(([%w_]+), %u" do
      registered[name] = true
    end
    for name in source "lhandlers.c":gmatch '\n        "(on_[%w_]+)",' do
      registered[name] = true
    end
    assert_same_keys(registered, meta:fields "gamelift.server_options")
  end)

  it("have every field of each request", function()
    local seen = 0
    local text = source "lactions.c"
    local function compare(action, list)
      local known = {}
      for name in list:gmatch '"([%w_]+)"' do
        known[name] = true
      end
      local request = meta:functions_of "gamelift.server"[action].params[1].type
      assert_same_keys(known, request.fields)
      seen = seen + 1
    end
    local known_list = "known%[%] = {([^}]*)NULL};"
    for action, list in text:gmatch('what%[%] = "([%w_]+)";%s*static const char %*const ' .. known_list) do
      compare(action, list)
    end
    for list, action in text:gmatch(known_list .. '[^}]-lread_check_fields%(L, 2, "([%w_]+)"') do
      compare(action, list)
    end
    assert.equal(5, seen)
  end)

  it("have every field of a session, a player session and matchmaker data", function()
    local page, update
    local service, server = testing.active_session {
      on_update_game_session = function(_, given) update = given end,
    }
    service:create_player_session "ann"
    server:describe_player_sessions({ player_id = "ann" }, function(answer) page = answer end)
    service:push_update("MATCHMAKING_DATA_UPDATED", "ticket-1")
    local data = gamelift.matchmaker_data [[{
      "matchId": "m", "matchmakingConfigurationArn": "arn", "teams": [{ "name": "red", "players": [
        { "playerId": "ann", "attributes": { "skill": { "attributeType": "DOUBLE", "valueAttribute": 5 } } }] }]
    }]]
    assert.equal(5, data.players[1].attributes.skill)
    assert.is_nil(meta:objection(server:game_session(), "gamelift.game_session"))
    assert.is_nil(meta:objection(update, "gamelift.update"))
    assert.is_nil(meta:objection(page, "gamelift.player_session_page"))
    assert.is_nil(meta:objection(data, "gamelift.matchmaker_data"))
    service:stop()
  end)

  it("have every field of what is rarely answered", function()
    local actions = meta:functions_of "gamelift.server"
    local function compare(name, fields)
      assert_same_keys(names_in_function("lvalue.c", name, 'set_%l+%(L, "([%w_]+)"'), fields)
    end
    compare("lvalue_push_backfill", actions.start_match_backfill.returns[1][1].fields)
    compare("lvalue_push_certificate", actions.get_compute_certificate.returns[1][1].fields)
    compare("lvalue_push_credentials", meta:fields "gamelift.fleet_role_credentials")
    compare("lvalue_push_containers", meta:fields "gamelift.container")
  end)

  it("have every field of what is inherited", function()
    local answer = names_in_function("linherited.c", "push_answer", 'setfield%(L, %-2, "([%w_]+)"')
    local request = names_in_function("linherited.c", "push_request", 'setfield%(L, %-2, "([%w_]+)"')
    assert_same_keys(request, meta:fields "gamelift.inherited_request")
    for name in pairs(request) do
      answer[name] = true
    end
    assert_same_keys(answer, meta:fields "gamelift.inherited_answer")
  end)

  it("have every option of metrics", function()
    local function compare(name, class_name)
      local known = names_in_function("lmetrics.c", name, "known%[%] = (%b{})")
      local names = {}
      for field in next(known):gmatch '"([%w_]+)"' do
        names[field] = true
      end
      assert_same_keys(names, meta:fields(class_name))
    end
    compare("read_desc", "gamelift.metrics_options")
    compare("read_options", "gamelift.metric_options")
  end)

  it("have every field of a testing service", function()
    local service = testing.active_session()
    assert.is_nil(meta:objection(service.demo, "gamelift.testing.demo"))
    for name, field in pairs(meta:fields "gamelift.testing.service") do
      assert.is_false(field.optional)
      assert.is_not_nil(service[name], name)
    end
    service:stop()
  end)

  it("have every event of the connection", function()
    local events = {}
    local service = testing.ready_server { on_connection = function(_, event) events[#events + 1] = event end }
    service.cut()
    service:advance(60)
    assert.is_true(#events >= 3)
    for _, event in ipairs(events) do
      assert.is_nil(meta:objection(event, "gamelift.connection_event"))
    end
    service:stop()
  end)

  it("say what each handler is handed", function()
    local called, objections, handlers = {}, {}, {}
    for name, field in pairs(meta:fields "gamelift.handlers") do
      called[name] = name:find "inherited" ~= nil or name == "on_detach" -- their own specs have two Lua states
      handlers[name] = function(...)
        called[name] = true
        objections[#objections + 1] = meta:objection_to_call(field.type, ...)
        return true
      end
    end
    handlers.log_level = "info"
    local service = testing.active_session(handlers)
    service:advance(120)
    service:push_update("BACKFILL_FAILED", "ticket-1")
    gamelift.run(error, "an error for on_error")
    service:terminate(60)
    service:settle()
    assert.equal("", table.concat(objections, "\n"))
    for name in pairs(called) do
      assert.is_true(called[name], name)
    end
    service:stop()
  end)

  it("have every name that GameLift's states, reasons and modes can have", function()
    local names = {}
    local list_of_names = "glift_([%w_]+)_name%b()%s*{%s*static const char %*const names%[%] =%s*{(.-)};"
    for enumeration, list in read "sdk/src/wire/names.c":gmatch(list_of_names) do
      names[enumeration] = {}
      for name in list:gmatch '"([%u_]+)"' do
        names[enumeration][name] = true
      end
    end
    local function compare(enumeration, class_name, field)
      assert_same_keys(names[enumeration], meta:literals(meta:fields(class_name)[field].type))
    end
    compare("game_session_status", "gamelift.game_session", "status")
    compare("player_session_status", "gamelift.player_session", "status")
    compare("update_reason", "gamelift.update", "update_reason")
    compare("auto_backfill_mode", "gamelift.matchmaker_data", "auto_backfill_mode")
    compare("status", "gamelift.connection_event", "code")
  end)
end)

-- Two players are matched and come, one is kicked, the other drops, comes back and leaves.
local function live(service, m)
  local ids = {}
  local tickets = { service:queue "ann", service:queue "bob" }
  service:advance(5)
  for player, ticket in ipairs(tickets) do
    ids[player] = service:ticket(ticket).GameSessionConnectionInfo.MatchedPlayerSessions[1].PlayerSessionId
    m:connect(player, ids[player])
  end
  service:advance(120)
  m:kick(1, "cheating")
  service:push_update("MATCHMAKING_DATA_UPDATED", "ticket-1")
  service:go(m, 2)
  m:connect(3, ids[2])
  service:advance(5)
  service:go(m, 3)
  service:advance(10)
end

-- The same scripts again, as after a reload.
local function replace(service, m, options)
  local all = { server = m.server, port = 7777, unix_time = service.unix_time }
  for name, option in pairs(options) do
    all[name] = name ~= "start" and option or nil
  end
  local heir = match.new(all)
  heir:start()
  service.steps = { function(dt) heir:tick(dt) end }
  service:advance(1)
  return heir
end

describe("the annotations of match.new", function()
  local KINDS = { ["function"] = "fun", table = "name", number = "name", string = "name", userdata = "name" }

  local function compare(known, required, class_name)
    local fields = meta:fields(class_name)
    assert_same_keys(known, fields)
    for name, option in pairs(known) do
      local field = fields[name]
      local kind = field.type.is == "list" and "name" or field.type.is
      assert.equal(KINDS[option.type], kind, name)
      assert.equal(not required[name], field.optional, name)
      if field.optional then
        assert.matches("default: %S", field.text, name)
      end
      if type(option.default) == "number" then
        assert.equal(option.default, tonumber(field.text:match "default: ([%d.]+)$"), name)
      end
      if option.type == "number" and name:find "_s$" or name:find "seconds$" then
        assert.matches("seconds", field.text, name)
      end
    end
  end

  it("have every option, what it is, and its default", function()
    local required = {}
    for _, name in ipairs(options_of_match.required) do
      required[name] = true
    end
    compare(options_of_match.known, required, "gamelift.match_options")
    compare(options_of_match.known_for_backfill, {}, "gamelift.backfill_options")
  end)

  it("have every field of seats and of the backfill, and every phase, and say what each function is handed", function()
    local service, m
    local phases, called, objections = {}, {}, {}
    local options = { start = false, reconnect_grace_s = 5, backfill = { open_seconds = 1 } }
    local function note(objection)
      if objection and not objections[objection] then
        objections[objection], objections[#objections + 1] = true, objection
      end
    end
    local function look()
      phases[m:phase()] = true
      note(meta:objection(m:backfill(), "gamelift.backfill_state"))
      for _, seat in ipairs(m:seats()) do
        note(meta:objection(seat, "gamelift.seat"))
      end
    end
    for name, field in pairs(meta:fields "gamelift.match_options") do
      if field.type.is == "fun" and name ~= "unix_time" then
        called[name] = false
        options[name] = function(...)
          called[name] = true
          note(meta:objection_to_call(field.type, ...))
          look()
          return true
        end
      end
    end
    service, m = helper.new_match(options)
    look()
    service:each_step(look)
    m:start()
    look()
    service:advance(1)
    live(service, m)
    local old = m
    m = replace(service, m, options)
    phases[old:phase()] = true
    m:finish()
    service:advance(30)
    assert.equal("", table.concat(objections, "\n"))
    assert_same_keys(meta:literals { is = "name", name = "gamelift.match_phase" }, phases)
    called.on_error, called.on_log = true, true -- there was none, and nothing to say
    for name in pairs(called) do
      assert.is_true(called[name], name)
    end
    service:stop()
  end)
end)
