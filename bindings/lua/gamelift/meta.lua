-- SPDX-License-Identifier: Apache-2.0
---@meta gamelift
-- Annotations for the Lua language server; never run. A spec compares them with what the C module registers.
--
-- Conventions:
--  * An action called in a coroutine waits there and returns its result, or nil, message, code. With a function
--    as its last argument it returns true at once (or nil, message, code if it was not even sent), and the
--    function gets the result, or nil, message, code, in a coroutine of its own, from a later tick.
--    Outside a coroutine and without a function an action raises, and nothing is sent; also where Lua cannot wait:
--    in a function that C calls back (table.sort, string.gsub, require), in a debug hook, and on Lua 5.1, though not
--    LuaJIT, inside pcall, metamethods and iterators. A resume by anything but the answer raises, too.
--  * Wrong types, unknown fields, an argument too many and a closed server raise. What GameLift or the network says
--    comes back as nil, message, code.
--  * Every handler runs in a coroutine of its own. An error in one is logged with its traceback, counted, and
--    handed to on_error.
--  * Times are seconds since 1970, with a fraction. A string that GameLift left out is "".

---@class gamelift
---@field version string       the version of this library, "0.1.0"
---@field sdk_version string   the level of the server protocol, "5.6.0"
local gamelift = {}

---@alias gamelift.code
---| "ARGUMENT"     # the message names the argument that is no good, and its limit
---| "STATE"        # not possible now, and the message says why: not ready, no game session, ended
---| "MEMORY"
---| "TIMEOUT"      # no answer in time; GameLift may or may not have acted
---| "CANCELLED"    # by server:cancel
---| "CLOSED"       # the server was closed before an answer came
---| "CONNECT"      # no connection could be made
---| "UNAUTHORIZED" # 401
---| "FORBIDDEN"    # 403: token expired, wrong fleet or compute
---| "NOT_FOUND"    # 404
---| "CONFLICT"     # 409
---| "THROTTLED"    # 429
---| "REJECTED"     # 400 and every other 4xx: GameLift says no
---| "SERVICE"      # 5xx, or an answer that makes no sense
---| "UNSUPPORTED"  # not available here

---@alias gamelift.log_level "debug"|"info"|"warn"|"error"

---@class gamelift.handlers
---@field on_start_game_session? fun(server: gamelift.server, session: gamelift.game_session)
---@field on_update_game_session? fun(server: gamelift.server, update: gamelift.update)
---@field on_process_terminate? fun(server: gamelift.server, termination_time: number?) # without it the SDK says ProcessEnding itself
---@field on_health_check? fun(server: gamelift.server): boolean  # one that waits or raises answers false; default: true
---@field on_connection? fun(server: gamelift.server, event: gamelift.connection_event)
---@field on_log? fun(server: gamelift.server, level: gamelift.log_level, message: string)
---@field on_error? fun(server: gamelift.server, message: string, thread: thread) # a script error, with its traceback
---@field on_inherited_answer? fun(server: gamelift.server, answer: gamelift.inherited_answer): boolean # a request of a Lua state or plugin copy that is gone is answered. true takes the answer, and so does waiting; false or an error leaves it to the next owner. Without this handler all of them are left
---@field on_detach? fun(server: gamelift.server) # the scripts are detached from the plugin: the last moment to keep something. Must not wait

--- What a request of before was about: the player session id of an accept or a remove, the ticket id of a backfill, the
--- ARN of a role; "" for the others.
---@class gamelift.inherited_request
---@field action string    # the method that asked: "accept_player_session"
---@field subject string

---@class gamelift.inherited_answer: gamelift.inherited_request
---@field result? any      # what the method would have returned; nil where it failed
---@field message? string  # where it failed
---@field code? gamelift.code

