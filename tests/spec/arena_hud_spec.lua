-- SPDX-License-Identifier: Apache-2.0
package.path = "game/arena/?.lua;" .. package.path

local bot_client = require "bot_client"
local hud = require "hud"
local protocol = require "protocol"
local rules = require "rules"
local session = require "session"

--- A match with seats and a backfill that are set by hand, and what the arena was told to show.
local function watched()
  local w = { seats = {}, backfill = "none", open = 0, notices = {}, services = {} }
  local game = {
    seats = function() return w.seats end,
    open_seats = function() return w.open end,
    backfill = function() return { state = w.backfill } end,
  }
  local arena = {
    notice = function(_, tone, call, text) table.insert(w.notices, { tone, call, text }) end,
    name_of = function(_, seat) return seat.player_id end,
    show_roster = function(_, seats) w.roster = seats end,
    show_service = function(_, service) table.insert(w.services, service) end,
  }
  w.hud = hud.new(arena, game)
  return w
end

describe("the players' view of GameLift", function()
  it("tells of each seat that changes", function()
    local w = watched()
    local mia = { player_id = "mia", state = "reserved" }
    w.seats = { mia }
    w.hud:refresh(0)
    mia.state = "accepted"
    w.hud:refresh(1)
    w.hud:refresh(2)
    assert.same({
      { "warn", "", "mia: seat reserved" },
      { "good", "AcceptPlayerSession", "mia accepted" },
    }, w.notices)
    assert.equal(protocol.seat_states.accepted, w.roster[1].state)
  end)

  it("shows a backfill from when it searches, once", function()
    local w = watched()
    w.open, w.backfill = 2, "waiting"
    w.hud:refresh(10)
    w.backfill = "searching"
    w.hud:refresh(11)
    w.hud:refresh(12)
    assert.same({ { "info", "StartMatchBackfill", "searching for 2 players" } }, w.notices)
    assert.equal(2, #w.services)
    assert.same({ backfill = 2, wanted = 2, elapsed = 0, draining = 0, left = 0 }, w.services[2])
    w.open, w.backfill = 0, "none"
    w.hud:session_updated "MATCHMAKING_DATA_UPDATED"
    w.hud:refresh(13)
    assert.equal("late player found", w.notices[2][3])
    assert.equal(protocol.backfill_states.closed, w.services[3].backfill)
  end)

  it("says why a session ends, and in how many seconds", function()
    local w = watched()
    w.hud:drain("TERMINATE_PROCESS", 5, 100)
    w.hud:refresh(101)
    assert.same({ { "bad", "TerminateProcess", "GameLift ends this session" } }, w.notices)
    assert.equal(1, #w.services)
    assert.equal(5, w.services[1].left)
  end)
end)

describe("a bot as a client", function()
  --- A session and bots that are joined by nothing but bytes.
  local function game_of_bots(count, seconds, match_rules)
    local bots, now = {}, 0
    local own_rules = setmetatable({ match = match_rules or rules.match }, { __index = rules })
    local arena = session.new({ rules = own_rules, seed = 4, max_players = 8, session_id = "arn:s" }, {
      send = function(player, bytes, more) assert.is_nil(bots[player]:receive(bytes .. (more or ""))) end,
      kick = function(_, reason) error(reason) end,
      on_phase = function() end,
      on_introduced = function() end,
      now = function() return now end,
    })
    local random = function() return arena.world:random() end
    for player = 1, count do
      bots[player] = bot_client.new {
        name = "bot " .. player, random = random,
        send = function(bytes) arena:receive(player, bytes) end,
      }
      arena:connect(player)
      arena:join(player, { player_session_id = "psess-" .. player, player_id = "p" })
    end
    for _ = 1, seconds * 30 do
      now = now + 1 / 30
      arena:step(1 / 30, 0, 0)
      for player = 1, count do bots[player]:play(1 / 30) end
    end
    return arena, bots
  end

  it("says hello, plays by the messages alone, and scores", function()
    local arena = game_of_bots(4, 45)
    local kills = 0
    for _, ship in ipairs(arena.world.ships) do kills = kills + ship.kills end
    assert.is_true(kills >= 3, kills .. " kills")
  end)

  it("knows when the match is over", function()
    local quick = setmetatable({ rounds = 1, round_seconds = 5 }, { __index = rules.match })
    local _, bots = game_of_bots(2, 10, quick)
    assert.matches("^the match is over, place [12] of 2$", bots[1].over)
  end)
end)
