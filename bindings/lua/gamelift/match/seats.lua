-- SPDX-License-Identifier: Apache-2.0
-- The seats of one game session: who is expected, who is here, who was here a moment ago.
--
-- GameLift does not tell the process of reservations. They are learnt from the matchmaker data (player ids and
-- teams) and from DescribePlayerSessions (player ids and player session ids), and told apart by either id.
--
-- A seat is the game's to read and to put things into. What only the match knows of it is in its entry.

local methods = {}
local class = { __index = methods }

local LEFT_SHOWN_S = 60

local function new_entry(now)
  return {
    since = now,             -- when the seat came to its state
    acceptance = nil,        -- AcceptPlayerSession is under way: its outcome
    may_be_accepted = false, -- an AcceptPlayerSession had no answer: GameLift may have acted on it
    absence = nil,           -- the seat is kept for a player who may come back: see exits.lua
    is_being_removed = false,
  }
end

local function count(self, state, change)
  self.counts[state] = self.counts[state] + change
end

-- Who is here or expected is different from now on.
local function note_change(self)
  self.version = self.version + 1
  self.changed()
end

--- What only the match knows of this seat.
function methods:entry(seat)
  return self.entries[seat]
end

--- How many seats are taken: reserved or accepted.
function methods:taken()
  return self.counts.reserved + self.counts.accepted
end

--- How many are accepted, with a player or kept for one.
function methods:accepted()
  return self.counts.accepted
end

--- Those for which fn(seat, entry) is true, in a list.
function methods:select(fn)
  local found = {}
  for _, seat in ipairs(self.list) do
    if fn(seat, self.entries[seat]) then
      found[#found + 1] = seat
    end
  end
  return found
end

function methods:find(player_session_id, player_id)
  local seat = player_session_id and self.by_session_id[player_session_id]
  if not seat and player_id then
    local of_player = self.by_player_id[player_id]
    if of_player and (of_player.player_session_id == nil or player_session_id == nil) then
      seat = of_player
    end
  end
  return seat
end

local function add(self, now)
  local seat = { state = "reserved" }
  self.list[#self.list + 1] = seat
  self.entries[seat] = new_entry(now)
  count(self, "reserved", 1)
  note_change(self)
  return seat
end

local function fill(self, seat, known)
  for _, key in ipairs { "player_session_id", "player_id", "player_data", "team" } do
    if known[key] ~= nil and known[key] ~= seat[key] then
      seat[key] = known[key]
      note_change(self)
    end
  end
  if seat.player_session_id then
    self.by_session_id[seat.player_session_id] = seat
  end
  if seat.player_id and seat.state ~= "left" then
    self.by_player_id[seat.player_id] = seat
  end
end

--- The seat of this player, new if it was not known. What is given fills what was missing.
function methods:reserve(known, now)
  local seat = self:find(known.player_session_id, known.player_id) or add(self, now)
  fill(self, seat, known)
  return seat
end

-- This seat is not the player's any more; another one may be.
local function release_player_id(self, seat)
  if self.by_player_id[seat.player_id] ~= seat then
    return
  end
  self.by_player_id[seat.player_id] = nil
  for _, other in ipairs(self.list) do
    if other ~= seat and other.player_id == seat.player_id and other.state ~= "left" then
      self.by_player_id[seat.player_id] = other
    end
  end
end

function methods:move(seat, state, now)
  count(self, seat.state, -1)
  count(self, state, 1)
  seat.state, self.entries[seat].since = state, now
  if state == "left" then
    release_player_id(self, seat)
    self.forget_at = math.min(self.forget_at, now + LEFT_SHOWN_S)
  end
  note_change(self)
end

local function forget(self, index)
  local seat = table.remove(self.list, index)
  count(self, seat.state, -1)
  if seat.player_session_id and self.by_session_id[seat.player_session_id] == seat then
    self.by_session_id[seat.player_session_id] = nil
  end
  release_player_id(self, seat)
  self.entries[seat] = nil
  note_change(self)
end

--- Drop the seats for which unwanted(seat, entry) is true.
function methods:sweep(unwanted)
  for i = #self.list, 1, -1 do
    if unwanted(self.list[i], self.entries[self.list[i]]) then
      forget(self, i)
    end
  end
end

--- Drop those that were left long ago. Costs nothing where there are none.
function methods:forget_left(now)
  if now < self.forget_at then
    return
  end
  self.forget_at = math.huge
  self:sweep(function(seat, entry)
    local gone_at = entry.since + LEFT_SHOWN_S
    local is_old = seat.state == "left" and not entry.is_being_removed and now >= gone_at
    if seat.state == "left" and not is_old then
      self.forget_at = math.min(self.forget_at, math.max(gone_at, now + 1))
    end
    return is_old
  end)
end

--- @param changed function  called whenever anything changes
return function(changed)
  return setmetatable({
    list = {},              -- in the order in which they became known
    entries = {},           -- by seat: see new_entry
    by_session_id = {},     -- seat by player session id
    by_player_id = {},      -- seat by player id, but for seats that were left
    counts = { reserved = 0, accepted = 0, left = 0 },
    version = 0,            -- grows whenever somebody comes, goes or becomes known
    forget_at = math.huge,  -- when the first seat that was left is forgotten
    changed = changed,
  }, class)
end
