-- SPDX-License-Identifier: Apache-2.0
-- The canyon: three long lanes. The middle one has the prizes and the sharpshooters, the outer ones have cover.

local symmetric = require "maps.symmetric"

local map = symmetric.new(2600, 1000)

-- The lanes, with openings between them.
map:wall(300, 330, 420, 40)
map:wall(880, 330, 260, 40)
-- Gates of the outer lanes.
map:wall(560, 0, 40, 180)
map:wall(1000, 90, 40, 110)
-- What stands in the middle lane.
map:wall(180, 440, 60, 120)
map:wall(760, 460, 40, 80)
map:wall(1240, 450, 120, 100)

map:spawn(80, 80)
map:spawn(440, 200)
map:spawn(820, 220)
map:spawn(100, 300)

map:pickup("spread", 1300, 200)
map:pickup("health", 330, 500)
map:pickup("rapid", 980, 500)

return map
