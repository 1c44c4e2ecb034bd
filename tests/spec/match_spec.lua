-- SPDX-License-Identifier: Apache-2.0
local testing = require "gamelift.testing"
local match = require "gamelift.match"
local helper = require "helper"
local requests = require "gamelift.match.requests"

describe("a match", function()
  local service, m, log, server
  after_each(function() service:stop() end)

  it("says ProcessReady when it is started", function()
    service, m, log, server = helper.new_match { start = false }
    service:advance(1)
    assert.equal("new", m:phase())
    m:start()
    assert.equal("starting", m:phase())
    service:advance(1)
    assert.equal("ready", m:phase())
    assert.is_true(server:is_process_ready())
    assert.same({}, log)
  end)

  it("goes on saying ProcessReady until it is accepted", function()
    service, m = helper.new_match { start = false }
    service.down(true)
    m:start()
    service:advance(330) -- the first attempt ends after 320 s
    assert.equal("starting", m:phase())
    service.down(false)
    service:advance(40)
    assert.equal("ready", m:phase())
  end)

  it("loads and activates a game session", function()
    service, m, log = helper.new_match()
    service:create_game_session { Name = "duel", MaximumPlayerSessionCount = 4 }
    service:advance(1)
    assert.same({ "init duel" }, log)
    assert.equal("active", m:phase())
    assert.equal("duel", m:session().name)
    assert.equal(4, m:open_seats())
    assert.equal("ACTIVE", service:game_session().Status)
  end)

  it("is told of its session twice and loads it once", function()
    service, m, log = helper.new_match()
    service:create_game_session { Name = "duel" }
    service:advance(1)
    require("gamelift.match.course").on_start_game_session(m, m:session())
    service:advance(1)
    assert.same({ "init duel" }, log)
  end)

  describe("that gets another session", function()
    local course = require "gamelift.match.course"

    local function place_another()
      local other = {}
      for key, value in pairs(m:session()) do
        other[key] = value
      end
      other.game_session_id, other.name = other.game_session_id .. "-other", "other"
      course.on_start_game_session(m, other)
    end

    it("gives the seat of a player back who is just being accepted for the one before", function()
      service, m, log, server = helper.active_match()
      local id = service:create_player_session "ann"
      service:delay("AcceptPlayerSession", 2, { times = 1 })
      m:connect(1, id)
      service:advance(1)
      place_another()
      service:advance(3)
      assert.same({ "attempt 1 ann", "kick 1: another game begins here", "init other" }, log)
      assert.equal("COMPLETED", service:player_sessions().ann.Status)
      assert.equal(0, server:error_count())
      assert.equal(4, m:open_seats())
    end)

    it("asks for its reserved seats only", function()
      local asked = {}
      service, m = helper.active_match()
      place_another()
      service:advance(2)
      local ask = requests.ask
      function requests.ask(self, action, subject, argument)
        asked[#asked + 1] = argument.game_session_id
        return ask(self, action, subject, argument)
      end
      service:advance(31)
      requests.ask = ask
      assert.same({ m:session().game_session_id, m:session().game_session_id }, asked)
    end)
  end)

  it("ends the process when what init says against the session has no text", function()
    service, m, log = helper.new_match {
      init = function() return nil, setmetatable({}, { __tostring = function() error "nothing to say" end }) end,
    }
    service:create_game_session()
    service:advance(1)
    assert.same({ "terminate INIT_FAILED 0", "ended well" }, log)
  end)

  it("ends for a reason that is text", function()
    service, m = helper.active_match()
    local ok, message = pcall(function() m:finish {} end)
    assert.is_false(ok)
    assert.matches("match_spec.lua:%d+: match:finish: reason must be a string, not a table", message)
    assert.equal("active", m:phase())
  end)

  it("is active only when init is done", function()
    local loaded
    service, m = helper.new_match {
      init = function()
        loaded = coroutine.running()
        coroutine.yield()
      end,
    }
    service:create_game_session()
    service:advance(5)
    assert.equal("loading", m:phase())
    assert.equal("ACTIVATING", service:game_session().Status)
    assert(coroutine.resume(loaded))
    service:advance(1)
    assert.equal("active", m:phase())
  end)

  it("ends the process when init says that it cannot host the session", function()
    service, m, log = helper.new_match { init = function() return nil, "no such map" end }
    service:create_game_session()
    service:advance(1)
    assert.same({ "terminate INIT_FAILED 0", "ended well" }, log)
    assert.equal("ended", m:phase())
    assert.not_equal("ACTIVE", service:game_session().Status)
  end)

  it("ends the process when init raises", function()
    local errors = {}
    service, m, log = helper.new_match {
      init = function() error "broken map" end,
      on_error = function(_, message) errors[#errors + 1] = message end,
    }
    service:create_game_session()
    service:advance(1)
    assert.same({ "terminate INIT_FAILED 0", "ended well" }, log)
    assert.matches("broken map", errors[1])
    assert.equal("ended", m:phase())
  end)

  it("ends the process when init raises after it has waited", function()
    service, m, log = helper.new_match {
      init = function(session)
        assert(m.server:describe_player_sessions { game_session_id = session.game_session_id })
        error "broken map"
      end,
    }
    service:create_game_session()
    service:advance(1)
    assert.same({ "terminate INIT_FAILED 0", "ended well" }, log)
  end)

  it("ends the process when init raises after something else has resumed it", function()
    local loading
    service, m, log = helper.new_match {
      init = function()
        loading = coroutine.running()
        coroutine.yield() -- a host's own way to wait
        error "broken map"
      end,
    }
    service:create_game_session()
    service:advance(1)
    assert.is_false((coroutine.resume(loading)))
    service:advance(1)
    assert.same({ "terminate INIT_FAILED 0", "ended well" }, log)
  end)

  it("that is started after it has ended says nothing", function()
    service, m, log = helper.new_match { start = false }
    m:terminate(3)
    m:start()
    service:advance(1)
    assert.same({ "terminate HOST 0", "ended well" }, log)
  end)

  it("takes times that are numbers", function()
    service, m = helper.active_match()
    local function raises(method, one, two)
      local ok, message = pcall(function() m[method](m, one, two) end)
      assert.is_false(ok)
      assert.matches("match_spec.lua:%d+: match:" .. method .. ": %l+ must be a number of seconds", message)
    end
    raises("tick")
    raises("tick", 0 / 0)
    raises("tick", 0.1, "now")
    raises("tick", 0.1, 0 / 0)
    for _, step in ipairs { math.huge, -math.huge, -0.1 } do
      local ok, message = pcall(m.tick, m, step)
      assert.is_false(ok)
      assert.matches("match:tick: dt must be a finite number of seconds, 0 or more", message)
    end
    raises("terminate", "soon")
    raises("finish", "GAME_OVER", "soon")
    assert.equal("active", m:phase())
  end)

  it("takes players that something can be known by", function()
    service, m = helper.active_match()
    local ok, message = pcall(function() m:connect(0 / 0, "psess-1") end)
    assert.is_false(ok)
    assert.matches("match_spec.lua:%d+: match:connect: player is NaN", message)
    m:disconnect(0 / 0)
    m:kick(0 / 0, "nobody")
  end)

  it("calls loop once a tick while the session is active", function()
    local calls = {}
    service, m = helper.new_match { loop = function(dt, now) calls[#calls + 1] = { dt, now } end }
    assert.same({}, calls)
    service:create_game_session()
    service:advance(1)
    calls = {}
    m:tick(0.02, 17.5)
    assert.same({ { 0.02, 17.5 } }, calls)
  end)

  it("calls loop at tick_rate, and drops what it cannot catch up with", function()
    local steps = 0
    service, m = helper.active_match {
      tick_rate = 10,
      loop = function(dt)
        assert.equal(0.1, dt)
        steps = steps + 1
      end,
    }
    steps = 0
    for _ = 1, 50 do
      m:tick(0.02)
    end
    assert.equal(10, steps)
    steps = 0
    m:tick(60)
    assert.equal(5, steps)
  end)

  it("outlives a loop that raises", function()
    local calls = 0
    service, m, log, server = helper.active_match {
      loop = function()
        calls = calls + 1
        error "in loop"
      end,
    }
    local before = calls
    service:advance(1)
    assert.equal(before + 4, calls)
    assert.equal("active", m:phase())
    assert.equal(calls, server:error_count())
  end)

  it("does not start a loop again that waits", function()
    local calls = 0
    service, m = helper.active_match {
      loop = function()
        calls = calls + 1
        coroutine.yield()
      end,
    }
    service:advance(1)
    assert.equal(1, calls)
  end)

  it("is unhealthy when loop does nothing but fail, so that GameLift ends it", function()
    service = helper.active_match { loop = function() error "in loop" end }
    service:advance(200)
    assert.not_equal("ACTIVE", service:game_session().Status)
  end)

  it("is healthy when loop fails now and then", function()
    local calls = 0
    service = helper.active_match {
      loop = function()
        calls = calls + 1
        assert(calls % 3 == 0, "now and then")
      end,
    }
    service:advance(200)
    assert.equal("ACTIVE", service:game_session().Status)
  end)

  it("asks the game's own health function", function()
    service = helper.active_match { health = function() return false end }
    service:advance(200)
    assert.not_equal("ACTIVE", service:game_session().Status)
  end)

  it("tells of changes once a tick", function()
    local changes = 0
    service, m = helper.active_match { on_state = function(of) changes = changes + (of == m and 1 or 100) end }
    service:advance(20)
    changes = 0
    m:connect(1, service:create_player_session "ann")
    m:connect(2, service:create_player_session "bob")
    service:settle()
    assert.equal(0, changes)
    m:tick(0.1)
    m:tick(0.1)
    assert.equal(1, changes)
  end)

  it("tells of seats that a changed game session has more", function()
    local open
    service, m = helper.active_match { on_state = function(of) open = of:open_seats() end }
    service:advance(20)
    open = nil
    service:push_update("MATCHMAKING_DATA_UPDATED", "", { MaximumPlayerSessionCount = 7 })
    m:tick(0.1)
    assert.equal(7, open)
  end)

  it("opens and closes the session for new players", function()
    service, m = helper.active_match()
    m:allow_players(false)
    service:settle()
    assert.equal("DENY_ALL", service:game_session().PlayerSessionCreationPolicy)
    assert.equal(0, m:open_seats())
    m:allow_players(true)
    service:settle()
    assert.equal("ACCEPT_ALL", service:game_session().PlayerSessionCreationPolicy)
    assert.equal(4, m:open_seats())
  end)

  it("may be told in every tick that players may come, or not, and does something where that changes", function()
    local changes = 0
    service, m = helper.active_match { on_state = function() changes = changes + 1 end }
    m:allow_players(false)
    service:advance(5)
    changes = 0
    for _ = 1, 20 do
      m:allow_players(false)
      m:tick(0.1)
    end
    assert.equal(0, changes)
    assert.is_false(m:accepts_players())
    m:allow_players(true)
    service:advance(1)
    assert.is_true(m:accepts_players())
  end)

  it("that was closed before it was active is closed from then on", function()
    service, m = helper.new_match { init = function() m:allow_players(false) end }
    service:create_game_session()
    service:advance(1)
    assert.equal("active", m:phase())
    assert.equal("DENY_ALL", service:game_session().PlayerSessionCreationPolicy)
  end)
end)

describe("match.new", function()
  it("names what is missing, unknown or of the wrong type", function()
    local service = testing.service()
    local server = assert(service:new_server())
    local function raises(pattern, options)
      local ok, message = pcall(function()
        local made = match.new(options) -- not a tail call: the error names this line
        return made
      end)
      assert.is_false(ok)
      assert.matches(pattern, message)
    end
    local function nothing() end
    raises("a table of options", nil)
    raises("server is missing", {})
    raises("kick is missing", { server = server, port = 1, on_ended = nothing })
    raises("match_spec.lua:%d+: match.new: unknown option prot", { prot = 1 })
    raises("port must be a number, not a string", { port = "1" })
    raises("join must be a function, not a table", { join = {} })
    raises("port must be a whole number from 1 to 65535", { port = 0 })
    raises("port must be a whole number from 1 to 65535", { port = 7777.5 })
    raises("tick_rate must be more than 0", { tick_rate = 0 })
    raises("drain_grace_s must be 0 or more seconds", { drain_grace_s = 0 / 0 })
    raises("tick_rate must be more than 0 and at most 1000", { tick_rate = math.huge })
    raises("log_paths must be a list of strings", { log_paths = { 1 } })
    raises("log_paths must be a list of strings", { log_paths = { game = "game.log" } })

    local function raises_for_backfill(pattern, backfill)
      raises(pattern, { server = server, port = 1, kick = nothing, on_ended = nothing, backfill = backfill })
    end
    raises_for_backfill("match_spec.lua:%d+: match.new: unknown option backfill.seconds", { seconds = 1 })
    raises_for_backfill("backfill.open_seconds must be a number", { open_seconds = "5" })
    raises_for_backfill("backfill.open_seconds must be 0 or more seconds", { open_seconds = -1 })
    raises_for_backfill("backfill.player_of must be a function", { player_of = {} })
    raises_for_backfill("backfill.configuration must be a string", { configuration = 1 })
    service:stop()
  end)

  it("can be started once", function()
    local service, m = helper.new_match()
    assert.has_error(function() m:start() end)
    service:stop()
  end)
end)

describe("a match after a reload", function()
  local service, server, log, m, seat

  local function reload()
    log = {}
    local function line(...)
      log[#log + 1] = table.concat({ ... }, " ")
    end
    m = match.new {
      server = server, port = 7777,
      init = function(session, resumed) line("init", session.name, tostring(resumed)) end,
      join = function(player, of) line("join", player, of.player_id) end,
      leave = function(player) line("leave", player) end,
      kick = function(player, reason) line("kick", player, reason) end,
      on_ended = function() line "ended" end,
    }
    service.steps = { function(dt) m:tick(dt) end }
    m:start()
    service:advance(1)
  end

  before_each(function()
    service, m, log, server = helper.active_match()
    seat = helper.join(service, m, 1, "ann")
    reload()
  end)
  after_each(function() service:stop() end)

  it("takes up the game session", function()
    assert.same({ "init duel true" }, log)
    assert.equal("active", m:phase())
    assert.same({ "ann accepted" }, helper.seats(m))
  end)

  it("takes up the players that the host connects again", function()
    m:connect(1, seat)
    service:advance(60)
    assert.same({ "init duel true", "join 1 ann" }, log)
    assert.equal("ACTIVE", service:player_sessions().ann.Status)
  end)

  it("gives up seats that nobody claims", function()
    service:advance(31)
    assert.same({ "ann left" }, helper.seats(m))
    assert.equal("COMPLETED", service:player_sessions().ann.Status)
  end)
end)

describe("gamelift.match", function()
  it("is no global, and sets none", function()
    local before = {}
    for name in pairs(_G) do
      before[name] = true
    end
    local service = helper.active_match()
    service:stop()
    for name in pairs(_G) do
      assert.is_true(before[name], name)
    end
  end)
end)
