-- SPDX-License-Identifier: Apache-2.0
-- A match takes the place of another one on the same server: in the same Lua state, or after a reload. What is under
-- way there belongs to the server, and goes on here. `self` is the new match.

local gamelift = require "gamelift"
local calls = require "gamelift.match.calls"
local door = require "gamelift.match.door"
local exits = require "gamelift.match.exits"
local requests = require "gamelift.match.requests"
local snapshot = require "gamelift.match.snapshot"

local takeover = {}

-- The matches of this Lua state by server. They outlive a reload of this file, as the module gamelift does.
local shared = getmetatable(gamelift) or {}
setmetatable(gamelift, shared)
shared.matches = shared.matches or setmetatable({}, { __mode = "kv" })

-- ---- the old match

--- The match is over: what it knows is written down, and it does nothing any more.
--- @param heir table?   the match that takes its place, if it is of the same Lua state
function takeover.retire(self, heir)
  if self.is_replaced then
    return
  end
  snapshot.write_last(self)
  self.is_replaced, self.phase_now = true, "replaced"
  self.tasks:stop()
  if heir then
    self.heir = heir
    requests.hand_over(self, heir)
  end
end

-- ---- the new match

-- What was under way for one seat: door and exits ask for it, and get the answer to what was asked before.
local function seat_goes_on(self, seat)
  local entry = self.seat_table:entry(seat)
  local before = entry.before or {}
  entry.before = nil
  local is_inherited = requests.is_inherited(self, "accept_player_session", seat.player_session_id or "")
  if seat.state == "reserved" and (is_inherited or before.is_being_accepted) then
    entry.may_be_accepted = entry.may_be_accepted or not is_inherited -- the answer was lost
    exits.keep_for_claim(self, seat)
    door.accept(self, seat)
  elseif seat.state == "accepted" and before.dropped_for_s then
    exits.keep_absent(self, seat, before.dropped_for_s, { is_drop = true })
  elseif seat.state == "accepted" then
    exits.keep_for_claim(self, seat)
  elseif seat.state == "left" and entry.is_being_removed then
    exits.remove_seat(self, seat, entry)
  end
end

-- Players are waited for, accepts, removes and the backfill go on.
local function go_on(self)
  for _, seat in ipairs(self.seat_table:select(function() return true end)) do
    seat_goes_on(self, seat)
  end
  if self.backfiller and self.backfill_before then
    self.backfiller:go_on(self.backfill_before)
  end
end

--- A match that is writing itself down is replaced by one match only. Raises at the caller of match.new.
function takeover.check(server)
  local before = shared.matches[server]
  if before and before.is_saving then
    error("match.new: the match before is in its save(), which is to return first", 3)
  end
end

--- Take the place of whoever had this server: its handlers have just become this match's.
function takeover.begin(self)
  local before = shared.matches[self.server]
  if before then
    before:retire(self)
  end
  shared.matches[self.server] = self
  for _, request in ipairs(self.server:inherited_requests()) do
    requests.inherit(self, request.action, request.subject)
  end
  snapshot.read(self)
  go_on(self)
end

--- Hand the game what it has saved. Waits.
function takeover.restore(self)
  local saved = snapshot.saved(self)
  if saved ~= nil and self.options.restore then
    self.tasks:await(calls.start(self, "restore", saved))
  end
end

return takeover
