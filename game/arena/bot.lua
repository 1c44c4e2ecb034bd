-- SPDX-License-Identifier: Apache-2.0
-- Players without a person: they queue in the lobby, connect and play, as anybody does.
--
-- Settings: lobby         the lobby's address (--endpoint does the same)
--           lobby_token   that the lobby demands, where it does; best given as ARENA_LOBBY_TOKEN
--           bots          how many (--bots N)
--           bot_skill     how well they play: easy, normal (default) or hard (--bot-skill); in the first round of a
--                         match they play one step below
--           sessions      how many sessions each plays, 0 for no end (default); then the program ends: with 0,
--                         or with 1 if one of them did not get to play
--           leave_after   seconds after which each leaves its session; 0: it stays to the end (default)
--           on_call       how many of them queue only when a person has waited for a while, and leave what they
--                         play for it (default 0)

local bot_brain = require "bot_brain"
local bot_client = require "bot_client"
local settings = require "settings"

local CALL_NAMES = {
  "Vega", "Rigel", "Lyra", "Altair", "Mira", "Deneb", "Nova", "Castor", "Atria", "Pollux", "Spica", "Orion",
  "Capella", "Sirius", "Adhara", "Izar",
}
local TICKET_S = 0.5      -- between two looks at the ticket
local OPEN_S = 5          -- for a connection to open
local ON_CALL_WAIT_S = 3.5 -- a person who waits longer needs company
local MOST_FAILURES = 5   -- in a row; with a limit of sessions, a bot gives up then

local lobby = settings.address(host.config "lobby" and "lobby" or "endpoint")
local token = settings.token "lobby_token"
local count = settings.integer("bots", 1, 1, 64)
local skill = settings.choice("bot_skill", "normal", bot_brain.skills)
local sessions = settings.integer("sessions", 0, 0, 1000)
local leave_after = settings.number("leave_after", 0, 0, 86400)
local on_call = settings.integer("on_call", 0, 0, 64)

local playing = count
local by_connection = {}
local stopping, exit_code = false, 0

local function log(bot, level, text, ...)
  host.log(level, ("%s: %s"):format(bot.name, text:format(...)))
end

-- ---- the lobby ----

--- One request to the lobby; the answer, or nil and a sentence.
local function ask(method, path, body)
  local response, problem = host.http {
    url = lobby .. path .. (token and "?token=" .. token or ""), method = method,
    headers = body and { ["Content-Type"] = "application/json" },
    body = body and host.json_encode(body),
  }
  if not response then return nil, "the lobby does not answer: " .. problem end
  local answer = host.json_decode(response.body)
  if response.status == 200 and type(answer) == "table" then return answer end
  return nil, type(answer) == "table" and answer.error or ("the lobby answered with %d"):format(response.status)
end

local function watch_ticket(bot, ticket_id)
  local status
  while not stopping do
    local ticket, problem = ask("GET", "/api/tickets/" .. ticket_id)
    if not ticket then return nil, problem end
    if ticket.status ~= status then
      status = ticket.status
      log(bot, "info", "%s after %.1f s", status, ticket.waited_s)
    end
    if ticket.connection then return ticket.connection end
    if status == "FAILED" or status == "CANCELLED" or status == "TIMED_OUT" then
      return nil, ticket.status_reason or "no match"
    end
    host.sleep(TICKET_S)
  end
  ask("DELETE", "/api/tickets/" .. ticket_id)
  return nil, "stopping"
end

local function find_match(bot)
  local started, problem = ask("POST", "/api/play", { name = bot.name, bot = true })
  if not started then return nil, problem end
  log(bot, "info", "queued as %s", started.player_id)
  return watch_ticket(bot, started.ticket_id)
end

local person_waits = false -- so long that bots on call come

local function watch_for_persons()
  while not stopping do
    local status = ask("GET", "/api/status")
    person_waits = status ~= nil and (status.person_waits_s or 0) > ON_CALL_WAIT_S
    host.sleep(1)
  end
end

local function is_called(bot)
  return bot.on_call and person_waits
end

-- ---- a session ----

