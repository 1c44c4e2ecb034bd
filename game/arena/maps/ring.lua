-- SPDX-License-Identifier: Apache-2.0
-- The ring: a fort with four gates round the prize in the middle, and a garden of pillars outside.

local symmetric = require "maps.symmetric"

local map = symmetric.new(2000, 1300)

-- The ring round the middle: four corners, four gates.
map:wall(740, 440, 150, 40)
map:wall(740, 440, 40, 120)
-- Pillars, and screens that break the long lines of fire.
map:wall(370, 270, 110, 110)
map:wall(640, 150, 40, 130)
map:wall(300, 550, 40, 200)
map:wall(890, 200, 220, 40)
map:wall(150, 180, 90, 40)

map:spawn(100, 90)
map:spawn(560, 90)
map:spawn(120, 420)
map:spawn(600, 480)

map:pickup("spread", 1000, 650)
map:pickup("health", 180, 650)
map:pickup("rapid", 1000, 110)

return map
