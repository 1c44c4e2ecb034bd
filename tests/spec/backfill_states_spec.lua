-- SPDX-License-Identifier: Apache-2.0
-- The backfill of a match by itself: GameLift's answers and updates come when the spec says so.
require "gamelift.testing"
local new_backfill = require "gamelift.match.backfill"

describe("a backfill", function()
  local fill, world, asked

  before_each(function()
    asked = {}
    world = { now = 0, open = 0, players = { "ann" }, configuration = "arn:mm", log = {}, ticket_id = "t-1" }
    local names = { start_match_backfill = "start", stop_match_backfill = "stop" }
    fill = new_backfill({ open_seconds = 5, retry_seconds = 10, search_seconds = 300 }, {
      ask = function(action, subject, arguments)
        assert.equal(subject, arguments.ticket_id)
        asked[#asked + 1] = { name = names[action], arguments = arguments, thread = coroutine.running() }
        return coroutine.yield()
      end,
      run = function(fn)
        coroutine.wrap(fn)()
        return {}
      end,
      new_ticket_id = function() return world.ticket_id end,
      version = function() return world.version or 0 end,
      player_ids = function() return table.concat(world.players or {}, "\n") end,
      clock = function() return world.now end,
      changed = function() end,
      log = function(_, line) world.log[#world.log + 1] = line end,
      open_seats = function() return world.open end,
      configuration = function() return world.configuration end,
      players = function()
        if not world.players then
          return nil, "ann has no team"
        end
        local players = {}
        for i, id in ipairs(world.players) do
          players[i] = { player_id = id, team = "red" }
        end
        return players
      end,
    })
  end)

  local function pass(seconds)
    for _ = 1, seconds do
      world.now = world.now + 1
      fill:step()
    end
  end

  local function answer(...)
    assert(coroutine.resume(asked[#asked].thread, ...))
  end

  local function set_players(...)
    world.players, world.version = { ... }, (world.version or 0) + 1
  end

  local function update(reason, ticket_id)
    fill:on_update { update_reason = reason, backfill_ticket_id = ticket_id }
  end

  local function search(ticket_id)
    world.open, world.ticket_id = 1, ticket_id
    pass(6)
    assert.equal("starting", fill.state)
    answer { ticket_id = ticket_id }
    assert.equal("searching", fill.state)
  end

  it("does nothing while no seat is open", function()
    pass(60)
    assert.equal("none", fill.state)
    assert.same({}, asked)
  end)

  it("starts when a seat has been open for open_seconds", function()
    world.open = 2
    pass(5)
    assert.equal("waiting", fill.state)
    assert.same({}, asked)
    pass(1)
    assert.equal("start", asked[1].name)
    assert.same({
      matchmaking_configuration_arn = "arn:mm",
      ticket_id = "t-1",
      players = { { player_id = "ann", team = "red" } },
    }, asked[1].arguments)
    answer { ticket_id = "t-1" }
    assert.equal("t-1", fill.ticket_id)
  end)

  it("does not start when the seat was taken in time", function()
    world.open = 1
    pass(4)
    world.open = 0
    pass(1)
    assert.equal("none", fill.state)
    world.open = 1
    pass(5)
    assert.same({}, asked)
  end)

  it("is one at a time", function()
    search "t-1"
    pass(100)
    assert.equal(1, #asked)
  end)

  it("is over when players were found, and begins again for further seats", function()
    search "t-1"
    world.players = { "ann", "bob" }
    update("MATCHMAKING_DATA_UPDATED", "t-1")
    assert.equal("none", fill.state)
    assert.is_nil(fill.ticket_id)
    pass(6)
    assert.equal(2, #asked)
    assert.equal(2, #asked[2].arguments.players)
  end)

  it("may be over before its answer is here", function()
    world.open = 1
    pass(6)
    update("MATCHMAKING_DATA_UPDATED", "t-1")
    answer { ticket_id = "t-1" }
    assert.equal("none", fill.state)
  end)

  it("is not ended by news of other tickets", function()
    search "t-2"
    update("BACKFILL_CANCELLED", "t-1")
    update("MATCHMAKING_DATA_UPDATED", "t-0")
    update("MATCHMAKING_DATA_UPDATED", "")
    assert.equal("searching", fill.state)
  end)

  for _, reason in ipairs { "BACKFILL_FAILED", "BACKFILL_TIMED_OUT", "BACKFILL_CANCELLED" } do
    it("begins again after a delay when GameLift says " .. reason, function()
      search "t-1"
      update(reason, "t-1")
      assert.equal("none", fill.state)
      assert.equal(reason, fill.reason)
      pass(14)
      assert.equal(1, #asked)
      pass(1)
      assert.equal(2, #asked)
    end)
  end

  it("waits longer after each failure, but never more than 2 minutes", function()
    local delays, failed_at = {}, nil
    world.open = 1
    for _ = 1, 6 do
      repeat
        pass(1)
      until fill.state == "starting"
      delays[#delays + 1] = failed_at and world.now - failed_at
      failed_at = world.now
      answer(nil, "no", "REJECTED")
      assert.equal("no", fill.reason)
    end
    assert.same({ 15, 25, 45, 85, 125 }, delays)
  end)

  it("is taken back when the session is full again", function()
    search "t-1"
    world.open = 0
    pass(1)
    assert.equal("stopping", fill.state)
    assert.same({ matchmaking_configuration_arn = "arn:mm", ticket_id = "t-1" }, asked[2].arguments)
    answer(true)
    assert.equal("none", fill.state)
    update("BACKFILL_CANCELLED", "t-1")
    assert.equal("none", fill.state)
  end)

  it("is made anew when other players are here than it says", function()
    search "t-1"
    set_players "bob"
    pass(1)
    assert.equal("stopping", fill.state)
    answer(true)
    pass(7)
    assert.equal("bob", asked[3].arguments.players[1].player_id)
  end)

  it("is made anew when nothing has been heard of it for search_seconds", function()
    search "t-1"
    pass(299)
    assert.equal("searching", fill.state)
    pass(1)
    assert.equal("stopping", fill.state)
  end)

  it("that cannot be stopped counts as over, and a new one waits for a while", function()
    search "t-1"
    world.open = 0
    pass(1)
    answer(nil, "unknown ticket", "NOT_FOUND")
    assert.equal("none", fill.state)
    world.open = 1
    pass(14)
    assert.equal(2, #asked)
    pass(1)
    assert.equal(3, #asked)
  end)

  it("may find players while it is stopped", function()
    search "t-1"
    world.open = 0
    pass(1)
    update("MATCHMAKING_DATA_UPDATED", "t-1")
    assert.equal("none", fill.state)
    answer(nil, "completed", "REJECTED")
    assert.equal("none", fill.state)
  end)

  it("needs players, teams and a configuration, and says what is missing", function()
    world.open = 1
    world.players = {}
    pass(8)
    assert.equal("waiting", fill.state)
    assert.equal("a backfill needs somebody in the game", fill.reason)
    world.players = nil
    pass(1)
    assert.equal("ann has no team", fill.reason)
    world.players, world.configuration = { "ann" }, nil
    pass(1)
    assert.matches("no matchmaking made this session", fill.reason)
    assert.same({}, asked)
    world.configuration = "arn:mm"
    pass(1)
    assert.equal("starting", fill.state)
    assert.is_nil(fill.reason)
  end)

  describe("that FlexMatch makes by itself (AUTOMATIC)", function()
    local function data(ticket_id, ...)
      local players = {}
      for i, id in ipairs { ... } do
        players[i] = { player_id = id }
      end
      fill:set_data({ auto_backfill_mode = "AUTOMATIC", auto_backfill_ticket_id = ticket_id, players = players }, 4)
    end

    before_each(function()
      data("auto-1", "ann", "bob")
      world.open = 2
    end)

    it("is left to FlexMatch as long as it fills what was open at the start", function()
      assert.equal("automatic", fill.state)
      assert.equal("auto-1", fill.ticket_id)
      pass(60)
      update("MATCHMAKING_DATA_UPDATED", "auto-1")
      data("auto-2", "ann", "bob", "cid")
      world.open = 1
      pass(60)
      assert.equal("automatic", fill.state)
      assert.equal("auto-2", fill.ticket_id)
      assert.same({}, asked)
    end)

    it("is over when the session is full, and who leaves then is replaced from here", function()
      data("auto-2", "ann", "bob", "cid", "dan")
      assert.equal("none", fill.state)
      world.open = 1
      pass(6)
      assert.equal("start", asked[1].name)
    end)

    it("is over when the seats are taken, whatever the data says", function()
      world.open = 0
      pass(1)
      assert.equal("none", fill.state)
      world.open = 1
      pass(6)
      assert.equal("start", asked[1].name)
    end)

    it("is replaced from here when somebody leaves, and does not come back", function()
      world.open = 3
      pass(1)
      assert.equal("none", fill.state)
      pass(6)
      assert.equal("starting", fill.state)
      answer {}
      update("BACKFILL_CANCELLED", "auto-1")
      assert.equal("searching", fill.state)
      update("MATCHMAKING_DATA_UPDATED", "t-1")
      data("auto-3", "ann", "cid")
      assert.equal("none", fill.state)
    end)

    for _, reason in ipairs { "BACKFILL_FAILED", "BACKFILL_TIMED_OUT", "BACKFILL_CANCELLED" } do
      it("is over with " .. reason .. ", and goes on from here", function()
        update(reason, "auto-1")
        assert.equal("none", fill.state)
        assert.equal(reason, fill.reason)
        pass(6)
        assert.equal("start", asked[1].name)
      end)
    end

    it("does not begin where the session was full from the start", function()
      local full = fill
      full:set_data({ auto_backfill_mode = "AUTOMATIC", auto_backfill_ticket_id = "auto-1", players = { {}, {} } }, 2)
      assert.equal("none", full.state)
    end)
  end)

  describe("when the session ends", function()
    it("is taken back", function()
      search "t-1"
      fill:finish()
      assert.equal("stop", asked[2].name)
      answer(true)
      assert.equal("off", fill.state)
    end)

    it("is taken back as soon as its answer is here", function()
      world.open = 1
      pass(6)
      fill:finish()
      assert.equal("starting", fill.state)
      answer { ticket_id = "t-1" }
      assert.equal("stop", asked[2].name)
      answer(true)
      assert.equal("off", fill.state)
    end)

    it("is off where nothing searches", function()
      fill:finish()
      assert.equal("off", fill.state)
      fill:set_data({ auto_backfill_mode = "AUTOMATIC", auto_backfill_ticket_id = "auto-1", players = {} }, 4)
      assert.equal("off", fill.state)
    end)
  end)
end)
