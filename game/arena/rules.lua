-- SPDX-License-Identifier: Apache-2.0
-- The numbers of the game: lengths in world units, speeds in units a second, times in seconds.
--
-- `rules.movement` is sent to every client in its welcome, so that the page predicts with the same numbers.

local rules = {}

rules.tick_rate = 30
rules.max_players = 16

rules.movement = {
  ship_radius = 20,
  max_speed = 340,
  acceleration = 2600, -- towards the stick; full speed after an eighth of a second
  braking = 1500,      -- with the stick released: a short glide
  dash_speed = 900,
  dash_seconds = 0.16,
  dash_cooldown = 1.6,
}

rules.max_health = 100
rules.respawn_delay = 2.0
rules.protection = 1.6 -- after a spawn; the first shot ends it

rules.shot = {
  speed = 880,
  seconds = 1.0,
  radius = 5,
  damage = 17,
  interval = 0.19,
  muzzle = 26, -- from the middle of the ship
}

-- What lies on the floor. The place of a name in `kinds` is its number on the wire; 0 is nothing.
rules.pickup = {
  kinds = { "health", "rapid", "spread" },
  radius = 18,
  respawn = 12,
  health = 45,
  power_seconds = 7,
  rapid_interval = 0.1,
  spread_angles = { -0.15, 0, 0.15 },
}

rules.match = {
  rounds = 3,
  round_seconds = 75,
  countdown_seconds = 3,
  table_seconds = 7,    -- the score table between two rounds
  over_seconds = 10,    -- the final table: how long players get to leave before the session ends
  closing_seconds = 10, -- before the end of the last round nobody is invited any more
  empty_seconds = 5,    -- a session that everybody has left, and nobody is expected in, ends after this
  idle_start_seconds = 75, -- as above, before the first player came
}

return rules
