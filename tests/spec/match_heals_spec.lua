-- SPDX-License-Identifier: Apache-2.0
-- A match goes on where something fails, waits for ever or is not answered.
local helper = require "helper"
local requests = require "gamelift.match.requests"

describe("a match heals:", function()
  local service, m, log, server, lines
  after_each(function() service:stop() end)

  local function begin(options)
    options = options or {}
    lines = {}
    options.log = options.log or function(level, text) lines[#lines + 1] = level .. ": " .. text end
    service, m, log, server = helper.active_match(options)
  end

  local function logged(pattern)
    local count = 0
    for _, line in ipairs(lines) do
      count = count + (line:find(pattern) and 1 or 0)
    end
    return count
  end

  local function status(player_id)
    return service:player_sessions()[player_id].Status
  end

  describe("loop", function()
    local function wait_for_news() coroutine.yield() end

    it("that waits for ever is told of once, with its traceback, and the process is not healthy", function()
      begin { loop = function() wait_for_news() end }
      service:advance(27)
      assert.equal(0, logged "loop has not returned")
      service:advance(4)
      assert.equal(1, logged "error: loop has not returned in 30 s: .*match_heals_spec.lua.*wait_for_news")
      service:advance(200)
      assert.equal(1, logged "loop has not returned")
      assert.not_equal("ACTIVE", service:game_session().Status)
    end)

    it("that waits for less than loop_timeout_s is healthy", function()
      local thread
      begin {
        loop_timeout_s = 100,
        loop = function()
          thread = coroutine.running()
          coroutine.yield()
        end,
      }
      for _ = 1, 10 do
        service:advance(50)
        coroutine.resume(thread)
      end
      assert.equal("ACTIVE", service:game_session().Status)
      assert.equal(0, logged "loop has not returned")
    end)

    it("that goes on is healthy again, also with a health function", function()
      local thread
      begin {
        loop_timeout_s = 5,
        health = function() return true end,
        loop = function()
          if not thread then
            thread = coroutine.running()
            coroutine.yield()
          end
        end,
      }
      service:advance(70)
      assert.equal(1, logged "loop has not returned in 5 s")
      coroutine.resume(thread)
      service:advance(400)
      assert.equal("ACTIVE", service:game_session().Status)
    end)

    it("that is not called any more is not healthy", function()
      begin()
      service.steps = {}
      service:advance(300)
      assert.is_true(server:is_terminating()) -- GameLift ends what is not healthy
    end)

    it("that the host of a match without a game does not drive is no matter", function()
      service, m = helper.new_match()
      service.steps = {}
      service:advance(600)
      assert.is_true(m.server:is_process_ready())
    end)

    it("is not called by who resumes its coroutine afterwards", function()
      local thread
      local calls = 0
      begin {
        loop = function(dt)
          calls = calls + 1
          thread = coroutine.running()
          assert.equal(0.25, dt)
        end,
      }
      local before = calls
      coroutine.resume(thread, 1, 2)
      assert.equal(before, calls)
      service:advance(1)
      assert.equal(before + 4, calls)
      assert.equal(0, server:error_count())
    end)

    it("is called again after it has raised", function()
      local calls = 0
      begin {
        loop = function()
          calls = calls + 1
          assert(calls ~= 3, "the third time")
        end,
      }
      service:advance(5)
      assert.is_true(calls > 10)
    end)
  end)

  it("too many script errors are not healthy", function()
    begin { max_script_errors = 2 }
    for _ = 1, 3 do
      require("gamelift").run(error, "of a script")
    end
    service:advance(200)
    assert.not_equal("ACTIVE", service:game_session().Status)
    assert.equal(1, logged "error: 3 script errors, max_script_errors is 2")
  end)

  it("as many script errors as max_script_errors are healthy", function()
    begin { max_script_errors = 3 }
    for _ = 1, 3 do
      require("gamelift").run(error, "of a script")
    end
    service:advance(200)
    assert.equal("ACTIVE", service:game_session().Status)
  end)

  describe("join_attempt", function()
    it("that waits for ever: the player is turned away with a sentence, the log has the traceback", function()
      local function ask_a_friend() coroutine.yield() end
      begin { join_attempt = function() ask_a_friend() end }
      helper.join(service, m, 1, "ann")
      service:advance(9)
      assert.same({}, log)
      service:advance(2)
      assert.same({ "kick 1: something went wrong on the server" }, log)
      assert.equal(1, logged "error: join_attempt has not returned in 10 s.*match_heals_spec.lua.*ask_a_friend")
      assert.equal("RESERVED", status "ann")
    end)

    it("that returns too late lets nobody in", function()
      local thread
      begin {
        join_timeout_s = 2,
        join_attempt = function()
          thread = coroutine.running()
          coroutine.yield()
          return true
        end,
      }
      helper.join(service, m, 1, "ann")
      service:advance(3)
      coroutine.resume(thread)
      service:advance(3)
      assert.same({ "kick 1: something went wrong on the server" }, log)
      assert.equal("RESERVED", status "ann")
    end)
  end)

  describe("allow_players", function()
    local function policy()
      return service:game_session().PlayerSessionCreationPolicy
    end

    it("that failed is tried until it holds, and what is told is what GameLift holds", function()
      local told = {}
      begin { on_state = function(of) told[#told + 1] = of:accepts_players() end }
      service:fail("UpdatePlayerSessionCreationPolicy", { times = 3 })
      m:allow_players(false)
      service:advance(2)
      assert.equal("ACCEPT_ALL", policy())
      assert.is_true(m:accepts_players())
      assert.equal(4, m:open_seats())
      service:advance(10)
      assert.equal("DENY_ALL", policy())
      assert.is_false(m:accepts_players())
      assert.equal(0, m:open_seats())
      assert.is_false(told[#told])
    end)

    it("that was acted on without an answer, and is taken back, is told anew", function()
      begin()
      local ask = requests.ask
      function requests.ask(...) -- GameLift does it, its answer is lost
        requests.ask = ask
        ask(...)
        return nil, "no answer", "TIMEOUT"
      end
      m:allow_players(false)
      m:allow_players(true)
      service:advance(10)
      assert.equal("ACCEPT_ALL", policy())
      assert.is_true(m:accepts_players())
    end)

    it("that reaches GameLift after it was taken back is told anew", function()
      begin()
      service:delay("UpdatePlayerSessionCreationPolicy", 26, { times = 1 })
      m:allow_players(false)
      m:allow_players(true)
      service:advance(27)
      assert.equal("DENY_ALL", policy())
      service:advance(30)
      assert.equal("ACCEPT_ALL", policy())
    end)

    it("that is taken back during an outage ends as the game wants it last", function()
      begin()
      service.hang(true)
      m:allow_players(false)
      service:advance(10)
      m:allow_players(true)
      service.hang(false)
      service:advance(30)
      assert.equal("ACCEPT_ALL", policy())
      assert.is_true(m:accepts_players())
      m:allow_players(false)
      service:advance(1)
      assert.equal("DENY_ALL", policy())
    end)
  end)

  describe("a player who connects during an outage", function()
    it("is let in when GameLift can be reached again", function()
      begin()
      local id = service:create_player_session "ann"
      service.down(true)
      m:connect(1, id)
      service:advance(40)
      assert.same({}, log)
      service.down(false)
      service:advance(15)
      assert.same({ "attempt 1 ann", "join 1 ann" }, log)
      assert.equal("ACTIVE", status "ann")
    end)

    it("is turned away with a sentence when the reservation is over", function()
      begin()
      local id = service:create_player_session "ann"
      service.hang(true)
      m:connect(1, id)
      service:advance(120)
      assert.same({ "kick 1: your seat could not be checked just now, please try again" }, log)
      assert.equal(1, logged "info: a player was turned away: DescribePlayerSessions: ")
    end)

    it("is in the game when the answer to the accept was lost", function()
      begin()
      local id = service:create_player_session "ann"
      service:delay("AcceptPlayerSession", 21, { times = 1 })
      m:connect(1, id)
      service:advance(40)
      assert.same({ "attempt 1 ann", "join 1 ann" }, log)
      assert.equal("ACTIVE", status "ann")
    end)

    it("and connects again while the accept is under way comes in with its answer", function()
      begin()
      local id = service:create_player_session "ann"
      service:delay("AcceptPlayerSession", 5, { times = 1 })
      m:connect(1, id)
      service:advance(1)
      m:disconnect(1)
      service:fail("DescribePlayerSessions", { status = 503 })
      m:connect(2, id)
      service:advance(6)
      assert.same({ "attempt 1 ann", "join 2 ann" }, log)
      assert.equal("ACTIVE", service:player_sessions().ann.Status)
    end)

    it("and leaves before the accept is answered gives the seat back", function()
      begin()
      m:connect(1, service:create_player_session "ann")
      service:settle()
      log[1], log[2] = nil, nil
      m:disconnect(1)
      service:advance(1)
      local id = service:create_player_session "bob"
      service:delay("AcceptPlayerSession", 21, { times = 1 })
      m:connect(2, id)
      service:advance(5)
      m:disconnect(2)
      service:advance(60)
      assert.equal("COMPLETED", status "bob")
    end)
  end)

  it("a player whom GameLift refuses is told a sentence, and the log has what GameLift said", function()
    begin()
    local id = service:create_player_session "ann"
    service:refuse_seat(id, "EC-1234 no such seat")
    m:connect(1, id)
    service:advance(1)
    assert.same({ "attempt 1 ann", "kick 1: you could not be seated, please look for a game again" }, log)
    assert.equal(1, logged "a player was turned away %(ann%): AcceptPlayerSession: EC%-1234 no such seat")
  end)

  describe("terminate(seconds)", function()
    local function ends_in(seconds, prepare)
      local ended_at
      begin {
        on_ended = function(ok, _, code)
          ended_at = m.tasks.clock
          log[#log + 1] = ok and "well" or code
        end,
      }
      helper.join(service, m, 1, "ann")
      prepare()
      local asked_at = m.tasks.clock
      m:terminate(seconds)
      service:advance(seconds)
      assert.equal("ended", m:phase())
      assert.is_true(ended_at - asked_at <= seconds)
      assert.equal("TIMEOUT", log[#log])
    end

    for _, seconds in ipairs { 0.25, 1, 3, 10, 60 } do
      it("is over in " .. seconds .. " s when GameLift is silent", function()
        ends_in(seconds, function() service.hang(true) end)
      end)
      it("is over in " .. seconds .. " s when GameLift is gone", function()
        ends_in(seconds, function() service.down(true) end)
      end)
      it("is over in " .. seconds .. " s when every call is late", function()
        ends_in(seconds, function()
          service:delay("RemovePlayerSession", 100)
          service:delay("TerminateServerProcess", 100)
        end)
      end)
    end
  end)

  it("a time that is no time leaves the grace as it is", function()
    begin { unix_time = function() return "now" end, drain_grace_s = 7 }
    helper.join(service, m, 1, "ann")
    service:terminate(300)
    service:advance(1)
    assert.equal("terminate TERMINATE_PROCESS 7", log[#log])
    assert.is_true(server:is_process_ready())
  end)
end)
