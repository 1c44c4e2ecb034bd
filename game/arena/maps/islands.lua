-- SPDX-License-Identifier: Apache-2.0
-- The islands: blocks of every size in the open. Nobody is ever out of reach, or out of cover.

local symmetric = require "maps.symmetric"

local map = symmetric.new(1700, 1500)

-- Round the middle.
map:wall(800, 560, 100, 40)
map:wall(620, 710, 40, 80)
-- The islands.
map:wall(240, 220, 140, 140)
map:wall(560, 260, 90, 90)
map:wall(240, 560, 90, 110)
map:wall(470, 480, 70, 70)
map:wall(800, 160, 100, 120)

map:spawn(90, 90)
map:spawn(460, 120)
map:spawn(700, 430)
map:spawn(110, 460)

map:pickup("spread", 850, 750)
map:pickup("health", 440, 750)
map:pickup("rapid", 850, 420)

return map
