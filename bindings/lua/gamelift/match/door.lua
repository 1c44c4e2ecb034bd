-- SPDX-License-Identifier: Apache-2.0
-- The door of a match: who is expected, who comes in, who goes out. `self` is the match.
--
-- A visit is one connection of one player: { player =, seat =, joined =, gone = }. Whatever waits on behalf of a
-- visit looks at `gone` afterwards, because the player may have left in the meantime.

local gamelift = require "gamelift"

local door = {}

local RESERVATION_S = 65 -- GameLift drops a reservation after 60
local CLAIM_S = 30       -- after a reload, until a seat without its player is given up

-- ---- what is known of the players of this match

function door.learn_matchmaker_data(self, text)
  local data, message = gamelift.matchmaker_data(text)
  if not data then
    self.log("warn", "matchmaker data is unreadable: " .. message)
    return
  end
  self.data, self.matched = data, {}
  for _, player in ipairs(data.players) do
    self.matched[player.player_id] = player
    self.seat_table:reserve({ player_id = player.player_id, team = player.team }, self.tasks.clock)
  end
  if self.fill then
    self.fill:set_data(data)
  end
end

-- One player session as GameLift describes it, made known as a seat.
local function learn_player_session(self, found)
  local matched = self.matched[found.player_id]
  return self.seat_table:reserve({
    player_session_id = found.player_session_id,
    player_id = found.player_id,
    player_data = found.player_data,
    team = matched and matched.team,
  }, self.tasks.clock)
end

