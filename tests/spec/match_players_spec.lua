-- SPDX-License-Identifier: Apache-2.0
local helper = require "helper"

describe("a player of a match", function()
  local service, m, log
  after_each(function() service:stop() end)

  local function begin(options)
    service, m, log = helper.active_match(options)
  end

  local function status(player_id)
    return service:player_sessions()[player_id].Status
  end

  it("is let in when GameLift has accepted", function()
    begin()
    local id = service:create_player_session("ann", "rank=9")
    m:connect(1, id)
    service:settle()
    assert.same({ "attempt 1 ann", "join 1 ann" }, log)
    assert.equal("ACTIVE", status "ann")
    local seat = m:seats()[1]
    assert.equal(id, seat.player_session_id)
    assert.equal("rank=9", seat.player_data)
    assert.equal(1, seat.player)
    assert.equal("accepted", seat.state)
    assert.equal(3, m:open_seats())
  end)

  it("is turned away by join_attempt, and the seat stays reserved", function()
    begin { join_attempt = function() return nil, "you are banned" end }
    helper.join(service, m, 1, "ann")
    assert.same({ "kick 1: you are banned" }, log)
    assert.equal("RESERVED", status "ann")
  end)

  it("is turned away without a seat, with the reason", function()
    begin()
    m:connect(1, "psess-9")
    service:settle()
    assert.same({ "kick 1: there is no seat reserved for you here" }, log)
    assert.same({}, m:seats())
  end)

  it("is turned away with anything that is no player session id, without asking GameLift", function()
    begin()
    for i, id in ipairs { "", "a b", ("x"):rep(257), 7, {}, "a\0b" } do
      m:connect(i, id)
    end
    m:connect("nothing")
    assert.equal(7, #log)
    for _, line in ipairs(log) do
      assert.matches("^kick .*: a player session id is needed", line)
    end
  end)

  it("is turned away from a seat that is taken", function()
    begin()
    local id = helper.join(service, m, 1, "ann")
    m:connect(2, id)
    service:settle()
    assert.equal("kick 2: this seat is taken", log[3])
    assert.equal("ACTIVE", status "ann")
    assert.equal(1, m:seats()[1].player)
  end)

  it("is turned away from a seat that somebody is just taking", function()
    begin()
    local id = service:create_player_session "ann"
    m:connect(1, id)
    m:connect(2, id)
    service:settle()
    assert.same({ "attempt 1 ann", "kick 2: this seat is taken", "join 1 ann" }, log)
  end)

  it("is turned away from a seat that was left", function()
    begin()
    local id = helper.join(service, m, 1, "ann")
    m:disconnect(1)
    service:advance(1)
    m:connect(2, id)
    service:settle()
    assert.equal("kick 2: you have left this game, and your seat was given back", log[#log])
  end)

  it("is turned away from a seat whose time is over", function()
    begin()
    local id = service:create_player_session "ann"
    service:advance(61)
    m:connect(1, id)
    service:settle()
    assert.equal("kick 1: your reservation has run out, please look for a game again", log[#log])
  end)

  it("is turned away where there is no game yet", function()
    service, m, log = helper.new_match()
    m:connect(1, "psess-1")
    assert.same({ "kick 1: there is no game here yet" }, log)
  end)

  it("waits while the game loads", function()
    local loading
    service, m, log = helper.new_match {
      init = function()
        loading = coroutine.running()
        coroutine.yield()
      end,
    }
    service:create_game_session()
    service:advance(1)
    m:connect(1, "psess-9")
    service:advance(5)
    assert.same({}, log)
    coroutine.resume(loading)
    service:advance(1)
    assert.matches("^kick 1: ", log[1])
  end)

  it("leaves: the seat is given back", function()
    begin()
    helper.join(service, m, 1, "ann")
    m:disconnect(1, "closed the window")
    service:advance(1)
    assert.equal("leave 1 ann: closed the window", log[3])
    assert.equal("COMPLETED", status "ann")
    assert.same({ "ann left" }, helper.seats(m))
    assert.equal(4, m:open_seats())
  end)

  it("that left is shown for a minute", function()
    begin()
    helper.join(service, m, 1, "ann")
    m:disconnect(1)
    service:advance(59)
    assert.same({ "ann left" }, helper.seats(m))
    service:advance(2)
    assert.same({}, helper.seats(m))
  end)

  it("who disconnects while the seat is looked up leaves no trace", function()
    begin()
    m:connect(1, service:create_player_session "ann")
    m:disconnect(1)
    service:settle()
    assert.same({}, log)
    assert.equal("RESERVED", status "ann")
  end)

  it("who disconnects in join_attempt is not accepted", function()
    begin {
      join_attempt = function(player)
        m:disconnect(player)
        return true
      end,
    }
    helper.join(service, m, 1, "ann")
    service:advance(1)
    assert.same({}, log)
    assert.equal("RESERVED", status "ann")
    assert.is_nil(m:seats()[1].player)
  end)

  it("who disconnects during the accept is removed, without join and leave", function()
    begin()
    m:connect(1, service:create_player_session "ann")
    require("gamelift.testing_core").settle() -- the look-up's answer arrives,
    service.servers[1]:tick()                 -- the accept is sent and GameLift acts on it,
    m:disconnect(1)                           -- and before the answer is here the player has gone
    service:advance(1)
    assert.same({ "attempt 1 ann" }, log)
    assert.equal("COMPLETED", status "ann")
    assert.same({ "ann left" }, helper.seats(m))
  end)

  it("who disconnects twice, or was never here, is no error", function()
    begin()
    helper.join(service, m, 1, "ann")
    m:disconnect(1)
    m:disconnect(1)
    m:disconnect(99)
    service:advance(1)
    assert.same({ "attempt 1 ann", "join 1 ann", "leave 1 ann: disconnected" }, log)
  end)

  it("is kicked once, and the host's disconnect after it changes nothing", function()
    begin()
    helper.join(service, m, 1, "ann")
    m:kick(1, "flooding")
    m:disconnect(1, "closed")
    m:kick(1, "flooding")
    service:advance(1)
    assert.same({ "attempt 1 ann", "join 1 ann", "kick 1: flooding", "leave 1 ann: flooding" }, log)
    assert.equal("COMPLETED", status "ann")
  end)

  it("whose join raises is turned away, and the seat given back", function()
    begin {
      join = function() error "in join" end,
      on_error = function() end,
    }
    helper.join(service, m, 1, "ann")
    service:advance(1)
    assert.same({ "attempt 1 ann", "kick 1: something went wrong on the server",
      "leave 1 ann: something went wrong on the server" }, log)
    assert.equal("COMPLETED", status "ann")
  end)

  it("is turned away also when the same error has come before", function()
    begin { join = function() error "in join" end }
    for player, id in ipairs { "ann", "bob", "cid", "dan" } do
      helper.join(service, m, player, id)
    end
    service:advance(1)
    assert.equal(12, #log)
    assert.same({ "ann left", "bob left", "cid left", "dan left" }, helper.seats(m))
  end)

  it("whose join_attempt raises is turned away, and the seat stays reserved", function()
    begin {
      join_attempt = function() error "in join_attempt" end,
      on_error = function() end,
    }
    helper.join(service, m, 1, "ann")
    assert.same({ "kick 1: something went wrong on the server" }, log)
    assert.equal("RESERVED", status "ann")
  end)

  it("can be found by player id", function()
    begin()
    service:create_player_session "ann"
    m:connect(1, nil, "ann")
    service:settle()
    assert.same({ "attempt 1 ann", "join 1 ann" }, log)
    assert.equal("ACTIVE", status "ann")
  end)

  it("gives the seat back also when GameLift cannot be reached just now", function()
    begin()
    helper.join(service, m, 1, "ann")
    service.down(true)
    m:disconnect(1)
    service:advance(60)
    assert.equal("ACTIVE", status "ann")
    service.down(false)
    service:advance(60)
    assert.equal("COMPLETED", status "ann")
  end)

  it("cannot be connected twice", function()
    begin()
    m:connect(1, service:create_player_session "ann")
    assert.has_error(function() m:connect(1, "psess-1") end)
    assert.has_error(function() m:connect(nil, "psess-1") end)
  end)
end)

describe("the seats of a match", function()
  local service, m
  before_each(function() service, m = helper.active_match() end)
  after_each(function() service:stop() end)

  it("become known when they are reserved", function()
    service:create_player_session "ann"
    service:create_player_session "bob"
    service:advance(16)
    assert.same({ "ann reserved", "bob reserved" }, helper.seats(m))
    assert.equal(2, m:open_seats())
  end)

  it("are open again when a reservation's time is over", function()
    service:create_player_session "ann"
    service:advance(16)
    service:advance(61)
    assert.same({}, helper.seats(m))
    assert.equal(4, m:open_seats())
  end)

  it("keep what the game puts into them", function()
    helper.join(service, m, 1, "ann")
    m:seats()[1].score = 7
    service:advance(20)
    assert.equal(7, m:seats()[1].score)
  end)
end)
