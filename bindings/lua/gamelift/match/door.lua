-- SPDX-License-Identifier: Apache-2.0
-- The door of a match: players come in. `self` is the match.
--
-- A visit is one connection of one player: { player =, seat =, has_joined =, is_gone = }. Whatever waits on behalf
-- of a visit looks at is_gone afterwards, because the player may have left in the meantime.

local calls = require "gamelift.match.calls"
local exits = require "gamelift.match.exits"
local expected = require "gamelift.match.expected"
local requests = require "gamelift.match.requests"

local door = {}

local PATIENCE_S = 65 -- a reservation lasts 60: after that there is no seat to wait for
local RETRY_S = 2
local RETRY = { first = RETRY_S, longest = RETRY_S }

-- What players are told.
local ENDING = "the game is ending"
local NO_GAME = "there is no game here yet"
local NO_SEAT = "there is no seat reserved for you here"
local TAKEN = "this seat is taken"
local UNREACHABLE = "your seat could not be checked just now, please try again"
local REFUSED = "you could not be seated, please look for a game again"
local BROKEN = "something went wrong on the server"
local BY_STATUS = {
  COMPLETED = "you have left this game, and your seat was given back",
  TIMEDOUT = "your reservation has run out, please look for a game again",
}

-- ---- whose seat it is

-- DescribePlayerSessions for one player until it is answered, or the player has gone. Waits.
local function describe(self, visit, request)
  local give_up_at = self.tasks.clock + PATIENCE_S
  local function is_wanted()
    return not visit.is_gone and self.tasks.clock < give_up_at
  end
  return requests.insist(self, RETRY, is_wanted, "describe_player_sessions", "", request)
end

-- The seat that GameLift says this player has a claim to; or nil, what the player is told, why. Waits.
local function ask_for_seat(self, visit, player_session_id, player_id)
  local page, message, code = describe(self, visit, {
    player_session_id = player_session_id,
    player_id = not player_session_id and player_id or nil,
  })
  if not page then
    local is_answer = not requests.may_go_better(code)
    return nil, is_answer and NO_SEAT or UNREACHABLE, "DescribePlayerSessions: " .. message
  end
  local problem = NO_SEAT
  for _, found in ipairs(page.player_sessions) do
    if found.game_session_id == self.game_session.game_session_id then
      if found.status == "RESERVED" or found.status == "ACTIVE" then
        return expected.learn_player_session(self, found)
      end
      problem = BY_STATUS[found.status] or NO_SEAT
    end
  end
  return nil, problem, problem
end

-- A seat that GameLift need not be asked about: its player was let in before. nil: there is none.
local function known_seat(self, player_session_id, player_id)
  local seat = self.seat_table:find(player_session_id, player_id)
  local entry = seat and self.seat_table:entry(seat)
  return entry and (entry.absence or entry.acceptance) and seat.player == nil and seat or nil
end

-- The seat of this visit, which has it from then on; nil: the player was turned away, or has gone. Waits.
local function find_seat(self, visit, player_session_id, player_id)
  local seat, problem, because = known_seat(self, player_session_id, player_id), nil, nil
  if not seat and self.phase_now == "draining" then
    problem = ENDING
  elseif not seat then
    seat, problem, because = ask_for_seat(self, visit, player_session_id, player_id)
  end
  if seat and seat.state == "left" then
    seat, problem = nil, BY_STATUS.COMPLETED
  elseif seat and seat.player ~= nil then
    seat, problem = nil, TAKEN
  end
  if visit.is_gone then
    return nil
  elseif not seat then
    exits.turn_away(self, visit, problem, because)
    return nil
  end
  visit.seat, seat.player = seat, visit.player
  self:touch()
  return seat
end

-- ---- AcceptPlayerSession

local function status_at_gamelift(self, player_session_id)
  local page = requests.ask(self, "describe_player_sessions", "", { player_session_id = player_session_id })
  local found = page and page.player_sessions[1]
  return found and found.status
end

-- AcceptPlayerSession until GameLift has said yes or no: true, or nil, message. One that is not answered may have
-- been acted on, and then says no the next time. Waits.
local function accept(self, seat, entry)
  local give_up_at, id = self.tasks.clock + PATIENCE_S, seat.player_session_id
  while true do
    local ok, message, code = requests.ask(self, "accept_player_session", id, id)
    local may_go_better = requests.may_go_better(code)
    if not ok and entry.may_be_accepted and not may_go_better then
      ok = status_at_gamelift(self, id) == "ACTIVE"
    end
    if ok then
      return true
    end
    entry.may_be_accepted = entry.may_be_accepted or may_go_better
    if not may_go_better or seat.player == nil or self.tasks.clock >= give_up_at then
      return nil, message
    end
    self.tasks:pause(RETRY_S)
  end
