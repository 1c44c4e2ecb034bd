-- SPDX-License-Identifier: Apache-2.0
-- The messages between the arena and its players: binary, little-endian, one WebSocket message each.
--
-- Byte 1 is the version, byte 2 the type, the fields follow as listed below; packing.lua says what a field is.
-- Positions, angles and speeds are integers on the wire, so no message can carry a NaN or an infinity.
-- assets/arena/protocol.js holds the same tables; tests/spec/arena_protocol_vectors.json keeps the two alike, by golden
-- bytes.

local packing = require "packing"

local protocol = {}

protocol.version = 2
protocol.most_ships = 255 -- their numbers are bytes, and 0 is nobody

protocol.events = {
  { "spawn", { "ship", "u8" }, { "x", "length" }, { "y", "length" } },
  { "shot", { "shot", "u16" }, { "ship", "u8" }, { "x", "length" }, { "y", "length" }, { "angle", "angle" } },
  { "shot_end", { "shot", "u16" }, { "ship", "u8" }, { "x", "length" }, { "y", "length" } },
  -- streak: how many `by` has destroyed since it was last destroyed; ended: how many `ship` had
  { "kill", { "ship", "u8" }, { "by", "u8" }, { "streak", "u8" }, { "ended", "u8" }, { "x", "length" },
    { "y", "length" } },
  { "pickup", { "ship", "u8" }, { "place", "u8" } },
  { "dash", { "ship", "u8" } },
}

protocol.from_client = {
  { "hello", { "flags", "u8" }, { "name", "text" } },
  { "input", { "sequence", "u16" }, { "move_x", "axis" }, { "move_y", "axis" }, { "aim", "angle" },
    { "buttons", "u8" } },
  { "ping", { "stamp", "u32" } },
}

-- A snapshot begins with what concerns its reader alone; the rest is the same for everybody, and written once.
local snapshot_own = {
  { "ship", "u8" }, { "ack", "u16" }, { "vx", "velocity" }, { "vy", "velocity" }, { "dash_left", "centis" },
  { "dash_wait", "centis" }, { "power_left", "ticks20" }, { "respawn_left", "ticks20" },
}
local snapshot_shared = {
  { "tick", "u32" }, { "phase", "u8" }, { "left", "tenths" }, { "round", "u8" }, { "rounds", "u8" },
  { "tick_us", "u16" },
  { "ships", list = { { "ship", "u8" }, { "flags", "u8" }, { "x", "length" }, { "y", "length" },
    { "vx", "speed" }, { "vy", "speed" }, { "aim", "angle" }, { "health", "u8" }, { "kills", "u8" } } },
  { "pickups", list = { { "kind", "u8" } } },
  { "events", variants = protocol.events },
}

protocol.from_server = {
  { "greeting" }, -- the first message; asks for a hello
  { "welcome", { "ship", "u8" }, { "tick_rate", "u8" }, { "max_players", "u8" },
    { "session", "text" }, { "player_session", "text" },
    { "ship_radius", "u8" }, { "max_speed", "u16" }, { "acceleration", "u16" }, { "braking", "u16" },
    { "dash_speed", "u16" }, { "dash_seconds", "centis" }, { "dash_cooldown", "centis" },
    { "shot_speed", "u16" }, { "width", "length" }, { "height", "length" },
    { "walls", list = { { "x", "length" }, { "y", "length" }, { "w", "length" }, { "h", "length" } } },
    { "pickups", list = { { "x", "length" }, { "y", "length" } } } },
  { "roster", { "seats", list = { { "ship", "u8" }, { "state", "u8" }, { "flags", "u8" }, { "name", "text" } } } },
  { "snapshot", { "own", group = snapshot_own }, { "shared", group = snapshot_shared } },
  { "service", { "backfill", "u8" }, { "wanted", "u8" }, { "elapsed", "tenths" }, { "draining", "u8" },
    { "left", "tenths" } },
  { "notice", { "tone", "u8" }, { "call", "text" }, { "text", "text" } },
  { "scores", { "round", "u8" }, { "rounds", "u8" }, { "final", "u8" },
    -- in the order of the places; won: rounds; past: the kills of each round so far, absent where one was not here
    { "rows", list = { { "ship", "u8" }, { "kills", "u8" }, { "deaths", "u8" }, { "total", "u16" }, { "won", "u8" },
      { "name", "text" }, { "past", list = { { "kills", "u8" } } } } } },
  { "pong", { "stamp", "u32" }, { "tick", "u32" } },
}

