-- SPDX-License-Identifier: Apache-2.0
-- The studio's back end in small: turns Play into StartMatchmaking, and tells the page how its ticket fares.
--
--   POST   /api/play {"name": "mia"}   -> {"ticket_id", "player_id"}
--   GET    /api/tickets/<id>           -> {"status", "status_reason"?, "why"?, "waited_s", "connection"?}
--   DELETE /api/tickets/<id>           -> as GET
--   GET    /api/status                 -> {"service", "ready_servers"?, "sessions"?, "dashboard"?, "person_waits_s"?}
--   GET    /api/link                   -> {"link"?, "rows"?}, for who hands it on: see lobby_link.lua
-- Errors: {"error": sentence} with a status of 400 or more.
--
-- Settings: endpoint (the service's address), matchmaking_configuration; for a lobby that others on the network reach,
-- lobby_token (each request has it as ?token=, or is refused), lobby_link, lobby_link_rows. The token is best given in
-- the environment, as ARENA_LOBBY_TOKEN: other users of the machine can read command lines.

local aws = require "aws"
local lobby_link = require "lobby_link"
local names = require "names"
local settings = require "settings"
local tickets = require "tickets"

local POLL_S = 0.5
local STATE_S = 1 -- how old what we know of the service may be

local endpoint = settings.address "endpoint"
local configuration = host.config "matchmaking_configuration" or "arena"
local service = aws.new(endpoint)
local book = tickets.new()
local link = lobby_link.new {
  token = settings.token "lobby_token", link = host.config "lobby_link", rows = host.config "lobby_link_rows",
}
local service_problem -- a sentence while the service does not answer

-- ---- what the service does ----

local function note_answer(answer, problem, kind)
  if answer or kind ~= "UNREACHABLE" then
    if service_problem then host.log("info", "the service answers again") end
    service_problem = nil
  elseif not service_problem then
    service_problem = ("The matchmaking service at %s does not answer."):format(endpoint)
    host.log("warn", service_problem .. " " .. problem)
  end
  return answer, problem, kind
end

local function call(operation, members)
  return note_answer(service:call(operation, members))
end

local function stop_ticket(id)
  local done, problem, kind = call("StopMatchmaking", { TicketId = id })
  -- InvalidRequestException: it is over already, and the next DescribeMatchmaking says how.
  if done or kind == "NotFoundException" then book:cancelled(id, host.now()) end
  return done, problem
end

local function poll(batch)
  local answer = call("DescribeMatchmaking", { TicketIds = batch })
  if not answer then return end
  local list = answer.TicketList or {}
  for _, found in ipairs(list) do book:update(found, host.now()) end
  book:missing(batch, list, host.now())
end

local function poll_forever()
  while true do
    for _, batch in ipairs(book:waiting_batches()) do poll(batch) end
    for _, id in ipairs(book:tidy(host.now())) do stop_ticket(id) end
    host.sleep(POLL_S)
  end
end

local function shown_sessions(summary)
  local sessions = {}
  for index, session in ipairs(summary.live_game_sessions or {}) do
    sessions[index] = {
      id = session.game_session_id,
      players = session.current_player_session_count, max = session.maximum_player_session_count,
    }
  end
  return #sessions > 0 and sessions or host.empty_array
end

local known, known_at

--- Servers and sessions, where the service has a page that tells of them. Waits.
local function overview()
  if not known_at or host.now() - known_at > STATE_S then
    known_at = host.now()
    local summary = service:local_summary()
    known = summary and { ready = summary.ready_servers, sessions = shown_sessions(summary) }
  end
  return known
end

-- ---- what the page asks ----

local routes = {}

local function why(ticket)
  if tickets.is_over(ticket) then return nil end
  if service_problem then return service_problem end
  local seen = overview()
  if ticket.status == "PLACING" then return "A match was found; a server is being made ready." end
  if seen and seen.ready == 0 and seen.sessions == host.empty_array then
    return "No game server is ready yet."
  end
  return "Looking for players, or for a free seat in a match that runs."
end

local function answer_ticket(respond, ticket)
  local answer = tickets.answer(ticket, host.now())
  answer.why = why(ticket)
  respond(200, answer)
end

local function start_failure(problem, kind)
  if kind == "UNREACHABLE" then return 503, service_problem end
  if kind == "NotFoundException" then
    return 502, ("The service has no matchmaking configuration %q."):format(configuration)
  end
  return 502, "The service refused: " .. problem
end

routes["POST play"] = function(request, respond)
  local asked = host.json_decode(request.body or "")
  if type(asked) ~= "table" then return respond(400, { error = "The body is a JSON object with a name." }) end
  local name, objection = names.clean(asked.name)
  if not name then return respond(400, { error = objection }) end
  local place = book:claim(request.address)
  if not place then return respond(503, { error = "Too many players are waiting already. Try again soon." }) end
  -- Says nothing of the person; the name travels beside it, and reaches the server in the matchmaker data.
  local player_id = ("player-%08x%08x"):format(math.random(0, 0xFFFFFFFF), math.random(0, 0xFFFFFFFF))
  local answer, problem, kind = call("StartMatchmaking", {
    ConfigurationName = configuration,
    Players = { { PlayerId = player_id, PlayerAttributes = { name = { S = name } } } },
  })
  book:release(place)
  if not answer then
    local status, sentence = start_failure(problem, kind)
    return respond(status, { error = sentence })
  end
  local ticket = book:add({
    id = answer.MatchmakingTicket.TicketId, player_id = player_id, address = request.address, bot = asked.bot == true,
  }, host.now())
  respond(200, { ticket_id = ticket.id, player_id = player_id })
end

local function with_ticket(respond, id, fn)
  local ticket = book:ask(id, host.now())
  if not ticket then return respond(404, { error = "This ticket is not known here (any more)." }) end
  fn(ticket)
end

routes["GET tickets"] = function(_, respond, id)
  with_ticket(respond, id, function(ticket) answer_ticket(respond, ticket) end)
end

routes["DELETE tickets"] = function(_, respond, id)
  with_ticket(respond, id, function(ticket)
    if not tickets.is_over(ticket) then stop_ticket(id) end
    answer_ticket(respond, ticket)
  end)
end

routes["GET link"] = function(_, respond)
  respond(200, link:answer())
end

routes["GET status"] = function(request, respond)
  local seen = overview()
  respond(200, {
    service = service_problem or "ok",
    ready_servers = seen and seen.ready, sessions = seen and seen.sessions,
    -- Who has such a state shows it to people too.
    dashboard = seen and link:can_open(endpoint, request.address) and endpoint or nil,
    person_waits_s = book:longest_wait(host.now()),
  })
end

host.on("request", function(request, respond)
  if not link:admits(request.query) then return respond(403, { error = lobby_link.refusal }) end
  local name, id = request.path:match "^/api/(%l+)/?([%w-]*)$"
  local route = name and routes[request.method .. " " .. name]
  if not route then return respond(404, { error = "There is no such thing in the lobby." }) end
  route(request, respond, id)
end)

host.on("terminate", function() host.exit(0) end)

poll_forever()