end

-- What AcceptPlayerSession has come to, also when nobody waits for it any more.
local function conclude_acceptance(self, seat, entry, ok)
  local is_over = self.phase_now ~= "active" and not entry.absence
  entry.acceptance = nil
  self:touch()
  if self.seat_table:entry(seat) ~= entry then
    return exits.remove_seat(self, seat, entry) -- another session has begun
  elseif seat.state ~= "reserved" then
    return -- given up meanwhile, and removed as soon as this is known
  elseif ok then
    self.seat_table:move(seat, "accepted", self.tasks.clock)
  end
  local is_wanted = seat.player ~= nil or entry.absence
  if not ok then
    exits.end_absence(self, seat)
  end
  if (ok and (is_over or not is_wanted)) or (not ok and entry.may_be_accepted) then
    exits.give_up_seat(self, seat)
  end
end

--- AcceptPlayerSession for this seat; its outcome is true, or nil, message.
function door.accept(self, seat)
  local entry = self.seat_table:entry(seat)
  if not entry.acceptance then
    local outcome = self.tasks:outcome()
    entry.acceptance = outcome
    self:touch()
    self.tasks:run(function()
      local ok, message = accept(self, seat, entry)
      conclude_acceptance(self, seat, entry, ok)
      self.tasks:settle(outcome, ok, message)
    end)
  end
  return entry.acceptance
end

-- ---- into the game

-- join_attempt; false: the player was turned away. Waits.
local function is_welcome(self, visit, seat)
  local answer = calls.bounded(self, "join_attempt", self.options.join_timeout_s, visit.player, seat)
  if not answer.is_known or answer.has_failed then
    exits.turn_away(self, visit, BROKEN)
    return false
  elseif not answer[1] then
    exits.turn_away(self, visit, answer[2] or "you were not admitted")
    return false
  end
  if self.phase_now ~= "active" then
    exits.turn_away(self, visit, ENDING)
  end
  return not visit.is_gone
end

-- Until GameLift has accepted the player; false: turned away. Waits.
local function is_accepted(self, visit, seat)
  local outcome = door.accept(self, seat)
  self.tasks:await(outcome)
  if visit.is_gone then
    return false
  elseif not outcome[1] then
    exits.turn_away(self, visit, REFUSED, "AcceptPlayerSession: " .. outcome[2])
    return false
  elseif seat.state ~= "accepted" then -- given up because the game ends
    exits.turn_away(self, visit, ENDING)
    return false
  end
  return true
end

-- The player is in the game. Waits for join.
local function join(self, visit, seat)
  visit.has_joined = true
  local outcome = calls.start(self, "join", visit.player, seat)
  self.tasks:await(outcome)
  if outcome.has_failed then
    exits.turn_away(self, visit, BROKEN)
  end
end

-- Until there is a game here; false: turned away. Waits.
local function wait_for_game(self, visit)
  self.tasks:pause(math.huge, function()
    return visit.is_gone or not (self.is_initializing or self.phase_now == "loading" or self.phase_now == "new")
  end)
  if visit.is_gone then
    return false
  elseif self.phase_now == "ended" then
    exits.turn_away(self, visit, ENDING)
  elseif not self.game_session then
    exits.turn_away(self, visit, self.phase_now == "draining" and ENDING or NO_GAME)
  end
  return not visit.is_gone
end

--- Everything between a connection and a player in the game. Waits.
function door.admit(self, visit, player_session_id, player_id)
  if not wait_for_game(self, visit) then
    return
  end
  local seat = find_seat(self, visit, player_session_id, player_id)
  if not seat then
    return
  end
  local entry = self.seat_table:entry(seat)
  local absence = exits.end_absence(self, seat)
  if absence and absence.visit then
    visit.has_joined = true
    calls.start(self, "on_reconnect", visit.player, seat)
    return
  elseif seat.state == "reserved" and not entry.acceptance and not is_welcome(self, visit, seat) then
    return
  elseif seat.state == "accepted" or is_accepted(self, visit, seat) then
    join(self, visit, seat)
  end
end

return door
