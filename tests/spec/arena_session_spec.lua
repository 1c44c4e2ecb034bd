-- SPDX-License-Identifier: Apache-2.0
package.path = "game/arena/?.lua;" .. package.path

local names = require "names"
local protocol = require "protocol"
local roster = require "roster"
local rounds = require "rounds"
local rules = require "rules"
local session = require "session"

local DT = 1 / 30

--- A session with a clock that is moved by steps, and what it told each player.
local function arena(overrides, kept)
  local a = { now = 100, sent = {}, kicked = {}, phases = {}, introduced = {} }
  local own_rules = setmetatable(overrides or {}, { __index = rules })
  a.session = session.new({ rules = own_rules, seed = 1, max_players = 8, session_id = "arn:session", kept = kept }, {
    send = function(player, bytes, more)
      a.sent[player] = a.sent[player] or {}
      table.insert(a.sent[player], (protocol.decode_server(bytes .. (more or ""))))
    end,
    kick = function(player, reason) a.kicked[player] = reason end,
    on_phase = function(phase) table.insert(a.phases, phase) end,
    on_introduced = function(player) table.insert(a.introduced, player) end,
    now = function() return a.now end,
  })
  function a.steps(count)
    for _ = 1, count do
      a.now = a.now + DT
      a.session:step(DT, 0, 0.001)
    end
  end
  function a.say(player, name, values) a.session:receive(player, protocol.encode_client(name, values)) end
  function a.enter(player, name)
    a.session:connect(player)
    a.say(player, "hello", { flags = 0, name = name })
    a.session:join(player, { player_session_id = "psess-" .. player, player_id = name })
  end
  function a.told(player, kind)
    local found = {}
    for _, message in ipairs(a.sent[player] or {}) do
      if message.type == kind then found[#found + 1] = message end
    end
    return found
  end
  return a
end

describe("a player", function()
  it("is greeted, and welcomed once he has said hello and GameLift has accepted him", function()
    local a = arena()
    a.session:connect(1)
    assert.equal(1, #a.told(1, "greeting"))
    a.session:join(1, { player_session_id = "psess-1", player_id = "mia-1a2b3c" })
    assert.equal(0, #a.told(1, "welcome"))
    a.say(1, "hello", { flags = 0, name = " Mia " })
    local welcome = a.told(1, "welcome")[1]
    assert.same({ 1 }, a.introduced)
    assert.equal("arn:session", welcome.session)
    assert.equal("psess-1", welcome.player_session)
    assert.equal(1, welcome.ship)
  end)

  it("may say hello before GameLift has answered", function()
    local a = arena()
    a.enter(1, "mia")
    assert.equal(1, #a.told(1, "welcome"))
  end)

  it("gets thirty snapshots a second, each naming the last input that counted", function()
    local a = arena()
    a.enter(1, "mia")
    a.say(1, "input", { sequence = 77, move_x = 1, move_y = 0, aim = 0, buttons = 0 })
    a.steps(30)
    local snapshots = a.told(1, "snapshot")
    assert.equal(30, #snapshots)
    assert.equal(77, snapshots[30].own.ack)
    assert.is_true(snapshots[30].own.vx > 0)
  end)

  it("frees his ship's number by leaving", function()
    local a = arena()
    a.enter(1, "mia")
    a.enter(2, "leo")
    a.session:disconnect(1)
    a.enter(3, "ida")
    assert.equal(1, a.told(3, "welcome")[1].ship)
    assert.equal(2, a.session:player_count())
  end)

  it("is turned away when all sixteen ships are taken", function()
    local a = arena()
    for player = 1, 17 do a.enter(player, "p" .. player) end
    assert.is_nil(a.kicked[16])
    assert.equal("the arena is full", a.kicked[17])
    a.steps(1)
  end)

  it("has two hundred company where the rules let so many in", function()
    local a = arena { max_players = 200 }
    for player = 1, 201 do a.enter(player, "p" .. player) end
    assert.is_nil(a.kicked[200])
    assert.equal("the arena is full", a.kicked[201])
    a.steps(30)
    for player = 1, 200 do
      local shown = a.told(player, "snapshot")
      assert.equal(30, #shown)
      assert.equal(200, #shown[30].shared.ships)
      assert.equal(player, shown[30].own.ship)
    end
  end)

  it("who comes late is told what happened before", function()
    local a = arena()
    a.enter(1, "mia")
    a.session:notice("info", "StartMatchBackfill", "looking for a player")
    a.session:show_service { backfill = 2, wanted = 1, elapsed = 0, draining = 0, left = 0 }
    a.session:show_roster { { ship = 1, state = 1, flags = 0, name = "mia" } }
    a.now = a.now + 4
    a.enter(2, "leo")
    assert.equal("StartMatchBackfill", a.told(2, "notice")[1].call)
    assert.equal(4, a.told(2, "service")[1].elapsed)
    assert.equal("mia", a.told(2, "roster")[1].seats[1].name)
  end)
end)

describe("a player is closed with the reason", function()
  it("for bytes that are no message, and the others play on", function()
    local a = arena()
    a.enter(1, "mia")
    a.enter(2, "leo")
    a.session:receive(1, "\2\99")
    assert.equal("unknown message type 99", a.kicked[1])
    a.steps(1)
    assert.is_nil(a.kicked[2])
    assert.equal(1, #a.told(2, "snapshot"))
  end)

  it("for another version of the protocol", function()
    local a = arena()
    a.session:connect(1)
    a.session:receive(1, "\9\1\0\3mia")
    assert.equal("this server speaks version 2 of the arena protocol, you speak 9; reload the page", a.kicked[1])
  end)

  it("for a flood", function()
    local a = arena()
    a.enter(1, "mia")
    for _ = 1, 148 do a.say(1, "ping", { stamp = 1 }) end
    assert.is_nil(a.kicked[1])
    for _ = 1, 3 do a.say(1, "ping", { stamp = 1 }) end
    assert.equal("too many messages: at most 120 a second", a.kicked[1])
  end)

  it("for a name that cannot be shown", function()
    local a = arena()
    a.session:connect(1)
    a.say(1, "hello", { flags = 0, name = ("x"):rep(25) })
    assert.equal("A name has at most 24 characters; this one has 25.", a.kicked[1])
  end)

  it("for silence after he was let in", function()
    local a = arena()
    a.session:connect(1)
    a.session:join(1, { player_session_id = "psess-1", player_id = "mia" })
    a.steps(149)
    assert.is_nil(a.kicked[1])
    a.steps(3)
    assert.equal("no hello within 5 seconds", a.kicked[1])
  end)
end)

describe("a match", function()
  local short = { rounds = 2, round_seconds = 5, countdown_seconds = 1, table_seconds = 1, over_seconds = 3,
    closing_seconds = 2, empty_seconds = 4, idle_start_seconds = 6 }

  it("goes through its rounds and is over", function()
    local a = arena { match = short }
    a.enter(1, "mia")
    a.steps(30)
    assert.same({}, a.phases)
    a.enter(2, "leo")
    a.steps(30 * 16)
    assert.same({ "countdown", "playing", "results", "countdown", "playing", "over" }, a.phases)
    local scores = a.told(1, "scores")
    assert.equal(2, #scores)
    assert.equal(0, scores[1].final)
    assert.equal(1, scores[2].final)
  end)

  it("is won by who wins most rounds; kills decide among equals, and who came late missed some", function()
    local a = arena { match = short }
    for player, name in ipairs { "mia", "leo", "eva" } do a.enter(player, name) end
    --- The kills of this round, by ship; then its end.
    local function round(kills, seconds)
      a.steps(30 * 2)
      for ship, count in pairs(kills) do
        a.session.world.by_id[ship].kills = count
        a.session.tallies[ship].total = a.session.tallies[ship].total + count
      end
      a.steps(math.floor(30 * seconds))
    end
    round({ 3, 2, 0 }, 4.2)
    a.enter(4, "late")
    round({ 0, 9, 0, 9 }, 6)
    local scores = a.told(1, "scores")
    local function told(message, ...)
      local rows = {}
      for place, row in ipairs(message.rows) do
        local past = {}
        for index, one in ipairs(row.past) do past[index] = one.kills end
        rows[place] = { row.ship, row.won, row.total, table.concat(past, " ") }
      end
      return rows, ...
    end
    assert.same({ { 1, 1, 3, "3" }, { 2, 0, 2, "2" }, { 3, 0, 0, "0" } }, told(scores[1]))
    assert.same({ { 2, 1, 11, "2 9" }, { 4, 1, 9, "255 9" }, { 1, 1, 3, "3 0" }, { 3, 0, 0, "0 0" } }, told(scores[2]))
  end)

  it("has no winner of a round in which nobody was destroyed", function()
    local a = arena { match = short }
    a.enter(1, "mia")
    a.enter(2, "leo")
    a.steps(30 * 6 + 2)
    for _, row in ipairs(a.told(1, "scores")[1].rows) do assert.equal(0, row.won) end
  end)

  it("invites nobody in its last moments", function()
    local course = rounds.new(short)
    course.phase, course.round, course.left = "playing", 2, 2.1
    assert.is_true(course:open())
    course.left = 1.9
    assert.is_false(course:open())
    course.round = 1
    assert.is_true(course:open())
  end)

  it("is over when everybody has been gone for a while", function()
    local course = rounds.new(short)
    course:step(1, 2, 0)
    for _ = 1, 3 do
      course:step(1, 0, 0)
      assert.are_not.equal("over", course.phase)
    end
    assert.equal("over", course:step(1, 0, 0))
    assert.is_nil(course:step(1, 0, 0))
  end)

  it("waits for those who have a seat reserved", function()
    local course = rounds.new(short)
    course:step(1, 2, 0)
    for _ = 1, 9 do course:step(1, 0, 1) end
    assert.are_not.equal("over", course.phase)
  end)

  it("waits longer for the first player than for the next", function()
    local course = rounds.new(short)
    for _ = 1, 5 do assert.is_nil(course:step(1, 0, 0)) end
    assert.equal("over", course:step(1, 0, 0))
  end)

  it("counts kills of all rounds for the final table", function()
    local a = arena { match = short }
    a.enter(1, "mia")
    a.enter(2, "leo")
    for _ = 1, 2 do
      a.steps(45)
      local world = a.session.world
      local killer = world.by_id[2]
      killer.x, killer.y = 100, 1000
      world:kill(world.by_id[1], killer)
      a.session:count_totals(world.events)
      world.events = {}
      a.steps(30 * 6)
    end
    local final = a.told(1, "scores")[2]
    assert.equal("leo", final.rows[1].name)
    assert.equal(2, final.rows[1].total)
    assert.equal(1, final.rows[1].kills)
  end)
end)

describe("a session that goes on after a reload of the scripts", function()
  local short = setmetatable({ rounds = 2, round_seconds = 10, countdown_seconds = 1 }, { __index = rules.match })

  local function let_leo_win(a)
    local world = a.session.world
    world:kill(world.by_id[1], world.by_id[2])
    a.session:count_totals(world.events)
  end

  --- Mia and Leo in the second round; in each one Leo has destroyed Mia once.
  local function before()
    local a = arena { match = short }
    a.enter(1, "Mia")
    a.enter(2, "Leo")
    a.steps(32)
    let_leo_win(a)
    while a.session.rounds.round == 1 or a.session.rounds.phase ~= "playing" do a.steps(1) end
    a.steps(30)
    let_leo_win(a)
    a.steps(1)
    return a
  end

  local function rows(a)
    local list = {}
    for i, row in ipairs(a.session:score_rows().rows) do
      list[i] = ("%s %d: %d kills, %d deaths, %d in all, %d won, %d before"):format(
        row.name, row.ship, row.kills, row.deaths, row.total, row.won, row.past[1] and row.past[1].kills or 255)
    end
    return list
  end

  it("knows the round, its time, and what everybody has scored, in whatever order they come back", function()
    local old = before()
    local a = arena({ match = short }, old.session:save())
    a.enter(2, "Leo")
    a.enter(1, "Mia")
    assert.same(rows(old), rows(a))
    assert.same({ "Leo 2: 1 kills, 0 deaths, 2 in all, 1 won, 1 before",
      "Mia 1: 0 kills, 1 deaths, 0 in all, 0 won, 0 before" }, rows(a))
    for _, key in ipairs { "phase", "left", "round" } do
      assert.equal(old.session.rounds[key], a.session.rounds[key])
    end
  end)

  it("keeps the scores over a second reload before everybody is back", function()
    local old = before()
    local between = arena({ match = short }, old.session:save())
    between.enter(1, "Mia")
    local a = arena({ match = short }, between.session:save())
    a.enter(1, "Mia")
    a.enter(2, "Leo")
    assert.same(rows(old), rows(a))
  end)

  it("forgets in the end who does not come back", function()
    local between = arena({ match = short }, before().session:save())
    between.now = between.now + 31
    local a = arena({ match = short }, between.session:save())
    a.enter(2, "Leo")
    assert.same({ "Leo 1: 0 kills, 0 deaths, 0 in all, 0 won, 255 before" }, rows(a))
  end)

  it("begins anew where other scripts have saved something else", function()
    local a = arena({ match = short }, { format = 0 })
    a.enter(1, "Mia")
    assert.equal("waiting", a.session.rounds.phase)
  end)
end)

describe("the roster", function()
  local function seat(fields) return fields end
  local function name_of(one) return one.name or one.player_id end

  it("tells who is reserved, accepted, gone, and who never came", function()
    local list = roster.new(name_of)
    local mia = seat { player_id = "mia", state = "reserved" }
    local leo = seat { player_id = "leo", state = "reserved" }
    assert.same({ { state = "reserved", name = "mia" }, { state = "reserved", name = "leo" } },
      list:update({ mia, leo }, 0))
    assert.equal(2, list:expected())
    mia.state, mia.name, mia.ship = "accepted", "Mia", 1
    assert.same({ { state = "accepted", name = "Mia" } }, list:update({ mia, leo }, 1))
    mia.state, mia.ship = "left", nil
    assert.same({ { state = "left", name = "Mia" } }, list:update({ mia, leo }, 2))
    assert.same({ { state = "expired", name = "leo" } }, list:update({ mia }, 3))
  end)

  it("says once what has changed", function()
    local list = roster.new(name_of)
    local mia = { player_id = "mia", state = "accepted", name = "Mia", ship = 4, bot = true }
    list:update({ mia }, 0)
    assert.same({ { ship = 4, state = 1, flags = 1, name = "Mia" } }, list:take_changed())
    list:update({ mia }, 1)
    assert.is_nil(list:take_changed())
  end)

  it("forgets after a while who left", function()
    local list = roster.new(name_of)
    local mia = { player_id = "mia", state = "accepted" }
    list:update({ mia }, 0)
    mia.state = "left"
    list:update({ mia }, 1)
    list:forget_left(12)
    assert.equal(1, #list:list())
    list:forget_left(14)
    assert.equal(0, #list:list())
    assert.same({}, list:update({ mia }, 15))
  end)
end)

describe("names", function()
  it("are cleaned of what cannot be shown", function()
    assert.equal("Mia", names.clean "  Mia\n")
    assert.equal("a b", names.clean "a \t b")
    assert.equal("abc", names.clean "a\u{202E}b\u{200B}c")
    assert.equal("Zoë", names.clean "Zoë")
  end)

  it("are refused with a sentence", function()
    local function refusal(text) return select(2, names.clean(text)) end
    assert.equal("Please enter a name.", refusal " \u{200B} ")
    assert.equal("A name has at most 24 characters; this one has 25.", refusal(("ö"):rep(25)))
    assert.equal("A name is UTF-8 text of at most 24 characters.", refusal "\xff")
    assert.equal("A name is a text.", refusal(7))
  end)

  it("are not made of what nobody sees", function()
    for _, invisible in ipairs {
      "\u{3164}", "\u{115F}\u{1160}", "\u{FFA0}", "\u{2800}\u{2800}", "\u{A0}", "\u{3000}\u{2003}", "\u{34F}",
      "\u{17B4}", "\u{301}", " \u{301}\u{302}", "\u{E000}", "\u{10FFFD}", "\u{1D159}",
    } do
      assert.same({ nil, "Please enter a name." }, { names.clean(invisible) })
    end
    assert.equal("a b", names.clean "a\u{2003}\u{A0}b")
  end)

  it("outside ASCII stay as they are", function()
    for _, name in ipairs { "Žofia", "Жанна", "名前", "شيماء", "नमस्ते", "Zoe\u{308}", "🦊🚀" } do
      assert.equal(name, names.clean(name))
    end
  end)

  it("carry no towers of marks", function()
    assert.equal("a\u{301}\u{302}b", names.clean("a\u{301}\u{302}" .. ("\u{303}"):rep(15) .. "b"))
  end)

  it("come with matchmaking, for those who have said nothing yet", function()
    local a = arena()
    a.session:learn_names { players = {
      { player_id = "player-1", attributes = { name = "Жанна" } },
      { player_id = "player-2", attributes = { name = "\u{200B}" } }, { player_id = "player-3" },
    } }
    local function name_of(player_id, name) return a.session:name_of { player_id = player_id, name = name } end
    assert.equal("Жанна", name_of "player-1")
    assert.equal("Zoë", name_of("player-1", "Zoë"))
    for _, player_id in ipairs { "player-2", "player-3", "player-4" } do assert.equal("player", name_of(player_id)) end
    assert.equal("player", name_of(nil))
  end)
end)