-- All player sessions of this game session that have this status; nil on failure, which is logged. Waits.
local function describe_all(self, status)
  local found, next_token = {}, nil
  repeat
    local page, message = self.server:describe_player_sessions {
      game_session_id = self.placed.game_session_id,
      status_filter = status,
      next_token = next_token,
    }
    if not page then
      self.log("warn", ("%s seats could not be asked for: %s"):format(status, message))
      return nil
    end
    for _, player_session in ipairs(page.player_sessions) do
      found[#found + 1] = player_session
    end
    next_token = page.next_token
  until not next_token
  return found
end

-- Bring the reserved seats up to date: new ones are learnt, those whose time is over go. Waits.
local function refresh_reserved(self)
  local asked_at = self.tasks.clock
  local found = describe_all(self, "RESERVED")
  if not found then
    return -- the next refresh may go better
  end
  local is_reserved = {}
  for _, player_session in ipairs(found) do
    is_reserved[player_session.player_session_id] = true
    learn_player_session(self, player_session)
  end
  self.seat_table:sweep(self.tasks.clock, function(seat)
    if seat.state ~= "reserved" or seat.player ~= nil or seat.since >= asked_at then
      return false
    elseif seat.player_session_id then
      return not is_reserved[seat.player_session_id]
    end
    return self.tasks.clock - seat.since >= RESERVATION_S
  end)
end

function door.keep_seats_fresh(self)
  self.tasks:pause(1) -- a placement reserves its seats once the session is active
  while self.state == "active" do
    self.refresh_wanted = false
    refresh_reserved(self)
    self.tasks:pause(self.options.seat_refresh_s, function()
      return self.state ~= "active" or self.refresh_wanted
    end)
  end
end

--- Tell GameLift whether new players may come. Waits.
function door.tell_policy(self)
  local ok, message = self.server:update_player_session_creation_policy(self.closed and "DENY_ALL" or "ACCEPT_ALL")
  if not ok then
    self.log("warn", "the creation policy was not changed: " .. message)
  end
end

-- ---- players leave

-- RemovePlayerSession, for as long as there is a point in trying. Waits.
local function remove_player_session(self, player_session_id)
  self.removing = self.removing + 1
  local delay = 1
  while self.state ~= "ended" do
    local ok, message, code = self.server:remove_player_session(player_session_id)
    if ok or not self.may_go_better[code] then
      if not ok then
        self.log("info", "player session " .. player_session_id .. " was not removed: " .. message)
      end
      break
    end
    self.tasks:pause(delay)
    delay = math.min(delay * 2, 30)
  end
  self.removing = self.removing - 1
end

local function give_up_seat(self, seat)
  self.seat_table:move(seat, "left", self.tasks.clock)
  self:run(remove_player_session, nil, self, seat.player_session_id)
end

-- A player who had joined has gone, or is made to go.
function door.release(self, visit, reason)
  give_up_seat(self, visit.seat)
  if visit.joined then
    self:run(self.options.leave, nil, visit.player, visit.seat, reason)
  end
end

-- Forget the visit: whatever was under way for it sees that it is gone, and stops.
function door.end_visit(self, visit)
  self.visits[visit.player] = nil
  visit.gone = true
  if visit.seat and visit.seat.state == "reserved" then
    visit.seat.player = nil
    self.changed = true
  end
end

function door.turn_away(self, visit, reason)
  if visit.gone then
    return
  end
  door.end_visit(self, visit)
  self:run(self.options.kick, nil, visit.player, reason)
  if visit.seat and visit.seat.state == "accepted" then
    door.release(self, visit, reason)
  end
end

-- ---- players come

-- The seat that this player has a claim to, or nil, reason for the player. Waits.
local function identify(self, player_session_id, player_id)
  local page, message = self.server:describe_player_sessions {
    player_session_id = player_session_id,
    player_id = not player_session_id and player_id or nil,
  }
  if not page then
    self.log("warn", "a player's seat could not be checked: " .. message)
    return nil, "your seat could not be checked: " .. message
  end
  local problem = "there is no seat reserved for you here"
  for _, found in ipairs(page.player_sessions) do
    if found.game_session_id == self.placed.game_session_id then
      if found.status == "RESERVED" or found.status == "ACTIVE" then
        return learn_player_session(self, found)
      end
      problem = "your seat is " .. found.status
    end
  end
  return nil, problem
end

-- AcceptPlayerSession for a seat that has passed join_attempt. Waits.
local function accept(self, visit)
  local seat = visit.seat
  local ok, message, code = self.server:accept_player_session(seat.player_session_id)
  if not ok then
    door.turn_away(self, visit, message)
    if self.may_go_better[code] then
      give_up_seat(self, seat) -- GameLift may have accepted it without our knowing
    end
    return false
  end
  if visit.gone or self.state ~= "active" then
    door.turn_away(self, visit, "the game is ending")
    give_up_seat(self, seat)
    return false
  end
  self.seat_table:move(seat, "accepted", self.tasks.clock)
  return true
end

-- Everything between a connection and a player in the game. Waits.
function door.admit(self, visit, player_session_id, player_id)
  self.tasks:pause(math.huge, function()
    return self.state ~= "loading" or visit.gone
  end)
  if self.state ~= "active" then
    local is_over = self.state == "draining" or self.state == "ended"
    return door.turn_away(self, visit, is_over and "the game is ending" or "there is no game here yet")
  end
  local seat, problem = identify(self, player_session_id, player_id)
  if visit.gone then
    return
  elseif not seat then
    return door.turn_away(self, visit, problem)
  elseif seat.player ~= nil or seat.state == "left" then
    return door.turn_away(self, visit, "this seat is taken")
  end
  visit.seat, seat.player = seat, visit.player
  self.changed = true
  local welcome, reason = self.options.join_attempt(visit.player, seat)
  if not visit.gone and not welcome then
    return door.turn_away(self, visit, reason or "you were not admitted")
  end
  if not visit.gone and (seat.state == "accepted" or accept(self, visit)) then
    visit.joined = true
    self.options.join(visit.player, seat)
  end
end

-- Nobody stays.
function door.empty(self, reason)
  local visits = {}
  for _, visit in pairs(self.visits) do
    visits[#visits + 1] = visit
  end
  for _, visit in ipairs(visits) do
    door.turn_away(self, visit, reason)
  end
end

-- After a reload: who had been accepted, and who of them is not here any more. Waits.
function door.take_up_players(self)
  for _, player_session in ipairs(describe_all(self, "ACTIVE") or {}) do
    self.seat_table:move(learn_player_session(self, player_session), "accepted", self.tasks.clock)
  end
  self:run(function()
    self.tasks:pause(CLAIM_S)
    for _, seat in ipairs(self.seat_table:each "accepted") do
      if seat.player == nil and self.state == "active" then
        give_up_seat(self, seat)
      end
    end
  end)
end

return door
