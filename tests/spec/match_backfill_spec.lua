-- SPDX-License-Identifier: Apache-2.0
-- A match made by FlexMatch, and the backfill of its open seats, with the service's own matchmaking.
local helper = require "helper"

local RULE_SET = [[{
  "name": "duel", "ruleLanguageVersion": "1.0",
  "playerAttributes": [{ "name": "skill", "type": "number", "default": 10 }],
  "teams": [{ "name": "red", "minPlayers": 1, "maxPlayers": 2 }, { "name": "blue", "minPlayers": 1, "maxPlayers": 1 }]
}]]

describe("a match made by FlexMatch", function()
  local service, m, log, server, tickets

  local function make_configuration(mode)
    assert(service:call("CreateMatchmakingRuleSet", { Name = "duel", RuleSetBody = RULE_SET }))
    local queues = assert(service:call("DescribeGameSessionQueues", {}))
    assert(service:call("CreateMatchmakingConfiguration", {
      Name = "duel", RuleSetName = "duel", RequestTimeoutSeconds = 30, AcceptanceRequired = false,
      BackfillMode = mode, GameSessionQueueArns = { queues.GameSessionQueues[1].GameSessionQueueArn },
    }))
  end

  local function queue(player_id, skill)
    tickets[player_id] = assert(service:call("StartMatchmaking", {
      ConfigurationName = "duel",
      Players = { { PlayerId = player_id, PlayerAttributes = skill and { skill = { N = skill } } } },
    })).MatchmakingTicket.TicketId
  end

  local function player_session_id(player_id)
    local reply = assert(service:call("DescribeMatchmaking", { TicketIds = { tickets[player_id] } }))
    local ticket = reply.TicketList[1]
    assert(ticket.Status == "COMPLETED", ticket.Status)
    service.game_session_id = ticket.GameSessionConnectionInfo.GameSessionArn
    return ticket.GameSessionConnectionInfo.MatchedPlayerSessions[1].PlayerSessionId
  end

  local function connect(player, player_id)
    m:connect(player, player_session_id(player_id))
    service:advance(0.25)
  end

  -- The backfill ticket that FlexMatch has now, as it shows it; nil if none searches.
  local function searching()
    for _, ticket in ipairs(service.state().tickets) do
      if ticket.kind == "backfill" and (ticket.status == "QUEUED" or ticket.status == "SEARCHING") then
        return ticket
      end
    end
    return nil
  end

  local function begin(backfill, mode)
    tickets = {}
    service, m, log, server = helper.new_match { backfill = backfill }
    make_configuration(mode or "MANUAL")
    queue("ann", 20)
    queue("bob")
    service:advance(5)
    assert(m:phase() == "active", m:phase())
  end

  local function begin_with_both(backfill, mode)
    begin(backfill, mode)
    connect(1, "ann")
    connect(2, "bob")
  end

  after_each(function() service:stop() end)

  it("knows its players before they connect, with their teams", function()
    begin()
    local seats = {}
    for _, seat in ipairs(m:seats()) do
      seats[#seats + 1] = seat.player_id .. " " .. seat.state
      assert.is_true(seat.team == "red" or seat.team == "blue")
      assert.is_string(seat.player_session_id)
    end
    table.sort(seats)
    assert.same({ "ann reserved", "bob reserved" }, seats)
    assert.equal(1, m:open_seats())
    assert.equal(2, #m:matchmaker_data().players)
    assert.same({ state = "off", reason = "not asked for" }, m:backfill())
  end)

  it("offers a seat that stays open, with everybody who is here as FlexMatch knows them", function()
    begin_with_both { open_seconds = 5 }
    assert.equal("waiting", m:backfill().state)
    service:advance(6)
    assert.equal("searching", m:backfill().state)
    assert.equal(m:backfill().ticket_id, searching().ticket_id)
  end)

  it("takes in the late player that was found", function()
    begin_with_both { open_seconds = 1 }
    service:advance(3)
    queue("cid", 30)
    service:advance(3)
    assert.equal("update MATCHMAKING_DATA_UPDATED", log[#log])
    assert.equal("none", m:backfill().state)
    assert.equal(3, #m:matchmaker_data().players)
    assert.equal(0, m:open_seats())
    connect(3, "cid")
    assert.equal("join 3 cid", log[#log])
    assert.equal("ACTIVE", service:player_sessions().cid.Status)
    service:advance(30)
    assert.equal("none", m:backfill().state)
  end)

  it("offers the seat of a player who leaves, without naming that player", function()
    begin_with_both { open_seconds = 1 }
    service:advance(3)
    queue "cid"
    service:advance(3)
    connect(3, "cid")
    m:disconnect(2)
    service:advance(3)
    assert.equal("searching", m:backfill().state)
    queue "dan"
    service:advance(4)
    local ids = {}
    for _, player in ipairs(m:matchmaker_data().players) do
      ids[#ids + 1] = player.player_id
    end
    table.sort(ids)
    assert.same({ "ann", "cid", "dan" }, ids)
  end)

  it("makes the ticket anew when a player leaves while it searches", function()
    begin_with_both { open_seconds = 1 }
    service:advance(3)
    local first = m:backfill().ticket_id
    m:disconnect(2)
    service:advance(4)
    assert.equal("searching", m:backfill().state)
    assert.not_equal(first, m:backfill().ticket_id)
    assert.equal(m:backfill().ticket_id, searching().ticket_id)
  end)

  it("asks again after a ticket that timed out", function()
    begin_with_both { open_seconds = 1, retry_seconds = 2 }
    service:advance(3)
    local first = m:backfill().ticket_id
    service:advance(30)
    assert.equal("update BACKFILL_TIMED_OUT", log[#log])
    service:advance(5)
    assert.equal("searching", m:backfill().state)
    assert.not_equal(first, m:backfill().ticket_id)
  end)

  it("asks again after a ticket that somebody cancelled", function()
    begin_with_both { open_seconds = 1, retry_seconds = 2 }
    service:advance(3)
    assert(service:call("StopMatchmaking", { TicketId = m:backfill().ticket_id }))
    service:advance(1)
    assert.equal("update BACKFILL_CANCELLED", log[#log])
    assert.is_nil(searching())
    service:advance(4)
    assert.is_table(searching())
  end)

  it("takes its ticket back when the session is closed for players", function()
    begin_with_both { open_seconds = 1 }
    service:advance(3)
    m:allow_players(false)
    service:advance(1)
    assert.equal("none", m:backfill().state)
    assert.is_nil(searching())
    m:allow_players(true)
    service:advance(4)
    assert.is_table(searching())
  end)

  it("takes its ticket back when it drains", function()
    begin_with_both { open_seconds = 1 }
    service:advance(3)
    m:finish("MATCH_OVER", 10)
    service:advance(1)
    assert.equal("draining", m:phase())
    assert.equal("off", m:backfill().state)
    assert.is_nil(searching())
  end)

  it("survives a broken connection while its ticket searches", function()
    begin_with_both { open_seconds = 1 }
    service:advance(3)
    service.cut()
    service:advance(3)
    queue "cid"
    service:advance(4)
    assert.equal(3, #m:matchmaker_data().players)
    assert.equal(0, m:open_seats())
    assert.is_true(server:is_process_ready())
  end)

  it("replaces the ticket of a start that was refused, sent again, because its first copy had arrived", function()
    local first
    begin_with_both { open_seconds = 1, retry_seconds = 2 }
    service:each_step(function()
      if not first and m:backfill().state == "starting" then
        first = searching().ticket_id -- the service has acted; its answer is lost
        service.cut()
      end
    end)
    service:advance(10)
    assert.equal("searching", m:backfill().state)
    assert.not_equal(first, m:backfill().ticket_id)
    assert.equal(m:backfill().ticket_id, searching().ticket_id)
    queue "cid"
    service:advance(4)
    assert.equal(0, m:open_seats())
  end)

  it("leaves backfill to FlexMatch where that does it by itself", function()
    begin_with_both({ open_seconds = 1 }, "AUTOMATIC")
    service:advance(5)
    assert.equal("automatic", m:backfill().state)
    assert.equal(searching().ticket_id, m:backfill().ticket_id)
    queue "cid"
    service:advance(4)
    assert.equal("update MATCHMAKING_DATA_UPDATED", log[#log])
    assert.equal("none", m:backfill().state)
    assert.is_nil(searching())
  end)

  it("replaces by itself who leaves a session that AUTOMATIC backfill has filled", function()
    begin_with_both({ open_seconds = 1 }, "AUTOMATIC")
    service:advance(3)
    queue "cid"
    service:advance(4)
    connect(3, "cid")
    m:disconnect(2)
    service:advance(4)
    assert.equal("searching", m:backfill().state)
    assert.equal(m:backfill().ticket_id, searching().ticket_id)
    queue "dan"
    service:advance(4)
    assert.equal(0, m:open_seats())
    assert.equal("none", m:backfill().state)
  end)

  it("takes AUTOMATIC backfill over when somebody leaves before it has filled the session", function()
    begin_with_both({ open_seconds = 1 }, "AUTOMATIC")
    service:advance(3)
    local automatic = searching().ticket_id
    m:disconnect(2)
    service:advance(4)
    assert.not_equal(automatic, m:backfill().ticket_id)
    assert.equal(m:backfill().ticket_id, searching().ticket_id)
  end)

  local function seats()
    local list = {}
    for i, seat in ipairs(m:seats()) do
      list[i] = seat.player_id .. " " .. seat.state
    end
    return table.concat(list, ", ")
  end

  it("does not wait for a player who has left, and whom newer matchmaker data still names", function()
    begin_with_both({ open_seconds = 1 }, "AUTOMATIC")
    service:advance(3)
    queue "cid"
    m:disconnect(2)
    service:advance(0.5)
    assert.equal("update MATCHMAKING_DATA_UPDATED", log[#log])
    assert.equal(3, #m:matchmaker_data().players)
    assert.equal("ann accepted, bob left, cid reserved", seats())
    assert.equal(1, m:open_seats())
    service:advance(4)
    assert.equal(m:backfill().ticket_id, searching().ticket_id)
  end)

  it("waits for a player who has left, and was found again", function()
    begin_with_both { open_seconds = 1 }
    m:disconnect(2)
    service:advance(4)
    queue "bob"
    service:advance(4)
    assert.equal("ann accepted, bob left, bob reserved", seats())
    connect(3, "bob")
    assert.equal("join 3 bob", log[#log])
  end)

  it("hands player_of's teams, attributes and latencies on", function()
    local asked = {}
    begin_with_both {
      open_seconds = 1,
      player_of = function(seat)
        asked[seat.player_id] = true
        return { team = seat.team, attributes = { skill = 99 }, latency_in_ms = { ["custom-local"] = 12 } }
      end,
    }
    service:advance(3)
    assert.same({ ann = true, bob = true }, asked)
    local reply = assert(service:call("DescribeMatchmaking", { TicketIds = { m:backfill().ticket_id } }))
    for _, player in ipairs(reply.TicketList[1].Players) do
      assert.same({ skill = { N = 99 } }, player.PlayerAttributes)
      assert.same({ ["custom-local"] = 12 }, player.LatencyInMs)
    end
  end)

  local function with_player_of(player_of)
    local loops = 0
    begin_with_both { open_seconds = 1, player_of = player_of }
    m.options.loop = function() loops = loops + 1 end
    service:advance(3)
    assert.is_true(loops > 0)
    assert.is_nil(searching())
    return m:backfill()
  end

  it("goes on without a backfill when player_of fails, and says why", function()
    local fill = with_player_of(function() error "no such player" end)
    assert.equal("waiting", fill.state)
    assert.matches("player_of raised: .*no such player", fill.reason)
  end)

  it("goes on without a backfill when the error of player_of has no text", function()
    local silent = setmetatable({}, { __tostring = function() error "nothing to say" end })
    assert.matches("player_of raised: an error without a text", with_player_of(function() error(silent) end).reason)
  end)

  it("goes on without a backfill when player_of returns what is no table", function()
    assert.matches("player_of must return a table, not a string", with_player_of(function() return "red" end).reason)
  end)

  it("tries again when what player_of says is refused", function()
    local team = 5
    local fill = with_player_of(function(seat) return { team = team or seat.team } end)
    assert.not_equal("starting", fill.state)
    assert.matches("^what is told of the players is refused: .*team", fill.reason)
    assert.equal(1, server:error_count())
    team = nil
    service:advance(15)
    assert.equal("searching", m:backfill().state)
  end)

  it("sends the attributes that the matchmaker data has", function()
    begin_with_both { open_seconds = 1 }
    service:advance(3)
    local reply = assert(service:call("DescribeMatchmaking", { TicketIds = { m:backfill().ticket_id } }))
    local skills = {}
    for _, player in ipairs(reply.TicketList[1].Players) do
      skills[player.PlayerId] = player.PlayerAttributes.skill.N
    end
    assert.same({ ann = 20, bob = 10 }, skills)
  end)
end)

describe("start_match_backfill", function()
  it("sends attributes of every kind, and no empty ones", function()
    local service, m, _, server = helper.new_match()
    assert(service:call("StartMatchmaking", {
      ConfigurationName = service.demo.matchmaking_configuration,
      Players = { { PlayerId = "ann" }, { PlayerId = "bob" } },
    }))
    service:advance(5)
    local answer = helper.ask(service, server, "start_match_backfill", {
      matchmaking_configuration_arn = m:matchmaker_data().matchmaking_configuration_arn,
      ticket_id = "ticket-of-ours",
      players = {
        {
          player_id = "ann", team = "players",
          attributes = { a = "x", b = 1.5, c = { "x", "y" }, d = { e = 1, f = 2 }, g = {} },
          latency_in_ms = { home = 0.2 },
        },
      },
    })
    assert.same({ { ticket_id = "ticket-of-ours" } }, answer)
    local reply = assert(service:call("DescribeMatchmaking", { TicketIds = { "ticket-of-ours" } }))
    local player = reply.TicketList[1].Players[1]
    assert.same({ a = { S = "x" }, b = { N = 1.5 }, c = { SL = { "x", "y" } }, d = { SDM = { e = 1, f = 2 } } },
      player.PlayerAttributes)
    assert.same({ home = 1 }, player.LatencyInMs)
    answer = helper.ask(service, server, "stop_match_backfill", {
      matchmaking_configuration_arn = m:matchmaker_data().matchmaking_configuration_arn,
      ticket_id = "ticket-of-ours",
    })
    assert.same({ true }, answer)
    service:stop()
  end)
end)
