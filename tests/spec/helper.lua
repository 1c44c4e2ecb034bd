-- SPDX-License-Identifier: Apache-2.0
-- What several specs need. Runs on every Lua that the binding runs on.

local testing = require "gamelift.testing" -- first: it decides what require "gamelift" gives
local match = require "gamelift.match"

local helper = {}

--- Run fn in a coroutine; what it returns appears in the table (with n) once it has returned.
function helper.answer(fn, ...)
  local answer = {}
  coroutine.wrap(function(...)
    local function keep(...)
      answer.n = select("#", ...)
      for i = 1, answer.n do
        answer[i] = (select(i, ...))
      end
    end
    keep(fn(...))
  end)(...)
  return answer
end

--- Call server[method](server, ...), waiting, and settle: its results as a list.
function helper.ask(service, server, method, ...)
  local answer = helper.answer(function(...) return server[method](server, ...) end, ...)
  service:settle()
  answer.n = nil
  return answer
end

--- A handler that keeps what it was handed, in a list of argument lists.
function helper.recorder()
  local calls = {}
  return calls, function(...) calls[#calls + 1] = { ... } end
end

helper.is_51 = _VERSION == "Lua 5.1"

-- ---- matches

-- Functions of a match that write down their calls, one line each.
local function writing(log)
  local function line(format, ...)
    log[#log + 1] = format:format(...)
  end
  return {
    init = function(session, resumed) line("init %s%s", session.name, resumed and " again" or "") end,
    join_attempt = function(player, seat)
      line("attempt %s %s", player, seat.player_id)
      return true
    end,
    join = function(player, seat) line("join %s %s", player, seat.player_id) end,
    leave = function(player, seat, reason) line("leave %s %s: %s", player, seat.player_id, reason) end,
    kick = function(player, reason) line("kick %s: %s", player, reason) end,
    terminate = function(reason, seconds) line("terminate %s %.0f", reason, seconds) end,
    update = function(update) line("update %s", update.update_reason) end,
    on_ended = function(ok, message, code) line("ended %s", ok and "well" or message .. " " .. code) end,
  }
end

--- A match on a fresh service and server, driven by service:advance. Options as in match.new; what is not given
--- writes its calls into the list `log`. Returns service, match, log, server; started unless start = false.
function helper.new_match(options)
  local service = testing.service()
  local server = assert(service:new_server())
  local log = {}
  local all = writing(log)
  all.server, all.port, all.unix_time, all.on_log = server, 7777, service.unix_time, function() end
  local start = true
  for key, value in pairs(options or {}) do
    if key == "start" then
      start = value
    else
      all[key] = value
    end
  end
  local m = match.new(all)
  service:each_step(function(dt) m:tick(dt) end)
  if start then
    m:start()
    service:advance(1)
  end
  return service, m, log, server
end

--- The same with an active game session called "duel".
function helper.active_match(options, game_session)
  local service, m, log, server = helper.new_match(options)
  game_session = game_session or {}
  game_session.Name = "duel"
  service:create_game_session(game_session)
  service:advance(2)
  assert(m:phase() == "active", m:phase())
  for i = #log, 1, -1 do
    log[i] = nil
  end
  return service, m, log, server
end

--- A player with a reserved seat connects and is in the game; returns the player session id.
function helper.join(service, m, player, player_id)
  local player_session_id = service:create_player_session(player_id)
  m:connect(player, player_session_id)
  service:advance(0.25)
  return player_session_id
end

--- What m:seats() says, as "player_id state" in order.
function helper.seats(m)
  local seats = {}
  for i, seat in ipairs(m:seats()) do
    seats[i] = seat.player_id .. " " .. seat.state
  end
  return seats
end

return helper
