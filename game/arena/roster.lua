-- SPDX-License-Identifier: Apache-2.0
-- The seats as the players see them: who is reserved, accepted, gone, and what has changed.
--
-- Pure. gamelift.match tells which seats there are, each the same table in every call; a seat that is left stays
-- visible for a moment.

local protocol = require "protocol"

local roster = {}
local roster_methods = {}
roster_methods.__index = roster_methods

local SHOW_LEFT_S = 12
local MOST_LEFT = 6

--- name_of(seat): what its player is called.
function roster.new(name_of)
  return setmetatable({ name_of = name_of, known = {}, order = {} }, roster_methods)
end

local function remember(self, seat)
  local entry = { seat = seat }
  self.known[seat] = entry
  self.order[#self.order + 1] = entry
  return entry
end

local function forget(self, index)
  self.known[self.order[index].seat] = nil
  table.remove(self.order, index)
end

local function mark_left(self, entry, now, changes)
  if entry.state == "left" then return end
  -- A reservation nobody used is not somebody who left.
  changes[#changes + 1] = { state = entry.state == "reserved" and "expired" or "left", name = entry.name }
  entry.state, entry.left_at, entry.ship = "left", now, 0
  self.dirty = true
end

local function take_over(self, entry, seat, now, changes)
  local name, ship, flags = self.name_of(seat), seat.ship or 0, seat.bot and 1 or 0
  if seat.state == "left" then
    entry.name = entry.name or name
    return mark_left(self, entry, now, changes)
  end
  if entry.state ~= seat.state then
    changes[#changes + 1] = { state = seat.state, name = name }
  end
  if entry.state ~= seat.state or entry.name ~= name or entry.ship ~= ship or entry.flags ~= flags then
    entry.state, entry.name, entry.ship, entry.flags = seat.state, name, ship, flags
    self.dirty = true
  end
end

--- Those who left go after a while, the oldest first when there are many.
function roster_methods:forget_left(now)
  local left = 0
  for index = #self.order, 1, -1 do
    local entry = self.order[index]
    if entry.state == "left" then
      left = left + 1
      if now - entry.left_at > SHOW_LEFT_S or left > MOST_LEFT then
        forget(self, index)
        self.dirty = true
      end
    end
  end
end

--- seats: those of gamelift.match, with the game's own `ship`, `name` and `bot` once known.
--- Returns what changed: a list of { state = "reserved" | "accepted" | "left" | "expired", name }.
function roster_methods:update(seats, now)
  local changes, present = {}, {}
  for _, seat in ipairs(seats) do
    present[seat] = true
    if self.known[seat] or seat.state ~= "left" then
      take_over(self, self.known[seat] or remember(self, seat), seat, now, changes)
    end
  end
  for _, entry in ipairs(self.order) do
    if not present[entry.seat] then mark_left(self, entry, now, changes) end
  end
  self:forget_left(now)
  return changes
end

--- How many seats are reserved for players who have not come yet.
function roster_methods:expected()
  local count = 0
  for _, entry in ipairs(self.order) do
    if entry.state == "reserved" then count = count + 1 end
  end
  return count
end

--- The seats for protocol "roster" if they have changed since the last call, else nil.
function roster_methods:take_changed()
  if not self.dirty then return nil end
  self.dirty = false
  return self:list()
end

function roster_methods:list()
  local list = {}
  for index, entry in ipairs(self.order) do
    list[index] = {
      ship = entry.ship or 0, state = protocol.seat_states[entry.state], flags = entry.flags or 0, name = entry.name,
    }
  end
  return list
end

return roster
