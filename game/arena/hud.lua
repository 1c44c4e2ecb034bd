-- SPDX-License-Identifier: Apache-2.0
-- What the players see of GameLift: seats, backfill, drain, each change once.
--
-- Pure. `game` is a gamelift.match, asked for seats, open_seats, backfill; `arena` a session.lua, which tells.

local protocol = require "protocol"
local roster = require "roster"

local hud = {}
local hud_methods = {}
hud_methods.__index = hud_methods

local SEARCHING = { starting = true, searching = true, automatic = true }

local SEAT_NOTICES = {
  reserved = { "warn", "", "%s: seat reserved" },
  accepted = { "good", "AcceptPlayerSession", "%s accepted" },
  left = { "bad", "RemovePlayerSession", "%s left" },
  expired = { "bad", "", "%s did not come: reservation expired" },
}

local UPDATE_NOTICES = {
  MATCHMAKING_DATA_UPDATED = { "good", "UpdateGameSession", "late player found" },
  BACKFILL_TIMED_OUT = { "warn", "UpdateGameSession", "backfill timed out" },
  BACKFILL_FAILED = { "bad", "UpdateGameSession", "backfill failed" },
  BACKFILL_CANCELLED = { "info", "UpdateGameSession", "backfill cancelled" },
}

local DRAIN_NOTICES = {
  TERMINATE_PROCESS = { "bad", "TerminateProcess", "GameLift ends this session" },
  HOST = { "bad", "ProcessEnding", "this server is shutting down" },
}
local DRAIN_BY_GAME = { "info", "ProcessEnding", "the match is over" }

function hud.new(arena, game)
  local seats = roster.new(function(seat) return arena:name_of(seat) end)
  return setmetatable({ arena = arena, game = game, roster = seats, searching_since = nil }, hud_methods)
end

local function tell(self, notice, ...)
  self.arena:notice(notice[1], notice[2], notice[3]:format(...))
end

local function show_roster(self)
  local seats = self.roster:take_changed()
  if seats then self.arena:show_roster(seats) end
end

local function show_seats(self, now)
  for _, change in ipairs(self.roster:update(self.game:seats(), now)) do
    tell(self, SEAT_NOTICES[change.state], change.name)
  end
  show_roster(self)
end

local function count(number, what)
  return ("%d %s%s"):format(number, what, number == 1 and "" or "s")
end

local function follow_backfill(self, now)
  local searching = SEARCHING[self.game:backfill().state] or false
  local wanted = self.game:open_seats()
  if searching and not self.searching_since then
    self.searching_since = now
    tell(self, { "info", "StartMatchBackfill", "searching for " .. count(wanted, "player") })
  elseif not searching then
    self.searching_since = nil
  end
  local states = protocol.backfill_states
  local state = searching and states.searching or (wanted > 0 and not self.draining) and states.idle or states.closed
  return state, wanted
end

local function show_service(self, now)
  local backfill, wanted = follow_backfill(self, now)
  local key = ("%d %d %s"):format(backfill, wanted, self.draining and self.draining.ends_at)
  if key == self.shown then return end
  self.shown = key
  self.arena:show_service {
    backfill = backfill, wanted = wanted, elapsed = self.searching_since and now - self.searching_since or 0,
    draining = self.draining and 1 or 0, left = self.draining and math.max(0, self.draining.ends_at - now) or 0,
  }
end

--- Seats, backfill or what is known of the players may have changed.
function hud_methods:refresh(now)
  show_seats(self, now)
  show_service(self, now)
end

--- Every second or so: seats that were left are shown for a while.
function hud_methods:forget_left(now)
  self.roster:forget_left(now)
  show_roster(self)
end

--- How many have a seat and have not come yet.
function hud_methods:expected()
  return self.roster:expected()
end

--- An UpdateGameSession came.
function hud_methods:session_updated(update_reason)
  local notice = UPDATE_NOTICES[update_reason]
  if notice then tell(self, notice) end
end

--- The session ends in so many seconds.
function hud_methods:drain(reason, seconds, now)
  self.draining = { ends_at = now + seconds }
  tell(self, DRAIN_NOTICES[reason] or DRAIN_BY_GAME)
  self:refresh(now)
end

return hud
