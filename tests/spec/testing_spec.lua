-- SPDX-License-Identifier: Apache-2.0
-- gamelift.testing, as the specs of a studio use it.
local testing = require "gamelift.testing"
local helper = require "helper"

describe("gamelift.testing", function()
  local service, server
  local function begin(options) service, server = testing.active_session(options) end
  after_each(function() service:stop() end)

  local function accept(seat)
    local answer = {}
    server:accept_player_session(seat, function(...)
      answer.n, answer[1], answer[2], answer[3] = select("#", ...), ...
    end)
    service:settle()
    return answer
  end

  it("refuses a named call, so often, and with a code of its own", function()
    begin()
    local seat = service:create_player_session "ann"
    service:fail("AcceptPlayerSession", { status = 429, message = "too fast", times = 1 })
    assert.same({ n = 3, nil, "too fast", "THROTTLED" }, accept(seat))
    assert.same({ n = 1, true }, accept(seat))
  end)

  it("refuses one seat and no other, until it behaves", function()
    begin()
    local ann, bob = service:create_player_session "ann", service:create_player_session "bob"
    service:refuse_seat(ann, "not you")
    assert.same({ n = 3, nil, "not you", "REJECTED" }, accept(ann))
    assert.is_true(accept(bob)[1])
    service:behave()
    assert.is_true(accept(ann)[1])
  end)

  it("is late with a named call, or never answers it", function()
    begin()
    local seat = service:create_player_session "ann"
    service:delay("AcceptPlayerSession", 5, { times = 1 })
    local answer = accept(seat)
    service:advance(4)
    assert.is_nil(answer.n)
    service:advance(2)
    assert.is_true(answer[1])
    service:delay("RemovePlayerSession", math.huge)
    local code
    server:remove_player_session(seat, function(_, _, why) code = why end)
    service:advance(25)
    assert.equal("TIMEOUT", code)
    assert.equal("ACTIVE", service:player_sessions().ann.Status)
  end)

  it("hangs: nothing passes, and nothing is lost that was not late for good", function()
    begin()
    local seat = service:create_player_session "ann"
    service.hang(true)
    local answer = accept(seat)
    service:advance(5)
    assert.is_nil(answer.n)
    assert.equal("RESERVED", service:player_sessions().ann.Status)
    service.hang(false)
    service:settle()
    assert.is_true(answer[1])
  end)

  local reasons = { "BACKFILL_FAILED", "BACKFILL_CANCELLED", "BACKFILL_TIMED_OUT", "MATCHMAKING_DATA_UPDATED" }
  for _, reason in ipairs(reasons) do
    it("pushes " .. reason, function()
      local update
      begin { on_update_game_session = function(_, given) update = given end }
      service:push_update(reason, "ticket-1", { GameProperties = { map = "dust" } })
      assert.equal(reason, update.update_reason)
      assert.equal("ticket-1", update.backfill_ticket_id)
      assert.equal("dust", update.game_session.game_properties.map)
      assert.equal(service.game_session_id, update.game_session.game_session_id)
    end)
  end

  it("lets months pass, with more messages than anybody counts", function()
    begin()
    local before = service.unix_time()
    service:pass(60 * 86400)
    assert.near(60 * 86400, service.unix_time() - before, 1)
    assert.equal("ACTIVE", service:game_session().Status)
    assert.is_true(accept(service:create_player_session "ann")[1])
    local ok, message = pcall(service.pass, service, math.huge)
    assert.is_false(ok)
    assert.matches("finite", message)
  end)

  it("takes any number of messages", function()
    begin()
    local answers = 0
    for i = 1, 9000 do
      server:describe_player_sessions({ player_id = "p" .. i }, function() answers = answers + 1 end)
      if i % 100 == 0 then
        service:settle()
      end
    end
    service:settle()
    assert.equal(9000, answers)
  end)
end)

describe("gamelift.testing plays a match:", function()
  it("players come and go, one is refused, the process is terminated", function()
    local service, m, log = helper.active_match()
    service:come(m, "one", "ann")
    local seat = service:create_player_session "eve"
    service:refuse_seat(seat, "no seat for you")
    m:connect("two", seat)
    service:advance(0.25)
    service:go(m, "one", "left")
    assert.same({
      "attempt one ann", "join one ann", "attempt two eve",
      "kick two: you could not be seated, please look for a game again", "leave one ann: left",
    }, log)
    service:terminate(60)
    service:advance(30)
    assert.equal("ended", m:phase())
    service:stop()
  end)

  it("FlexMatch makes it, a step at a time", function()
    local service, m = helper.new_match()
    local ann = service:queue "ann"
    service:advance(1)
    assert.equal("SEARCHING", service:ticket(ann).Status)
    local bob = service:queue "bob"
    service:advance(5)
    local ticket = service:ticket(bob)
    assert.equal("COMPLETED", ticket.Status)
    assert.equal("active", m:phase())
    local players = {}
    for _, found in ipairs(service:ticket(ann).GameSessionConnectionInfo.MatchedPlayerSessions) do
      players[found.PlayerId] = found.PlayerSessionId
    end
    m:connect("one", players.ann)
    service:advance(0.5)
    assert.equal("ACTIVE", service:player_sessions().ann.Status)
    service:stop()
  end)
end)
