-- SPDX-License-Identifier: Apache-2.0
-- Circles, segments and axis-aligned walls.

local geometry = {}

local function clamp(value, low, high)
  if value < low then return low end
  if value > high then return high end
  return value
end
geometry.clamp = clamp

--- How far a circle has to be pushed to leave a wall, or nil where they do not touch.
function geometry.push_out(wall, x, y, radius)
  if x <= wall.x - radius or y <= wall.y - radius or x >= wall.x + wall.w + radius or y >= wall.y + wall.h + radius then
    return nil
  end
  local near_x = clamp(x, wall.x, wall.x + wall.w)
  local near_y = clamp(y, wall.y, wall.y + wall.h)
  local dx, dy = x - near_x, y - near_y
  local distance_2 = dx * dx + dy * dy
  if distance_2 >= radius * radius then return nil end
  if distance_2 > 0 then
    local distance = math.sqrt(distance_2)
    local scale = (radius - distance) / distance
    return dx * scale, dy * scale
  end
  -- The middle is inside the wall: leave by the nearest side.
  local left, right = x - wall.x, wall.x + wall.w - x
  local up, down = y - wall.y, wall.y + wall.h - y
  local least = math.min(left, right, up, down)
  if least == left then return -(left + radius), 0 end
  if least == right then return right + radius, 0 end
  if least == up then return 0, -(up + radius) end
  return 0, down + radius
end

--- From where to where the way from `from` over `delta` is between low and high, as parts of it; `enter` and `leave`
--- hold what is known so far. Nothing is left where the first is not below the second.
local function narrow(from, delta, low, high, enter, leave)
  if delta == 0 then
    if from > low and from < high then return enter, leave end
    return 1, 0
  end
  local first, last = (low - from) / delta, (high - from) / delta
  if first > last then first, last = last, first end
  return first > enter and first or enter, last < leave and last or leave
end

--- Where on the segment from (x, y) over (dx, dy) a wall, grown by `margin`, is entered: 0 to 1, or nil.
function geometry.segment_wall(wall, x, y, dx, dy, margin)
  local enter, leave = narrow(x, dx, wall.x - margin, wall.x + wall.w + margin, 0, 1)
  if enter >= leave then return nil end
  enter, leave = narrow(y, dy, wall.y - margin, wall.y + wall.h + margin, enter, leave)
  return enter < leave and enter or nil
end

--- Where on the segment a circle is entered: 0 to 1, or nil.
function geometry.segment_circle(cx, cy, radius, x, y, dx, dy)
  local from_x, from_y = x - cx, y - cy
  local inside = from_x * from_x + from_y * from_y - radius * radius
  if inside <= 0 then return 0 end
  local a = dx * dx + dy * dy
  local b = from_x * dx + from_y * dy
  if a == 0 or b >= 0 then return nil end
  local root = b * b - a * inside
  if root < 0 then return nil end
  local at = (-b - math.sqrt(root)) / a
  return at <= 1 and at or nil
end

--- Nothing but floor on the straight way from a to b, for something as wide as 2 * margin.
function geometry.clear_way(map, ax, ay, bx, by, margin)
  for _, wall in ipairs(map.walls) do
    if geometry.segment_wall(wall, ax, ay, bx - ax, by - ay, margin) then return false end
  end
  return true
end

return geometry
