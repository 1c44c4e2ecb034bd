-- SPDX-License-Identifier: Apache-2.0
---@meta _
-- Annotations of gamelift.match for the Lua language server; never run. A spec compares them with the code.
-- What is called when is told on top of gamelift/match.lua; bindings/lua/README.md teaches it.

--- require "gamelift.match"
---@class gamelift.match_module
local match = {}

--- Take the server's handlers over, and the place of the match that has had them; wait for start. Raises what is wrong
--- with the options.
---@param options gamelift.match_options
---@return gamelift.match
function match.new(options) end

---@alias gamelift.match_phase
---| "new"      # start has not been called
---| "starting" # ProcessReady has not been accepted yet
---| "ready"    # GameLift may place a game session
---| "loading"  # init and ActivateGameSession
---| "active"   # players may come, loop runs
---| "draining" # it ends: players are leaving
---| "ended"    # ProcessEnding is done
---| "replaced" # another match has taken its place: everything but phase raises

---@alias gamelift.drain_reason
---| "TERMINATE_PROCESS" # GameLift ends the process
---| "HOST"              # the host called terminate
---| "INIT_FAILED"       # init said false, or raised
---| "ACTIVATION_FAILED" # GameLift did not take the activation
---| "EMPTY"             # nobody was here for empty_timeout_s
---| "MAX_SESSION_TIME"  # max_session_s are over
---| string              # what finish was given

--- Every function but health, log, unix_time, save and player_of runs in a coroutine of its own, and may wait.
--- A player is any value but nil that is unique while it is connected: whatever the engine has for a connection.
---@class gamelift.match_options
---@field server gamelift.server       # gamelift.server() in an engine with the plugin, or gamelift.new_server {}
---@field port integer                 # where players connect, 1 to 65535
---@field kick fun(player: any, reason: string) # close this player's connection; the reason is for the player
---@field on_ended fun(ok: true?, message: string?, code: gamelift.code?) # ProcessEnding is done: leave the program
---@field log_paths? string[]          # files that GameLift keeps after the process has ended; default: none
---@field init? fun(session: gamelift.game_session, resumed: boolean): boolean?, string? # load the game; false or nil, message: this process cannot host it; default: nothing to load
---@field join_attempt? fun(player: any, seat: gamelift.seat): boolean?, string? # true, or nil and a reason for the player; default: everybody with a seat
---@field join? fun(player: any, seat: gamelift.seat) # GameLift has accepted the player; default: nothing
---@field leave? fun(player: any, seat: gamelift.seat, reason: string) # once for each join; default: nothing
---@field loop? fun(dt: number, now: number) # one step of the game, dt in seconds, while the session is active; not called again before it has returned; default: nothing
---@field terminate? fun(reason: gamelift.drain_reason, seconds: number) # the match ends in so many seconds; default: nothing
---@field update? fun(update: gamelift.update) # GameLift has changed the game session; default: nothing
---@field on_drop? fun(player: any, seat: gamelift.seat) # the connection ended, the player may come back (reconnect_grace_s); default: nothing
---@field on_reconnect? fun(player: any, seat: gamelift.seat) # and did, over this connection; default: nothing
---@field health? fun(): boolean       # asked about once a minute; default: loop has returned since the last question
---@field on_state? fun(match: gamelift.match) # seats, backfill or phase changed; at most once a tick; default: nothing
---@field log? fun(level: gamelift.log_level, message: string) # what the match decides, and why; default: nothing
---@field on_connection? fun(server: gamelift.server, event: gamelift.connection_event) # as in gamelift.new_server; default: nothing
---@field on_log? fun(server: gamelift.server, level: gamelift.log_level, message: string) # as in gamelift.new_server; default: warnings go to stderr
---@field on_error? fun(server: gamelift.server, message: string, thread: thread) # as in gamelift.new_server; default: nothing
---@field unix_time? fun(): number     # seconds since 1970; default: os.time
---@field tick_rate? number            # how often loop runs per second, at most 1000; default: once in every tick
---@field drain_grace_s? number        # seconds that players get to leave at the end; default: 20
---@field seat_refresh_s? number       # seconds between two looks at the reserved seats; default: 15
---@field reconnect_grace_s? number    # seconds that the seat of a dropped player is kept, at most 3600; default: 0
---@field empty_timeout_s? number      # seconds without anybody after which the match ends; default: never
---@field max_session_s? number        # seconds after which the match ends; default: never
---@field join_timeout_s? number       # seconds after which a join_attempt turns the player away; default: 10
---@field loop_timeout_s? number       # seconds of waiting after which loop makes the process unhealthy; default: 30
---@field max_script_errors? integer   # more errors make the process unhealthy; default: any number is fine
---@field save? fun(): boolean|number|string|table|nil # the scripts are replaced: what they leave to the next; plain values; default: nothing
---@field restore? fun(value: boolean|number|string|table) # what save has left, before init; default: nothing
---@field backfill? gamelift.backfill_options # ask FlexMatch for players; default: seats that open stay open

