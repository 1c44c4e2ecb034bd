-- SPDX-License-Identifier: Apache-2.0
-- An ordinary client of the arena, with a brain in place of a person: messages in, messages out.
--
-- Pure: send(bytes) is given, time is an argument. What it knows is what the server tells every player.

local bot_brain = require "bot_brain"
local pathfinder = require "pathfinder"
local protocol = require "protocol"
local rules = require "rules"

local bot_client = {}
local client_methods = {}
client_methods.__index = client_methods

local flag = protocol.ship_flags
local ARMED = { [protocol.phases.playing] = true, [protocol.phases.waiting] = true }

--- options: name, random (function giving [0, 1)), send(bytes), skill (of bot_brain.skills).
function bot_client.new(options)
  return setmetatable({
    name = options.name, random = options.random, send = options.send, skill = options.skill,
    sequence = 0,
    over = nil, -- why there is nothing more to do here: a few words
  }, client_methods)
end

local handlers = {}

function handlers.greeting(self)
  self.brain = nil
  self.send(protocol.encode_client("hello", { flags = protocol.hello_flags.bot, name = self.name }))
end

function handlers.welcome(self, message)
  self.map = { width = message.width, height = message.height, walls = message.walls }
  self.pickup_places = message.pickups
  self.shot_speed = message.shot_speed
  self.brain = bot_brain.new { paths = pathfinder.new(self.map), random = self.random, skill = self.skill }
  self.session_id = message.session
end

function handlers.snapshot(self, message)
  self.snapshot = message
  if self.brain then self.brain:begin_round(message.shared.round) end
end

function handlers.scores(self, message)
  if message.final == 0 then return end
  for place, row in ipairs(message.rows) do
    if row.name == self.name then self.over = ("the match is over, place %d of %d"):format(place, #message.rows) end
  end
  self.over = self.over or "the match is over"
end

function handlers.service(self, message)
  if message.draining ~= 0 then self.over = self.over or "the session is being ended" end
end

--- A message from the server. Returns nil, or what is wrong with it.
function client_methods:receive(bytes)
  local message, problem = protocol.decode_server(bytes)
  if not message then return problem end
  local handler = handlers[message.type]
  if handler then handler(self, message) end
  return nil
end

local function seen_ship(ship)
  return {
    ship = ship.ship, x = ship.x, y = ship.y, vx = ship.vx, vy = ship.vy, health = ship.health,
    alive = ship.flags & flag.alive ~= 0, protected = ship.flags & flag.protected ~= 0,
  }
end

function client_methods:view()
  local own, shared = self.snapshot.own, self.snapshot.shared
  local view = {
    ships = {}, pickups = {}, map = self.map, shot_speed = self.shot_speed, armed = ARMED[shared.phase] or false,
  }
  for index, ship in ipairs(shared.ships) do
    local seen = seen_ship(ship)
    view.ships[index] = seen
    if seen.ship == own.ship then view.me = seen end
  end
  for index, place in ipairs(self.pickup_places) do
    local kind = rules.pickup.kinds[shared.pickups[index] and shared.pickups[index].kind]
    view.pickups[index] = { x = place.x, y = place.y, kind = kind }
  end
  return view
end

--- One tick: looks, decides, sends its input.
function client_methods:play(dt)
  if not (self.brain and self.snapshot) then return end
  local input = self.brain:think(self:view(), dt)
  self.sequence = (self.sequence + 1) % 65536
  local buttons = (input.fire and protocol.buttons.fire or 0) | (input.dash and protocol.buttons.dash or 0)
  self.send(protocol.encode_client("input", {
    sequence = self.sequence, move_x = input.move_x, move_y = input.move_y, aim = input.aim, buttons = buttons,
  }))
end

return bot_client
