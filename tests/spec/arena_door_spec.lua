-- SPDX-License-Identifier: Apache-2.0
package.path = "game/arena/?.lua;" .. package.path

local doorman = require "doorman"

describe("the arena's door", function()
  local door
  before_each(function() door = doorman.new() end)

  it("lets a player ask for a seat", function()
    assert.is_nil(door:arrive(1, "psess-1", 0))
    door:enter(1)
    assert.is_nil(door:report(0))
  end)

  it("repeats a refusal for a moment, then asks again", function()
    assert.is_nil(door:arrive(1, "psess-1", 10))
    door:turn_away(1, "psess-1 was not found", 10)
    assert.equal("psess-1 was not found", door:arrive(2, "psess-1", 10 + doorman.remember_s - 0.1))
    assert.is_nil(door:arrive(3, "psess-2", 10))
    assert.is_nil(door:arrive(4, "psess-1", 10 + doorman.remember_s))
  end)

  it("holds nothing against a player who was in the game", function()
    door:arrive(1, "psess-1", 0)
    door:enter(1)
    door:turn_away(1, "no hello within 5 seconds", 1)
    assert.is_nil(door:arrive(2, "psess-1", 1))
    assert.is_nil(door:report(1))
  end)

  it("forgets what it said of a seat when the player who had it has gone", function()
    door:arrive(1, "psess-1", 0)
    door:enter(1)
    door:arrive(2, "psess-1", 0)
    door:turn_away(2, "this seat is taken", 0)
    door:leave(2)
    assert.equal("this seat is taken", door:arrive(3, "psess-1", 1))
    door:leave(1)
    assert.is_nil(door:arrive(4, "psess-1", 1))
  end)

  it("lets so many ask at a time", function()
    for player = 1, doorman.most_arriving do assert.is_nil(door:arrive(player, "psess-" .. player, 0)) end
    assert.equal("too many players are at the door: try again in a moment", door:arrive(100, "psess-100", 0))
    door:leave(7)
    assert.is_nil(door:arrive(100, "psess-100", 0))
    door:turn_away(8, "no seat", 0)
    door:leave(8)
    assert.is_nil(door:arrive(101, "psess-101", 0))
    assert.is_truthy(door:arrive(102, "psess-102", 0))
  end)

  it("remembers a bounded number of ids", function()
    for player = 1, doorman.most_refused + 1 do
      door:arrive(player, "psess-" .. player, 0)
      door:turn_away(player, "no seat", 0)
    end
    assert.is_nil(door:arrive(1000, "psess-1", 0))
    assert.equal("no seat", door:arrive(1001, "psess-2", 0))
    local remembered = 0
    for _ in pairs(door.refused) do remembered = remembered + 1 end
    assert.equal(doorman.most_refused, remembered)
  end)

  it("tells of a crowd in one line, with its number", function()
    door:arrive(1, "psess-1", 0)
    door:turn_away(1, "no seat", 0)
    assert.equal("1 player was turned away at the door; the last one: no seat", door:report(0))
    for player = 2, 500 do door:arrive(player, "psess-1", 1) end
    assert.is_nil(door:report(1))
    assert.equal("499 players were turned away at the door; the last one: no seat", door:report(doorman.tell_s))
    assert.is_nil(door:report(100))
  end)
end)
