-- SPDX-License-Identifier: Apache-2.0
---@meta _
-- Annotations of gamelift.testing for the Lua language server; never run. A spec compares them with the code.

--- require "gamelift.testing": GameLift inside a spec, with a clock that it moves.
---@class gamelift.testing
local testing = {}

---@class gamelift.testing.demo
---@field fleet_id string
---@field host_id string
---@field auth_token string
---@field location string
---@field matchmaking_configuration string

--- A fleet with one compute and a matchmaking configuration for two players (demo). There is one at a time: a new one
--- takes the place of the one before. Require gamelift.testing before or instead of gamelift.
---@class gamelift.testing.service
---@field demo gamelift.testing.demo
---@field game_session_id string   the newest game session that was made or found here
---@field process_id string        the newest server's
local service = {}

--- A new service. remember_request_ids: a request that comes twice is answered from memory.
---@param options? { remember_request_ids?: boolean }
---@return gamelift.testing.service
function testing.service(options) end

--- A server that has said ProcessReady.
---@param options? gamelift.server_options
---@return gamelift.testing.service service
---@return gamelift.server server
function testing.ready_server(options) end

--- A server with an active game session; game_session: fields for CreateGameSession.
---@param options? gamelift.server_options
---@return gamelift.testing.service service
---@return gamelift.server server
function testing.active_session(options) end

--- A server that settle, advance and pass tick.
---@param options? gamelift.server_options
---@return gamelift.server? server
---@return string? message
---@return gamelift.code? code
function service:new_server(options) end

--- Run fn(seconds) in every step of advance and pass: a frame.
---@param fn fun(seconds: number)
function service:each_step(fn) end

--- Until nobody has anything more to say.
function service:settle() end

--- Let so many seconds pass, in steps of 0.25 s.
---@param seconds number
function service:advance(seconds) end

--- Let days or months pass, in steps of 10 s.
---@param seconds number
function service:pass(seconds) end

--- An operation of the AWS API.
---@param operation string
---@param input table
---@return table? reply
---@return string? message
---@return string? error_type
function service:call(operation, input) end

--- CreateGameSession; fields as in the AWS API, all optional.
---@param input? table
---@return table game_session
function service:create_game_session(input) end

--- CreatePlayerSession: a reserved seat.
---@param player_id string
---@param player_data? string
---@return string player_session_id
function service:create_player_session(player_id, player_data) end

--- The player sessions of the game session by player id, as the AWS API describes them.
---@return table<string, table> by_player_id
function service:player_sessions() end

--- The game session as the AWS API describes it.
---@return table game_session
function service:game_session() end

--- TerminateProcess for the newest server.
---@param notice_seconds? number
function service:terminate(notice_seconds) end

--- Everything that the service holds.
---@return table
function service.state() end

--- The metric lines that servers have sent, in order: { "server_up:1|g|#...", ... }.
---@return string[]
function service.metric_lines() end

--- Seconds since 1970, on the service's clock.
---@return number unix_s
function service.unix_time() end

--- Every connection breaks; servers dial again.
function service.cut() end

--- true: nobody can connect any more, until false.
---@param is_down boolean
function service.down(is_down) end

--- true: connections stay open and nothing passes them, until false.
---@param is_hanging boolean
function service.hang(is_hanging) end

--- Refuse a call by GameLift's name. containing: only requests with this text; times: so often (default: always).
---@param action string
---@param options? { status?: integer, message?: string, times?: integer, containing?: string }
function service:fail(action, options) end

--- Hand a call to GameLift so many seconds late; math.huge: never.
---@param action string
---@param seconds number
---@param options? { times?: integer, containing?: string }
function service:delay(action, seconds, options) end

--- GameLift does not let this player in.
---@param player_session_id string
---@param message? string
function service:refuse_seat(player_session_id, message) end

--- No call fails or is late any more.
function service:behave() end

--- UpdateGameSession out of the blue; changes: fields of the game session, as on the wire.
---@param reason "MATCHMAKING_DATA_UPDATED"|"BACKFILL_FAILED"|"BACKFILL_TIMED_OUT"|"BACKFILL_CANCELLED"
---@param ticket_id? string
---@param changes? table
function service:push_update(reason, ticket_id, changes) end

--- A player with a reserved seat connects to a gamelift.match.
---@param match gamelift.match
---@param player any
---@param player_id string
---@param player_data? string
---@return string player_session_id
function service:come(match, player, player_id, player_data) end

--- The player's connection ends.
---@param match gamelift.match
---@param player any
---@param reason? string
function service:go(match, player, reason) end

--- StartMatchmaking for one player; the match is made as time passes.
---@param player_id string
---@param attributes? table        as in the AWS API: { skill = { N = 5 } }
---@param configuration? string    default: demo.matchmaking_configuration
---@return string ticket_id
function service:queue(player_id, attributes, configuration) end

--- The ticket as DescribeMatchmaking shows it.
---@param ticket_id string
---@return table ticket
function service:ticket(ticket_id) end

--- Close the servers, end the service.
function service:stop() end
