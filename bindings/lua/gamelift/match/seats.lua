-- SPDX-License-Identifier: Apache-2.0
-- The seats of one game session: who is expected, who is here, who was here a moment ago.
--
-- GameLift does not tell the process of reservations. They are learnt from the matchmaker data (player ids and
-- teams) and from DescribePlayerSessions (player ids and player session ids), and told apart by either id.

local methods = {}
local class = { __index = methods }

local LEFT_SHOWN_S = 60

local function is_live(seat)
  return seat.state ~= "left"
end

function methods:each(state)
  local found = {}
  for _, seat in ipairs(self.list) do
    if seat.state == state then
      found[#found + 1] = seat
    end
  end
  return found
end

--- How many seats are taken: reserved or accepted.
function methods:taken()
  local count = 0
  for _, seat in ipairs(self.list) do
    if is_live(seat) then
      count = count + 1
    end
  end
  return count
end

function methods:find(player_session_id, player_id)
  for _, seat in ipairs(self.list) do
    if seat.player_session_id ~= nil and seat.player_session_id == player_session_id then
      return seat
    end
  end
  for _, seat in ipairs(self.list) do
    local same_player = player_id ~= nil and seat.player_id == player_id
    if same_player and is_live(seat) and (seat.player_session_id == nil or player_session_id == nil) then
      return seat
    end
  end
  return nil
end

--- The seat of this player, new if it was not known. What is given fills what was missing.
function methods:reserve(known, now)
  local seat = self:find(known.player_session_id, known.player_id)
  if not seat then
    seat = { state = "reserved", since = now }
    self.list[#self.list + 1] = seat
    self.changed()
  end
  for _, key in ipairs { "player_session_id", "player_id", "player_data", "team" } do
    if known[key] ~= nil and known[key] ~= seat[key] then
      seat[key] = known[key]
      self.changed()
    end
  end
  return seat
end

function methods:move(seat, state, now)
  seat.state, seat.since = state, now
  self.changed()
end

--- Drop seats for which unwanted(seat) is true, and those that were left long ago.
function methods:sweep(now, unwanted)
  for i = #self.list, 1, -1 do
    local seat = self.list[i]
    local old = seat.state == "left" and now - seat.since >= LEFT_SHOWN_S
    if old or unwanted(seat) then
      table.remove(self.list, i)
      self.changed()
    end
  end
end

--- @param changed function  called whenever anything changes
return function(changed)
  return setmetatable({ list = {}, changed = changed }, class)
end
