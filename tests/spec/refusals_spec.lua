-- SPDX-License-Identifier: Apache-2.0
-- nil, message, code of what was not sent: each action, with each argument that is no good. The message says which
-- it is and what its limit is; tests/unit/refusals_test.c has the same table for C.
local testing = require "gamelift.testing"
local helper = require "helper"

local CONFIGURATION = "arn:aws:gamelift:us-west-2:123456789012:matchmakingconfiguration/MyMatchmaker"
local ROLE = "arn:aws:iam::000000000000:role/arena"
local ID = "of a-z, A-Z, 0-9, '.', '-'"
local ARN = "of a-z, A-Z, 0-9, ':', '/', '-'"
local LIKE = "bytes like arn:aws:gamelift:us-west-2:123456789012:matchmakingconfiguration/name"
local NAME = ": 2 to 64 of a-z, A-Z, 0-9, '_', '+', '=', ',', '.', '@', '-'"
local UTF8 = " is not UTF-8: 1 or more bytes of UTF-8"
local LONG = ("a"):rep(257)

local function start(fields)
  fields.matchmaking_configuration_arn = fields.matchmaking_configuration_arn or CONFIGURATION
  fields.players = fields.players or { { player_id = "ann" } }
  return fields
end

local function with_player(fields)
  fields.player_id = fields.player_id or "bob"
  return start { players = { { player_id = "ann" }, fields } }
end

local function stop(fields)
  fields.matchmaking_configuration_arn = fields.matchmaking_configuration_arn or CONFIGURATION
  fields.ticket_id = fields.ticket_id or "ticket"
  return fields
end

local ONE = "exactly one of game_session_id, player_session_id and player_id is needed, not "

-- action, argument, message
local refusals = {
  { "accept_player_session", "", "player_session_id is empty: 1 to 256 " .. ID },
  { "accept_player_session", "no spaces", "player_session_id is 'no spaces': 1 to 256 " .. ID },
  { "accept_player_session", LONG, "player_session_id has 257 bytes: 1 to 256 " .. ID },
  { "accept_player_session", "\255", "player_session_id is not UTF-8: 1 to 256 " .. ID },
  { "remove_player_session", "", "player_session_id is empty: 1 to 256 " .. ID },
  { "remove_player_session", "a\n", "player_session_id has a byte that is not allowed: 1 to 256 " .. ID },
  { "describe_player_sessions", {}, ONE .. "0" },
  { "describe_player_sessions", { player_id = "ann", player_session_id = "psess-1" }, ONE .. "2" },
  { "describe_player_sessions", { game_session_id = "a b" }, "game_session_id is 'a b': 1 to 256 " .. ARN },
  { "describe_player_sessions", { player_id = LONG:rep(4) }, "player_id has 1028 bytes: 1 to 1024 bytes of UTF-8" },
  { "describe_player_sessions", { player_session_id = LONG:rep(4) },
    "player_session_id has 1028 bytes: 1 to 1024 bytes of UTF-8" },
  { "describe_player_sessions", { player_id = "ann", next_token = "\255" }, "next_token" .. UTF8 },
  { "start_match_backfill", start { matchmaking_configuration_arn = "duel" },
    "matchmaking_configuration_arn is 'duel': 1 to 256 " .. LIKE },
  { "start_match_backfill", start { game_session_arn = "a b" }, "game_session_arn is 'a b': 1 to 256 " .. ARN },
  { "start_match_backfill", start { ticket_id = "a b" }, "ticket_id is 'a b': 1 to 128 " .. ID },
  { "start_match_backfill", start { players = {} }, "players is empty: 1 or more players" },
  { "start_match_backfill", with_player { player_id = "" },
    "player 2: player_id is empty: 1 or more bytes of UTF-8" },
  { "start_match_backfill", with_player { team = "\255" }, "player 2: team" .. UTF8 },
  { "start_match_backfill", with_player { attributes = { [""] = 1 } },
    "player 2: the name of an attribute is empty: 1 or more bytes of UTF-8" },
  { "start_match_backfill", with_player { attributes = { skill = 0 / 0 } },
    "player 2: attribute 'skill' is no finite number" },
  { "start_match_backfill", with_player { attributes = { skills = { a = math.huge } } },
    "player 2: attribute 'skills' has a value that is no finite number" },
  { "start_match_backfill", with_player { attributes = { mode = "\255" } }, "player 2: attribute 'mode'" .. UTF8 },
  { "start_match_backfill", with_player { attributes = { modes = { "a", "\255" } } },
    "player 2: number 2 of attribute 'modes'" .. UTF8 },
  { "start_match_backfill", with_player { latency_in_ms = { ["\255"] = 20 } },
    "player 2: a region of its latencies" .. UTF8 },
  { "stop_match_backfill", stop { matchmaking_configuration_arn = "duel" },
    "matchmaking_configuration_arn is 'duel': 1 or more " .. LIKE },
  { "stop_match_backfill", stop { game_session_arn = "arn:x" }, "game_session_arn is 'arn:x': 1 to 256 " .. LIKE },
  { "stop_match_backfill", stop { ticket_id = "" }, "ticket_id is empty: 1 to 128 " .. ID },
  { "get_fleet_role_credentials", { role_arn = "" },
    "role_arn is empty: 1 to 256 " .. ARN .. ", '_', '+', '=', ',', '.', '@'" },
  { "get_fleet_role_credentials", { role_arn = ROLE, role_session_name = "x" },
    "role_session_name has 1 byte" .. NAME },
  { "get_fleet_role_credentials", { role_arn = ROLE, role_session_name = "a b" },
    "role_session_name is 'a b'" .. NAME },
}

