-- SPDX-License-Identifier: Apache-2.0
-- Who is expected: what the matchmaker data and DescribePlayerSessions say, made known as seats. `self` is the match.

local gamelift = require "gamelift"
local requests = require "gamelift.match.requests"

local expected = {}

local RESERVATION_S = 65 -- GameLift drops a reservation after 60

--- What the match was made of. Its players, or nil where it is unreadable.
function expected.read_matchmaker_data(self, text)
  local data, message = gamelift.matchmaker_data(text)
  if not data then
    self.log("warn", "matchmaker data is unreadable: " .. message)
    return nil
  end
  self.matchmaking, self.matched_players = data, {}
  for _, player in ipairs(data.players) do
    self.matched_players[player.player_id] = player
  end
  return data.players
end

--- The same, where it is new: its players are expected, but for those whom the data before named too. They are here,
--- or they have left; if one of them has been given a seat again, DescribePlayerSessions tells.
function expected.learn_matchmaker_data(self, text)
  local named_before = self.matched_players
  local players = expected.read_matchmaker_data(self, text)
  for _, player in ipairs(players or {}) do
    if not named_before[player.player_id] then
      self.seat_table:reserve({ player_id = player.player_id, team = player.team }, self.tasks.clock)
    end
  end
  if players and self.backfiller then
    self.backfiller:set_data(self.matchmaking, self.game_session.maximum_player_session_count)
  end
end

--- One player session as GameLift describes it, made known as a seat, which is returned.
function expected.learn_player_session(self, found)
  local matched = self.matched_players[found.player_id]
  return self.seat_table:reserve({
    player_session_id = found.player_session_id,
    player_id = found.player_id,
    player_data = found.player_data,
    team = matched and matched.team,
  }, self.tasks.clock)
end

--- All player sessions of a game session that have this status; or nil, message, code. Waits.
function expected.describe_all(self, game_session_id, status)
  local found, next_token = {}, nil
  repeat
    local page, message, code = requests.ask(self, "describe_player_sessions", "", {
      game_session_id = game_session_id,
      status_filter = status,
      next_token = next_token,
    })
    if not page then
      return nil, message, code
    end
    for _, player_session in ipairs(page.player_sessions) do
      found[#found + 1] = player_session
    end
    next_token = page.next_token
  until not next_token
  return found
end

-- A seat that nobody is about to take, known for longer than GameLift was asked.
local function is_only_reserved(seat, entry, asked_at)
  return seat.state == "reserved" and seat.player == nil and not entry.acceptance and not entry.absence
    and entry.since < asked_at
end

-- Bring the reserved seats up to date: new ones are learnt, those whose time is over go.
local function refresh_reserved(self, found, asked_at)
  local is_reserved = {}
  for _, player_session in ipairs(found) do
    is_reserved[player_session.player_session_id] = true
    expected.learn_player_session(self, player_session)
  end
  self.seat_table:sweep(function(seat, entry)
    if not is_only_reserved(seat, entry, asked_at) then
      return false
    elseif seat.player_session_id then
      return not is_reserved[seat.player_session_id]
    end
    return self.tasks.clock - entry.since >= RESERVATION_S
  end)
end

--- Ask for the reserved seats again and again, as long as the session is active. Waits.
function expected.keep_fresh(self, game_session_id)
  local function is_over()
    return self.phase_now ~= "active" or self.game_session.game_session_id ~= game_session_id
  end
  self.tasks:pause(1) -- a placement reserves its seats once the session is active
  while not is_over() do
    self.is_refresh_wanted = false
    local asked_at = self.tasks.clock
    local found, message = expected.describe_all(self, game_session_id, "RESERVED")
    if not found then
      self.log("warn", "RESERVED seats could not be asked for: " .. message) -- the next time may go better
    elseif not is_over() then
      refresh_reserved(self, found, asked_at)
    end
    self.tasks:pause(self.options.seat_refresh_s, function()
      return is_over() or self.is_refresh_wanted
    end)
  end
end

return expected
