-- SPDX-License-Identifier: Apache-2.0
-- What may be met from a place within one step: the floor in cells, each with the walls and the ships in its reach.
--
-- Pure. Every list keeps the order in which its things were given, so that a search through it finds what a search
-- through all of them finds.

local nearby = {}
local nearby_methods = {}
nearby_methods.__index = nearby_methods

local CELL = 100
local NONE = {}

--- wall_reach, ship_reach: how far from a place of a cell a wall, and the middle of a ship, is still listed.
function nearby.new(map, wall_reach, ship_reach)
  local floor = setmetatable({
    columns = math.ceil(map.width / CELL), rows = math.ceil(map.height / CELL),
    ship_reach = ship_reach,
    walls = {},                                     -- lists by cell
    ships = {}, counts = {}, used = {}, used_count = 0, -- lists by cell; what is behind a count is of an earlier step
  }, nearby_methods)
  for _, wall in ipairs(map.walls) do floor:place_wall(wall, wall_reach) end
  for cell = 0, floor.columns * floor.rows - 1 do floor.ships[cell], floor.counts[cell] = {}, 0 end
  return floor
end

--- The cells that a rectangle touches: columns from and to, rows from and to.
function nearby_methods:span(left, top, right, bottom)
  local column, last_column = left // CELL, right // CELL
  local row, last_row = top // CELL, bottom // CELL
  if column < 0 then column = 0 end
  if row < 0 then row = 0 end
  if last_column >= self.columns then last_column = self.columns - 1 end
  if last_row >= self.rows then last_row = self.rows - 1 end
  return column, last_column, row, last_row
end

function nearby_methods:place_wall(wall, reach)
  local column, last_column, row, last_row = self:span(
    wall.x - reach, wall.y - reach, wall.x + wall.w + reach, wall.y + wall.h + reach)
  for r = row, last_row do
    for c = column, last_column do
      local cell = math.tointeger(r * self.columns + c)
      local list = self.walls[cell] or {}
      list[#list + 1] = wall
      self.walls[cell] = list
    end
  end
end

--- Where the ships are now. Those that are not alive are nowhere.
function nearby_methods:place_ships(ships)
  local lists, counts, used, reach = self.ships, self.counts, self.used, self.ship_reach
  for index = 1, self.used_count do counts[used[index]] = 0 end
  local used_count = 0
  for index = 1, #ships do
    local ship = ships[index]
    if ship.alive then
      local x, y = ship.x, ship.y
      local column, last_column, row, last_row = self:span(x - reach, y - reach, x + reach, y + reach)
      for r = row, last_row do
        for cell = r * self.columns + column, r * self.columns + last_column do
          local count = counts[cell] + 1
          if count == 1 then
            used_count = used_count + 1
            used[used_count] = cell
          end
          lists[cell][count], counts[cell] = ship, count
        end
      end
    end
  end
  self.used_count = used_count
end

local function cell_at(self, x, y)
  local column, _, row = self:span(x, y, x, y)
  if column >= self.columns then column = self.columns - 1 end
  if row >= self.rows then row = self.rows - 1 end
  return row * self.columns + column
end

--- The walls in reach of this place, in the order of the map.
function nearby_methods:walls_at(x, y)
  return self.walls[cell_at(self, x, y)] or NONE
end

--- A list that begins with the ships in reach of this place, and how many they are.
function nearby_methods:ships_at(x, y)
  local cell = cell_at(self, x, y)
  return self.ships[cell], self.counts[cell]
end

return nearby
