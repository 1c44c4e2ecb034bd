-- SPDX-License-Identifier: Apache-2.0
-- The world: ships, shots and pickups, one fixed step at a time.
--
-- Pure: the same seed, inputs and steps give the same world. What happens in a step comes back as a list of
-- events, in order; the names are those of protocol.events.

local geometry = require "geometry"
local maps = require "maps"
local movement = require "movement"
local nearby = require "nearby"
local default_rules = require "rules"

local simulation = {}
local world_methods = {}
world_methods.__index = world_methods

local TAU = 2 * math.pi
local STILL = { move_x = 0, move_y = 0, aim = 0, fire = false, dash = false }

--- options: seed (integer), map, rules.
function simulation.new(options)
  local map = options.map or maps.find()
  local world = setmetatable({
    map = map,
    rules = options.rules or default_rules,
    tick = 0,
    time = 0,
    ships = {},   -- a list, in order of arrival
    by_id = {},
    by_x = {},    -- the same ships, from left to right as they were when they were last sorted
    near = nil,   -- nearby.lua, for steps of near_dt seconds
    near_dt = nil,
    shots = {},   -- a list, oldest first
    next_shot = 0,
    pickups = {}, -- one for each of map.pickups: { kind = name or nil, back_at = time }
    random_state = (options.seed or 0) ~ 0x9E3779B97F4A7C15,
    events = {},
  }, world_methods)
  if world.random_state == 0 then world.random_state = 1 end
  world:place_pickups()
  return world
end

--- xorshift64*: a uniform number in [0, 1).
function world_methods:random()
  local x = self.random_state
  x = x ~ (x >> 12)
  x = x ~ (x << 25)
  x = x ~ (x >> 27)
  self.random_state = x
  return ((x * 0x2545F4914F6CDD1D) >> 11) / (1 << 53)
end