--- Those on call queue when a person waits alone.
local function wait_for_call(bot)
  while bot.on_call and not person_waits and not stopping do host.sleep(0.2) end
end

local function wait_until(seconds, condition)
  local deadline = host.now() + seconds
  while not condition() and host.now() < deadline and not stopping do host.sleep(0.05) end
  return condition()
end

local function leave(bot, why)
  log(bot, "info", "leaves: %s", why)
  host.close(bot.connection, why)
  by_connection[bot.connection], bot.connection = nil, nil
end

local function connect(bot, url)
  local connection, problem = host.dial(url)
  if not connection then return nil, problem end
  bot.connection, bot.opened, bot.closed = connection, false, nil
  by_connection[connection] = bot
  bot.client = bot_client.new {
    name = bot.name, random = math.random, skill = skill,
    send = function(bytes) host.send(connection, bytes) end,
  }
  wait_until(OPEN_S, function() return bot.opened or bot.closed end)
  if bot.opened then return true end
  if not bot.closed then leave(bot, "the connection does not open") end
  return nil, "not connected: " .. (bot.closed or "no answer")
end

--- From the first message to the last; true if there was a game.
local function stay(bot)
  local ends_at = leave_after > 0 and host.now() + leave_after or math.huge
  wait_until(math.huge, function()
    return bot.closed or bot.client.over or host.now() >= ends_at or is_called(bot)
  end)
  if not bot.closed then
    local why = stopping and "stopping" or bot.client.over
      or is_called(bot) and "a person waits elsewhere" or ("played for %g s"):format(leave_after)
    -- Not all at the same instant, when a match is over.
    if bot.client.over then host.sleep(0.2 + math.random()) end
    if not bot.closed then leave(bot, why) end
  end
  if bot.closed then log(bot, "info", "the server closed the connection: %s", bot.closed) end
  return bot.client.session_id ~= nil
end

local function play_once(bot)
  wait_for_call(bot)
  if stopping then return nil, "stopping" end
  local connection, problem = find_match(bot)
  if not connection then return nil, problem end
  log(bot, "info", "plays in %s as %s", connection.game_session_id, connection.player_session_id)
  local connected
  connected, problem = connect(bot, connection.url)
  if not connected then return nil, problem end
  if stay(bot) then return true end
  return nil, bot.closed or "no welcome"
end

-- ---- a life ----

local function live(bot)
  local played, failures = 0, 0
  repeat
    local done, problem = play_once(bot)
    if done then
      played, failures = played + 1, 0
    elseif not stopping then
      failures = failures + 1
      log(bot, "warn", "%s", problem)
      host.sleep(math.min(2 ^ failures / 4, 5) * (0.5 + math.random() / 2))
    end
    local gives_up = sessions > 0 and failures >= MOST_FAILURES
    if gives_up then exit_code = 1 end
  until stopping or gives_up or (sessions > 0 and played >= sessions)
  playing = playing - 1
  if playing == 0 then host.exit(exit_code) end
end

host.on("open", function(connection)
  if by_connection[connection] then by_connection[connection].opened = true end
end)

host.on("message", function(connection, bytes)
  local bot = by_connection[connection]
  if not bot then return end
  local problem = bot.client:receive(bytes)
  if problem then
    leave(bot, problem)
    bot.closed = problem
  end
end)

host.on("disconnect", function(connection, reason)
  local bot = by_connection[connection]
  if not bot then return end
  by_connection[connection], bot.connection = nil, nil
  bot.closed = reason ~= "" and reason or "connection lost"
end)

host.on("tick", function(dt)
  for _, bot in pairs(by_connection) do bot.client:play(dt) end
end)

host.on("terminate", function() stopping = true end)

if on_call > 0 then coroutine.wrap(watch_for_persons)() end

local first = math.random(#CALL_NAMES)
for number = 1, count do
  local bot = {
    name = CALL_NAMES[(first + number) % #CALL_NAMES + 1] .. (number > #CALL_NAMES and " " .. number or ""),
    on_call = number > count - on_call,
  }
  coroutine.wrap(live)(bot)
end
