-- SPDX-License-Identifier: Apache-2.0
-- What a backfill request says of everyone who is here or expected. `self` is the match.

local calls = require "gamelift.match.calls"

local backfill_players = {}

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

--- The players of the request; nil, why not.
function backfill_players.list(self)
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

--- The ids of the same players, as one text: equal for equal players.
function backfill_players.ids(self)
  local ids = {}
  for _, seat in ipairs(self.seat_table.list) do
    if seat.state ~= "left" then
      ids[#ids + 1] = seat.player_id
    end
  end
  table.sort(ids)
  return table.concat(ids, "\n")
end

return backfill_players