function world_methods:emit(event)
  self.events[#self.events + 1] = event
end

function world_methods:place_pickups()
  for index, place in ipairs(self.map.pickups) do
    self.pickups[index] = { kind = place.kind, back_at = 0 }
  end
end

--- A ship for a player; ids are 1 to 255. It appears with the next step.
function world_methods:add(id)
  assert(not self.by_id[id], "this ship exists")
  local ship = {
    id = id, x = 0, y = 0, vx = 0, vy = 0, aim = 0,
    dash_left = 0, dash_wait = 0,
    health = 0, alive = false, respawn_at = self.time,
    protected_until = 0, next_shot_at = 0,
    power = nil, power_until = 0,
    kills = 0, deaths = 0, streak = 0,
    input = STILL,
  }
  self.ships[#self.ships + 1] = ship
  self.by_id[id] = ship
  self.by_x[#self.by_x + 1] = ship
  return ship
end

local function remove_from(list, id)
  for index, ship in ipairs(list) do
    if ship.id == id then return table.remove(list, index) end
  end
end

function world_methods:remove(id)
  remove_from(self.ships, id)
  remove_from(self.by_x, id)
  self.by_id[id] = nil
end

--- What a player wants from now on: see protocol.lua, "input".
function world_methods:set_input(id, input)
  local ship = self.by_id[id]
  if ship then ship.input = input end
end

--- A new round: scores at zero, everybody appears afresh.
function world_methods:reset()
  self.shots = {}
  self:place_pickups()
  for _, ship in ipairs(self.ships) do
    ship.kills, ship.deaths, ship.streak = 0, 0, 0
    ship.alive, ship.respawn_at = false, self.time
  end
end

local function nearest_enemy_distance_2(world, x, y, id)
  local nearest = math.huge
  for _, other in ipairs(world.ships) do
    if other.alive and other.id ~= id then
      local dx, dy = other.x - x, other.y - y
      local distance_2 = dx * dx + dy * dy
      if distance_2 < nearest then nearest = distance_2 end
    end
  end
  return nearest
end

--- The spawn with the most room; a little chance keeps it from being foreseen.
function world_methods:choose_spawn(id)
  local best, best_room = nil, -1
  for _, spawn in ipairs(self.map.spawns) do
    local room = math.min(nearest_enemy_distance_2(self, spawn.x, spawn.y, id), 700 * 700)
    room = room * (0.7 + 0.3 * self:random())
    if room > best_room then best, best_room = spawn, room end
  end
  return best
end

function world_methods:spawn(ship)
  local place = self:choose_spawn(ship.id)
  ship.x, ship.y, ship.vx, ship.vy = place.x, place.y, 0, 0
  ship.dash_left, ship.dash_wait = 0, 0
  ship.alive, ship.health = true, self.rules.max_health
  ship.power = nil
  ship.protected_until = self.time + self.rules.protection
  ship.next_shot_at = self.time
  self:emit { type = "spawn", ship = ship.id, x = ship.x, y = ship.y }
end

local function shot_angles(ship, rules)
  if ship.power == "spread" then return rules.pickup.spread_angles end
  return { 0 }
end

function world_methods:fire(ship)
  local shot_rules = self.rules.shot
  local interval = ship.power == "rapid" and self.rules.pickup.rapid_interval or shot_rules.interval
  -- Counted from when the shot was due, so that the rate does not depend on how intervals fall on ticks.
  ship.next_shot_at = math.max(ship.next_shot_at, self.time - self.dt) + interval
  ship.protected_until = 0
  for _, offset in ipairs(shot_angles(ship, self.rules)) do
    local angle = (ship.aim + offset) % TAU
    local dx, dy = math.cos(angle), math.sin(angle)
    self.next_shot = self.next_shot % 65535 + 1
    local shot = {
      id = self.next_shot, owner = ship.id,
      -- From the middle: the way to the muzzle is flown in this step, so nobody shoots through a wall he touches.
      x = ship.x, y = ship.y, dx = dx, dy = dy,
      lead = shot_rules.muzzle, ends_at = self.time + shot_rules.seconds,
    }
    self.shots[#self.shots + 1] = shot
    self:emit { type = "shot", shot = shot.id, ship = ship.id, x = ship.x, y = ship.y, angle = angle }
  end
end

function world_methods:kill(ship, killer)
  ship.alive, ship.health, ship.power = false, 0, nil
  ship.deaths = ship.deaths + 1
  ship.respawn_at = self.time + self.rules.respawn_delay
  if killer then killer.kills, killer.streak = killer.kills + 1, killer.streak + 1 end
  self:emit {
    type = "kill", ship = ship.id, by = killer and killer.id or 0, streak = killer and killer.streak or 0,
    ended = ship.streak, x = ship.x, y = ship.y,
  }
  ship.streak = 0
end

function world_methods:hit(ship, shot)
  if ship.protected_until > self.time then return end
  ship.health = ship.health - self.rules.shot.damage
  if ship.health <= 0 then self:kill(ship, self.by_id[shot.owner]) end
end

--- The first thing a shot meets on its way: where (0 to 1), and the ship, if it is one.
function world_methods:first_contact(shot, dx, dy)
  local x, y, at, victim = shot.x, shot.y, nil, nil
  local walls = self.near:walls_at(x, y)
  for index = 1, #walls do
    local here = geometry.segment_wall(walls[index], x, y, dx, dy, 0)
    if here and (not at or here < at) then at = here end
  end
  local reach = self.rules.movement.ship_radius + self.rules.shot.radius
  local ships, count = self.near:ships_at(x, y)
  for index = 1, count do
    local ship = ships[index]
    if ship.alive and ship.id ~= shot.owner then
      local here = geometry.segment_circle(ship.x, ship.y, reach, x, y, dx, dy)
      if here and (not at or here < at) then at, victim = here, ship end
    end
  end
  return at, victim
end

local function outside(map, x, y)
  return x < 0 or y < 0 or x > map.width or y > map.height
end

--- Moves a shot; false when it is gone.
function world_methods:fly(shot, dt)
  local way = self.rules.shot.speed * dt + shot.lead
  shot.lead = 0
  local dx, dy = shot.dx * way, shot.dy * way
  local at, victim = self:first_contact(shot, dx, dy)
  shot.x, shot.y = shot.x + dx * (at or 1), shot.y + dy * (at or 1)
  if not at and self.time < shot.ends_at and not outside(self.map, shot.x, shot.y) then return true end
  self:emit {
    type = "shot_end", shot = shot.id, ship = victim and victim.id or 0,
    x = geometry.clamp(shot.x, 0, self.map.width), y = geometry.clamp(shot.y, 0, self.map.height),
  }
  if victim then self:hit(victim, shot) end
  return false
end

function world_methods:fly_shots(dt)
  local shots, count = self.shots, 0
  for index = 1, #shots do
    local shot = shots[index]
    shots[index] = nil
    if self:fly(shot, dt) then
      count = count + 1
      shots[count] = shot
    end
  end
end

--- From left to right. Ships move little in a step: hardly any changes its place in the list.
function world_methods:sort_by_x()
  local list = self.by_x
  for index = 2, #list do
    local ship, at = list[index], index - 1
    while at > 0 and list[at].x > ship.x do
      list[at + 1] = list[at]
      at = at - 1
    end
    list[at + 1] = ship
  end
end

function world_methods:push_apart(a, b)
  local m = self.rules.movement
  local reach, dx, dy = 2 * m.ship_radius, b.x - a.x, b.y - a.y
  local distance_2 = dx * dx + dy * dy
  if distance_2 >= reach * reach then return end
  if distance_2 == 0 then dx, distance_2 = 0.001, 0.001 ^ 2 end -- two that appeared on one spot: any way will do
  local distance = math.sqrt(distance_2)
  local push = (reach - distance) / distance / 2
  a.x, a.y, b.x, b.y = a.x - dx * push, a.y - dy * push, b.x + dx * push, b.y + dy * push
  movement.settle(a, self.map, self.near:walls_at(a.x, a.y), m.ship_radius)
  movement.settle(b, self.map, self.near:walls_at(b.x, b.y), m.ship_radius)
end

--- Two ships in one place push each other aside.
function world_methods:separate()
  self:sort_by_x()
  local list, reach = self.by_x, 2 * self.rules.movement.ship_radius
  for index, a in ipairs(list) do
    local next_one, b = index + 1, list[index + 1]
    while a.alive and b and b.x - a.x < reach do
      if b.alive then self:push_apart(a, b) end
      next_one = next_one + 1
      b = list[next_one]
    end
  end
end

function world_methods:take(ship, pickup)
  local rules = self.rules.pickup
  if pickup.kind == "health" then
    if ship.health >= self.rules.max_health then return false end
    ship.health = math.min(self.rules.max_health, ship.health + rules.health)
  else
    ship.power, ship.power_until = pickup.kind, self.time + rules.power_seconds
  end
  return true
end

function world_methods:collect()
  local reach = self.rules.movement.ship_radius + self.rules.pickup.radius
  for index, pickup in ipairs(self.pickups) do
    local place = self.map.pickups[index]
    if not pickup.kind and self.time >= pickup.back_at then pickup.kind = place.kind end
    local ships, count = self.near:ships_at(place.x, place.y)
    for near_one = 1, count do
      local ship = ships[near_one]
      local dx, dy = ship.x - place.x, ship.y - place.y
      if pickup.kind and ship.alive and dx * dx + dy * dy < reach * reach and self:take(ship, pickup) then
        pickup.kind, pickup.back_at = nil, self.time + self.rules.pickup.respawn
        self:emit { type = "pickup", ship = ship.id, place = index }
      end
    end
  end
end

function world_methods:step_ship(ship, dt)
  if not ship.alive then
    if self.time >= ship.respawn_at then self:spawn(ship) end
    return
  end
  local input = ship.input
  ship.aim = input.aim
  if movement.step(ship, input, self.rules.movement, self.map, dt, self.near) then
    self:emit { type = "dash", ship = ship.id }
  end
  if ship.power and self.time >= ship.power_until then ship.power = nil end
  if input.fire and self.time >= ship.next_shot_at and not self.peaceful then self:fire(ship) end
end

--- The floor in cells, which know what a shot can reach in a step of dt seconds.
function world_methods:look_around(dt)
  if self.near_dt == dt then return end
  local shot, m, pickup = self.rules.shot, self.rules.movement, self.rules.pickup
  local way = shot.speed * dt + shot.muzzle
  self.near = nearby.new(self.map, math.max(way, movement.reach(m, dt)),
    m.ship_radius + math.max(way + shot.radius, pickup.radius))
  self.near_dt = dt
end

--- One step of dt seconds. Returns the events of this step.
function world_methods:step(dt)
  self.tick, self.time, self.dt = self.tick + 1, self.time + dt, dt
  self.events = {}
  self:look_around(dt)
  for _, ship in ipairs(self.ships) do self:step_ship(ship, dt) end
  self:separate()
  self.near:place_ships(self.ships)
  self:fly_shots(dt)
  self:collect()
  return self.events
end

return simulation
