-- SPDX-License-Identifier: Apache-2.0
-- The arena's whole server script against GameLift, as a studio tests its own: gamelift.testing in place of the
-- fleet, and a host of a few lines in place of the engine.
package.path = "game/arena/?.lua;" .. package.path

local testing = require "gamelift.testing"
local gamelift = require "gamelift"
local protocol = require "protocol"

--- main.lua on a fresh service, ready for a game session.
local function arena(settings)
  local a = { events = {}, closed = {}, exits = {}, errors = {}, service = testing.service() }
  local real_server, server = gamelift.server, assert(a.service:new_server())
  rawset(_G, "host", {
    mode = "server", port = 7777, tick_rate = 30, version = "1",
    now = a.service.unix_time,
    log = function(level, text)
      if level == "error" then a.errors[#a.errors + 1] = text end
    end,
    config = function(key) return (settings or {})[key:gsub("^arena%.", "")] end,
    on = function(event, fn) a.events[event] = fn end,
    send = function(_, bytes, more)
      local message = protocol.decode_server(bytes .. (more or ""))
      if message.type == "welcome" then a.welcome = message end
      if message.type == "snapshot" then a.snapshot = message.shared end
      if message.type == "roster" then a.roster = message.seats end
      return true
    end,
    close = function(player, reason) a.closed[player] = reason end,
    exit = function(code) a.exits[#a.exits + 1] = code end,
    error_count = function() return 0 end,
  })
  --- The scripts, for the first time or in place of those that run.
  function a.load()
    gamelift.server = function() return server end
    local ok, message = pcall(dofile, "game/arena/main.lua")
    gamelift.server = real_server
    if not ok then
      a.service:stop() -- nobody else can: the arena is not handed out
      error(message, 0)
    end
  end
  a.load()
  a.service:each_step(function(dt) a.events.tick(dt, a.service.unix_time()) end)
  a.service:advance(1)
  function a.connect(player, player_session_id)
    a.events.connect(player, { player_session_id = player_session_id })
    a.events.message(player, protocol.encode_client("hello", { flags = 0, name = "Ann" }))
    a.service:advance(1)
  end
  function a.status(player_id) return a.service:player_sessions()[player_id].Status end
  return a
end

describe("the arena", function()
  local a, service
  before_each(function()
    a = arena()
    service = a.service
    service:create_game_session()
    service:advance(2)
  end)
  after_each(function()
    service:stop()
    rawset(_G, "host", nil)
  end)

  it("is active, and lets a player in and out", function()
    assert.equal("ACTIVE", service:game_session().Status)
    a.connect(1, service:create_player_session "ann")
    assert.equal("ACTIVE", a.status "ann")
    a.events.disconnect(1, "left")
    service:advance(1)
    assert.equal("COMPLETED", a.status "ann")
    assert.same({}, a.closed)
  end)

  it("closes the connection of a player whom GameLift refuses, and of one without a seat", function()
    local seat = service:create_player_session "eve"
    service:refuse_seat(seat, "the seat is gone")
    a.connect(1, seat)
    a.connect(2, "psess-00000000-0000-4000-8000-000000000000")
    assert.equal("you could not be seated, please look for a game again", a.closed[1])
    assert.is_string(a.closed[2])
    assert.equal("RESERVED", a.status "eve")
  end)

  it("lets a player in whose seat GameLift confirms late", function()
    local seat = service:create_player_session "ann"
    service:delay("AcceptPlayerSession", 3, { times = 1 })
    a.connect(1, seat)
    assert.equal("RESERVED", a.status "ann")
    service:advance(3)
    assert.equal("ACTIVE", a.status "ann")
  end)

  it("plays on while the connection hangs and breaks", function()
    a.connect(1, service:create_player_session "ann")
    service.hang(true)
    service:advance(5)
    service.hang(false)
    service.cut()
    service:advance(10)
    assert.equal("ACTIVE", a.status "ann")
    assert.equal("ACTIVE", service:game_session().Status)
    assert.same({}, a.closed)
  end)

  it("hears of a backfill that failed, and goes on", function()
    a.connect(1, service:create_player_session "ann")
    for _, reason in ipairs { "BACKFILL_FAILED", "BACKFILL_TIMED_OUT", "BACKFILL_CANCELLED" } do
      service:push_update(reason, "ticket-1")
    end
    service:advance(2)
    assert.equal("ACTIVE", service:game_session().Status)
  end)

  it("shows each seat as it is: reserved, accepted, left a moment ago, and no more", function()
    local function shown()
      local list, words = {}, { [0] = "reserved", "accepted", "left" }
      for i, seat in ipairs(a.roster) do list[i] = ("%s %s %d"):format(seat.name, words[seat.state], seat.ship) end
      return table.concat(list, ", ")
    end
    a.connect(1, service:create_player_session "ann")
    assert.equal("Ann accepted 1", shown())
    local seat = service:create_player_session "bob"
    service:advance(16)
    assert.equal("Ann accepted 1, player reserved 0", shown())
    a.connect(2, seat)
    assert.equal("Ann accepted 1, Ann accepted 2", shown())
    a.events.disconnect(2, "left")
    service:advance(1)
    assert.equal("Ann accepted 1, Ann left 0", shown())
    service:advance(14)
    assert.equal("Ann accepted 1", shown())
    a.events.connect(3, { player_session_id = service:create_player_session "cid" })
    service:advance(1)
    assert.equal("Ann accepted 1, player accepted 0", shown())
    a.events.message(3, protocol.encode_client("hello", { flags = 0, name = "Cid" }))
    assert.equal("Ann accepted 1, Cid accepted 2", shown())
  end)

  it("goes on in the same round when its scripts are reloaded", function()
    local seats = { service:create_player_session "ann", service:create_player_session "bob" }
    for player, seat in ipairs(seats) do a.connect(player, seat) end
    service:advance(20)
    assert.equal(protocol.phases.playing, a.snapshot.phase)
    local left = a.snapshot.left
    a.load()
    for player, seat in ipairs(seats) do a.connect(player, seat) end
    assert.equal(protocol.phases.playing, a.snapshot.phase)
    assert.is_true(a.snapshot.left < left)
    assert.same({}, a.closed)
    assert.same({}, a.errors)
  end)

  it("ends when GameLift terminates it, and leaves the program once", function()
    a.connect(1, service:create_player_session "ann")
    service:terminate(60)
    service:advance(30)
    assert.same({ 0 }, a.exits)
    assert.is_string(a.closed[1])
    assert.equal("TERMINATED", service:game_session().Status)
  end)
end)

describe("a session with a map", function()
  local function session_on(map)
    local a = arena()
    a.service:create_game_session { GameProperties = { { Key = "map", Value = map } } }
    a.service:advance(2)
    return a
  end
  after_each(function() rawset(_G, "host", nil) end)

  it("is played there", function()
    local a = session_on "canyon"
    a.connect(1, a.service:create_player_session "ann")
    assert.equal(2600, a.welcome.width)
    a.service:stop()
  end)

  it("that nobody knows is refused, and the process ends", function()
    local a = session_on "moon"
    assert.same({ 'this session cannot be hosted: there is no map "moon": the arena has ring, canyon, islands' },
      a.errors)
    a.service:advance(10)
    assert.equal(1, #a.exits)
    a.service:stop()
  end)
end)

describe("the arena's settings", function()
  it("let in so many as are asked for, and no more than there are numbers for ships", function()
    local a = arena { max_players = "40" }
    a.service:create_game_session { MaximumPlayerSessionCount = 30 }
    a.service:advance(2)
    for player = 1, 20 do a.connect(player, a.service:create_player_session("player-" .. player)) end
    assert.same({}, a.closed)
    assert.equal("ACTIVE", a.status "player-20")
    a.service:stop()
    for _, wrong in ipairs { "1", "256", "many" } do
      local ok, message = pcall(arena, { max_players = wrong })
      assert.is_false(ok)
      assert.equal(("setting max_players: %q is not a number from 2 to 255"):format(wrong), tostring(message))
    end
    rawset(_G, "host", nil)
    require "rules".max_players = 16
  end)
end)
