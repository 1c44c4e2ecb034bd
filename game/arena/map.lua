-- SPDX-License-Identifier: Apache-2.0
-- The arena: its size, its walls, where ships appear and where things lie.
--
-- One quarter is drawn by hand and mirrored on both axes, so no corner is better than another.

local WIDTH, HEIGHT = 2000, 1300

local map = {
  width = WIDTH,
  height = HEIGHT,
  walls = {},   -- { x, y, w, h }, x and y the upper left corner
  spawns = {},  -- { x, y }
  pickups = {}, -- { x, y, kind }
}

local function mirrored_wall(x, y, w, h)
  local right, bottom = WIDTH - x - w, HEIGHT - y - h
  local function add(at_x, at_y)
    map.walls[#map.walls + 1] = { x = at_x, y = at_y, w = w, h = h }
  end
  add(x, y)
  if right ~= x then add(right, y) end
  if bottom ~= y then add(x, bottom) end
  if right ~= x and bottom ~= y then add(right, bottom) end
end

local function mirrored_spawn(x, y)
  for _, at_x in ipairs { x, WIDTH - x } do
    for _, at_y in ipairs { y, HEIGHT - y } do
      map.spawns[#map.spawns + 1] = { x = at_x, y = at_y }
    end
  end
end

-- The ring round the middle: four corners, four gates.
mirrored_wall(740, 440, 150, 40)
mirrored_wall(740, 440, 40, 120)
-- Pillars, and screens that break the long lines of fire.
mirrored_wall(370, 270, 110, 110)
mirrored_wall(640, 150, 40, 130)
mirrored_wall(300, 550, 40, 200)
mirrored_wall(890, 200, 220, 40)
mirrored_wall(150, 180, 90, 40)

mirrored_spawn(100, 90)
mirrored_spawn(560, 90)
mirrored_spawn(120, 420)
mirrored_spawn(600, 480)

map.pickups = {
  { x = WIDTH / 2, y = HEIGHT / 2, kind = "spread" },
  { x = 180, y = HEIGHT / 2, kind = "health" },
  { x = WIDTH - 180, y = HEIGHT / 2, kind = "health" },
  { x = WIDTH / 2, y = 110, kind = "rapid" },
  { x = WIDTH / 2, y = HEIGHT - 110, kind = "rapid" },
}

return map
