-- SPDX-License-Identifier: Apache-2.0
-- A match, written down: plain values that the server keeps for the match that takes this one's place, be it in this
-- Lua state or in the next. `self` is the match.
--
-- Times are written as seconds from then, and become times of the other match's clock when they are read.

local calls = require "gamelift.match.calls"
local new_seats = require "gamelift.match.seats"

local snapshot = {}

local NAME, SAVED_NAME = "gamelift.match", "gamelift.match.saved" -- under which the server keeps them
local FORMAT = 1
local WRITE_EVERY_S = 0.25 -- at most: with 200 players it takes half a millisecond

-- ---- keeping

-- True unless the server is closed, or will not have it: keep() raises for what is no plain value.
local function keep(self, name, value)
  local ok, kept, message = pcall(self.server.keep, self.server, name, value)
  if ok and kept then
    return true
  end
  local problem = tostring(ok and message or kept)
  if problem ~= self.keep_problem then
    self.keep_problem = problem
    self.log("error", ("a reload would lose what is to be kept as %s: %s"):format(name, problem))
  end
  return false
end

-- ---- writing

local function in_seconds(self, at)
  return at < math.huge and at - self.tasks.clock or nil
end

local function describe_seat(self, seat)
  local entry = self.seat_table:entry(seat)
  local absence = entry.absence
  return {
    player_session_id = seat.player_session_id, player_id = seat.player_id, player_data = seat.player_data,
    team = seat.team, state = seat.state,
    age_s = self.tasks.clock - entry.since,
    is_being_accepted = entry.acceptance ~= nil,
    may_be_accepted = entry.may_be_accepted,
    is_being_removed = entry.is_being_removed,
    dropped_for_s = absence and absence.is_drop and in_seconds(self, absence.until_s) or nil,
  }
end

local function describe(self)
  local seats = {}
  for i, seat in ipairs(self.seat_table.list) do
    seats[i] = describe_seat(self, seat)
  end
  return {
    format = FORMAT,
    phase = self.phase_now ~= "new" and self.phase_now or self.phase_before, -- "new": taken up, and not started
    game_session_id = self.game_session and self.game_session.game_session_id,
    is_activated = self.is_activated,
    active_for_s = self.tasks.clock - self.active_since,
    empty_for_s = self.tasks.clock - self.empty_since,
    is_closed = self.is_closed,
    policy = self.policy_at_gamelift,
    may_policy_come_late = self.may_policy_come_late,
    seats = seats,
    tickets = self.tickets,
    backfill = self.backfiller and self.backfiller:describe() or nil,
    drain_reason = self.drain_reason,
    drain_in_s = in_seconds(self, self.drain_at),
    end_in_s = in_seconds(self, self.end_by),
  }
end

-- A match that was neither started nor has taken one up has nothing to say.
local function write(self)
  if self.phase_now ~= "new" or self.phase_before then
    self.is_unwritten, self.written_at = false, self.tasks.clock
    keep(self, NAME, describe(self))
  end
end

--- Write down what has changed, soon: a Lua state that dies without on_detach leaves what was written.
function snapshot.write(self)
  if self.is_unwritten and self.tasks.clock - self.written_at >= WRITE_EVERY_S then
    write(self)
  end
end

--- Write down everything, the game's own save() too: the last moment of this match.
function snapshot.write_last(self)
  write(self)
  if self.options.save and self.is_loaded then
    self.is_saving = true
    local ok, value = calls.now("save", self.options.save)
    self.is_saving = false
    if ok then
      keep(self, SAVED_NAME, value)
    end
  end
end

-- ---- reading

local function read_seat(self, written, age_s)
  local clock = self.tasks.clock
  local seat = self.seat_table:reserve({
    player_session_id = written.player_session_id, player_id = written.player_id,
    player_data = written.player_data, team = written.team,
  }, clock)
  local entry = self.seat_table:entry(seat)
  if written.state ~= seat.state then
    self.seat_table:move(seat, written.state, clock - written.age_s - age_s)
  end
  entry.since = clock - written.age_s - age_s
  entry.may_be_accepted = written.may_be_accepted
  entry.is_being_removed = written.is_being_removed
  entry.before = { -- for takeover.lua
    is_being_accepted = written.is_being_accepted,
    dropped_for_s = written.dropped_for_s and written.dropped_for_s - age_s,
  }
end

local function read_session(self, written, session, age_s)
  local clock = self.tasks.clock
  self.game_session = session
  self.is_activated = written.is_activated
  self.active_since = clock - written.active_for_s - age_s
  self.empty_since = clock - written.empty_for_s - age_s
  self.is_closed, self.policy_at_gamelift = written.is_closed, written.policy
  self.may_policy_come_late = written.may_policy_come_late
  self.tickets = written.tickets
  self.seat_table = new_seats(function() self:touch() end)
  for _, seat in ipairs(written.seats) do
    read_seat(self, seat, age_s)
  end
end

--- Be what was written down, if there is something and it is about the session that the server has.
function snapshot.read(self)
  local written, age_s = self.server:kept(NAME)
  if type(written) ~= "table" or written.format ~= FORMAT then
    return
  end
  local session = self.server:game_session()
  local clock = self.tasks.clock
  self.phase_before = written.phase
  self.is_closed = written.is_closed
  self.drain_reason = written.drain_reason
  self.drain_at = written.drain_in_s and clock + written.drain_in_s - age_s or math.huge
  self.end_by = written.end_in_s and clock + written.end_in_s - age_s or math.huge
  if session and session.game_session_id == written.game_session_id then
    read_session(self, written, session, age_s)
    self.backfill_before = written.backfill
  end
end

--- What the game has saved; nil: nothing.
function snapshot.saved(self)
  return (self.server:kept(SAVED_NAME))
end

return snapshot