--- Everything is optional. A set environment variable (in brackets) beats the field, unless ignore_environment.
---@class gamelift.server_options: gamelift.handlers
---@field websocket_url? string       # [GAMELIFT_SDK_WEBSOCKET_URL]
---@field auth_token? string          # [GAMELIFT_SDK_AUTH_TOKEN]
---@field process_id? string          # [GAMELIFT_SDK_PROCESS_ID]
---@field host_id? string             # [GAMELIFT_SDK_HOST_ID]
---@field fleet_id? string            # [GAMELIFT_SDK_FLEET_ID]
---@field aws_region? string          # [GAMELIFT_REGION]
---@field access_key? string          # [GAMELIFT_ACCESS_KEY]
---@field secret_key? string          # [GAMELIFT_SECRET_KEY]
---@field session_token? string       # [GAMELIFT_SESSION_TOKEN]
---@field compute_type? string        # "CONTAINER" [GAMELIFT_COMPUTE_TYPE]
---@field container_credentials_uri? string    # [AWS_CONTAINER_CREDENTIALS_RELATIVE_URI]
---@field container_metadata_uri? string       # [ECS_CONTAINER_METADATA_URI_V4]
---@field container_discovery_endpoint? string # [GAMELIFT_CONTAINER_DISCOVERY_SERVER_ENDPOINT]
---@field tool_name? string           # [GAMELIFT_SDK_TOOL_NAME]
---@field tool_version? string        # [GAMELIFT_SDK_TOOL_VERSION]
---@field tls_ca_file? string         # PEM file of accepted roots; default: the system's
---@field ignore_environment? boolean
---@field tls_insecure? boolean       # accept any certificate; for tests only
---@field request_timeout_ms? integer   # 20000
---@field connect_timeout_ms? integer   # 300000
---@field handshake_timeout_ms? integer # 20000
---@field shutdown_timeout_ms? integer  # 1000: the longest that close() takes
---@field reconnect_base_ms? integer    # 500
---@field reconnect_cap_ms? integer     # 32000
---@field log_level? gamelift.log_level # the least level that on_log gets

---@class gamelift.connection_event
---@field state "connected"|"reconnecting"|"lost"|"ended"
---@field code gamelift.code|"OK"
---@field reason string

---@class gamelift.game_session
---@field game_session_id string
---@field name string
---@field fleet_id string
---@field location string
---@field game_session_data string
---@field matchmaker_data string       # JSON; see gamelift.matchmaker_data
---@field ip_address string
---@field dns_name string
---@field status "NOT_SET"|"ACTIVATING"|"ACTIVE"|"TERMINATING"|"TERMINATED"|"ERROR"
---@field status_reason string
---@field port integer
---@field maximum_player_session_count integer
---@field game_properties table<string, string>

---@class gamelift.update
---@field game_session gamelift.game_session
---@field update_reason "UNKNOWN"|"MATCHMAKING_DATA_UPDATED"|"BACKFILL_FAILED"|"BACKFILL_TIMED_OUT"|"BACKFILL_CANCELLED"
---@field backfill_ticket_id string

---@class gamelift.player_session
---@field player_session_id string
---@field player_id string
---@field game_session_id string
---@field fleet_id string
---@field player_data string
---@field ip_address string
---@field dns_name string
---@field status "NOT_SET"|"RESERVED"|"ACTIVE"|"COMPLETED"|"TIMEDOUT"
---@field port integer
---@field creation_time number?
---@field termination_time number?     # nil while the session lasts

---@class gamelift.player_session_page
---@field player_sessions gamelift.player_session[]
---@field next_token string?           # nil on the last page

--- An attribute is a string, a number, a list of strings or a map of numbers. Empty tables are not sent.
---@class gamelift.player
---@field player_id string
---@field team? string
---@field attributes? table<string, string|number|string[]|table<string, number>>
---@field latency_in_ms? table<string, integer>

---@class gamelift.matchmaker_data
---@field match_id string
---@field matchmaking_configuration_arn string
---@field auto_backfill_mode "NOT_SET"|"MANUAL"|"AUTOMATIC"
---@field auto_backfill_ticket_id string
---@field players gamelift.player[]

