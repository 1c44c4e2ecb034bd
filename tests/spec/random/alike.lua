-- SPDX-License-Identifier: Apache-2.0
--- Random calls of the binding, right and wrong ones, and what comes of each: lines that are the same in every Lua,
--- which alike.sh compares.
---
---   lua alike.lua SEED CALLS

local testing = require "gamelift.testing"
local gamelift = require "gamelift"

local SEED, CALLS = tonumber(arg[1]), tonumber(arg[2])

-- ---- chance

local state = SEED * 7919 % 2147483646 + 1

local function below(n) -- 0 .. n - 1
  state = (state * 16807) % 2147483647
  return math.floor(state / 2147483647 * n)
end

local function one_of(list)
  return list[below(#list) + 1]
end

local function chance(percent)
  return below(100) < percent
end

-- ---- what came of it, as a text

local TYPES = { ["function"] = true, userdata = true, thread = true }

local HEX = "%x%x%x%x"
local UUID = table.concat({ HEX .. HEX, HEX, HEX, HEX, HEX .. HEX .. HEX }, "%-")

local function plain(text)
  text = text:gsub("0x%x+", "ADDRESS"):gsub("^[^\n:]*%.lua:%d+: ", ""):gsub("\nstack traceback:.*", "")
  -- Lua's own words, which differ.
  text = text:gsub("bad argument #%d+[^(\n]*%(", "bad argument ("):gsub("^attempt to (%w+).*", "attempt to %1")
  text = text:gsub("%(calling '%w+' on bad self%)", ""):gsub("got FILE%*", "got userdata")
  text = text:gsub("got gamelift%.server", "got userdata"):gsub("(%d)%.0%f[^%d]", "%1")
  text = text:gsub(UUID, "UUID")
  return #text > 300 and ("%s... (%d bytes)"):format(text:sub(1, 200), #text) or text
end

local function shown(value, depth)
  if type(value) == "number" then
    return value ~= value and "nan" or ("%.14g"):format(value)
  elseif type(value) == "string" then
    return ("%q"):format(plain(value)):gsub("\\\n", "\\n"):gsub("\\0+", "\\0"):gsub("[\128-\255%z]", "?")
  elseif TYPES[type(value)] then
    return type(value)
  elseif type(value) ~= "table" or depth > 9 then
    return tostring(value)
  end
  local parts = {}
  for key, inner in pairs(value) do
    parts[#parts + 1] = ("%s = %s"):format(shown(key, depth + 1), shown(inner, depth + 1))
  end
  table.sort(parts)
  return "{ " .. table.concat(parts, ", ") .. " }"
end

local function all_shown(...)
  local parts = {}
  for i = 1, select("#", ...) do
    parts[i] = shown((select(i, ...)), 0)
  end
  return table.concat(parts, ", ")
end

local function say(...)
  io.stdout:write(table.concat({ ... }, "\t"), "\n")
end

-- ---- arguments

local service, server, closed, seat

local raises = setmetatable({}, { __index = function() error("raised by __index") end })
local callable = setmetatable({}, { __call = function(_, ...) say("called", all_shown(...)) end })

local VALUES = {
  function() return nil end,
  function() return true end,
  function() return false end,
  function() return one_of { 0, 1, -1, 2, 7777, 65535, 65536 } end,
  function() return one_of { 0.5, 0 / 0, 1 / 0, -1 / 0, 2 ^ 31, 2 ^ 53, 2 ^ 53 + 2, 2 ^ 63, -2 ^ 63, 1e308 } end,
  function() return one_of { "", "1", "0x10", " 7777 ", "psess-1", "a\0b", "ACCEPT_ALL", "accept_all", "\255\254" } end,
  function() return ("x"):rep(one_of { 256, 257, 1024, 1025, 300000 }) end,
  function() return "\237\160\128" end, -- half of a surrogate pair
  function() return seat end,
  function() return {} end,
  function() return { 1, 2, 3 } end,
  function() return { "a", nil, "c", n = 3 } end,
  function() return { [one_of { 1.5, true }] = true } end,
  function() return { a = { b = { c = { "d" } } } } end,
  function() return raises end,
  function() return callable end,
  function() return print end,
  function() return coroutine.create(print) end,
  function() return io.stdout end,
  function() return server end,
  function() return closed end,
}

local function value()
  return one_of(VALUES)()
end

local REQUESTS = {
  process_ready = function() return { port = 7777, log_paths = { "a", "b" } } end,
  describe_player_sessions = function()
    return one_of { { player_id = "ann", limit = 10 }, { player_session_id = seat, status_filter = "ACTIVE" } }
  end,
  start_match_backfill = function()
    return {
      matchmaking_configuration_arn = "arn:aws:gamelift:us-east-1:000000000000:matchmakingconfiguration/arena",
      ticket_id = "ticket", players = {
        { player_id = "ann", team = "red", attributes = { skill = 3, maps = { "a", "b" }, modes = { a = 1 } },
          latency_in_ms = { ["us-east-1"] = 20 } },
      },
    }
  end,
  stop_match_backfill = function()
    return { matchmaking_configuration_arn = "arn:aws:gamelift:x", ticket_id = "ticket" }
  end,
  get_fleet_role_credentials = function() return { role_arn = "arn:aws:iam::123456789012:role/x" } end,
  accept_player_session = function() return seat end,
  remove_player_session = function() return seat end,
  update_player_session_creation_policy = function() return one_of { "ACCEPT_ALL", "DENY_ALL" } end,
}
local METHODS = {}
for name in pairs(REQUESTS) do
  METHODS[#METHODS + 1] = name
end
for _, name in ipairs { "activate_game_session", "get_compute_certificate", "list_containers_network_info", "sleep" } do
  METHODS[#METHODS + 1] = name
end
table.sort(METHODS)

-- One thing in it is another than it was.
local function spoil(request)
  if type(request) ~= "table" or chance(15) then
    return value()
  end
  local keys = { "unknown" }
  for key in pairs(request) do
    keys[#keys + 1] = key
  end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  local key = one_of(keys)
  if type(request[key]) == "table" and chance(70) then
    request[key] = spoil(request[key])
  else
    request[key] = value()
  end
  return request
end

-- ---- calls

local answers = 0

local function on_answer(...)
  answers = answers + 1
  say("answer", all_shown(...))
end

local function failing_answer(...)
  on_answer(...)
  error(one_of { "a text", { a = "table" }, true })
end

local function outcome(ok, ...)
  say(ok and "returned" or "raised", all_shown(...))
  return ok, ...
end

-- Where it is called from. What may wait does so in a coroutine of its own.
local PLACES = {
  { "here", function(call) return outcome(pcall(call)) end },
  { "pcall", function(call) return outcome(pcall(pcall, call)) end },
  { "handler", function(call) return outcome(pcall(xpcall, error, function() return (call()) end)) end },
  { "metamethod", function(call)
    return outcome(pcall(function() return setmetatable({}, { __index = function() return (call()) end }).x end))
  end },
  { "sort", function(call)
    local is_called = false
    return outcome(pcall(table.sort, { 2, 1 }, function(a, b)
      if not is_called then
        is_called = true
        call()
      end
      return a < b
    end))
  end },
  { "gsub", function(call) return outcome(pcall(string.gsub, "a", "a", function() call() end)) end },
  { "coroutine", function(call) return outcome(coroutine.resume(coroutine.create(call))) end },
  { "run", function(call) return outcome(pcall(gamelift.run, function() return (call()) end)) end },
}

local function waits(name, ...)
  local all, count = { ... }, select("#", ...)
  local thread = coroutine.create(function()
    on_answer(server[name](server, (table.unpack or unpack)(all, 1, count))) -- luacheck: ignore
  end)
  local ok, message = coroutine.resume(thread)
  say(ok and "waits" or "raised", ok and coroutine.status(thread) or shown(message, 0))
  return ok
end

local function with_done(name, request)
  local place = one_of(PLACES)
  local done = chance(80) and on_answer or chance(50) and failing_answer or value()
  local seconds = one_of { 0, 0.5, -1, 0 / 0, 1e10 } -- a handler that fails is called any number of times
  say("call", name, place[1], shown(request, 0), shown(done, 0), name == "sleep" and shown(seconds, 0) or "")
  place[2](function()
    if REQUESTS[name] then
      return server[name](server, request, done)
    elseif name == "sleep" then
      return server:sleep(seconds, done)
    end
    return server[name](server, done)
  end)
end

local function action()
  local name = one_of(METHODS)
  local request = REQUESTS[name] and REQUESTS[name]()
  if REQUESTS[name] and chance(60) then
    request = spoil(request)
  end
  if chance(60) or name == "sleep" then
    with_done(name, request)
  else
    say("call", name, "waiting", shown(request, 0))
    waits(name, request)
  end
end

local OTHERS = {
  function() outcome(pcall(server.keep, server, one_of { "a", "b", "", "A b", value() }, value())) end,
  function() outcome(pcall(server.kept, server, one_of { "a", "b", value() })) end,
  function() outcome(pcall(server.wait, server, one_of { 0, -1, 0 / 0, "0", value() })) end,
  function() outcome(pcall(server.cancel, server, value())) end,
  function() outcome(pcall(gamelift.matchmaker_data, chance(50) and value() or '{"matchId":"m","players":[]}')) end,
  function() outcome(pcall(gamelift.run, value(), value())) end,
  function() outcome(pcall(server[one_of(METHODS)], value(), value(), on_answer)) end,
  function() outcome(pcall(server[one_of(METHODS)], closed, value(), on_answer)) end,
  function() outcome(pcall(server.set_handlers, server, spoil { on_log = print, on_error = print })) end,
  function()
    local options = spoil {
      ignore_environment = true, websocket_url = "ws://127.0.0.1:1", auth_token = "t", process_id = "p", host_id = "h",
      fleet_id = "fleet-1", request_timeout_ms = 1000, log_level = "info", on_log = print,
    }
    local _, made = outcome(pcall(gamelift.new_server, options))
    if type(made) == "userdata" then
      made:close()
    end
  end,
  function() outcome(pcall(function() return server[value()] end)) end,
  function() outcome(pcall(function() server[one_of { "x", 1 }] = value() end)) end,
  function() outcome(pcall(function() return server == closed, #tostring(server) > 0 end)) end,
  function() outcome(pcall(function() return server < closed end)) end,
}

local function settle()
  service:settle()
  service:advance(0.5)
end

local silent = io.open("/dev/null", "w")
print = function(...) silent:write(select("#", ...), "\n") end -- luacheck: ignore
service, server = testing.active_session { on_log = function() end, on_error = function(_, message)
  say("error", plain(message))
end }
closed = assert(service:new_server { on_log = function() end })
closed:close()
seat = service:create_player_session "ann"
for number = 1, CALLS do
  say("number", number)
  if chance(75) then
    action()
  else
    one_of(OTHERS)()
  end
  settle()
end
say("answers", answers, "errors", server:error_count())
service:stop()
