-- SPDX-License-Identifier: Apache-2.0
-- A game on gamelift.match whose scripts are reloaded: in one Lua state, or each time in a fresh one, as plugins do.
local testing = require "gamelift.testing"
local core = require "gamelift.testing_core"

local methods = {}
local class = { __index = methods }

-- What every generation of the scripts runs. `options` is the code of a table that comes first in match.new.
local SCRIPT = [[
  gamelift, match = require "gamelift", require "gamelift.match"
  told, logged = {}, {}
  function line(format, ...) told[#told + 1] = format:format(...) end
  function lines()
    local text = table.concat(told, "\n")
    told = {}
    return text
  end
  function log_lines() return table.concat(logged, "\n") end
  all = {
    server = gamelift.server(), port = 7777,
    unix_time = function() return unix_now end,
    log = function(level, message) logged[#logged + 1] = level .. ": " .. message end,
    on_log = function() end,
    init = function(session, resumed) line("init%s", resumed and " again" or "") end,
    join_attempt = function(player, seat)
      line("attempt %s", seat.player_id)
      return true
    end,
    join = function(player, seat) line("join %s %s", player, seat.player_id) end,
    leave = function(player, seat, reason) line("leave %s %s: %s", player, seat.player_id, reason) end,
    on_drop = function(player, seat) line("drop %s %s", player, seat.player_id) end,
    on_reconnect = function(player, seat) line("back %s %s", player, seat.player_id) end,
    kick = function(player, reason) line("kick %s: %s", player, reason) end,
    terminate = function(reason, seconds) line("terminate %s %.0f", reason, seconds) end,
    on_ended = function(ok, message, code) line("ended %s", ok and "well" or code) end,
  }
  for key, value in pairs(OPTIONS) do
    all[key] = value
  end
  m = match.new(all)
  function seats()
    local list = {}
    for i, seat in ipairs(m:seats()) do
      list[i] = seat.player_id .. " " .. seat.state .. (seat.away and " away" or "")
    end
    return table.concat(list, ", ")
  end
]]

local processes = 0

local function load_in(env, code)
  if setfenv then -- luacheck: ignore
    return setfenv(assert(loadstring(code, "=state")), env) -- luacheck: ignore
  end
  return assert(load(code, "=state", "t", env))
end

-- The scripts live in this Lua state: a table of globals for each generation.
local function same_state()
  local env = setmetatable({}, { __index = _G })
  return {
    run = function(_, code, ...) return load_in(env, code)(...) end,
    leave = function() end,
    crash = function() end,
  }
end

local function fresh_state()
  local state = core.new_state()
  assert(state:attach())
  return {
    run = function(_, code, ...) return state:run(code, ...) end,
    leave = function()
      state:detach()
      state:close()
    end,
    crash = function() state:close() end,
  }
end

--- @param kind string   "same" or "fresh"
local function new(kind)
  local service = testing.service()
  processes = processes + 1
  local ids = { process_id = "reloading-" .. kind .. processes }
  for key, value in pairs(service.demo) do
    ids[key] = value
  end
  service.process_id = ids.process_id
  core.plugin_start(ids)
  if kind == "same" then
    assert(core.plugin_attach())
  end
  service.servers = { setmetatable({ tick = core.plugin_tick, close = function() end },
    { __tostring = function() return "open" end }) }
  local self = setmetatable({
    kind = kind, service = service, new_state = kind == "same" and same_state or fresh_state, generation = 0,
  }, class)
  service:each_step(function(dt)
    if self.state then
      self:run("unix_now = ...", service.unix_time())
      self:run("m:tick(...)", dt)
    end
  end)
  return self
end

function methods:run(code, ...)
  return self.state:run(code, ...)
end

--- The scripts that are there now go: detached, or only forgotten.
function methods:leave()
  self.state:leave()
  self.state = nil
end

--- The scripts that are there now go without a word: their Lua state is closed, as it is.
function methods:crash()
  self.state:crash()
  self.state = nil
end

--- Fresh scripts take the place of those that are there, if any. options: code of a table.
function methods:load(options, start)
  if self.state and self.kind == "fresh" then
    self:leave()
  end
  self.generation = self.generation + 1
  self.state = self.new_state()
  self:again(options, start)
end

--- The same Lua state runs its scripts again.
function methods:again(options, start)
  self.options = options or self.options or "{}"
  self:run("unix_now = ...", self.service.unix_time())
  self:run("generation = ...", self.generation)
  self:run((SCRIPT:gsub("OPTIONS", function() return "(" .. self.options .. ")" end)))
  if start ~= false then
    self:run "m:start()"
  end
end

--- What the scripts have told since the last time.
function methods:lines()
  return self:run "return lines()"
end

function methods:seats()
  return self:run "return seats()"
end

function methods:log()
  return self:run "return log_lines()"
end

function methods:phase()
  return self:run "return m:phase()"
end

function methods:connect(player, player_session_id)
  self:run("m:connect(...)", player, player_session_id)
end

--- An active session, and nothing told.
function methods:begin(options)
  self:load(options)
  self.service:advance(1)
  self.service:create_game_session { Name = "duel" }
  self.service:advance(2)
  assert(self:phase() == "active", self:phase())
  self:lines()
end

function methods:status(player_id)
  return self.service:player_sessions()[player_id].Status
end

function methods:stop()
  if self.state then
    self:leave()
  end
  core.plugin_detach()
  core.plugin_stop()
  self.service:stop()
end

return { new = new }