local NOT_READY = "the process is not ready: call process_ready first"
local NO_SESSION = "no game session has been placed yet"

-- action, argument, what is said before the process is ready, before there is a game session, after the end
local ENDED = "the process has ended already"
local moments = {
  { "activate_game_session", nil, NOT_READY, NO_SESSION, ENDED },
  { "update_player_session_creation_policy", "DENY_ALL", NOT_READY, NO_SESSION, ENDED },
  { "accept_player_session", "psess-1", NOT_READY, NO_SESSION, ENDED },
  { "remove_player_session", "psess-1", NOT_READY, NO_SESSION, ENDED },
  { "describe_player_sessions", { player_id = "ann" }, NOT_READY, nil, ENDED },
  { "start_match_backfill", start { game_session_arn = "arn:x" }, NOT_READY, nil, ENDED },
  { "stop_match_backfill", stop {}, NOT_READY, nil, ENDED },
  { "get_compute_certificate", nil, NOT_READY, nil, ENDED },
  { "get_fleet_role_credentials", { role_arn = ROLE }, NOT_READY, nil, nil },
  { "process_ready", { port = 7777 }, nil, "the process is ready already", ENDED },
  { "process_ending", nil, nil, nil, ENDED },
}

describe("what was not sent", function()
  local service, server

  after_each(function() service:stop() end)

  local function ask(action, argument)
    if argument == nil then
      return helper.ask(service, server, action)
    end
    return helper.ask(service, server, action, argument)
  end

  it("names the argument and its limit, for each argument of each action", function()
    service, server = testing.active_session()
    for _, case in ipairs(refusals) do
      assert.same({ nil, case[3], "ARGUMENT" }, ask(case[1], case[2]))
    end
  end)

  it("says so to a function as well", function()
    service, server = testing.active_session()
    local value, message, code = server:accept_player_session("", function() error "not called" end)
    assert.same({ nil, "player_session_id is empty: 1 to 256 " .. ID, "ARGUMENT" }, { value, message, code })
  end)

  it("says what a moment lacks, for each action", function()
    local function compare(column)
      for _, case in ipairs(moments) do
        if case[column] then
          assert.same({ nil, case[column], "STATE" }, ask(case[1], case[2]))
        end
      end
    end
    service = testing.service()
    server = assert(service:new_server())
    compare(3)
    assert.same({ true }, ask("process_ready", { port = 7777 }))
    compare(4)
    assert.same({ true }, ask "process_ending")
    compare(5)
  end)

  it("list_containers_network_info says where it is possible", function()
    service, server = testing.ready_server()
    assert.same({ nil, "ListContainersNetworkInfo is only supported on container fleets.", "UNSUPPORTED" },
      ask "list_containers_network_info")
  end)
end)