--- Make a server and begin to connect, in the background. The program ticks it.
---@param options gamelift.server_options
---@return gamelift.server? server
---@return string? message
---@return gamelift.code? code
function gamelift.new_server(options) end

--- The plugin's server, in a program that has the plugin. The plugin ticks it.
---@return gamelift.server? server
---@return string? message
---@return gamelift.code? code
function gamelift.server() end

--- Start fn(...) as a coroutine. An error in it goes to the log and to on_error.
---@param fn function
---@return thread
---@return string? message of the error that ended it at once, with its traceback
function gamelift.run(fn, ...) end

--- Read MatchmakerData. Nil and "" give data without players.
---@param json string?
---@return gamelift.matchmaker_data? data
---@return string? message
---@return gamelift.code? code
function gamelift.matchmaker_data(json) end

--- The metrics of this server. The SDK measures much by itself: gamelift/metrics.h lists it.
---@param server gamelift.server
---@return gamelift.metrics metrics
function gamelift.metrics(server) end

---@class gamelift.server
local server = {}

--- Deliver everything that has arrived: once a frame. Not for the plugin's server.
---@return true
function server:tick() end

--- Sleep until there is something to tick, for programs without a frame loop. Not for the plugin's server.
---@param timeout_ms number
---@return boolean something
function server:wait(timeout_ms) end

--- Close the connection. Whoever waits gets nil, message, "CLOSED". Inside a handler it happens after the tick.
--- Twice is fine. Not for the plugin's server. In 5.4 `local server <close> = ...` does it; metrics so stop.
---@return true
function server:close() end

--- Take the place of all handlers. Whoever waits goes on waiting, and gets the answer.
---@param handlers gamelift.handlers
---@return true? ok
---@return string? message
---@return gamelift.code? code
function server:set_handlers(handlers) end

--- Wait so many seconds, 0 to 1e9, as an action waits for its answer: true, or nil, message, "CANCELLED" or "CLOSED".
--- Ticks of the server end it; 0 seconds are over in the next one.
---@param seconds number
---@param done? fun(ok: true?, message: string?, code: gamelift.code?)
---@return true? ok
---@return string? message
---@return gamelift.code? code
function server:sleep(seconds, done) end

--- Whoever waits gets nil, "cancelled", "CANCELLED", from the next tick: this coroutine, or what this function was
--- given to; without an argument all that this Lua state waits for on this server. What was sent stays sent.
---@param waiter? thread|function
---@return integer count  how many waits end
function server:cancel(waiter) end

--- The id of the game session placed here; nil when there is none.
---@return string?
function server:game_session_id() end

--- The game session placed here, with the latest update in it; nil when there is none.
---@return gamelift.game_session?
function server:game_session() end

--- When GameLift will end this process; nil when it has not said.
---@return number? unix_s
function server:termination_time() end

--- True between a successful process_ready and a successful process_ending.
---@return boolean
function server:is_process_ready() end

--- True as soon as GameLift has said that this process is to end.
---@return boolean
function server:is_terminating() end

--- The requests of a Lua state or plugin copy that is gone: those without an answer, and those whose answer nobody has
--- taken (on_inherited_answer).
---@return gamelift.inherited_request[]
function server:inherited_requests() end

--- Leave a value to the next Lua state: it stays with the server until it is replaced or the server is closed. Booleans,
--- numbers, strings, and tables of these, up to 32 deep; anything else raises, and the message names where it lies.
--- nil forgets. Up to 16 names, and 4 MiB under all of them.
---@param name string    1 to 64 of a-z, A-Z, 0-9, '.', '_' and '-'
---@param value any
---@return true? ok
---@return string? message
---@return gamelift.code? code
function server:keep(name, value) end

--- What is kept under this name, and for how many seconds it has been; nil where there is nothing.
---@param name string
---@return any value
---@return number|string|nil age_s
---@return gamelift.code? code
function server:kept(name) end

--- How many script errors there have been.
---@return integer
function server:error_count() end

