-- SPDX-License-Identifier: Apache-2.0
package.path = "game/arena/?.lua;" .. package.path

local geometry = require "geometry"
local maps = require "maps"
local movement = require "movement"
local pathfinder = require "pathfinder"
local rules = require "rules"
local simulation = require "simulation"

local DT = 1 / 30
local EMPTY = { width = 2000, height = 1300, walls = {}, spawns = { { x = 500, y = 500 } }, pickups = {} }

local function input(fields)
  local all = { sequence = 0, move_x = 0, move_y = 0, aim = 0, fire = false, dash = false }
  for key, value in pairs(fields) do all[key] = value end
  return all
end

local function steps(world, count)
  local events = {}
  for _ = 1, count do
    for _, event in ipairs(world:step(DT)) do events[#events + 1] = event end
  end
  return events
end

local function of_type(events, kind)
  local found = {}
  for _, event in ipairs(events) do
    if event.type == kind then found[#found + 1] = event end
  end
  return found
end

--- Two ships that have appeared, side by side, out of their protection.
local function duel(options)
  local world = simulation.new(options or { seed = 1, map = EMPTY })
  local a, b = world:add(1), world:add(2)
  steps(world, 1)
  a.x, a.y, b.x, b.y = 500, 500, 800, 500
  a.protected_until, b.protected_until = 0, 0
  return world, a, b
end

for _, name in ipairs(maps.names) do
  local one = maps.find(name)

  describe("the map " .. name, function()
    it("has sixteen spawns and its pickups on free floor", function()
      assert.equal(16, #one.spawns)
      for _, places in ipairs { one.spawns, one.pickups } do
        for _, place in ipairs(places) do
          assert.is_true(place.x > 0 and place.y > 0 and place.x < one.width and place.y < one.height)
          for _, wall in ipairs(one.walls) do
            assert.is_nil(geometry.push_out(wall, place.x, place.y, rules.movement.ship_radius))
          end
        end
      end
    end)

    it("has room for a ship between any two walls that do not touch, and along the border", function()
      local width = 2 * rules.movement.ship_radius
      for i, a in ipairs(one.walls) do
        for _, gap in ipairs { a.x, a.y, one.width - a.x - a.w, one.height - a.y - a.h } do
          assert.is_true(gap == 0 or gap > width)
        end
        for j = i + 1, #one.walls do
          local b = one.walls[j]
          local gap_x = math.max(b.x - (a.x + a.w), a.x - (b.x + b.w))
          local gap_y = math.max(b.y - (a.y + a.h), a.y - (b.y + b.h))
          local gap = math.max(gap_x, gap_y)
          assert.is_true(gap <= 0 or gap > width)
        end
      end
    end)

    it("lets bots go from every spawn to every other, and to all that lies about", function()
      local paths = pathfinder.new(one)
      for _, from in ipairs(one.spawns) do
        local field = paths:distances(paths:cell_at(from.x, from.y))
        for _, places in ipairs { one.spawns, one.pickups } do
          for _, to in ipairs(places) do assert.is_number(field[paths:cell_at(to.x, to.y)]) end
        end
      end
    end)
  end)
end

describe("a map that does not exist", function()
  it("is refused with those that do", function()
    local found, problem = maps.find "../rules"
    assert.is_nil(found)
    assert.equal('there is no map "../rules": the arena has ring, canyon, islands', problem)
  end)
end)

describe("movement", function()
  local m = rules.movement

  it("reaches the top speed and never passes it without a dash", function()
    local body = { x = 200, y = 500, vx = 0, vy = 0, dash_left = 0, dash_wait = 0 }
    for _ = 1, 30 do movement.step(body, input { move_x = 1, move_y = 1 }, m, EMPTY, DT) end
    local speed = math.sqrt(body.vx ^ 2 + body.vy ^ 2)
    assert.is_true(math.abs(speed - m.max_speed) < 0.001)
  end)

  it("glides to a stop when the stick is released", function()
    local body = { x = 500, y = 500, vx = m.max_speed, vy = 0, dash_left = 0, dash_wait = 0 }
    movement.step(body, input {}, m, EMPTY, DT)
    assert.is_true(body.vx > 0)
    for _ = 1, 30 do movement.step(body, input {}, m, EMPTY, DT) end
    assert.equal(0, body.vx)
  end)

  it("dashes once, and again only after the cooldown", function()
    local body = { x = 500, y = 500, vx = 0, vy = 0, dash_left = 0, dash_wait = 0 }
    local dashes = 0
    for _ = 1, math.floor(m.dash_cooldown / DT) do
      if movement.step(body, input { dash = true, move_y = -1 }, m, EMPTY, DT) then dashes = dashes + 1 end
    end
    assert.equal(1, dashes)
    for _ = 1, 2 do
      if movement.step(body, input { dash = true, move_y = -1 }, m, EMPTY, DT) then dashes = dashes + 1 end
    end
    assert.equal(2, dashes)
  end)

  it("never enters a wall, however it is steered", function()
    local world = simulation.new { seed = 7 }
    for id = 1, 16 do world:add(id) end
    for tick = 1, 300 do
      for id = 1, 16 do
        world:set_input(id, input {
          move_x = math.cos(id * 1.7 + tick / 40), move_y = math.sin(id * 2.3 + tick / 25), dash = tick % 50 < 5,
        })
      end
      world:step(DT)
      for _, ship in ipairs(world.ships) do
        assert.is_true(ship.x >= 19.9 and ship.x <= world.map.width - 19.9)
        assert.is_true(ship.y >= 19.9 and ship.y <= world.map.height - 19.9)
        for _, wall in ipairs(world.map.walls) do
          assert.is_nil(geometry.push_out(wall, ship.x, ship.y, 2))
        end
      end
    end
  end)
end)

describe("shots", function()
  it("hurt the ship they meet, and kill after enough of them", function()
    local world, a, b = duel()
    world:set_input(1, input { fire = true, aim = 0 })
    local events = steps(world, 60)
    local kills = of_type(events, "kill")
    assert.same({ { type = "kill", ship = 2, by = 1, streak = 1, ended = 0, x = 800, y = 500 } }, kills)
    assert.equal(1, a.kills)
    assert.equal(1, b.deaths)
    local needed = math.ceil(rules.max_health / rules.shot.damage)
    local hits = 0
    for _, event in ipairs(of_type(events, "shot_end")) do
      if event.ship == 2 then hits = hits + 1 end
    end
    assert.equal(needed, hits)
  end)

  it("make a streak, until its owner is destroyed himself", function()
    local world, a, b = duel()
    local function destroy(victim, killer)
      world.events = {}
      world:kill(victim, killer)
      return world.events[1]
    end
    assert.equal(1, destroy(b, a).streak)
    assert.equal(2, destroy(b, a).streak)
    local ended = destroy(a, b)
    assert.same({ 1, 2 }, { ended.streak, ended.ended })
    assert.equal(1, destroy(b, a).streak)
    world:reset()
    assert.equal(1, destroy(b, a).streak)
  end)

  it("stop at walls, even at a wall the ship touches", function()
    local walled = { width = 2000, height = 1300, walls = { { x = 520, y = 300, w = 40, h = 400 } },
      spawns = EMPTY.spawns, pickups = {} }
    local world, _, b = duel { seed = 1, map = walled }
    b.x = 620
    world:set_input(1, input { fire = true })
    local events = steps(world, 30)
    assert.equal(rules.max_health, b.health)
    for _, event in ipairs(of_type(events, "shot_end")) do assert.is_true(event.x <= 520.001) end
  end)

  it("keep their rate, whatever the tick", function()
    local world = duel()
    world:set_input(1, input { fire = true, aim = math.pi / 2 })
    local events = steps(world, 300)
    local expected = 300 * DT / rules.shot.interval
    assert.is_true(math.abs(#of_type(events, "shot") - expected) <= 1.5)
  end)

  it("do nothing to a ship that has just appeared, and end the protection of the one who fires", function()
    local world, a, b = duel()
    a.protected_until, b.protected_until = world.time + 1, world.time + 1
    world:set_input(1, input { fire = true })
    steps(world, 20)
    assert.equal(rules.max_health, b.health)
    assert.equal(0, a.protected_until)
  end)

  it("are not fired in peace", function()
    local world = duel()
    world.peaceful = true
    world:set_input(1, input { fire = true })
    assert.same({}, of_type(steps(world, 30), "shot"))
  end)
end)

describe("a ship that was destroyed", function()
  it("appears again after the delay, with full health, where there is room", function()
    local world = simulation.new { seed = 3 }
    local a, b = world:add(1), world:add(2)
    steps(world, 1)
    world:kill(b, a)
    local events = steps(world, math.floor(rules.respawn_delay / DT) - 1)
    assert.is_false(b.alive)
    assert.same({}, of_type(events, "spawn"))
    steps(world, 3)
    assert.is_true(b.alive)
    assert.equal(rules.max_health, b.health)
    assert.is_true(math.abs(a.x - b.x) + math.abs(a.y - b.y) > 300)
  end)
end)

describe("pickups", function()
  local function one_pickup(kind)
    return { width = 2000, height = 1300, walls = {}, spawns = EMPTY.spawns,
      pickups = { { x = 500, y = 500, kind = kind } } }
  end

  it("heal the wounded, and wait for them", function()
    local world, a = duel { seed = 1, map = one_pickup "health" }
    steps(world, 1)
    assert.equal("health", world.pickups[1].kind)
    a.health = 30
    local events = steps(world, 1)
    assert.equal(30 + rules.pickup.health, a.health)
    assert.same({ { type = "pickup", ship = 1, place = 1 } }, of_type(events, "pickup"))
    assert.is_nil(world.pickups[1].kind)
  end)

  it("come back after a while", function()
    local world, a = duel { seed = 1, map = one_pickup "rapid" }
    steps(world, 1)
    assert.equal("rapid", a.power)
    a.x = 900
    steps(world, math.ceil(rules.pickup.respawn / DT) + 1)
    assert.equal("rapid", world.pickups[1].kind)
    assert.is_nil(a.power)
  end)

  it("make three shots of one", function()
    local world = duel { seed = 1, map = one_pickup "spread" }
    steps(world, 1)
    world:set_input(1, input { fire = true, aim = 3 })
    assert.equal(3, #of_type(steps(world, 1), "shot"))
  end)
end)

describe("the world", function()
  local function play(seed)
    local world = simulation.new { seed = seed }
    for id = 1, 6 do world:add(id) end
    local trace = {}
    for tick = 1, 400 do
      for id = 1, 6 do
        world:set_input(id, input {
          move_x = math.sin(id + tick / 30), move_y = math.cos(id * 3 + tick / 20),
          aim = (id + tick / 15) % 6.28, fire = tick % 3 > 0, dash = tick % 70 == id,
        })
      end
      for _, event in ipairs(world:step(DT)) do
        trace[#trace + 1] = event.type .. (event.ship or "") .. ("%.3f"):format(event.x or 0)
      end
    end
    return table.concat(trace, " ")
  end

  it("is the same for the same seed and inputs, and another for another seed", function()
    assert.equal(play(5), play(5))
    assert.are_not.equal(play(5), play(6))
  end)

  --- Looks at everything, wherever it is.
  local function far_sighted(world)
    local alive = {}
    return {
      walls_at = function() return world.map.walls end,
      place_ships = function(_, ships)
        alive = {}
        for _, ship in ipairs(ships) do
          if ship.alive then alive[#alive + 1] = ship end
        end
      end,
      ships_at = function() return alive, #alive end,
    }
  end

  --- Many ships in a random fight: what happened, and where everybody was in the end.
  local function fight(seed, count, dt, looks_everywhere)
    local world, random, trace = simulation.new { seed = seed }, simulation.new { seed = seed + 1 }, {}
    if looks_everywhere then world.near, world.near_dt = far_sighted(world), dt end
    for id = 1, count do world:add(id) end
    for tick = 1, math.floor(6 / dt) do
      for id = 1, count do
        if (tick + id) % 12 == 0 then
          world:set_input(id, input {
            move_x = random:random() * 2 - 1, move_y = random:random() * 2 - 1, aim = random:random() * 6.28,
            fire = random:random() < 0.8, dash = random:random() < 0.5,
          })
        end
      end
      for _, event in ipairs(world:step(dt)) do
        local x, y = event.x or 0, event.y or event.place or 0
        trace[#trace + 1] = ("%s %d %.17g %.17g"):format(event.type, event.ship, x, y)
      end
    end
    for _, ship in ipairs(world.ships) do trace[#trace + 1] = ("%.17g %.17g %d"):format(ship.x, ship.y, ship.kills) end
    return table.concat(trace, "\n")
  end

  it("goes on as if everything were looked at, though only what is near is", function()
    for seed, case in ipairs { { 2, DT }, { 16, DT }, { 40, DT }, { 24, 1 / 10 }, { 12, 1 / 120 } } do
      local count, dt = case[1], case[2]
      assert.is_true(fight(seed, count, dt, true) == fight(seed, count, dt, false), ("%d ships"):format(count))
    end
  end)

  it("pushes ships apart, also those that appear on one spot", function()
    local world = simulation.new { seed = 3, map = EMPTY }
    for id = 1, 8 do world:add(id) end
    steps(world, 200)
    for i, a in ipairs(world.ships) do
      for j = i + 1, #world.ships do
        local b = world.ships[j]
        assert.is_true((a.x - b.x) ^ 2 + (a.y - b.y) ^ 2 > (1.5 * rules.movement.ship_radius) ^ 2)
      end
    end
  end)

  it("forgets a player who leaves; his shots go on", function()
    local world, _, b = duel()
    world:set_input(1, input { fire = true })
    steps(world, 2)
    world:remove(1)
    steps(world, 20)
    assert.equal(1, #world.ships)
    assert.is_true(b.health < rules.max_health)
  end)
end)