---@class gamelift.backfill_options
---@field open_seconds? number         # seconds that a seat must have been open; default: 5
---@field retry_seconds? number        # seconds after a backfill that failed, doubling up to 120; default: 10
---@field search_seconds? number       # seconds after which a ticket without news is made anew; default: 300
---@field configuration? string        # ARN of a matchmaking configuration; default: the one that made this match
---@field player_of? fun(seat: gamelift.seat): gamelift.player_override? # must not wait; default: what the matchmaker data says

--- What a backfill says of a player, where it is not what the matchmaker data says.
---@class gamelift.player_override
---@field team? string
---@field attributes? table<string, string|number|string[]|table<string, number>>
---@field latency_in_ms? table<string, integer>

--- One place in the game session, the same table in every call. The game may keep fields of its own in it.
---@class gamelift.seat
---@field player_id string
---@field player_session_id? string    # nil while only the matchmaker data tells of the player
---@field player? any                  # nil until somebody connects for it, and while away
---@field player_data? string          # what the back end said of the player
---@field team? string                 # from the matchmaker data
---@field state "reserved"|"accepted"|"left"
---@field away? true                   # the player's connection has dropped, and the seat is kept

---@class gamelift.backfill_state
---@field state "off"|"none"|"waiting"|"starting"|"searching"|"stopping"|"automatic"
---@field ticket_id? string            # of the ticket that searches
---@field reason? string               # why nothing searches

--- What after and every give back. It ends with the match.
---@class gamelift.match_timer
local timer = {}

--- The function is not called any more. Twice is fine.
function timer:cancel() end

---@class gamelift.match
local game = {}

--- Say ProcessReady until it is accepted, or go on where the match before was.
function game:start() end

--- Time has passed: call it once a frame. Drives everything that waits.
---@param dt number      seconds since the tick before
---@param now? number    what loop is handed beside dt; default: seconds since the first tick
function game:tick(dt, now) end

--- A player has connected. One of the two ids must be given: the player session id that the player brings, or the
--- player id, for engines whose players cannot send a token before they join.
---@param player any
---@param player_session_id? string
---@param player_id? string
function game:connect(player, player_session_id, player_id) end

--- A player's connection has ended. Players who are not known, or were kicked, are fine.
---@param player any
---@param reason? string   handed to leave; default: "disconnected"
function game:disconnect(player, reason) end

--- Put one player out: kick, leave, RemovePlayerSession.
---@param player any
---@param reason? string   for the player
function game:kick(player, reason) end

--- Open or close the session for new players; one that is not active yet, from then on. GameLift is told until it
--- has confirmed it. May be called in every tick: only a change does something.
---@param allowed boolean
function game:allow_players(allowed) end

--- Call fn once, in so many seconds.
---@param seconds number
---@param fn fun()
---@return gamelift.match_timer
function game:after(seconds, fn) end

--- Call fn every so many seconds; once where a tick was longer, and not while the call before still waits.
---@param seconds number
---@param fn fun()
---@return gamelift.match_timer
function game:every(seconds, fn) end

--- The game is over: drain.
---@param reason? string    handed to terminate; default: "GAME_OVER"
---@param seconds? number   until the players are put out; default: drain_grace_s
function game:finish(reason, seconds) end

--- The host ends (SIGTERM): drain. on_ended is called within these seconds, whatever GameLift answers.
---@param seconds? number   how long the host waits; default: as long as it takes
function game:terminate(seconds) end

--- Where the match is in its course.
---@return gamelift.match_phase
function game:phase() end

--- The game session with its newest update; nil before it is placed.
---@return gamelift.game_session?
function game:session() end

--- The newest matchmaker data, parsed; nil where there is none.
---@return gamelift.matchmaker_data?
function game:matchmaker_data() end

--- All seats that are known, in the order in which they became known.
---@return gamelift.seat[]
function game:seats() end

--- How many players could still come.
---@return integer
function game:open_seats() end

--- Whether GameLift lets new players come, as far as it has confirmed.
---@return boolean
function game:accepts_players() end

--- What becomes of open seats.
---@return gamelift.backfill_state
function game:backfill() end
