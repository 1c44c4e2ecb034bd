-- SPDX-License-Identifier: Apache-2.0
-- Ways round the walls, for bots: breadth-first distances on a grid of cells.

local geometry = require "geometry"

local pathfinder = {}
local paths_methods = {}
paths_methods.__index = paths_methods

local CELL = 50
local MARGIN = 26       -- keeps a ship clear of corners
local MOST_FIELDS = 64  -- goals whose distances are remembered

local function blocked(map, x, y)
  if x < MARGIN or y < MARGIN or x > map.width - MARGIN or y > map.height - MARGIN then return true end
  for _, wall in ipairs(map.walls) do
    if geometry.push_out(wall, x, y, MARGIN) then return true end
  end
  return false
end

function pathfinder.new(map)
  local columns, rows = math.ceil(map.width / CELL), math.ceil(map.height / CELL)
  local paths = setmetatable({ map = map, columns = columns, rows = rows, free = {}, fields = {}, field_count = 0 },
    paths_methods)
  for cell = 0, columns * rows - 1 do
    local x, y = paths:middle(cell)
    paths.free[cell] = not blocked(map, x, y)
  end
  return paths
end

function paths_methods:middle(cell)
  return (cell % self.columns + 0.5) * CELL, (cell // self.columns + 0.5) * CELL
end

function paths_methods:cell_at(x, y)
  local column = geometry.clamp(x // CELL, 0, self.columns - 1)
  local row = geometry.clamp(y // CELL, 0, self.rows - 1)
  return math.tointeger(row * self.columns + column)
end

--- The neighbours of a cell that a ship can reach in a straight line, diagonals not past a corner.
function paths_methods:neighbours(cell)
  local found, column, row = {}, cell % self.columns, cell // self.columns
  local function open(dx, dy)
    local c, r = column + dx, row + dy
    return c >= 0 and c < self.columns and r >= 0 and r < self.rows and self.free[r * self.columns + c]
  end
  for dy = -1, 1 do
    for dx = -1, 1 do
      local straight = dx == 0 or dy == 0
      if (dx ~= 0 or dy ~= 0) and open(dx, dy) and (straight or (open(dx, 0) and open(0, dy))) then
        found[#found + 1] = cell + dy * self.columns + dx
      end
    end
  end
  return found
end

--- Steps from every cell to the goal.
function paths_methods:distances(goal)
  local field = self.fields[goal]
  if field then return field end
  if self.field_count >= MOST_FIELDS then self.fields, self.field_count = {}, 0 end
  field = { [goal] = 0 }
  local queue, head = { goal }, 1
  while queue[head] do
    local cell = queue[head]
    head = head + 1
    for _, next_cell in ipairs(self:neighbours(cell)) do
      if not field[next_cell] then
        field[next_cell] = field[cell] + 1
        queue[#queue + 1] = next_cell
      end
    end
  end
  self.fields[goal], self.field_count = field, self.field_count + 1
  return field
end

local function nearest_step(paths, field, cell)
  local best, best_distance = nil, field[cell] or math.huge
  for _, next_cell in ipairs(paths:neighbours(cell)) do
    if (field[next_cell] or math.huge) < best_distance then best, best_distance = next_cell, field[next_cell] end
  end
  return best
end

--- Where to steer now to get from (x, y) to (goal_x, goal_y): the farthest point of the way in plain sight.
function paths_methods:steer(x, y, goal_x, goal_y)
  if geometry.clear_way(self.map, x, y, goal_x, goal_y, MARGIN) then return goal_x, goal_y end
  local field = self:distances(self:cell_at(goal_x, goal_y))
  local cell, steer_x, steer_y = self:cell_at(x, y), goal_x, goal_y
  for step = 1, 8 do
    cell = nearest_step(self, field, cell)
    if not cell then break end
    local cell_x, cell_y = self:middle(cell)
    if step > 1 and not geometry.clear_way(self.map, x, y, cell_x, cell_y, MARGIN) then break end
    steer_x, steer_y = cell_x, cell_y
  end
  return steer_x, steer_y
end

return pathfinder