--- This process can host a game session.
---@param parameters { port: integer, log_paths?: string[] }
---@param done? fun(ok: true?, message: string?, code: gamelift.code?)
---@return true? ok
---@return string? message
---@return gamelift.code? code
function server:process_ready(parameters, done) end

--- This process ends; exit within 30 s of the answer.
---@param done? fun(ok: true?, message: string?, code: gamelift.code?)
---@return true? ok
---@return string? message
---@return gamelift.code? code
function server:process_ending(done) end

--- The game session is loaded: GameLift may send players.
---@param done? fun(ok: true?, message: string?, code: gamelift.code?)
---@return true? ok
---@return string? message
---@return gamelift.code? code
function server:activate_game_session(done) end

--- Open or close the game session for new players.
---@param policy "ACCEPT_ALL"|"DENY_ALL"
---@param done? fun(ok: true?, message: string?, code: gamelift.code?)
---@return true? ok
---@return string? message
---@return gamelift.code? code
function server:update_player_session_creation_policy(policy, done) end

--- A player holding this id has connected. Let the player in only when this succeeds.
---@param player_session_id string
---@param done? fun(ok: true?, message: string?, code: gamelift.code?)
---@return true? ok
---@return string? message
---@return gamelift.code? code
function server:accept_player_session(player_session_id, done) end

--- The player has left: frees the seat.
---@param player_session_id string
---@param done? fun(ok: true?, message: string?, code: gamelift.code?)
---@return true? ok
---@return string? message
---@return gamelift.code? code
function server:remove_player_session(player_session_id, done) end

--- Exactly one of the three ids.
---@param request { game_session_id?: string, player_id?: string, player_session_id?: string, status_filter?: "RESERVED"|"ACTIVE"|"COMPLETED"|"TIMEDOUT", limit?: integer, next_token?: string }
---@param done? fun(page: gamelift.player_session_page?, message: string?, code: gamelift.code?)
---@return gamelift.player_session_page? page
---@return string? message
---@return gamelift.code? code
function server:describe_player_sessions(request, done) end

--- Ask FlexMatch for players. The outcome comes as on_update_game_session.
---@param request { matchmaking_configuration_arn: string, players: gamelift.player[], game_session_arn?: string, ticket_id?: string }
---@param done? fun(answer: { ticket_id: string }?, message: string?, code: gamelift.code?)
---@return { ticket_id: string }? answer
---@return string? message
---@return gamelift.code? code
function server:start_match_backfill(request, done) end

--- Take a backfill ticket back. Fails where its outcome is already on its way.
---@param request { matchmaking_configuration_arn: string, ticket_id: string, game_session_arn?: string }
---@param done? fun(ok: true?, message: string?, code: gamelift.code?)
---@return true? ok
---@return string? message
---@return gamelift.code? code
function server:stop_match_backfill(request, done) end

--- The TLS certificate of this compute; where the fleet was made with certificates.
---@param done? fun(certificate: { certificate_path: string, compute_name: string }?, message: string?, code: gamelift.code?)
---@return { certificate_path: string, compute_name: string }? certificate
---@return string? message
---@return gamelift.code? code
function server:get_compute_certificate(done) end

---@class gamelift.fleet_role_credentials
---@field assumed_role_user_arn string
---@field assumed_role_id string
---@field access_key_id string
---@field secret_access_key string
---@field session_token string
---@field expiration number?

--- Cached while more than 15 minutes remain.
---@param request { role_arn: string, role_session_name?: string }
---@param done? fun(credentials: gamelift.fleet_role_credentials?, message: string?, code: gamelift.code?)
---@return gamelift.fleet_role_credentials? credentials
---@return string? message
---@return gamelift.code? code
function server:get_fleet_role_credentials(request, done) end

---@class gamelift.container
---@field container_name string
---@field container_id string
---@field ip_address string
---@field container_group_type string

--- The containers beside this one; container fleets only.
---@param done? fun(containers: gamelift.container[]?, message: string?, code: gamelift.code?)
---@return gamelift.container[]? containers
---@return string? message
---@return gamelift.code? code
function server:list_containers_network_info(done) end

return gamelift
