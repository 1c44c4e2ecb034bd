-- SPDX-License-Identifier: Apache-2.0
-- How one ship moves in one step.
--
-- The page predicts its own ship with the same arithmetic (assets/arena/movement.js); a golden trace in
-- tests/spec/arena_protocol_vectors.json keeps the two alike. Additions, multiplications and square roots only.

local geometry = require "geometry"

local movement = {}

local function start_dash(body, input, m)
  local x, y = input.move_x, input.move_y
  local length = math.sqrt(x * x + y * y)
  if length < 0.1 then
    -- Standing still: dash where the ship points.
    x, y, length = math.cos(input.aim), math.sin(input.aim), 1
  end
  body.vx, body.vy = x / length * m.dash_speed, y / length * m.dash_speed
  body.dash_left, body.dash_wait = m.dash_seconds, m.dash_cooldown
end

--- A velocity, moved towards the one the player asks for by at most what the engine can do in dt.
local function steer(body, input, m, dt)
  local x, y = input.move_x, input.move_y
  local length = math.sqrt(x * x + y * y)
  if length > 1 then x, y = x / length, y / length end
  local want_x, want_y = x * m.max_speed, y * m.max_speed
  local dx, dy = want_x - body.vx, want_y - body.vy
  local change = math.sqrt(dx * dx + dy * dy)
  local most = (length > 0.05 and m.acceleration or m.braking) * dt
  if change <= most then
    body.vx, body.vy = want_x, want_y
  else
    body.vx, body.vy = body.vx + dx / change * most, body.vy + dy / change * most
  end
end

local function keep_inside(body, map, radius)
  local x = geometry.clamp(body.x, radius, map.width - radius)
  local y = geometry.clamp(body.y, radius, map.height - radius)
  if x ~= body.x then body.x, body.vx = x, 0 end
  if y ~= body.y then body.y, body.vy = y, 0 end
end

--- Out of the walls, keeping the speed along them.
local function slide(body, walls, radius)
  for index = 1, #walls do
    local wall = walls[index]
    local px, py = geometry.push_out(wall, body.x, body.y, radius)
    if px then
      body.x, body.y = body.x + px, body.y + py
      local length_2 = px * px + py * py
      local into = body.vx * px + body.vy * py
      if into < 0 and length_2 > 0 then
        body.vx, body.vy = body.vx - px * into / length_2, body.vy - py * into / length_2
      end
    end
  end
end

--- Where the floor ends, the body does too. walls: those that may be near.
function movement.settle(body, map, walls, radius)
  slide(body, walls, radius)
  keep_inside(body, map, radius)
end

--- How far a wall may be from where a body has come, and still push it: out of what it is in after the farthest step,
--- and then out of what it was pushed into.
function movement.reach(m, dt)
  return m.dash_speed * dt + 3 * m.ship_radius
end

--- body: x, y, vx, vy, dash_left, dash_wait. input: move_x, move_y (-1..1), aim, dash. True: a dash began.
--- near: a nearby.lua that knows the walls within movement.reach(); nil: all of the map are looked at.
function movement.step(body, input, m, map, dt, near)
  body.dash_wait = math.max(0, body.dash_wait - dt)
  local dashed = input.dash and body.dash_wait == 0
  if dashed then start_dash(body, input, m) end
  if body.dash_left > 0 then
    body.dash_left = math.max(0, body.dash_left - dt)
  else
    steer(body, input, m, dt)
  end
  body.x, body.y = body.x + body.vx * dt, body.y + body.vy * dt
  movement.settle(body, map, near and near:walls_at(body.x, body.y) or map.walls, m.ship_radius)
  return dashed
end

return movement
