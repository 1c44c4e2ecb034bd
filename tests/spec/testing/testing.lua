-- SPDX-License-Identifier: Apache-2.0
--- GameLift in this program, with a clock that tests move: for specs of scripts that use gamelift.
---
---   local testing = require "gamelift.testing"     -- before or instead of require "gamelift"
---   local service, server = testing.active_session { on_update_game_session = ... }
---   coroutine.wrap(function() answer = { server:accept_player_session "psess-1" } end)()
---   service:settle()                               -- now the answer is there
---   service:advance(60)                            -- a minute passes, with everything that is due in it
---
--- What a server asks reaches the service at once; what the service says waits for settle or advance.
---
--- What can be made to happen:
---   service:fail("AcceptPlayerSession", { status = 429, times = 2 })   a named call is refused
---   service:refuse_seat(player_session_id, "seat is gone")             the same, for one seat
---   service:delay("StartMatchBackfill", 30)                            ... is late, or never arrives (math.huge)
---   service:behave()                                                   no more of that
---   service.cut()   service.down(true)   service.hang(true)            the network
---   service:push_update("BACKFILL_CANCELLED", ticket_id)               an UpdateGameSession out of the blue
---   service:terminate(120)                                             TerminateProcess
---   service:pass(90 * 86400)                                           a season, in steps of 10 s
---   service:come(match, player, "ann")   service:go(match, player)     players of a gamelift.match
---   service:queue("ann", { skill = { N = 5 } })   service:ticket(id)   FlexMatch, a step at a time

local core = require "gamelift.testing_core"
local gamelift = require "gamelift"

---@type gamelift.testing
local testing = {}
local methods = {}
local class = { __index = methods }

local STEP_S, LONG_STEP_S = 0.25, 10
local processes = 0

--- A new service, in place of the one before: a fleet with one compute, a matchmaking configuration (demo).
--- options: remember_request_ids
function testing.service(options)
  return setmetatable({ demo = core.start(options or {}), servers = {}, steps = {} }, class)
end

