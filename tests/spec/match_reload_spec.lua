-- SPDX-License-Identifier: Apache-2.0
-- A match whose scripts are reloaded while something is under way: it goes on.
local reloading = require "reloading"

for _, kind in ipairs { "same", "fresh" } do
  describe("a match that is reloaded in " .. (kind == "same" and "the same" or "a fresh") .. " Lua state", function()
    local game, service

    before_each(function()
      game = reloading.new(kind)
      service = game.service
    end)
    after_each(function() game:stop() end)

    local function with_ann(options)
      game:begin(options)
      local id = service:create_player_session "ann"
      game:connect("p1", id)
      service:advance(0.5)
      assert.equal("attempt ann\njoin p1 ann", game:lines())
      return id
    end

    -- ---- ready, loading, active

    it("while ProcessReady is under way is ready", function()
      service:delay("ActivateServerProcess", 2)
      game:load()
      service:settle()
      game:load()
      game:load()
      service:advance(3)
      assert.equal("ready", game:phase())
      service:create_game_session()
      service:advance(1)
      assert.equal("init", game:lines())
      assert.equal("active", game:phase())
      assert.equal("ACTIVE", service:game_session().Status)
    end)

    it("right after CreateGameSession takes the session up", function()
      game:load()
      service:advance(1)
      service:create_game_session()
      game:load()
      service:advance(2)
      assert.equal("active", game:phase())
      assert.equal("ACTIVE", service:game_session().Status)
      assert.equal("init", game:lines())
    end)

    it("twice right after CreateGameSession takes the session up", function()
      game:load()
      service:advance(1)
      service:create_game_session()
      game:load()
      game:load()
      service:advance(2)
      assert.equal("active", game:phase())
      assert.equal("ACTIVE", service:game_session().Status)
    end)

    it("and started later takes a session up, and its end, that came meanwhile", function()
      game:load()
      service:advance(1)
      game:load(nil, false)
      service:create_game_session()
      service:advance(1)
      service:terminate(60)
      service:advance(1)
      assert.equal("", game:lines())
      assert.equal("new", game:phase())
      game:run "m:start()"
      service:advance(1)
      assert.matches("^init\nterminate TERMINATE_PROCESS %d+", game:lines())
    end)

    it("while a session is placed that nobody is there for takes it up once", function()
      if kind == "same" then
        return
      end
      game:load()
      service:advance(1)
      game:leave()
      service:create_game_session()
      service:advance(2)
      game:load()
      service:advance(2)
      assert.equal("init", game:lines())
      assert.equal("active", game:phase())
    end)

    it("while ActivateGameSession is under way goes on to be active", function()
      service:delay("ActivateGameSession", 3)
      game:load()
      service:advance(1)
      service:create_game_session()
      service:settle()
      for _ = 1, 3 do
        game:load()
        service:advance(0.5)
        assert.equal("init again", game:lines())
        assert.equal("loading", game:phase())
      end
      service:advance(3)
      assert.equal("active", game:phase())
      assert.equal("ACTIVE", service:game_session().Status)
      assert.equal("", game:lines())
    end)

    it("twice while GameLift is silent goes on to be active", function()
      game:load()
      service:advance(1)
      service:create_game_session()
      service:settle()
      service.hang(true)
      game:load()
      service:advance(1)
      game:load()
      service:advance(1)
      service.hang(false)
      service:advance(3)
      assert.equal("active", game:phase())
      assert.equal("ACTIVE", service:game_session().Status)
    end)

    it("is active without activating again", function()
      game:begin()
      service:fail("ActivateGameSession")
      game:load()
      service:advance(1)
      assert.equal("init again", game:lines())
      assert.equal("active", game:phase())
      assert.equal("ACTIVE", service:game_session().Status)
    end)

    it("keeps the age of its session", function()
      game:begin "{ max_session_s = 100, drain_grace_s = 5 }"
      for _ = 1, 9 do
        service:advance(10)
        game:load()
      end
      service:advance(9)
      assert.matches("terminate MAX_SESSION_TIME", game:lines())
    end)

    it("keeps the session closed, and opens it when the new scripts want that", function()
      game:begin()
      game:run "m:allow_players(false)"
      service:advance(1)
      game:load()
      service:advance(1)
      assert.is_false(game:run "return m:accepts_players()")
      assert.equal("DENY_ALL", service:game_session().PlayerSessionCreationPolicy)
      game:run "m:allow_players(true)"
      service:advance(1)
      assert.equal("ACCEPT_ALL", service:game_session().PlayerSessionCreationPolicy)
    end)

    it("while the policy is under way ends with what the new scripts want from the start", function()
      game:begin "{ init = function() if generation > 1 then m:allow_players(true) end end }"
      service:delay("UpdatePlayerSessionCreationPolicy", 2, { times = 1 })
      game:run "m:allow_players(false)"
      service:settle()
      game:load()
      service:advance(5)
      assert.equal("ACCEPT_ALL", service:game_session().PlayerSessionCreationPolicy)
      assert.is_true(game:run "return m:accepts_players()")
    end)

    it("while the policy is under way ends with what is wanted last", function()
      game:begin()
      service:delay("UpdatePlayerSessionCreationPolicy", 2, { times = 1 })
      game:run "m:allow_players(false)"
      service:settle()
      game:load()
      game:run "m:allow_players(true)"
      service:advance(5)
      assert.equal("ACCEPT_ALL", service:game_session().PlayerSessionCreationPolicy)
      assert.is_true(game:run "return m:accepts_players()")
    end)

    -- ---- players

    it("takes its players back without asking GameLift, and without join_attempt", function()
      local id = with_ann()
      service.hang(true)
      game:load()
      game:connect("p1", id)
      service:advance(1)
      assert.equal("init again\njoin p1 ann", game:lines())
      assert.equal("ann accepted", game:seats())
      service.hang(false)
      service:advance(60)
      assert.equal("ACTIVE", game:status "ann")
    end)

    it("does not expect those again whom old matchmaker data names and who have gone", function()
      game:begin()
      local arn = "arn:aws:gamelift:us-west-2:123456789012:matchmakingconfiguration/duel"
      service:push_update("MATCHMAKING_DATA_UPDATED", "ticket-1", { MatchmakerData = ([[{
        "matchId": "m", "matchmakingConfigurationArn": "%s",
        "teams": [{ "name": "red", "players": [{ "playerId": "ann" }, { "playerId": "bob" }] }]
      }]]):format(arn) })
      game:connect("p1", service:create_player_session "ann")
      service:advance(1)
      assert.equal("ann accepted, bob reserved", game:seats())
      game:run "m:disconnect('p1')"
      service:advance(1)
      game:load()
      service:advance(1)
      assert.equal("ann left, bob reserved", game:seats())
    end)

    it("takes players back who are connected before m:start", function()
      local id = with_ann()
      game:load(nil, false)
      game:connect("p1", id)
      service:advance(1)
      assert.equal("", game:lines())
      game:run "m:start()"
      service:advance(1)
      assert.equal("init again\njoin p1 ann", game:lines())
    end)

    it("gives up seats that nobody claims in 30 s, each reload anew", function()
      with_ann()
      for _ = 1, 3 do
        game:load()
        service:advance(25)
      end
      assert.equal("ann accepted away", game:seats())
      service:advance(6)
      assert.equal("ann left", game:seats())
      assert.equal("COMPLETED", game:status "ann")
    end)

    it("while a player is accepted lets the player in with the answer", function()
      game:begin()
      local id = service:create_player_session "ann"
      service:delay("AcceptPlayerSession", 3, { times = 1 })
      game:connect("p1", id)
      service:advance(0.5)
      assert.equal("attempt ann", game:lines())
      for _ = 1, 3 do
        game:load()
        game:connect("p1", id)
        service:advance(0.5)
        assert.equal("init again", game:lines())
      end
      service:advance(3)
      assert.equal("join p1 ann", game:lines())
      assert.equal("ann accepted", game:seats())
      assert.equal("ACTIVE", game:status "ann")
    end)

    it("while a player is accepted who comes back after the answer", function()
      game:begin()
      local id = service:create_player_session "ann"
      service:delay("AcceptPlayerSession", 2, { times = 1 })
      game:connect("p1", id)
      service:advance(0.5)
      game:load()
      service:advance(5)
      assert.equal("ann accepted away", game:seats())
      game:connect("p1", id)
      service:advance(0.5)
      assert.equal("init again\njoin p1 ann", game:lines())
    end)

    it("while a player is accepted who does not come back gives the seat up", function()
      game:begin()
      service:delay("AcceptPlayerSession", 2, { times = 1 })
      game:connect("p1", service:create_player_session "ann")
      service:advance(0.5)
      game:load()
      service:advance(32)
      assert.equal("COMPLETED", game:status "ann")
    end)

    -- The accept of ann reaches GameLift when the reservation is over.
    local function be_refused_late()
      game:begin()
      local id = service:create_player_session "ann"
      service:advance(52)
      service:delay("AcceptPlayerSession", 12, { times = 1 })
      game:connect("p1", id)
      service:advance(0.5)
      assert.equal("attempt ann", game:lines())
      return id
    end

    it("while a player is accepted whom GameLift refuses tells the player", function()
      local id = be_refused_late()
      game:load()
      game:connect("p1", id)
      service:advance(13)
      assert.equal("init again\nkick p1: you could not be seated, please look for a game again", game:lines())
      service:advance(40)
      assert.not_equal("ACTIVE", game:status "ann")
    end)

    it("while a player is accepted whom GameLift refuses, and who does not come back, has a reserved seat", function()
      be_refused_late()
      game:load()
      assert.equal("ann reserved away", game:seats())
      service:advance(13)
      assert.is_nil(game:seats():find "away")
    end)

    it("lets a player in whose accept was answered to scripts that died without a word", function()
      if kind == "same" then
        return
      end
      game:begin()
      local id = service:create_player_session "ann"
      service:delay("AcceptPlayerSession", 2, { times = 1 })
      game:connect("p1", id)
      service:advance(0.5)
      game:load(nil, false)
      game:run "m.retire = function() end require('gamelift.match.takeover').retire = function() end"
      game:run "require('gamelift.match.snapshot').write = function() end"
      service:advance(3)
      game:load()
      game:connect("p1", id)
      service:advance(1)
      assert.equal("init again\njoin p1 ann", game:lines())
      assert.equal("ACTIVE", game:status "ann")
    end)

    it("while a player is accepted who has gone gives the seat back", function()
      game:begin()
      service:delay("AcceptPlayerSession", 2, { times = 1 })
      game:connect("p1", service:create_player_session "ann")
      service:advance(0.5)
      game:run "m:disconnect('p1')"
      service:advance(0.5)
      game:load()
      service:advance(35)
      assert.equal("COMPLETED", game:status "ann")
    end)

    it("while a seat is given back does not do it twice", function()
      with_ann()
      service:delay("RemovePlayerSession", 2, { times = 1 })
      game:run "m:disconnect('p1')"
      service:advance(0.5)
      game:load()
      game:load()
      service:advance(5)
      assert.equal("COMPLETED", game:status "ann")
      assert.is_nil(game:log():find "was not removed")
      assert.equal("ann left", game:seats())
    end)

    it("gives a seat back that could not be given back before", function()
      with_ann()
      service.down(true)
      game:run "m:disconnect('p1')"
      service:advance(30)
      game:load()
      service:advance(5)
      service.down(false)
      service:advance(60)
      assert.equal("COMPLETED", game:status "ann")
    end)

    it("keeps the seats of dropped players for the rest of their grace", function()
      local id = with_ann "{ reconnect_grace_s = 40 }"
      game:run "m:disconnect('p1')"
      service:advance(20)
      game:load()
      service:advance(10)
      game:connect("p2", id)
      service:advance(1)
      assert.equal("init again\njoin p2 ann", game:lines())
      game:run "m:disconnect('p2')"
      service:advance(20)
      game:load()
      service:advance(19)
      assert.equal("ACTIVE", game:status "ann")
      service:advance(3)
      assert.equal("COMPLETED", game:status "ann")
    end)

    -- ---- backfill

    local tickets

    local function reload_with_players()
      game:load()
      for player_id, ticket_id in pairs(tickets) do
        local found = service:ticket(ticket_id).GameSessionConnectionInfo
        game:connect(player_id, found.MatchedPlayerSessions[1].PlayerSessionId)
      end
      service:advance(0.25)
    end

    local function begin_with_backfill(late_action)
      tickets = {}
      if late_action then
        service:delay(late_action, 8, { times = 1 })
      end
      game.options = "{ backfill = { open_seconds = 1, retry_seconds = 1 } }"
      game:load()
      service:advance(1)
      tickets.ann, tickets.bob = service:queue "ann", service:queue "bob"
      service:advance(3)
      reload_with_players()
    end

    local function backfill()
      local state, ticket_id = game:run "local b = m:backfill() return b.state, b.ticket_id"
      return state, ticket_id
    end

    -- The backfill tickets that FlexMatch has seen.
    local function seen()
      local ids = {}
      for _, ticket in ipairs(service.state().tickets) do
        if ticket.kind == "backfill" then
          ids[#ids + 1] = ticket.ticket_id .. " " .. ticket.status
        end
      end
      return ids
    end

    it("while a backfill searches keeps the ticket, and hears of its players", function()
      begin_with_backfill()
      service:advance(3)
      local state, ticket_id = backfill()
      assert.equal("searching", state)
      for _ = 1, 3 do
        reload_with_players()
        service:advance(1)
        assert.same({ "searching", ticket_id }, { backfill() })
      end
      assert.same({ ticket_id .. " SEARCHING" }, seen())
      service:queue "cid"
      service:advance(1.25)
      assert.same({ ticket_id .. " COMPLETED" }, { seen()[1] })
      assert.matches("cid reserved", game:seats())
      service:advance(4)
      assert.not_equal(ticket_id, select(2, backfill()))
    end)

    it("while a backfill is started does not start another", function()
      begin_with_backfill "StartMatchBackfill"
      assert.equal("starting", (backfill()))
      reload_with_players()
      reload_with_players()
      assert.equal("starting", (backfill()))
      service:advance(8)
      assert.equal("searching", (backfill()))
      assert.equal(1, #seen())
    end)

    it("while a backfill is stopped goes on when it is", function()
      begin_with_backfill()
      service:advance(3)
      service:delay("StopMatchBackfill", 3, { times = 1 })
      game:run "m:allow_players(false)"
      service:advance(0.5)
      assert.equal("stopping", (backfill()))
      reload_with_players()
      assert.equal("stopping", (backfill()))
      service:advance(4)
      assert.equal("none", (backfill()))
      assert.matches(" CANCELLED$", seen()[1])
    end)

    it("in a drain knows its matchmaker data", function()
      begin_with_backfill()
      game:run "m:finish('OVER', 20)"
      reload_with_players()
      assert.equal("draining", game:phase())
      assert.equal(2, game:run "return #m:matchmaker_data().players")
    end)

    it("in a drain takes the ticket back", function()
      begin_with_backfill "StartMatchBackfill"
      game:run "m:finish('OVER', 20)"
      reload_with_players()
      service:advance(8)
      assert.equal("off", (backfill()))
      assert.equal(1, #seen())
      for _, line in ipairs(seen()) do
        assert.matches(" CANCELLED$", line)
      end
    end)

    -- ---- the end

    it("in a drain goes on with it, with who is left", function()
      local id = with_ann()
      game:run "m:finish('OVER', 20)"
      service:advance(5)
      game:load()
      game:connect("p1", id)
      service:advance(1)
      assert.equal("init again\nterminate OVER 15\njoin p1 ann", game:lines())
      assert.equal("draining", game:phase())
      service:advance(13)
      assert.equal("", game:lines())
      service:advance(3)
      assert.equal("kick p1: the game has ended\nleave p1 ann: the game has ended\nended well", game:lines())
    end)

    it("in a drain lets nobody in before init has returned", function()
      local id = with_ann [[{ init = function()
        if generation > 1 then
          loading = coroutine.running()
          coroutine.yield()
        end
      end }]]
      game:run "m:finish('OVER', 20)"
      game:load()
      game:connect("p1", id)
      service:advance(3)
      assert.equal("", game:lines())
      game:run "coroutine.resume(loading)"
      service:advance(1)
      assert.equal("terminate OVER 17\njoin p1 ann", game:lines())
    end)

    it("keeps its times while nobody is there", function()
      if kind == "same" then
        return
      end
      with_ann "{ reconnect_grace_s = 20 }"
      game:run "m:disconnect('p1')"
      game:leave()
      service:advance(8)
      game:load()
      service:advance(11)
      assert.equal("ann accepted away", game:seats())
      service:advance(2)
      assert.equal("ann left", game:seats())
      game:connect("p2", service:create_player_session "bob")
      service:advance(1)
      game:run "m:finish('OVER', 20)"
      game:leave()
      service:advance(8)
      game:load()
      service:advance(1)
      assert.equal("init again\nterminate OVER 12", game:lines())
    end)

    it("in the drain of a TerminateProcess keeps its end", function()
      with_ann "{ drain_grace_s = 30 }"
      service:terminate(25)
      service:advance(1)
      assert.equal("terminate TERMINATE_PROCESS 15", game:lines())
      for _ = 1, 3 do
        game:load()
        service:advance(2)
        assert.equal("draining", game:phase())
      end
      service:advance(10)
      assert.equal("ended", game:phase())
      assert.matches("ended well$", game:lines())
      assert.equal("TERMINATED", service:game_session().Status)
    end)

    it("with TerminateProcess just before it ends", function()
      with_ann()
      service:terminate(15)
      game:load()
      service:advance(1)
      assert.equal("draining", game:phase())
      service:advance(10)
      assert.equal("ended", game:phase())
    end)

    it("within terminate(seconds) is over in those seconds", function()
      with_ann()
      service.hang(true)
      game:run "m:terminate(10)"
      service:advance(4)
      game:load()
      service:advance(6)
      assert.matches("ended TIMEOUT$", game:lines())
    end)

    it("while ProcessEnding is under way ends once", function()
      game:begin()
      service:delay("TerminateServerProcess", 3)
      game:run "m:finish()"
      service:advance(1)
      game:load()
      service:advance(0.5)
      game:load()
      service:advance(4)
      assert.matches("^init again\nterminate GAME_OVER %d+\nended well$", game:lines())
      assert.equal("TERMINATED", service:game_session().Status)
    end)

    it("after its end ends no more", function()
      game:begin()
      game:run "m:finish()"
      service:advance(2)
      assert.matches("ended well$", game:lines())
      game:load()
      service:advance(30)
      assert.equal("ended", game:phase())
      assert.equal("", game:lines())
    end)

    -- ---- what the game keeps

    local SAVING = [[{
      save = function() return { round = round, names = { "ann", "bob" } } end,
      restore = function(value)
        round = value.round + 1
        line("restore %d %s", value.round, value.names[2])
      end,
      init = function(session, resumed)
        round = round or 1
        line("init %s %d", tostring(resumed), round)
      end,
    }]]

    it("hands what the game saves to restore, before init", function()
      game:begin(SAVING)
      for generation = 1, 3 do
        game:load()
        service:advance(1)
        assert.equal(("restore %d bob\ninit true %d"):format(generation, generation + 1), game:lines())
      end
    end)

    it("keeps what was saved over scripts that are replaced before they have read it", function()
      game:begin(SAVING)
      game:load(nil, false)
      game:load()
      service:advance(1)
      assert.equal("restore 1 bob\ninit true 2", game:lines())
    end)

    it("goes on when save raises, waits or returns what cannot be kept, and when restore raises or waits", function()
      for _, save in ipairs { "error 'no'", "coroutine.yield()", "return { deep = { print } }" } do
        game:load(("{ save = function() %s end }"):format(save))
        service:advance(1)
      end
      service:create_game_session()
      service:advance(1)
      assert.equal("active", game:phase())
      game:load "{ save = function() return 7 end }"
      service:advance(1)
      game:load "{ restore = function() error 'cannot' end }"
      service:advance(1)
      assert.equal("init again", game:lines())
      assert.equal("active", game:phase())
    end)

    it("goes on when the state dies without a word", function()
      if kind == "same" then
        return
      end
      local id = with_ann()
      service:advance(1)
      game:run "m.retire = function() end require('gamelift.match.takeover').retire = function() end"
      service.hang(true)
      game:load()
      game:connect("p1", id)
      service:advance(1)
      assert.equal("init again\njoin p1 ann", game:lines())
    end)

    it("while nobody is there for a while: updates, TerminateProcess and answers come to the next", function()
      if kind == "same" then
        return
      end
      with_ann()
      game:leave()
      service:advance(3)
      service:terminate(60)
      service:advance(3)
      game:load()
      service:advance(1)
      assert.matches("^init again\nterminate TERMINATE_PROCESS %d+$", game:lines())
    end)
  end)
end

describe("a match that is made in the save of another", function()
  it("is refused", function()
    local game = reloading.new "same"
    game:begin [[{
      save = function()
        local ok, message = pcall(function()
          local made = match.new(all)
          return made
        end)
        line("%s %s", tostring(ok), message)
      end,
    }]]
    local old = game.state
    game:load()
    assert.matches("false .*: match.new: the match before is in its save%(%), which is to return first",
      old:run "return lines()")
    game.service:advance(1)
    assert.equal("active", game:phase())
    game:stop()
  end)
end)

describe("a match that was replaced", function()
  local game, service
  before_each(function()
    game = reloading.new "same"
    service = game.service
  end)
  after_each(function() game:stop() end)

  it("does not even log what it was answered", function()
    game:begin()
    service:delay("UpdatePlayerSessionCreationPolicy", 30, { times = 1 })
    game:run "m:allow_players(false)"
    local old = game.state
    game:load()
    old:run "logged = {}"
    service:advance(21) -- a time-out
    assert.equal("DENY_ALL", service:game_session().PlayerSessionCreationPolicy)
    assert.equal("", old:run "return log_lines()")
  end)

  it("says so, and does nothing any more", function()
    game:begin "{ loop = function() line 'loop' end }"
    local old = game.state
    local id = service:create_player_session "ann"
    old:run "m:every(1, function() line 'timer' end)"
    old:run("m:connect(1, ...)", id)
    game:load()
    for _, call in ipairs { "start()", "connect(2, 'psess-2')", "disconnect(1)", "kick(1)", "finish()", "terminate(1)",
      "allow_players(true)", "after(1, print)", "every(1, print)" } do
      local ok, message = pcall(old.run, old, "m:" .. call)
      assert.is_false(ok)
      assert.matches("match:%l+[_%l]*: this match was replaced by a newer one", message)
    end
    assert.equal("replaced", old:run "return m:phase()")
    old:run "lines() m:tick(1) m:tick(1)"
    service:advance(5)
    assert.equal("", old:run "return lines()")
    local _, count = old:run "return log_lines()":gsub("this match was replaced", "")
    assert.equal(1, count)
  end)
end)
