-- SPDX-License-Identifier: Apache-2.0
-- Everything that a match knows, in one place. Times are those of tasks.clock: seconds since the match was made.

local new_seats = require "gamelift.match.seats"
local tasks = require "gamelift.match.tasks"

--- The fields of a new match.
--- @param options table   those of match.new, with defaults
return function(options)
  local self = {
    options = options,
    server = options.server,
    log = nil,                 -- (level, message): the game's log, which cannot fail here
    tasks = tasks.new(),       -- the clock, and everything that waits
    phase_now = "new",         -- see m:phase()
    phase_before = nil,        -- that of the match whose place this one has taken
    has_changed = false,       -- on_state is to be called
    is_unwritten = false,      -- the snapshot is to be written
    written_at = -math.huge,   -- when that was done last
    keep_problem = nil,        -- why that failed the last time
    state_call = nil,          -- the last call of on_state: its outcome

    -- the session
    game_session = nil,        -- as GameLift described it last
    is_initializing = false,   -- init runs
    is_loaded = false,         -- init has returned
    is_activated = false,      -- ActivateGameSession was confirmed
    active_since = 0,          -- when the match became active
    empty_since = 0,           -- since when nobody is here, in an active session
    matchmaking = nil,         -- its matchmaker data, parsed
    matched_players = {},      -- the players of that, by player id

    -- players
    seat_table = nil,          -- see seats.lua
    visits = {},               -- who is connected, by player: see door.lua
    removals = 0,              -- how many RemovePlayerSessions are under way
    is_refresh_wanted = false, -- the reserved seats are to be asked for at once

    -- whether new players may come
    is_closed = false,         -- the game wants none
    policy_at_gamelift = "ACCEPT_ALL", -- what GameLift has confirmed
    may_policy_come_late = false, -- a request without an answer may reach GameLift after the next one
    policy_task = nil,         -- that telling it goes on: its outcome

    backfiller = nil,          -- see backfill.lua; nil where it was not asked for
    backfill_before = nil,     -- what the match before has written of its own
    tickets = 0,               -- how many backfill tickets this session has had

    -- requests, and who gets their answers: see requests.lua
    under_way = {},            -- those of this match: { action =, subject = } by itself
    inherited = {},            -- outcomes of those of before, by action and subject
    is_saving = false,         -- the game's save() runs
    is_replaced = false,       -- another match has taken this one's place,
    heir = nil,                -- which is this one if it is of the same Lua state
    is_told_of_end = false,    -- that somebody still calls tick was logged

    -- loop and health
    loop_thread = nil,         -- the coroutine that loop runs in
    is_loop_busy = false,      -- loop was called and has not returned
    loop_began_at = 0,         -- when it was called
    is_loop_stuck = false,     -- it has waited for longer than loop_timeout_s
    was_loop_called = false,   -- since the last question for the health
    has_loop_returned = false, -- since then, too
    was_loop_due = false,      -- at the last question there was a game to run
    unlooped_s = 0,            -- what loop has not seen yet of the time (tick_rate)
    errors_before = 0,         -- script errors that are not this match's
    is_told_of_errors = false, -- that there are too many was logged

    -- the end
    is_started = false,        -- m:start was called
    drain_reason = nil,        -- of the drain that is under way
    drain_at = math.huge,      -- when those who are left are put out
    end_by = math.huge,        -- when on_ended has been called at the latest
    is_terminate_done = false, -- the game's terminate has returned
  }
  self.seat_table = new_seats(function() self:touch() end)
  return self
end
