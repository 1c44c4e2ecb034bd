-- SPDX-License-Identifier: Apache-2.0
---@meta host
-- What the arena host gives its scripts: the global table `host`. Annotations only (LuaLS); never run.
-- The functions are registered in game/host/script_host.c.

---@class host
---@field mode "server"|"lobby"|"bots"
---@field port integer          # where players (server) or browsers (lobby) connect; 0 for bots
---@field tick_rate integer     # ticks per second
---@field version string
host = {}

--- Seconds on a monotonic clock, with fractions.
---@return number
function host.now() end

--- One line in the log. "debug" is left out unless the setting log_level is "debug".
---@param level "debug"|"info"|"warn"|"error"
---@param message string
function host.log(level, message) end

--- A setting: `--set key=value`, else the environment variable ARENA_KEY; nil if neither. The options --endpoint
--- and --bots are the settings "endpoint" and "bots".
---@param key string
---@return string|nil
function host.config(key) end

--- How many errors the handlers have raised since the scripts were loaded: for a health check that gives up.
---@return integer
function host.error_count() end

--- Leave the program after this tick, with this exit code. With --servers it is this server alone that ends, and a new
--- one takes its place: after a code other than 0, or a short life, after a pause.
---@param code integer
function host.exit(code) end

--- Register the handler of an event; one per event, the last one counts. Each call runs in a coroutine of its
--- own. An error in it is logged with its traceback (without, where it is a table with __tostring: a sentence for a
--- person), and changes nothing else; one that comes again and again is logged once, then counted. A call that takes
--- longer than the setting script_timeout_ms (2000) of CPU time is ended with an error.
---
--- all modes:  "tick" (dt, now), once per fixed tick
---             "terminate" (grace_s), once, on SIGTERM or SIGINT: host.exit when done; the host exits by
---             itself after grace_s, and at once where there is no handler
--- server:     "connect" (player, info)     info = { player_session_id, address, again }; player: integer, never
---             reused. again: it was here before the scripts were reloaded (SIGHUP), and is accepted already.
---             With the setting gamelift.check_players=1 only those whom GameLift has accepted come so far.
---             "message" (player, bytes)    a binary message, up to 4096 bytes
---             "disconnect" (player, reason)  once after each connect, also after host.close
--- lobby:      "request" (request, respond) request = { method, path, query, body, address }, under /api/ only; query
---             is a table of texts. respond(status, table_or_string) now or later: a table is sent as JSON, the first
---             answer counts; without one the client gets 500 after an error and 504 after 15 s
--- bots:       "open" (connection), "message" (connection, bytes), "disconnect" (connection, reason): once for each
---             connection, also for one that never opened
---@param event string
---@param fn function
function host.on(event, fn) end

--- Queue a binary message. False: the player is gone, or more than 256 KiB wait (it is then dropped, as too slow).
---@param player integer
---@param bytes string
---@param more string?  # the rest of the same message: what is the same for many need not be joined for each
---@return boolean
function host.send(player, bytes, more) end

--- Close with a reason that the player is shown (WebSocket close code 4000, reason up to 120 bytes), after what is
--- queued. One that is gone already is no error.
---@param player integer
---@param reason string
function host.close(player, reason) end

--- Bots: open a WebSocket to a game server; events follow. The number works with send and close.
---@param url string  # ws://host:port/path
---@return integer|nil connection
---@return string? message  # where connection is nil
function host.dial(url) end

--- Lobby and bots: one HTTP request to an http:// URL. Waits in the running coroutine, up to 20 s. The default
--- method is GET, or POST with a body.
---@param request { url: string, method: string?, headers: table<string,string>?, body: string? }
---@return { status: integer, body: string }|nil response
---@return string? message   # where response is nil
function host.http(request) end

--- JSON. decode: nil, message for bad text; null becomes nil; arrays are sequences.
--- encode: a table with 1..n keys is an array, an empty table is an object; host.empty_array is []. It raises for
--- what JSON cannot say: functions, NaN, zero bytes, tables with both 1..n and names, tables deeper than 64.
host.empty_array = nil
function host.json_encode(value) end
function host.json_decode(text) end

--- Wait in the running coroutine.
---@param seconds number
function host.sleep(seconds) end
