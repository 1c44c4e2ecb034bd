-- SPDX-License-Identifier: Apache-2.0
package.path = "game/arena/?.lua;" .. package.path

local bot_brain = require "bot_brain"
local geometry = require "geometry"
local map = require "maps".find()
local pathfinder = require "pathfinder"
local rules = require "rules"
local simulation = require "simulation"

local DT = 1 / 30

local function view_of(world, id)
  local view = { ships = {}, pickups = {}, map = world.map, shot_speed = rules.shot.speed, armed = true }
  for index, ship in ipairs(world.ships) do
    local seen = {
      ship = ship.id, x = ship.x, y = ship.y, vx = ship.vx, vy = ship.vy, health = ship.health, alive = ship.alive,
      protected = ship.protected_until > world.time,
    }
    view.ships[index] = seen
    if ship.id == id then view.me = seen end
  end
  for index, pickup in ipairs(world.pickups) do
    view.pickups[index] = { x = world.map.pickups[index].x, y = world.map.pickups[index].y, kind = pickup.kind }
  end
  return view
end

--- skills: of each bot. think(view, dt) in place of a skill plays by itself.
local function play(skills, seconds, seed, round)
  local bots = #skills
  local world, paths = simulation.new { seed = seed }, pathfinder.new(map)
  local brains, travelled = {}, {}
  for id = 1, bots do
    world:add(id)
    if type(skills[id]) == "table" then
      brains[id] = skills[id]
    else
      brains[id] = bot_brain.new { paths = paths, random = function() return world:random() end, skill = skills[id] }
      brains[id]:begin_round(round or 2)
    end
    travelled[id] = 0
  end
  for _ = 1, math.floor(seconds / DT) do
    for id = 1, bots do world:set_input(id, brains[id]:think(view_of(world, id), DT)) end
    local before = {}
    for _, ship in ipairs(world.ships) do before[ship.id] = { ship.x, ship.y, ship.alive } end
    world:step(DT)
    for _, ship in ipairs(world.ships) do
      local was = before[ship.id]
      if ship.alive and was[3] then
        travelled[ship.id] = travelled[ship.id] + math.sqrt((ship.x - was[1]) ^ 2 + (ship.y - was[2]) ^ 2)
      end
    end
  end
  return world, travelled
end

describe("paths", function()
  local paths = pathfinder.new(map)

  it("lead from every spawn to every other", function()
    for _, from in ipairs(map.spawns) do
      local field = paths:distances(paths:cell_at(from.x, from.y))
      for _, to in ipairs(map.spawns) do assert.is_number(field[paths:cell_at(to.x, to.y)]) end
    end
  end)

  it("are straight where nothing is in the way", function()
    assert.same({ 400, 100 }, { paths:steer(120, 100, 400, 100) })
  end)

  it("go round a wall, in plain sight", function()
    local x, y = paths:steer(250, 650, 420, 650)
    assert.are_not.same({ 420, 650 }, { x, y })
    assert.is_true(geometry.clear_way(map, 250, 650, x, y, 10))
  end)
end)

describe("a bot", function()
  it("finds its enemies, fights them and keeps moving", function()
    local world, travelled = play({ "normal", "normal", "normal", "normal" }, 60, 2)
    local kills = 0
    for _, ship in ipairs(world.ships) do
      kills = kills + ship.kills
      assert.is_true(travelled[ship.id] > 3000)
    end
    -- A fight worth watching: not a shy one, and not a slaughter.
    assert.is_true(kills >= 4 and kills <= 60, kills .. " kills")
  end)

  it("is beaten by a better one", function()
    for _, pair in ipairs { { "hard", "normal" }, { "normal", "easy" } } do
      local better, worse = 0, 0
      for seed = 1, 2 do
        local world = play({ pair[1], pair[2], pair[1], pair[2] }, 60, seed)
        for _, ship in ipairs(world.ships) do
          if ship.id % 2 == 1 then better = better + ship.kills else worse = worse + ship.kills end
        end
      end
      assert.is_true(better > 1.2 * worse, ("%s %d, %s %d"):format(pair[1], better, pair[2], worse))
    end
  end)

  --- Somebody who has just found the keys: stands about, turns slowly to whoever is near, and holds the trigger.
  local function newcomer()
    local one = { aim = 0, time = 0 }
    function one.think(_, view, dt)
      one.time = one.time + dt
      local me, nearest, least = view.me, nil, math.huge
      for _, other in ipairs(view.ships) do
        local far = (other.x - me.x) ^ 2 + (other.y - me.y) ^ 2
        if other ~= me and other.alive and far < least then nearest, least = other, far end
      end
      if nearest then
        local off = (math.atan(nearest.y - me.y, nearest.x - me.x) - one.aim + math.pi) % (2 * math.pi) - math.pi
        one.aim = one.aim + geometry.clamp(off, -3 * dt, 3 * dt) + 0.25 * math.sin(one.time * 5) * dt
      end
      return { move_x = 0.6 * math.sin(one.time), move_y = 0, aim = one.aim % (2 * math.pi), fire = true, dash = false }
    end
    return one
  end

  it("lets a newcomer score in the first round", function()
    local kills = 0
    for seed = 1, 3 do
      local world = play({ newcomer(), "normal", "normal", "normal" }, rules.match.round_seconds, seed, 1)
      assert.is_true(world.by_id[1].kills >= 1, "seed " .. seed)
      kills = kills + world.by_id[1].kills
    end
    assert.is_true(kills >= 6, kills .. " kills")
  end)

  it("holds its fire while nobody may shoot", function()
    local world = simulation.new { seed = 1 }
    world:add(1)
    world:add(2)
    world:step(DT)
    local view = view_of(world, 1)
    view.armed, view.me.x, view.me.y = false, 100, 90
    local brain = bot_brain.new { paths = pathfinder.new(map), random = math.random }
    for _ = 1, 120 do assert.is_falsy(brain:think(view, DT).fire) end
  end)

  it("leaves the enemy for a health pickup when it is nearly destroyed", function()
    local me = { ship = 1, x = 400, y = 650, vx = 0, vy = 0, health = 20, alive = true }
    local enemy = { ship = 2, x = 500, y = 650, vx = 0, vy = 0, health = 100, alive = true }
    local open_floor = { width = 2000, height = 1300, walls = {} }
    local brain = bot_brain.new { paths = pathfinder.new(open_floor), random = function() return 0.5 end }
    local input = brain:think({
      me = me, ships = { me, enemy }, map = open_floor, shot_speed = 880, armed = true,
      pickups = { { x = 200, y = 650, kind = "health" } },
    }, DT)
    assert.is_true(input.move_x < -0.9)
  end)

  it("does nothing while it is destroyed", function()
    local brain = bot_brain.new { paths = pathfinder.new(map), random = math.random }
    local input = brain:think({ me = { ship = 1, alive = false }, ships = {}, pickups = {}, map = map }, DT)
    assert.is_false(input.fire)
    assert.equal(0, input.move_x)
  end)
end)
