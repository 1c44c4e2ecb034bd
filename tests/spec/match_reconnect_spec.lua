-- SPDX-License-Identifier: Apache-2.0
-- Players whose connection drops, sessions without anybody, sessions that last too long, timers.
local helper = require "helper"

describe("reconnect_grace_s", function()
  local service, m, log
  after_each(function() service:stop() end)

  local function begin(options)
    options = options or {}
    options.reconnect_grace_s = options.reconnect_grace_s or 20
    service, m, log = helper.active_match(options)
    options.on_drop, options.on_reconnect = nil, nil
    m.options.on_drop = function(player, seat) log[#log + 1] = ("drop %s %s"):format(player, seat.player_id) end
    m.options.on_reconnect = function(player, seat) log[#log + 1] = ("back %s %s"):format(player, seat.player_id) end
  end

  local function status(player_id)
    return service:player_sessions()[player_id].Status
  end

  it("brings a dropped player back to the same seat with the same id", function()
    begin()
    local id = helper.join(service, m, 1, "ann")
    local seat = m:seats()[1]
    m:disconnect(1, "lost")
    service:advance(10)
    assert.is_true(seat.away)
    assert.is_nil(seat.player)
    assert.equal(3, m:open_seats())
    m:connect(2, id)
    service:advance(1)
    assert.same({ "attempt 1 ann", "join 1 ann", "drop 1 ann", "back 2 ann" }, log)
    assert.equal(seat, m:seats()[1])
    assert.equal(2, seat.player)
    assert.is_nil(seat.away)
    assert.equal("ACTIVE", status "ann")
    service:advance(60)
    assert.equal(4, #log)
    m:disconnect(2, "lost again")
    service:advance(21)
    assert.same({ "drop 2 ann", "leave 2 ann: lost again" }, { log[5], log[6] })
    assert.equal("COMPLETED", status "ann")
  end)

  it("brings the player back also by player id, and during an outage", function()
    begin()
    helper.join(service, m, 1, "ann")
    service.hang(true)
    m:disconnect(1)
    m:connect(2, nil, "ann")
    service:advance(1)
    assert.equal("back 2 ann", log[#log])
  end)

  it("ends: leave, and the seat is given back", function()
    begin()
    helper.join(service, m, 1, "ann")
    m:disconnect(1, "lost")
    service:advance(19)
    assert.equal("ACTIVE", status "ann")
    service:advance(2)
    assert.same({ "attempt 1 ann", "join 1 ann", "drop 1 ann", "leave 1 ann: lost" }, log)
    assert.equal("COMPLETED", status "ann")
    assert.same({ "ann left" }, helper.seats(m))
  end)

  it("is not for players who are put out", function()
    begin()
    helper.join(service, m, 1, "ann")
    m:kick(1, "cheating")
    service:advance(1)
    assert.same({ "kick 1: cheating", "leave 1 ann: cheating" }, { log[3], log[4] })
    assert.equal("COMPLETED", status "ann")
  end)

  it("is over for a dropped player who is kicked", function()
    begin()
    local id = helper.join(service, m, 1, "ann")
    m:disconnect(1, "lost")
    m:kick(1, "cheating")
    service:advance(1)
    assert.equal("leave 1 ann: lost", log[4])
    assert.equal("COMPLETED", status "ann")
    m:connect(2, id)
    service:advance(1)
    assert.equal("kick 2: you have left this game, and your seat was given back", log[5])
    m:kick(1, "again")
    assert.equal(5, #log)
  end)

  it("ends with the game", function()
    begin()
    helper.join(service, m, 1, "ann")
    helper.join(service, m, 2, "bob")
    m:disconnect(1, "lost")
    m:finish("OVER", 30)
    service:advance(1)
    assert.equal("COMPLETED", status "ann")
    m:disconnect(2, "lost, too")
    service:advance(1)
    assert.equal("leave 2 bob: lost, too", log[#log - 1])
    assert.equal("ended well", log[#log])
    assert.equal("COMPLETED", status "bob")
  end)

  it("of 0, the default, is none", function()
    begin { reconnect_grace_s = 0 }
    helper.join(service, m, 1, "ann")
    m:disconnect(1, "lost")
    assert.equal("leave 1 ann: lost", log[#log])
  end)

  it("keeps the seat from others", function()
    begin()
    local id = helper.join(service, m, 1, "ann")
    m:disconnect(1)
    m:connect(2, id)
    m:connect(3, id)
    service:advance(1)
    assert.same({ "drop 1 ann", "back 2 ann", "kick 3: this seat is taken" }, { log[3], log[4], log[5] })
  end)
end)

describe("a session", function()
  local service, m, log
  after_each(function() service:stop() end)

  it("that nobody comes to ends after empty_timeout_s", function()
    service, m, log = helper.active_match { empty_timeout_s = 30 }
    service:advance(25)
    assert.equal("active", m:phase())
    service:advance(10)
    assert.same({ "terminate EMPTY 0", "ended well" }, log)
  end)

  it("that all have left ends after empty_timeout_s", function()
    service, m, log = helper.active_match { empty_timeout_s = 30 }
    service:advance(20)
    helper.join(service, m, 1, "ann")
    service:advance(100)
    m:disconnect(1)
    service:advance(25)
    assert.equal("active", m:phase())
    service:advance(10)
    assert.equal("ended", m:phase())
  end)

  it("whose only player may come back is not empty", function()
    service, m = helper.active_match { empty_timeout_s = 10, reconnect_grace_s = 60 }
    helper.join(service, m, 1, "ann")
    m:disconnect(1)
    service:advance(50)
    assert.equal("active", m:phase())
    service:advance(25)
    assert.equal("ended", m:phase())
  end)

  it("ends after max_session_s, with the usual grace", function()
    service, m, log = helper.active_match { max_session_s = 100, drain_grace_s = 10 }
    helper.join(service, m, 1, "ann")
    service:advance(95)
    assert.equal("active", m:phase())
    service:advance(6)
    assert.equal("terminate MAX_SESSION_TIME 10", log[#log])
    service:advance(12)
    assert.equal("ended", m:phase())
  end)
end)

describe("a timer of a match", function()
  local service, m
  local calls
  before_each(function()
    service, m = helper.active_match()
    calls = 0
  end)
  after_each(function() service:stop() end)

  local function count() calls = calls + 1 end

  it("is called once, in so many seconds", function()
    m:after(5, count)
    service:advance(4.5)
    assert.equal(0, calls)
    service:advance(20)
    assert.equal(1, calls)
  end)

  it("is called every so many seconds, and not more often than there are ticks", function()
    m:every(1, count)
    service:advance(10)
    assert.equal(10, calls)
    m:tick(100)
    assert.equal(11, calls)
    service:advance(2)
    assert.equal(13, calls)
  end)

  it("is not called any more when it was cancelled", function()
    local once, often = m:after(5, count), m:every(1, count)
    once:cancel()
    service:advance(2)
    often:cancel()
    often:cancel()
    service:advance(20)
    assert.equal(2, calls)
  end)

  it("can cancel itself", function()
    local often
    often = m:every(1, function()
      count()
      often:cancel()
    end)
    service:advance(5)
    assert.equal(1, calls)
  end)

  it("leaves nothing behind when it was cancelled", function()
    local before = #m.tasks.sleepers
    for _ = 1, 100 do
      m:after(3600, count):cancel()
    end
    service:advance(1)
    assert.equal(before, #m.tasks.sleepers)
  end)

  it("goes on after an error, and waits for a call that waits", function()
    local thread
    m:every(1, function()
      count()
      if calls == 1 then
        error "the first"
      end
      thread = coroutine.running()
      coroutine.yield()
    end)
    service:advance(10)
    assert.equal(2, calls)
    coroutine.resume(thread)
    service:advance(2)
    assert.equal(3, calls)
  end)

  it("ends with the match", function()
    m:every(1, count)
    m:finish()
    service:advance(1)
    assert.equal("ended", m:phase())
    local before = calls
    service:advance(10)
    assert.equal(before, calls)
  end)

  it("takes times and functions only", function()
    local function raises(pattern, method, ...)
      local arguments = { ... }
      local ok, message = pcall(function() m[method](m, arguments[1], arguments[2]) end)
      assert.is_false(ok)
      assert.matches("match_reconnect_spec.lua:%d+: " .. pattern, message)
    end
    raises("match:after: seconds must be a finite number, 0 or more", "after", 0 / 0, count)
    raises("match:after: seconds must be", "after", math.huge, count)
    raises("match:after: seconds must be", "after", -1, count)
    raises("match:every: seconds must be a finite number, 0.001 or more", "every", 0, count)
    raises("match:every: a function is needed, not a nil", "every", 1)
  end)
end)
