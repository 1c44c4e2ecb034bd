-- SPDX-License-Identifier: Apache-2.0
-- Players go: by themselves, because they are put out, or because they do not come back. `self` is the match.
--
-- The books come first, the game's functions after them: whatever those do, the seat is on its way back.
--
-- A seat may be kept for a player who is not here (its entry's absence): one whose connection was lost
-- (reconnect_grace_s), or one whom the host is to connect again after a reload:
--   { ended = outcome that is known when it is over, until_s = on the match's clock,
--     is_drop = the connection was lost, visit = the last one if this script has called join for it, reason = why }

local calls = require "gamelift.match.calls"
local requests = require "gamelift.match.requests"

local exits = {}

local REMOVAL_DELAYS = { first = 1, longest = 30 }
local CLAIM_S = 30 -- until a player whom another script has let in is connected again

-- ---- the seat goes back to GameLift

-- RemovePlayerSession, for as long as there is a point in trying. Waits.
local function remove(self, seat, entry)
  self.removals = self.removals + 1
  if entry.acceptance then
    self.tasks:await(entry.acceptance) -- GameLift may take things in any order
  end
  local function is_wanted()
    return self.phase_now ~= "ended"
  end
  local id = seat.player_session_id
  local ok, message = requests.insist(self, REMOVAL_DELAYS, is_wanted, "remove_player_session", id, id)
  if not ok then
    self.log("info", ("player session %s was not removed: %s"):format(id, message))
  end
  entry.is_being_removed = false
  self.removals = self.removals - 1
  self:touch()
end

--- RemovePlayerSession for a seat that was left.
function exits.remove_seat(self, seat, entry)
  entry.is_being_removed = true
  self.tasks:run(remove, self, seat, entry)
end

--- The seat was left: GameLift is told, now or when it can be reached.
function exits.give_up_seat(self, seat)
  self.seat_table:move(seat, "left", self.tasks.clock)
  exits.remove_seat(self, seat, self.seat_table:entry(seat))
end

-- ---- seats that are kept for a while

--- The seat is not kept any longer, for one reason or another. Returns its absence; nil: there was none.
function exits.end_absence(self, seat)
  local entry = self.seat_table:entry(seat)
  local absence = entry.absence
  if absence then
    entry.absence, seat.away = nil, nil
    self:touch()
    self.tasks:settle(absence.ended)
  end
  return absence
end

--- The player does not come back.
function exits.give_up_absent(self, seat)
  local absence = exits.end_absence(self, seat)
  exits.give_up_seat(self, seat)
  if absence.visit then
    calls.start(self, "leave", absence.visit.player, seat, absence.reason)
  end
end

--- Keep the seat for so many seconds.
--- @param absence table   { is_drop =, visit =, reason = }, empty after a reload
function exits.keep_absent(self, seat, seconds, absence)
  absence.ended, absence.until_s = self.tasks:outcome(), self.tasks.clock + seconds
  self.seat_table:entry(seat).absence, seat.away, seat.player = absence, true, nil
  self:touch()
  self.tasks:run(function()
    if not self.tasks:await(absence.ended, seconds) then
      exits.give_up_absent(self, seat)
    end
  end)
end

--- After a reload: keep the seat until the host has connected its player again.
function exits.keep_for_claim(self, seat)
  exits.keep_absent(self, seat, math.max(CLAIM_S, self.options.reconnect_grace_s), {})
end

--- This player was dropped, and is not to come back. Others are fine.
function exits.give_up_dropped(self, player)
  local dropped = self.seat_table:select(function(_, entry)
    local visit = entry.absence and entry.absence.visit
    return visit and visit.player == player
  end)
  for _, seat in ipairs(dropped) do
    exits.give_up_absent(self, seat)
  end
end

--- Nobody who has left is waited for any longer. The others are those whom the host has yet to connect again.
--- @param everybody boolean  those too
function exits.give_up_all_absent(self, everybody)
  local absent = self.seat_table:select(function(_, entry)
    return entry.absence and (everybody or entry.absence.is_drop)
  end)
  for _, seat in ipairs(absent) do
    exits.give_up_absent(self, seat)
  end
end

-- ---- players

-- Forget the visit: whatever was under way for it sees that it is gone, and stops.
local function end_visit(self, visit)
  self.visits[visit.player] = nil
  visit.is_gone = true
  local seat = visit.seat
  if seat and seat.state == "reserved" then
    seat.player = nil
    self:touch()
  end
end

local function may_come_back(self, visit)
  return self.options.reconnect_grace_s > 0 and self.phase_now == "active" and visit.has_joined
end

--- The player's connection has ended.
function exits.disconnect(self, visit, reason)
  end_visit(self, visit)
  local seat = visit.seat
  if not seat or seat.state ~= "accepted" then
    return
  elseif may_come_back(self, visit) then
    local absence = { is_drop = true, visit = visit, reason = reason }
    exits.keep_absent(self, seat, self.options.reconnect_grace_s, absence)
    calls.start(self, "on_drop", visit.player, seat)
    return
  end
  exits.give_up_seat(self, seat)
  if visit.has_joined then
    calls.start(self, "leave", visit.player, seat, reason)
  end
end

--- The player is put out, or not let in.
--- @param reason string   for the player
--- @param because string? what there is to say of it beyond that, for the log
function exits.turn_away(self, visit, reason, because)
  if visit.is_gone then
    return
  end
  end_visit(self, visit)
  local seat = visit.seat
  if because then
    self.log("info", ("a player was turned away%s: %s"):format(seat and " (" .. seat.player_id .. ")" or "", because))
  end
  local was_in = seat and seat.state == "accepted"
  if was_in then
    exits.give_up_seat(self, seat)
  end
  calls.start(self, "kick", visit.player, reason)
  if was_in and visit.has_joined then
    calls.start(self, "leave", visit.player, seat, reason)
  end
end

--- Nobody stays.
function exits.turn_everybody_away(self, reason)
  local visits = {}
  for _, visit in pairs(self.visits) do
    visits[#visits + 1] = visit
  end
  for _, visit in ipairs(visits) do
    exits.turn_away(self, visit, reason)
  end
  exits.give_up_all_absent(self, true)
end

return exits
