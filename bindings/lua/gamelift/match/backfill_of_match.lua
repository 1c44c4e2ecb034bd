-- SPDX-License-Identifier: Apache-2.0
-- How the backfill sees the match, and what its requests say of everyone who is here or expected. `self` is the match.

local calls = require "gamelift.match.calls"
local new_backfill = require "gamelift.match.backfill"
local requests = require "gamelift.match.requests"

-- What the game's player_of says of this seat; nil, why not.
local function override_of(self, seat)
  local player_of = self.options.backfill.player_of
  if not player_of then
    return {}
  end
  local ok, override = calls.now("backfill.player_of", player_of, seat)
  if not ok then
    return nil, override
  elseif override ~= nil and type(override) ~= "table" then
    return nil, "backfill.player_of must return a table, not a " .. type(override)
  end
  return override or {}
end

-- The players of the request; nil, why not.
local function list_players(self)
  local players = {}
  for _, seat in ipairs(self.seat_table.list) do
    if seat.state ~= "left" then
      local matched = self.matched_players[seat.player_id] or {}
      local override, problem = override_of(self, seat)
      if not override then
        return nil, problem
      end
      local player = {
        player_id = seat.player_id,
        team = override.team or seat.team,
        attributes = override.attributes or matched.attributes,
        latency_in_ms = override.latency_in_ms,
      }
      if not player.team then
        return nil, ("%s has no team: give backfill.player_of"):format(player.player_id)
      end
      players[#players + 1] = player
    end
  end
  return players
end

-- The ids of the same players, as one text: equal for equal players.
local function list_ids(self)
  local ids = {}
  for _, seat in ipairs(self.seat_table.list) do
    if seat.state ~= "left" then
      ids[#ids + 1] = seat.player_id
    end
  end
  table.sort(ids)
  return table.concat(ids, "\n")
end

-- Unique for GameLift, which knows the ticket by it before this process knows that it does.
local function new_ticket_id(self)
  self.tickets = self.tickets + 1
  local tail = self.game_session.game_session_id:match "[^/]*$":gsub("[^%w%-]", ""):sub(-80)
  return ("backfill-%s-%d"):format(tail, self.tickets)
end

--- The backfill of this match.
return function(self)
  return new_backfill(self.options.backfill, {
    log = self.log,
    ask = function(action, subject, request) return requests.ask(self, action, subject, request) end,
    is_inherited = function(action, subject) return requests.is_inherited(self, action, subject) end,
    run = function(fn) return self.tasks:run(fn) end,
    clock = function() return self.tasks.clock end,
    changed = function() self:touch() end,
    open_seats = function() return self.is_closed and 0 or self:open_seats() end,
    players = function() return list_players(self) end,
    player_ids = function() return list_ids(self) end,
    version = function() return self.seat_table.version end,
    new_ticket_id = function() return new_ticket_id(self) end,
    configuration = function()
      local arn = self.matchmaking and self.matchmaking.matchmaking_configuration_arn or ""
      return arn ~= "" and arn or nil
    end,
  })
end
