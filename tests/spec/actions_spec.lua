-- SPDX-License-Identifier: Apache-2.0
local testing = require "gamelift.testing"
local unpack = table.unpack or unpack -- luacheck: ignore
local helper = require "helper"

local ROLE = "arn:aws:iam::000000000000:role/arena"

describe("an action", function()
  local service, server

  local function ask(...)
    return helper.ask(service, server, ...)
  end

  after_each(function() service:stop() end)

  describe("of a process", function()
    it("process_ready tells GameLift the port and the logs", function()
      service = testing.service()
      server = assert(service:new_server())
      assert.same({ true }, ask("process_ready", { port = 7777, log_paths = { "logs/a.log", "logs/b.log" } }))
      assert.is_true(server:is_process_ready())
      assert.equal(7777, service:create_game_session().Port)
    end)

    it("process_ready twice is refused without asking GameLift", function()
      service, server = testing.ready_server()
      local answer = ask("process_ready", { port = 7777 })
      assert.is_nil(answer[1])
      assert.equal("STATE", answer[3])
    end)

    it("process_ready of a port that is none is refused, and the log says the same", function()
      local lines = {}
      service = testing.service()
      server = assert(service:new_server { log_level = "warn", on_log = function(_, _, line) lines[1] = line end })
      assert.same({ nil, "port is 60001: 1 to 60000", "ARGUMENT" }, ask("process_ready", { port = 60001 }))
      assert.equal("ProcessReady was not sent: port is 60001: 1 to 60000", lines[1])
    end)

    it("process_ending ends the game session", function()
      service, server = testing.active_session()
      assert.same({ true }, ask "process_ending")
      assert.is_false(server:is_process_ready())
      assert.equal("TERMINATED", service:game_session().Status)
    end)
  end)

  describe("of a game session", function()
    it("activate_game_session makes it active", function()
      service, server = testing.ready_server()
      service:create_game_session()
      service:settle()
      assert.equal("ACTIVATING", service:game_session().Status)
      assert.same({ true }, ask "activate_game_session")
      assert.equal("ACTIVE", service:game_session().Status)
    end)

    it("activate_game_session without one is refused", function()
      service, server = testing.ready_server()
      assert.same({ nil, "no game session has been placed yet", "STATE" }, ask "activate_game_session")
    end)

    it("update_player_session_creation_policy closes it and opens it", function()
      service, server = testing.active_session()
      assert.same({ true }, ask("update_player_session_creation_policy", "DENY_ALL"))
      assert.equal("DENY_ALL", service:game_session().PlayerSessionCreationPolicy)
      assert.same({ true }, ask("update_player_session_creation_policy", "ACCEPT_ALL"))
      assert.equal("ACCEPT_ALL", service:game_session().PlayerSessionCreationPolicy)
    end)

    it("update_player_session_creation_policy raises for anything else", function()
      service, server = testing.active_session()
      local ok, message = pcall(server.update_player_session_creation_policy, server, "NOBODY", print)
      assert.is_false(ok)
      assert.matches("'NOBODY' is none of ACCEPT_ALL, DENY_ALL", message)
    end)
  end)

  describe("of a player", function()
    before_each(function() service, server = testing.active_session() end)

    it("accept_player_session makes the seat active", function()
      local id = service:create_player_session "ann"
      assert.same({ true }, ask("accept_player_session", id))
      assert.equal("ACTIVE", service:player_sessions().ann.Status)
    end)

    it("accept_player_session gives nil, message, code for a seat nobody reserved", function()
      local answer = ask("accept_player_session", "psess-9")
      assert.is_nil(answer[1])
      assert.matches("psess%-9", answer[2])
      assert.equal("NOT_FOUND", answer[3])
    end)

    it("accept_player_session of a seat that is taken is rejected", function()
      local id = service:create_player_session "ann"
      ask("accept_player_session", id)
      assert.equal("REJECTED", ask("accept_player_session", id)[3])
    end)

    it("accept_player_session of an id that cannot be one is not sent", function()
      assert.equal("ARGUMENT", ask("accept_player_session", "no spaces")[3])
    end)

    it("remove_player_session completes the player session", function()
      local id = service:create_player_session "ann"
      ask("accept_player_session", id)
      assert.same({ true }, ask("remove_player_session", id))
      assert.equal("COMPLETED", service:player_sessions().ann.Status)
    end)

    it("describe_player_sessions gives tables with GameLift's names", function()
      local id = service:create_player_session("ann", "rank=9")
      local page = ask("describe_player_sessions", { player_session_id = id })[1]
      assert.equal(1, #page.player_sessions)
      local found = page.player_sessions[1]
      assert.equal(id, found.player_session_id)
      assert.equal("ann", found.player_id)
      assert.equal("rank=9", found.player_data)
      assert.equal("RESERVED", found.status)
      assert.equal(service.game_session_id, found.game_session_id)
      assert.equal(7777, found.port)
      assert.equal(service.unix_time(), found.creation_time)
      assert.is_nil(found.termination_time)
      assert.is_nil(page.next_token)
    end)

    it("describe_player_sessions goes page by page and filters by status", function()
      for _, player in ipairs { "ann", "bob", "cid" } do
        service:create_player_session(player)
      end
      ask("accept_player_session", service:player_sessions().bob.PlayerSessionId)
      local found, token = {}, nil
      repeat
        local page = ask("describe_player_sessions", {
          game_session_id = service.game_session_id, status_filter = "RESERVED", limit = 1, next_token = token,
        })[1]
        for _, player_session in ipairs(page.player_sessions) do
          found[#found + 1] = player_session.player_id
        end
        token = page.next_token
      until not token
      table.sort(found)
      assert.same({ "ann", "cid" }, found)
    end)

    it("describe_player_sessions wants exactly one id", function()
      assert.equal("ARGUMENT", ask("describe_player_sessions", {})[3])
      assert.equal("ARGUMENT", ask("describe_player_sessions", { player_id = "a", player_session_id = "b" })[3])
    end)
  end)

  describe("of the fleet", function()
    before_each(function() service, server = testing.ready_server() end)

    it("get_compute_certificate gives path and name, or GameLift's reason", function()
      local answer = ask "get_compute_certificate"
      if answer[1] then
        assert.equal(service.demo.host_id, answer[1].compute_name)
        assert.is_string(answer[1].certificate_path)
      else
        assert.is_string(answer[3])
      end
    end)

    it("get_fleet_role_credentials is refused on a fleet of one's own machines", function()
      local answer = ask("get_fleet_role_credentials", { role_arn = ROLE, role_session_name = "arena" })
      assert.equal("REJECTED", answer[3])
    end)

    it("list_containers_network_info is not to be had outside containers", function()
      assert.equal("UNSUPPORTED", ask("list_containers_network_info")[3])
    end)
  end)
end)

describe("a wrong argument", function()
  local service, server
  before_each(function() service, server = testing.active_session() end)
  after_each(function() service:stop() end)

  local function raises(pattern, method, ...)
    local arguments = { ... }
    local ok, message = pcall(function() return server[method](server, unpack(arguments)) end)
    assert.is_false(ok)
    assert.matches(pattern, message)
  end

  it("raises with the method and the field", function()
    raises("process_ready: unknown field 'prot'", "process_ready", { prot = 1 }, print)
    raises("process_ready: port: number expected, got string", "process_ready", { port = "7" }, print)
    raises("process_ready: port: whole number", "process_ready", { port = 1.5 }, print)
    raises("process_ready: log_paths%[2%]: string expected, got boolean", "process_ready",
      { port = 7, log_paths = { "a", true } }, print)
    raises("process_ready: log_paths: a list with the keys 1 to n expected", "process_ready",
      { port = 7, log_paths = { game = "game.log" } }, print)
    raises("start_match_backfill: players: a list with the keys 1 to n expected", "start_match_backfill",
      { matchmaking_configuration_arn = "arn", players = { ann = { player_id = "ann" } } }, print)
    raises("status_filter: 'IDLE' is none of RESERVED, ACTIVE, COMPLETED, TIMEDOUT", "describe_player_sessions",
      { player_id = "a", status_filter = "IDLE" }, print)
    raises("stop_match_backfill: ticket_id is missing", "stop_match_backfill",
      { matchmaking_configuration_arn = "a" }, print)
    raises("get_fleet_role_credentials: role_arn is missing", "get_fleet_role_credentials", {}, print)
    raises("table expected", "start_match_backfill", "players", print)
  end)

  it("raises for text with a zero byte", function()
    raises("zero byte", "accept_player_session", "psess\0", print)
    raises("player_id: contains a zero byte", "describe_player_sessions", { player_id = "a\0b" }, print)
  end)

  it("raises for what cannot be called back", function()
    raises("function expected", "accept_player_session", "psess-1", {})
  end)

  describe("of a backfill", function()
    local function backfill_raises(pattern, player)
      raises(pattern, "start_match_backfill",
        { matchmaking_configuration_arn = "arn", players = { { player_id = "ann", team = "red" }, player } }, print)
    end

    it("raises with the player's place", function()
      backfill_raises("players%[2%]: table expected, got string", "bob")
      backfill_raises("players%[2%]: player_id is missing", { team = "red" })
      backfill_raises("players%[2%]: unknown field 'name'", { player_id = "bob", name = "Bob" })
      backfill_raises("players%[2%]: team: string expected, got number", { player_id = "bob", team = 1 })
      backfill_raises("players%[2%]%.attributes: table expected", { player_id = "bob", attributes = 1 })
      backfill_raises("players%[2%]%.attributes%.skill: string, number or table expected, got boolean",
        { player_id = "bob", attributes = { skill = true } })
      backfill_raises("players%[2%]%.attributes%.maps%[2%]: string expected, got number",
        { player_id = "bob", attributes = { maps = { "pit", 2 } } })
      backfill_raises("players%[2%]%.attributes%.maps: a list",
        { player_id = "bob", attributes = { maps = { "pit", best = "pit" } } })
      backfill_raises("players%[2%]%.attributes%.gear%.sword: number expected",
        { player_id = "bob", attributes = { gear = { sword = "3" } } })
      backfill_raises("players%[2%].*home: number expected",
        { player_id = "bob", latency_in_ms = { home = "3" } })
    end)
  end)
end)