--- A server of this service that settle and advance tick. Options as in gamelift.new_server.
function methods:new_server(options)
  processes = processes + 1
  local all = {
    ignore_environment = true,
    websocket_url = "ws://127.0.0.1:9080",
    auth_token = self.demo.auth_token,
    host_id = self.demo.host_id,
    fleet_id = self.demo.fleet_id,
    process_id = "process-" .. processes,
    log_level = "error", -- refusals are what many tests are about
    shutdown_timeout_ms = 1, -- of real time: whatever can be said has been said at once
  }
  for key, value in pairs(options or {}) do
    all[key] = value
  end
  local server, message, code = gamelift.new_server(all)
  if server then
    self.servers[#self.servers + 1] = server
    self.process_id = all.process_id
  end
  return server, message, code
end

--- Run fn(seconds) in every step of advance: a frame.
function methods:each_step(fn)
  self.steps[#self.steps + 1] = fn
end

local function tick(self)
  for _, server in ipairs(self.servers) do
    if tostring(server):find "open" then
      server:tick()
    end
  end
end

--- Until nobody has anything more to say.
function methods:settle()
  repeat
    local happened = core.settle()
    tick(self)
  until not happened
end

local function advance(self, seconds, longest)
  if type(seconds) ~= "number" or not (seconds >= 0 and seconds < math.huge) then
    error("seconds must be a finite number, 0 or more", 3)
  end
  self:settle()
  while seconds > 0 do
    local step = math.min(seconds, longest)
    core.advance(step)
    self:settle()
    for _, fn in ipairs(self.steps) do
      fn(step)
    end
    self:settle()
    seconds = seconds - step
  end
end

--- Let so many seconds pass, in steps of 0.25 s.
function methods:advance(seconds)
  advance(self, seconds, STEP_S)
end

--- Let days or months pass, in steps of 10 s.
function methods:pass(seconds)
  advance(self, seconds, LONG_STEP_S)
end

local function ask(how, operation, input)
  local status, reply = how(operation, input)
  if status ~= 200 then
    return nil, reply.Message, reply.__type
  end
  return reply
end

--- An operation of the AWS API: its reply, or nil, message, type.
function methods:call(operation, input) -- luacheck: no self
  return ask(core.call, operation, input)
end

--- CreateGameSession; fields as in the AWS API, all optional.
function methods:create_game_session(input)
  local all = {
    FleetId = self.demo.fleet_id,
    Location = self.demo.location,
    MaximumPlayerSessionCount = 4,
  }
  for key, value in pairs(input or {}) do
    all[key] = value
  end
  local reply, message = self:call("CreateGameSession", all)
  assert(reply, message)
  self.game_session_id = reply.GameSession.GameSessionId
  return reply.GameSession
end

--- CreatePlayerSession: a reserved seat; returns its player session id.
function methods:create_player_session(player_id, player_data)
  local reply, message = self:call("CreatePlayerSession", {
    GameSessionId = self.game_session_id,
    PlayerId = player_id,
    PlayerData = player_data,
  })
  return assert(reply, message).PlayerSession.PlayerSessionId
end

--- The player sessions of the game session by player id, as the AWS API describes them.
function methods:player_sessions()
  local found = {}
  local reply, message = self:call("DescribePlayerSessions", { GameSessionId = self.game_session_id })
  for _, player_session in ipairs(assert(reply, message).PlayerSessions) do
    found[player_session.PlayerId] = player_session
  end
  return found
end

--- The game session as the AWS API describes it.
function methods:game_session()
  local reply, message = self:call("DescribeGameSessions", { GameSessionId = self.game_session_id })
  return assert(reply, message).GameSessions[1]
end

--- GameLift sends TerminateProcess to the newest server.
function methods:terminate(notice_seconds)
  assert(ask(core.control, "terminate", { ProcessId = self.process_id, NoticeSeconds = notice_seconds }))
end

-- ---- troubles

--- Refuse a call that the server makes, by GameLift's name. options: status (400), message, times (always),
--- containing (only requests with this text in them).
function methods:fail(action, options) -- luacheck: no self
  options = options or {}
  core.trouble {
    action = action, status = options.status or 400, message = options.message, times = options.times,
    containing = options.containing,
  }
end

--- Hand a call to GameLift so many seconds late; math.huge: never. options: times, containing.
function methods:delay(action, seconds, options) -- luacheck: no self
  options = options or {}
  core.trouble { action = action, delay_s = seconds, times = options.times, containing = options.containing }
end

--- GameLift does not let this player in.
function methods:refuse_seat(player_session_id, message)
  self:fail("AcceptPlayerSession", { containing = player_session_id, message = message })
end

--- No call fails or is late any more; what is late already stays so.
function methods:behave() -- luacheck: no self
  core.clear_troubles()
end

local function properties_of(session)
  local properties = {}
  for _, property in ipairs(session.GameProperties or {}) do
    properties[property.Key] = property.Value
  end
  return properties
end

--- UpdateGameSession out of the blue: "MATCHMAKING_DATA_UPDATED", "BACKFILL_FAILED", "BACKFILL_TIMED_OUT",
--- "BACKFILL_CANCELLED". changes: fields of the game session, as on the wire.
function methods:push_update(reason, ticket_id, changes)
  local session = self:game_session()
  local all = {
    GameSessionId = session.GameSessionId, Name = session.Name or "", FleetId = session.FleetId,
    MaximumPlayerSessionCount = session.MaximumPlayerSessionCount, Port = session.Port,
    IpAddress = session.IpAddress or "", DnsName = session.DnsName or "",
    GameSessionData = session.GameSessionData or "", MatchmakerData = session.MatchmakerData or "",
    GameProperties = properties_of(session),
  }
  for key, value in pairs(changes or {}) do
    all[key] = value
  end
  local said = core.say {
    Action = "UpdateGameSession", GameSession = all, UpdateReason = reason, BackfillTicketId = ticket_id or "",
  }
  assert(said, "no server is connected")
  self:settle()
end

-- ---- players of a gamelift.match

--- A player with a reserved seat connects; returns the player session id.
function methods:come(match, player, player_id, player_data)
  local player_session_id = self:create_player_session(player_id, player_data)
  match:connect(player, player_session_id)
  self:advance(STEP_S)
  return player_session_id
end

--- The player's connection ends.
function methods:go(match, player, reason)
  match:disconnect(player, reason)
  self:advance(STEP_S)
end

-- ---- FlexMatch

--- StartMatchmaking for one player; returns the ticket's id. The match is made as time passes.
function methods:queue(player_id, attributes, configuration)
  local reply, message = self:call("StartMatchmaking", {
    ConfigurationName = configuration or self.demo.matchmaking_configuration,
    Players = { { PlayerId = player_id, PlayerAttributes = attributes } },
  })
  return assert(reply, message).MatchmakingTicket.TicketId
end

--- The ticket as DescribeMatchmaking shows it; its game session is the service's from then on, when it has one.
function methods:ticket(ticket_id)
  local reply, message = self:call("DescribeMatchmaking", { TicketIds = { ticket_id } })
  local ticket = assert(reply, message).TicketList[1]
  local found = ticket and ticket.GameSessionConnectionInfo
  if found and found.GameSessionArn then
    self.game_session_id = found.GameSessionArn
  end
  return ticket
end

--- Everything the service holds.
function methods.state()
  return core.state()
end

--- The metric lines that servers have sent, in order: { "server_up:1|g|#...", ... }.
function methods.metric_lines()
  local lines = {}
  for _, datagram in ipairs(core.datagrams()) do
    for line in datagram:gmatch "[^\n]+" do
      lines[#lines + 1] = line
    end
  end
  return lines
end

function methods.unix_time()
  return core.unix_time()
end

--- Every connection breaks; servers dial again.
function methods.cut()
  core.cut()
end

--- true: nobody can connect any more, until false.
function methods.down(is_down)
  core.down(is_down)
end

--- true: connections stay open and nothing passes them, either way, until false.
function methods.hang(is_hanging)
  core.hang(is_hanging)
end

--- Close the servers, end the service.
function methods:stop()
  for _, server in ipairs(self.servers) do
    server:close()
  end
  core.stop()
end

--- A server that is ready.
function testing.ready_server(options)
  local service = testing.service()
  local server = assert(service:new_server(options))
  local outcome
  server:process_ready({ port = 7777 }, function(...) outcome = { ... } end)
  service:settle()
  assert(outcome and outcome[1], outcome and outcome[2])
  return service, server
end

--- A server with an active game session. Options: those of gamelift.new_server, and game_session for its creation.
function testing.active_session(options)
  local handlers = {}
  for key, value in pairs(options or {}) do
    handlers[key] = value
  end
  local game_session = handlers.game_session
  handlers.game_session = nil
  local start = handlers.on_start_game_session
  handlers.on_start_game_session = function(server, session)
    if start then
      start(server, session)
    end
    assert(server:activate_game_session())
  end
  local service, server = testing.ready_server(handlers)
  service:create_game_session(game_session)
  service:settle()
  assert(service:game_session().Status == "ACTIVE", "the game session did not become active")
  return service, server
end

return testing
