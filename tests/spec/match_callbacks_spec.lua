-- SPDX-License-Identifier: Apache-2.0
-- Each function that a game gives, and everything that it may do instead of what it is for: the match goes on, and
-- ends as it should.
local helper = require "helper"
local match = require "gamelift.match"
local course = require "gamelift.match.course"

-- What a callback answers when it behaves.
local ANSWERS = {
  init = function() return true end,
  join_attempt = function() return true end,
  health = function() return true end,
}

local NAMES = {
  "init", "join_attempt", "join", "leave", "loop", "terminate", "kick", "on_ended", "on_drop", "on_reconnect",
  "update", "health", "on_state", "log", "on_connection", "on_log", "on_error", "unix_time", "timer", "player_of",
}

-- Callbacks that take part in what comes of the session or of a player, when they raise or do not return.
local DECIDES = { init = true, join_attempt = true, join = true }

local function options_with(name, fn, unix_time)
  local options = {
    log = function() end, on_log = function() end, on_error = function() end, unix_time = unix_time,
    reconnect_grace_s = 5, drain_grace_s = 4, backfill = { open_seconds = 1, configuration = "arn:none" },
  }
  if name == "player_of" then
    options.backfill.player_of = fn
  elseif name ~= "timer" then
    options[name] = fn
  end
  return options
end

-- A life with everything in it. Returns what there is to look at.
local function live(name, act)
  local life = { ended = 0 }
  local function callback(...)
    life.calls = (life.calls or 0) + 1
    if name == "on_ended" then
      life.ended = life.ended + 1
    end
    return act(life, ...)
  end
  local service, m
  local options = options_with(name, callback, function() return service.unix_time() end)
  if name ~= "on_ended" then
    options.on_ended = function() life.ended = life.ended + 1 end
  end
  service, m = helper.new_match(options)
  life.service, life.m, life.server = service, m, m.server
  function life.replace()
    options.server, options.port = life.server, 7777
    options.kick = options.kick or function() end
    life.m = match.new(options)
    life.m:start()
    m = life.m
  end
  service.steps = { function(dt) m:tick(dt) end }
  if name == "timer" then
    m:every(1, callback)
  end
  service:create_game_session()
  service:advance(2)
  local function come(player, player_id)
    if m:phase() == "active" then
      helper.join(service, m, player, player_id)
    end
  end
  come(1, "ann")
  come(2, "bob")
  service:advance(2)
  m:disconnect(1, "lost")
  service:advance(1)
  local seat = m:seats()[1]
  if seat and seat.away then
    m:connect(3, seat.player_session_id)
  end
  service:advance(1)
  m:kick(2, "cheating")
  if m:phase() == "active" then
    service:push_update("BACKFILL_FAILED", "ticket")
  end
  service:advance(70) -- a health check is in it
  service.cut()
  service:advance(5)
  if m:phase() == "active" then
    service:terminate(60)
  end
  service:advance(40)
  m:terminate(10) -- if nothing has ended it
  service:advance(10)
  return life
end

-- Whatever a callback did: the process has ended, once, and no seat is left.
local function check_end(life)
  assert.equal("ended", life.m:phase())
  assert.equal(1, life.ended)
  assert.equal("TERMINATED", life.service:game_session().Status)
  for player_id, player_session in pairs(life.service:player_sessions()) do
    local is_over = player_session.Status == "COMPLETED" or player_session.Status == "TIMEDOUT"
    assert.is_true(is_over, player_id .. " is " .. player_session.Status)
  end
  assert.same({}, life.m.visits)
  assert.equal(0, life.m.removals)
  life.service:stop()
end

local SILENT = setmetatable({}, { __tostring = function() error "nothing to say" end })

local BEHAVIOURS = {
  ["raises"] = function() error "in a callback" end,
  ["raises what has no text"] = function() error(SILENT) end,
  ["waits for ever"] = function() coroutine.yield() end,
  ["waits for GameLift"] = function(life)
    if life.m then
      life.m.server:describe_player_sessions { game_session_id = life.service.game_session_id }
    end
  end,
  ["returns nonsense"] = function() return {}, {}, {} end,
  ["kicks everybody"] = function(life)
    for player = 1, 3 do
      if life.m then life.m:kick(player, "out") end
    end
    return true
  end,
  ["disconnects everybody"] = function(life)
    for player = 1, 3 do
      if life.m then life.m:disconnect(player, "gone") end
    end
    return true
  end,
  ["ends the match"] = function(life)
    if life.m then life.m:finish("ENOUGH", 0) end
    return true
  end,
  ["lets the host end"] = function(life)
    if life.m then life.m:terminate(0) end
    return true
  end,
  ["closes and opens the session"] = function(life)
    if life.m then
      life.m:allow_players(false)
      life.m:allow_players(true)
    end
    return true
  end,
  ["ticks the match"] = function(life)
    life.depth = (life.depth or 0) + 1
    if life.m and life.depth < 3 then life.m:tick(0.1) end
    life.depth = life.depth - 1
    return true
  end,
  ["replaces the match"] = function(life)
    life.reload = life.reload or 3
    if life.m and life.reload > 0 then
      life.reload = life.reload - 1
      life:replace()
    end
    return true
  end,
  ["gets another session"] = function(life)
    if life.m and not life.has_other and life.m:session() then
      life.has_other = true
      local other = {}
      for key, value in pairs(life.m:session()) do
        other[key] = value
      end
      other.game_session_id = other.game_session_id .. "-other"
      course.host_session(life.m, other, false)
    end
    return true
  end,
  ["connects a stranger"] = function(life)
    life.strangers = (life.strangers or 0) + 1
    if life.m and life.strangers < 20 then life.m:connect("stranger " .. life.strangers, "psess-none") end
    return true
  end,
}

describe("a callback of a match", function()
  for behaviour, act in pairs(BEHAVIOURS) do
    for _, name in ipairs(NAMES) do
      it(name .. " that " .. behaviour, function()
        local life = live(name, act)
        assert.is_true(life.calls ~= nil or DECIDES[name] or name == "on_error" or name == "on_log"
          or name == "player_of", "was not called")
        check_end(life)
      end)
    end
  end

  for _, name in ipairs(NAMES) do
    it(name .. " that behaves", function()
      local life = live(name, ANSWERS[name] or function() end)
      assert.is_true(life.calls ~= nil or name == "on_error" or name == "on_log", "was not called")
      check_end(life)
    end)
  end
end)
