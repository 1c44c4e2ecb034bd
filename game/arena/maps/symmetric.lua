-- SPDX-License-Identifier: Apache-2.0
-- A map of which one quarter is drawn by hand and mirrored on both axes, so that no corner is better than another.
--
-- walls: { x, y, w, h }, x and y the upper left corner. spawns: { x, y }. pickups: { x, y, kind }.

local symmetric = {}
local map_methods = {}
map_methods.__index = map_methods

function symmetric.new(width, height)
  return setmetatable({ width = width, height = height, walls = {}, spawns = {}, pickups = {} }, map_methods)
end

--- A wall, and those it becomes in the mirrors.
function map_methods:wall(x, y, w, h)
  local right, bottom = self.width - x - w, self.height - y - h
  local function add(at_x, at_y)
    self.walls[#self.walls + 1] = { x = at_x, y = at_y, w = w, h = h }
  end
  add(x, y)
  if right ~= x then add(right, y) end
  if bottom ~= y then add(x, bottom) end
  if right ~= x and bottom ~= y then add(right, bottom) end
end

--- Four places where ships appear.
function map_methods:spawn(x, y)
  for _, at_x in ipairs { x, self.width - x } do
    for _, at_y in ipairs { y, self.height - y } do
      self.spawns[#self.spawns + 1] = { x = at_x, y = at_y }
    end
  end
end

--- What lies on an axis or in the middle: mirrored on the other axis, if that is another place.
function map_methods:pickup(kind, x, y)
  self.pickups[#self.pickups + 1] = { x = x, y = y, kind = kind }
  if x * 2 ~= self.width or y * 2 ~= self.height then
    self.pickups[#self.pickups + 1] = { x = self.width - x, y = self.height - y, kind = kind }
  end
end

return symmetric
