-- SPDX-License-Identifier: Apache-2.0
-- What a bot does with what it sees: seek, strafe, lead its aim, flee with little health, pick things up.
--
-- Pure: think(view, dt) -> input. The view holds what any client is told, nothing more:
--   { me = ship, ships = {...}, pickups = { { x, y, kind or nil } }, map, shot_speed, armed }
--   a ship: { ship, x, y, vx, vy, health, alive, protected }

local geometry = require "geometry"

local bot_brain = {}
local brain_methods = {}
brain_methods.__index = brain_methods

local TAU = 2 * math.pi
local SIGHT = 800     -- shots fly about this far
local FLEE_BELOW = 35 -- health

-- Ranges of temper: no two bots play alike, and none plays perfectly.
--   aim_error: radians; turn_rate: radians a second; range: how far away from an enemy it likes to be
--   burst, pause: seconds of fire, and between; patience: it fires where its aim is off by less (radians)
--   dash: how often a hit is answered with one
local SKILLS = {
  easy = {
    aim_error = { 0.20, 0.34 }, turn_rate = { 2.2, 3.4 }, range = { 260, 480 },
    burst = { 0.25, 0.7 }, pause = { 0.7, 1.6 }, patience = 0.3, dash = 0.15,
  },
  normal = {
    aim_error = { 0.05, 0.14 }, turn_rate = { 5, 9 }, range = { 220, 440 },
    burst = { 0.4, 1.3 }, pause = { 0.25, 0.75 }, patience = 0.2, dash = 0.45,
  },
  hard = {
    aim_error = { 0.01, 0.05 }, turn_rate = { 10, 14 }, range = { 160, 280 },
    burst = { 1.0, 2.2 }, pause = { 0.05, 0.2 }, patience = 0.12, dash = 0.6,
  },
}
-- In the first round of a match: who is new gets the time to learn.
local WARM_UP = { easy = "easy", normal = "easy", hard = "normal" }

local STILL = { move_x = 0, move_y = 0, aim = 0, fire = false, dash = false }

bot_brain.skills = { "easy", "normal", "hard" }

local function within(range, part)
  return range[1] + (range[2] - range[1]) * part
end

--- options: paths (pathfinder), random (function giving [0, 1)), skill ("normal" unless said).
function bot_brain.new(options)
  local random = options.random
  local brain = setmetatable({
    paths = options.paths,
    random = random,
    chosen = options.skill or "normal",
    steadiness = random(), nimbleness = random(), -- where this one is in the ranges of its skill
    boldness = random(),
    aim = 0,
    error_now = 0,
    strafe = random() < 0.5 and -1 or 1,
    strafe_left = 0,
    burst_left = 0,
    pause_left = 0.5,
    health_before = 100,
  }, brain_methods)
  brain:play_as(brain.chosen)
  return brain
end

function brain_methods:play_as(skill)
  local ranges = SKILLS[skill]
  self.playing_as, self.ranges = skill, ranges
  self.aim_error = within(ranges.aim_error, self.steadiness)
  self.turn_rate = within(ranges.turn_rate, self.nimbleness)
  self.range = within(ranges.range, self.boldness)
end

--- Before each round: in the first one of a match it plays below its skill.
function brain_methods:begin_round(round)
  local skill = round == 1 and WARM_UP[self.chosen] or self.chosen
  if skill ~= self.playing_as then self:play_as(skill) end
end

local function distance(a, b)
  local dx, dy = b.x - a.x, b.y - a.y
  return math.sqrt(dx * dx + dy * dy)
end

local function turned(from, to, most)
  local difference = (to - from + math.pi) % TAU - math.pi
  return (from + geometry.clamp(difference, -most, most)) % TAU
end

--- The enemy to deal with: near ones first, those in sight before the others, the last target preferred.
function brain_methods:choose_target(view)
  local best, best_cost, best_seen = nil, math.huge, false
  for _, other in ipairs(view.ships) do
    if other.ship ~= view.me.ship and other.alive then
      local seen = geometry.clear_way(view.map, view.me.x, view.me.y, other.x, other.y, 4)
      local cost = distance(view.me, other) + (seen and 0 or 600) + (other.protected and 400 or 0)
      if other.ship == self.target_id then cost = cost - 120 end
      if cost < best_cost then best, best_cost, best_seen = other, cost, seen end
    end
  end
  self.target_id = best and best.ship
  return best, best_seen
end

--- Where the target will be when a shot arrives.
local function lead(me, target, shot_speed)
  local x, y = target.x, target.y
  for _ = 1, 2 do
    local dx, dy = x - me.x, y - me.y
    local flight = math.sqrt(dx * dx + dy * dy) / shot_speed
    x, y = target.x + target.vx * flight, target.y + target.vy * flight
  end
  return math.atan(y - me.y, x - me.x)
