-- SPDX-License-Identifier: Apache-2.0
-- The golden messages of the arena protocol and a golden trace of its movement, and how they are written to
-- tests/spec/arena_protocol_vectors.json, which the page's own code is checked against.

local movement = require "movement"
local map = require "maps".find()
local protocol = require "protocol"
local rules = require "rules"

local vectors = {}

vectors.path = "tests/spec/arena_protocol_vectors.json"

-- Values that survive the wire unchanged, so that reading gives back what was written.
local SNAPSHOT = {
  own = { ship = 3, ack = 65535, vx = -340.5, vy = 12.25, dash_left = 0.25, dash_wait = 1.5, power_left = 6.5,
    respawn_left = 0 },
  shared = {
    tick = 4000000000, phase = protocol.phases.playing, left = 74.5, round = 2, rounds = 3, tick_us = 412,
    ships = {
      { ship = 3, flags = 9, x = 1000.5, y = 650, vx = -344, vy = 16, aim = 0, health = 100, kills = 4 },
      { ship = 16, flags = 0, x = 20, y = 1280.0625, vx = 0, vy = 0, aim = math.pi / 2, health = 0, kills = 255 },
    },
    pickups = { { kind = 3 }, { kind = 0 } },
    events = {
      { type = "spawn", ship = 3, x = 100, y = 90 },
      { type = "shot", shot = 65535, ship = 3, x = 100, y = 90, angle = math.pi },
      { type = "shot_end", shot = 258, ship = 0, x = 0, y = 1300 },
      { type = "kill", ship = 16, by = 3, streak = 3, ended = 254, x = 20, y = 1280 },
      { type = "pickup", ship = 3, place = 2 },
      { type = "dash", ship = 16 },
    },
  },
}

vectors.client = {
  { "hello", { flags = 1, name = "Mia Ö." } },
  { "input", { sequence = 513, move_x = -1, move_y = 1, aim = math.pi * 1.5, buttons = 3 } },
  { "ping", { stamp = 305419896 } },
}

vectors.server = {
  { "greeting", {} },
  { "welcome", { ship = 3, tick_rate = 30, max_players = 8,
    session = "arn:aws:gamelift:us-east-1::gamesession/fleet-1/gsess-2", player_session = "psess-3",
    ship_radius = 20, max_speed = 340, acceleration = 2600, braking = 1500, dash_speed = 900, dash_seconds = 0.25,
    dash_cooldown = 1.5, shot_speed = 880, width = 2000, height = 1300,
    walls = { { x = 740, y = 440, w = 150, h = 40 } }, pickups = { { x = 1000, y = 650 } } } },
  { "roster", { seats = {
    { ship = 3, state = protocol.seat_states.accepted, flags = 0, name = "mia" },
    { ship = 0, state = protocol.seat_states.reserved, flags = 1, name = "Vega" },
    { ship = 0, state = protocol.seat_states.left, flags = 0, name = "левон" },
  } } },
  { "snapshot", SNAPSHOT },
  { "service", { backfill = protocol.backfill_states.searching, wanted = 2, elapsed = 4.5, draining = 0, left = 0 } },
  { "notice", { tone = protocol.tones.good, call = "AcceptPlayerSession", text = "mia was accepted" } },
  { "scores", { round = 3, rounds = 3, final = 1, rows = {
    { ship = 3, kills = 9, deaths = 4, total = 312, won = 2, name = "mia",
      past = { { kills = 5 }, { kills = 0 }, { kills = 9 } } },
    { ship = 16, kills = 0, deaths = 13, total = 0, won = 0, name = "", past = { { kills = protocol.absent } } },
  } } },
  { "pong", { stamp = 305419896, tick = 99 } },
}

function vectors.hex(bytes)
  return (bytes:gsub(".", function(byte) return ("%02x"):format(byte:byte()) end))
end

--- A ship that is flown about, and where it is after each step.
function vectors.movement_trace()
  local body = { x = 560, y = 90, vx = 0, vy = 0, dash_left = 0, dash_wait = 0 }
  local inputs, places = {}, {}
  for step = 1, 240 do
    local input = {
      move_x = math.floor(step / 50) % 2 == 0 and 1 or -0.5,
      move_y = math.floor(step / 30) % 3 - 1,
      aim = 1, dash = step % 64 == 20,
    }
    movement.step(body, input, rules.movement, map, 1 / 30)
    inputs[step] = input
    places[step] = { x = body.x, y = body.y }
  end
  return { start = { x = 560, y = 90 }, rules = rules.movement, map = { width = map.width, height = map.height,
    walls = map.walls }, inputs = inputs, places = places }
end

local function sorted_keys(object)
  local keys = {}
  for key in pairs(object) do keys[#keys + 1] = key end
  table.sort(keys)
  return keys
end

local encode

local function encode_object(object)
  local parts = {}
  for index, key in ipairs(sorted_keys(object)) do
    parts[index] = ("%q:"):format(key) .. encode(object[key])
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

function encode(value)
  if type(value) == "number" then
    return math.tointeger(value) and ("%d"):format(value) or ("%.17g"):format(value)
  elseif type(value) == "table" and value[1] then
    local parts = {}
    for index, item in ipairs(value) do parts[index] = encode(item) end
    return "[" .. table.concat(parts, ",") .. "]"
  elseif type(value) == "table" then
    return encode_object(value)
  elseif type(value) == "string" then
    return '"' .. value .. '"'
  end
  return tostring(value)
end

local function message_lines(messages, encode_message)
  local lines = {}
  for index, message in ipairs(messages) do
    lines[index] = "    " .. encode {
      name = message[1], hex = vectors.hex(encode_message(message[1], message[2])), fields = message[2],
    }
  end
  return table.concat(lines, ",\n")
end

--- The text of the file: one message a line.
function vectors.json()
  return ('{\n  "version": %d,\n  "client": [\n%s\n  ],\n  "server": [\n%s\n  ],\n  "movement": %s\n}\n'):format(
    protocol.version, message_lines(vectors.client, protocol.encode_client),
    message_lines(vectors.server, protocol.encode_server), encode(vectors.movement_trace()))
end

return vectors