protocol.absent = 255 -- in place of kills
protocol.hello_flags = { bot = 1 }
protocol.buttons = { fire = 1, dash = 2 }
protocol.phases = { waiting = 0, countdown = 1, playing = 2, results = 3, over = 4 }
protocol.seat_states = { reserved = 0, accepted = 1, left = 2 }
protocol.seat_flags = { bot = 1 }
protocol.ship_flags = { alive = 1, protected = 2, dashing = 4, rapid = 8, spread = 16 }
protocol.backfill_states = { closed = 0, idle = 1, searching = 2 }
protocol.tones = { info = 0, good = 1, warn = 2, bad = 3 }

protocol.close_code = 4000 -- the reason is a sentence for the player

-- ---- writing ----

--- By name and by number: { name, number, fields }.
local function compiled(messages)
  local by_name, by_number = {}, {}
  for number, message in ipairs(messages) do
    local one = { name = message[1], number = number, fields = packing.compile(message, 2) }
    by_name[one.name], by_number[number] = one, one
  end
  return by_name, by_number
end

local client_by_name, client_by_number = compiled(protocol.from_client)
local server_by_name, server_by_number = compiled(protocol.from_server)

local function encoder(by_name)
  return function(name, values)
    local message = by_name[name]
    local out = { string.pack("BB", protocol.version, message.number) }
    message.fields.write(out, values)
    return table.concat(out)
  end
end

--- encode_client("ping", { stamp = 1 }) -> bytes. Numbers out of range are clamped; text is at most 255 bytes.
--- A group or list that is the same in many messages may be given as bytes, encoded before.
protocol.encode_client = encoder(client_by_name)
protocol.encode_server = encoder(server_by_name)

local shared_fields = packing.compile(snapshot_shared, 1)

--- The part of a snapshot that is the same for every player, to be given as `shared`, or sent after the own part.
function protocol.encode_shared(values)
  local out = {}
  shared_fields.write(out, values)
  return table.concat(out)
end

-- A whole message but for the shared part, in one go: there is one for each player in each tick.
local write_own = packing.compile_scalars { { "version", "u8" }, { "number", "u8" }, table.unpack(snapshot_own) }

--- A table for protocol "own", to be filled and given to encode_own() as often as one likes.
function protocol.new_own()
  return { version = protocol.version, number = server_by_name.snapshot.number }
end

--- A snapshot's message up to its shared part.
protocol.encode_own = write_own

-- ---- reading ----

local function read_message(message, bytes)
  local values = { type = message.name }
  local after = message.fields.read(bytes, 3, values)
  if after ~= #bytes + 1 then
    error { sentence = ("%s is %d bytes too long"):format(message.name, #bytes + 1 - after) }
  end
  return values
end

local function decoder(by_number)
  return function(bytes)
    if #bytes < 2 then return nil, "a message has at least 2 bytes" end
    local version, number = bytes:byte(1, 2)
    if version ~= protocol.version then
      return nil, ("this server speaks version %d of the arena protocol, you speak %d; reload the page")
        :format(protocol.version, version)
    end
    local message = by_number[number]
    if not message then return nil, ("unknown message type %d"):format(number) end
    local ok, result = pcall(read_message, message, bytes)
    if ok then return result end
    if result == packing.SHORT then return nil, message.name .. " is too short" end
    if type(result) == "table" then return nil, result.sentence end
    error(result, 0)
  end
end

--- decode_client(bytes) -> { type = name, ... } or nil and a sentence that says what is wrong.
protocol.decode_client = decoder(client_by_number)
protocol.decode_server = decoder(server_by_number)

return protocol