end

function brain_methods:take_aim(view, target, dt)
  -- The error wanders, so that misses look like a person's.
  self.error_now = self.error_now * (1 - 2 * dt) + (self.random() - 0.5) * self.aim_error * 12 * dt
  local wanted = lead(view.me, target, view.shot_speed) + self.error_now
  self.aim = turned(self.aim, wanted, self.turn_rate * dt)
  return math.abs((wanted - self.aim + math.pi) % TAU - math.pi)
end

--- Shoots in bursts; between them the others have a chance.
function brain_methods:trigger(on_target, dt)
  if self.pause_left > 0 then
    self.pause_left = self.pause_left - dt
    if self.pause_left <= 0 then self.burst_left = within(self.ranges.burst, self.random()) end
    return false
  end
  if not on_target then return false end
  self.burst_left = self.burst_left - dt
  if self.burst_left <= 0 then self.pause_left = within(self.ranges.pause, self.random()) end
  return true
end

local function nearest_pickup(view, wanted)
  local best, best_distance
  for _, pickup in ipairs(view.pickups) do
    if pickup.kind and wanted(pickup.kind) then
      local far = distance(view.me, pickup)
      if not best or far < best_distance then best, best_distance = pickup, far end
    end
  end
  return best, best_distance
end

--- Away from the target, towards whichever corner of the floor is farthest from it.
local function refuge(view, target)
  local best, best_room = view.me, -1
  for _, fx in ipairs { 0.12, 0.5, 0.88 } do
    for _, fy in ipairs { 0.12, 0.88 } do
      local spot = { x = view.map.width * fx, y = view.map.height * fy }
      local room = distance(spot, target) - 0.6 * distance(spot, view.me)
      if room > best_room then best, best_room = spot, room end
    end
  end
  return best
end

--- Where to go when there is nothing to strafe round: a pickup worth its way, else the enemy.
local function choose_goal(view, target)
  local me = view.me
  if me.health < FLEE_BELOW then
    return nearest_pickup(view, function(kind) return kind == "health" end) or (target and refuge(view, target))
  end
  local pickup, far = nearest_pickup(view, function(kind) return kind ~= "health" or me.health < 70 end)
  if pickup and (not target or far < 350 or far < distance(me, target) * 0.6) then return pickup end
  return target
end

--- Sideways round the target, keeping the range this bot likes.
function brain_methods:strafe_round(me, target, dt)
  self.strafe_left = self.strafe_left - dt
  if self.strafe_left <= 0 then
    self.strafe = -self.strafe
    self.strafe_left = 0.5 + 1.1 * self.random()
  end
  local dx, dy = target.x - me.x, target.y - me.y
  local far = math.max(1, math.sqrt(dx * dx + dy * dy))
  local closer = geometry.clamp((far - self.range) / 150, -1, 1)
  dx, dy = dx / far, dy / far
  return dx * closer - dy * self.strafe, dy * closer + dx * self.strafe
end

local function towards(paths, me, goal)
  local x, y = paths:steer(me.x, me.y, goal.x, goal.y)
  local dx, dy = x - me.x, y - me.y
  local length = math.sqrt(dx * dx + dy * dy)
  if length < 8 then return 0, 0 end
  return dx / length, dy / length
end

function brain_methods:steer(view, target, seen, dt)
  local goal = choose_goal(view, target)
  if target and seen and goal == target and distance(view.me, target) < self.range + 150 then
    return self:strafe_round(view.me, target, dt)
  end
  if goal then return towards(self.paths, view.me, goal) end
  return 0, 0
end

--- A dash when hit, most of the time; sometimes to close in.
function brain_methods:wants_dash(me, dt)
  local hit = me.health < self.health_before
  self.health_before = me.health
  return (hit and self.random() < self.ranges.dash) or self.random() < 0.08 * dt
end

--- Returns move_x, move_y, aim, fire and dash in a table, as protocol "input" wants them.
function brain_methods:think(view, dt)
  local me = view.me
  if not me or not me.alive then return STILL end
  local target, seen = self:choose_target(view)
  local move_x, move_y = self:steer(view, target, seen, dt)
  local on_target = false
  if target then
    local off = self:take_aim(view, target, dt)
    on_target = seen and not target.protected and off < self.ranges.patience and distance(me, target) < SIGHT
  elseif move_x ~= 0 or move_y ~= 0 then
    self.aim = turned(self.aim, math.atan(move_y, move_x), self.turn_rate * dt)
  end
  return {
    move_x = move_x, move_y = move_y, aim = self.aim,
    fire = self:trigger(on_target and view.armed, dt),
    dash = self:wants_dash(me, dt),
  }
end

return bot_brain
