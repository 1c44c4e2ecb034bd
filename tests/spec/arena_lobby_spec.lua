-- SPDX-License-Identifier: Apache-2.0
package.path = "game/arena/?.lua;" .. package.path

local tickets = require "tickets"

local function completed(id, player_id)
  return {
    TicketId = id, Status = "COMPLETED", Players = { { PlayerId = player_id, Team = "players" } },
    GameSessionConnectionInfo = {
      GameSessionArn = "arn:session", IpAddress = "127.0.0.1", Port = 20001.0,
      MatchedPlayerSessions = {
        { PlayerId = "leo", PlayerSessionId = "psess-1" }, { PlayerId = player_id, PlayerSessionId = "psess-2" },
      },
    },
  }
end

describe("a matchmaking ticket in the lobby", function()
  local book
  before_each(function()
    book = tickets.new()
    book:add({ id = "t1", player_id = "mia" }, 0)
  end)

  it("follows its status, with the reason", function()
    book:update({ TicketId = "t1", Status = "SEARCHING", StatusReason = "somebody declined" }, 1)
    assert.same({ status = "SEARCHING", status_reason = "somebody declined", waited_s = 2 },
      tickets.answer(book:ask("t1", 2), 2))
  end)

  it("ends with where to connect, and waits no longer", function()
    book:update(completed("t1", "mia"), 3)
    local answer = tickets.answer(book:ask("t1", 9), 9)
    assert.equal(3, answer.waited_s)
    assert.same({
      url = "ws://127.0.0.1:20001/?PlayerSessionId=psess-2", game_session_id = "arn:session",
      player_session_id = "psess-2", team = "players",
    }, answer.connection)
  end)

  it("has failed if the match has no seat for the player", function()
    book:update(completed("t1", "somebody-else"), 3)
    local answer = tickets.answer(book:ask("t1", 3), 3)
    assert.equal("FAILED", answer.status)
    assert.equal("the match has no seat for this player", answer.status_reason)
  end)

  it("has failed if the service does not know it", function()
    book:missing({ "t1" }, {}, 3)
    assert.equal("FAILED", book:ask("t1", 3).status)
  end)

  it("stays what it is once it is over", function()
    book:cancelled("t1", 1)
    book:update({ TicketId = "t1", Status = "SEARCHING" }, 2)
    assert.equal("CANCELLED", book:ask("t1", 2).status)
  end)

  it("is taken back when nobody asks about it, and forgotten when it is long over", function()
    book:ask("t1", 5)
    assert.same({}, book:tidy(5 + tickets.abandoned_s - 0.1))
    assert.same({ "t1" }, book:tidy(5 + tickets.abandoned_s))
    book:cancelled("t1", 13)
    assert.same({}, book:tidy(13 + tickets.forget_s - 1))
    assert.is_table(book.by_id.t1)
    book:tidy(13 + tickets.forget_s)
    assert.is_nil(book:ask("t1", 200))
  end)

  it("is asked for together with at most nine others", function()
    for number = 2, 23 do book:add({ id = "t" .. number, player_id = "p" }, 0) end
    book:cancelled("t5", 1)
    local sizes = {}
    for index, batch in ipairs(book:waiting_batches()) do sizes[index] = #batch end
    assert.same({ 10, 10, 2 }, sizes)
  end)

  it("counts as a person's wait unless a bot holds it", function()
    assert.equal(4, book:longest_wait(4))
    book:cancelled("t1", 4)
    book:add({ id = "t2", player_id = "vega", bot = true }, 0)
    assert.is_nil(book:longest_wait(9))
  end)
end)

describe("the lobby", function()
  local book, count
  before_each(function() book, count = tickets.new(), 0 end)

  --- The id of a new ticket for somebody at this address, or nil.
  local function queue(address)
    local place = book:claim(address)
    if not place then return nil end
    book:release(place)
    count = count + 1
    return book:add({ id = "t" .. count, player_id = "p", address = address }, count * 0.1).id
  end

  it("lets so many wait, and from one address fewer", function()
    for _ = 1, tickets.most_of_address do assert.is_truthy(queue "10.0.0.1") end
    assert.is_nil(queue "10.0.0.1")
    for number = tickets.most_of_address + 1, tickets.most_waiting do assert.is_truthy(queue("10.0.1." .. number)) end
    assert.is_nil(queue "10.0.0.2")
  end)

  it("counts those whose ticket is being made", function()
    for _ = 1, tickets.most_of_address do assert.is_truthy(book:claim "10.0.0.1") end
    assert.is_nil(book:claim "10.0.0.1")
  end)

  it("is not shut by visits that are over", function()
    for _ = 1, 1000 do
      book:cancelled(queue "10.0.0.1", count * 0.1)
      book:tidy(count * 0.1)
    end
    assert.is_truthy(queue "10.0.0.1")
  end)

  it("remembers so many visits that are over, those that somebody asked about last", function()
    for _ = 1, tickets.most_over + 10 do book:cancelled(queue "10.0.0.1", count * 0.1) end
    book:ask("t3", 50)
    book:tidy(51)
    assert.is_truthy(book:ask("t3", 52))
    assert.is_nil(book:ask("t4", 52))
    local remembered = 0
    for _ in pairs(book.by_id) do remembered = remembered + 1 end
    assert.equal(tickets.most_over, remembered)
  end)
end)
