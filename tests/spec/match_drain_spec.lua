-- SPDX-License-Identifier: Apache-2.0
local helper = require "helper"

describe("the drain of a match", function()
  local service, m, log, server
  after_each(function() service:stop() end)

  local function begin(options)
    service, m, log, server = helper.active_match(options)
  end

  local function with_ann(options)
    begin(options)
    helper.join(service, m, 1, "ann")
    log[1], log[2] = nil, nil
  end

  it("tells the players, waits, puts them out and ends the process", function()
    with_ann()
    m:terminate(13)
    assert.same({ "terminate HOST 10" }, log)
    assert.equal("draining", m:phase())
    service:advance(1)
    assert.equal("DENY_ALL", service:game_session().PlayerSessionCreationPolicy)
    service:advance(8)
    assert.equal(1, #log)
    service:advance(2)
    assert.same({ "terminate HOST 10", "kick 1: the game has ended", "leave 1 ann: the game has ended",
      "ended well" }, log)
    assert.equal("ended", m:phase())
    assert.equal("COMPLETED", service:player_sessions().ann.Status)
    assert.equal("TERMINATED", service:game_session().Status)
    assert.is_false(server:is_process_ready())
  end)

  it("loads no game session any more, and ends once", function()
    local saving
    service, m, log = helper.new_match {
      terminate = function()
        saving = coroutine.running()
        coroutine.yield()
      end,
    }
    m:terminate(60)
    service:create_game_session()
    service:advance(1)
    m:terminate(60)
    coroutine.resume(saving)
    service:advance(1)
    assert.same({ "ended well" }, log)
    assert.equal("TERMINATED", service:game_session().Status)
  end)

  it("ends as soon as everybody has left", function()
    with_ann()
    m:terminate(60)
    service:advance(1)
    m:disconnect(1)
    service:advance(1)
    assert.same({ "terminate HOST 20", "leave 1 ann: disconnected", "ended well" }, log)
  end)

  it("with nobody there waits for the terminate function only", function()
    local saving
    begin {
      terminate = function()
        saving = coroutine.running()
        coroutine.yield()
      end,
    }
    m:terminate(60)
    service:advance(5)
    assert.same({}, log)
    assert.equal("draining", m:phase())
    coroutine.resume(saving)
    service:advance(1)
    assert.same({ "ended well" }, log)
  end)

  it("goes on when the terminate function raises", function()
    begin { terminate = function() error "in terminate" end, on_error = function() end }
    m:terminate(60)
    service:advance(1)
    assert.same({ "ended well" }, log)
  end)

  it("begins when GameLift says TerminateProcess", function()
    with_ann { drain_grace_s = 30 }
    service:terminate(300)
    service:advance(1)
    assert.same({ "terminate TERMINATE_PROCESS 30" }, log)
    service:advance(31)
    assert.equal("ended well", log[#log])
  end)

  it("takes no longer than GameLift grants", function()
    with_ann { drain_grace_s = 30 }
    service:terminate(15)
    service:advance(1)
    assert.same({ "terminate TERMINATE_PROCESS 5" }, log)
    service:advance(5)
    assert.equal("ended well", log[#log])
  end)

  it("begins when the game is over", function()
    with_ann()
    m:finish("MATCH_OVER", 3)
    service:advance(4)
    assert.same({ "terminate MATCH_OVER 3", "kick 1: the game has ended", "leave 1 ann: the game has ended",
      "ended well" }, log)
  end)

  it("happens once: a second reason can only bring the end nearer", function()
    with_ann()
    m:finish("MATCH_OVER", 30)
    m:terminate(8)
    m:finish("AGAIN", 300)
    service:terminate()
    service:advance(6)
    assert.same({ "terminate MATCH_OVER 30", "kick 1: the game has ended", "leave 1 ann: the game has ended",
      "ended well" }, log)
    service:advance(60)
    assert.equal(4, #log)
  end)

  it("turns new players away", function()
    with_ann()
    local late = service:create_player_session "bob"
    m:terminate(13)
    m:connect(2, late)
    service:advance(1)
    assert.same({ "terminate HOST 10", "kick 2: the game is ending" }, log)
  end)

  it("turns a player away who is just being accepted, and gives the seat back", function()
    begin()
    m:connect(1, service:create_player_session "ann")
    require("gamelift.testing_core").settle()
    server:tick() -- the accept is under way
    m:terminate(13)
    service:advance(2)
    assert.same({ "attempt 1 ann", "terminate HOST 10", "kick 1: the game is ending", "ended well" }, log)
    assert.equal("COMPLETED", service:player_sessions().ann.Status)
  end)

  it("before a session is placed says ProcessEnding at once", function()
    service, m, log = helper.new_match()
    m:terminate(30)
    service:advance(1)
    assert.same({ "terminate HOST 20", "ended well" }, log)
  end)

  it("while the game loads ends it", function()
    service, m, log = helper.new_match { init = function() coroutine.yield() end }
    service:create_game_session()
    service:advance(1)
    m:terminate(30)
    service:advance(1)
    assert.same({ "terminate HOST 20", "ended well" }, log)
  end)

  it("ends although GameLift cannot be reached, and says so", function()
    begin()
    service.down(true)
    m:terminate(5)
    service:advance(60)
    assert.equal("terminate HOST 2", log[1])
    assert.matches("^ended .* TIMEOUT$", log[2])
    assert.equal("ended", m:phase())
  end)

  it("leaves late disconnects without effect", function()
    with_ann()
    m:terminate(4)
    service:advance(10)
    local lines = #log
    m:disconnect(1)
    m:kick(1, "late")
    service:advance(1)
    assert.equal(lines, #log)
  end)
end)
