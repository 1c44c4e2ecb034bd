-- SPDX-License-Identifier: Apache-2.0
-- Who may ask GameLift for a seat: nobody asks twice at once, and so many at a time.
--
-- Pure. A connection arrives, and either enters the game or is turned away. Whoever comes again with the id that was
-- turned away a moment ago hears the same reason, and GameLift hears nothing.

local doorman = {}
local doorman_methods = {}
doorman_methods.__index = doorman_methods

doorman.remember_s = 3     -- a refusal; then GameLift is asked again
doorman.most_refused = 256 -- ids that are remembered
doorman.most_arriving = 32 -- players whose seats are being looked at
doorman.tell_s = 5         -- between two log lines

function doorman.new()
  return setmetatable({
    arriving = {}, -- player session ids by player
    inside = {},   -- the same, of those who are in the game
    arriving_count = 0,
    refused = {},  -- { id, reason, at } by player session id
    order = {},    -- the same, the oldest first
    turned_away_count = 0, last_reason = nil, told_at = nil,
  }, doorman_methods)
end

local function forget_old_refusals(self, now)
  while self.order[1] and (now - self.order[1].at >= doorman.remember_s or #self.order > doorman.most_refused) do
    local oldest = table.remove(self.order, 1)
    if self.refused[oldest.id] == oldest then self.refused[oldest.id] = nil end
  end
end

local function count_refusal(self, reason)
  self.turned_away_count, self.last_reason = self.turned_away_count + 1, reason
end

--- A player has connected with this id: nil, and GameLift may be asked; or the reason to close the connection.
function doorman_methods:arrive(player, id, now)
  forget_old_refusals(self, now)
  local known = self.refused[id]
  local reason = known and known.reason
  if not reason and self.arriving_count >= doorman.most_arriving then
    reason = "too many players are at the door: try again in a moment"
  end
  if reason then
    count_refusal(self, reason)
    return reason
  end
  self.arriving[player], self.arriving_count = id, self.arriving_count + 1
  return nil
end

local function end_arrival(self, player)
  local id = self.arriving[player]
  if id then self.arriving[player], self.arriving_count = nil, self.arriving_count - 1 end
  return id
end

--- The player is in the game.
function doorman_methods:enter(player)
  self.inside[player] = end_arrival(self, player)
end

--- The connection has ended. What was said of the id of a player in the game is true no longer.
function doorman_methods:leave(player)
  end_arrival(self, player)
  local id = self.inside[player]
  if id then self.inside[player], self.refused[id] = nil, nil end
end

--- The player is made to go: remembered when that was at the door.
function doorman_methods:turn_away(player, reason, now)
  local id = end_arrival(self, player)
  if not id then return end
  count_refusal(self, reason)
  local entry = { id = id, reason = reason, at = now }
  self.refused[id] = entry
  self.order[#self.order + 1] = entry
  forget_old_refusals(self, now)
end

--- A line for the log now and then, where somebody was turned away since the last one.
function doorman_methods:report(now)
  if self.turned_away_count == 0 or (self.told_at and now - self.told_at < doorman.tell_s) then return nil end
  local count = self.turned_away_count
  self.turned_away_count, self.told_at = 0, now
  return ("%d player%s turned away at the door; the last one: %s"):format(
    count, count == 1 and " was" or "s were", self.last_reason)
end

return doorman
