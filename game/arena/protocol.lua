-- SPDX-License-Identifier: Apache-2.0
-- The messages between the arena and its players: binary, little-endian, one WebSocket message each.
--
-- Byte 1 is the version, byte 2 the type, the fields follow as listed below. Positions, angles and speeds are
-- integers on the wire, so no message can carry a NaN or an infinity. assets/arena/protocol.js holds the
-- same tables; the golden bytes in tests/spec/arena_protocol_vectors.json keep the two alike.

local protocol = {}

protocol.version = 1

local TAU = 2 * math.pi

-- A scalar: how string.pack writes it, its range, and how many wire units make one.
local scalars = {
  u8 = { format = "B", low = 0, high = 255, scale = 1 },
  u16 = { format = "I2", low = 0, high = 65535, scale = 1 },
  u32 = { format = "I4", low = 0, high = 4294967295, scale = 1 },
  axis = { format = "b", low = -127, high = 127, scale = 127 },         -- -1..1
  length = { format = "I2", low = 0, high = 65535, scale = 16 },        -- world units
  speed = { format = "b", low = -127, high = 127, scale = 1 / 8 },      -- units a second, coarse
  velocity = { format = "i2", low = -32768, high = 32767, scale = 16 }, -- units a second, fine
  angle = { format = "I2", low = 0, high = 65535, scale = 65536 / TAU, wraps = true },
  centis = { format = "B", low = 0, high = 255, scale = 100 },          -- seconds, to 2.55
  ticks20 = { format = "B", low = 0, high = 255, scale = 20 },          -- seconds, to 12.75
  tenths = { format = "I2", low = 0, high = 65535, scale = 10 },        -- seconds, to 6553.5
}

-- A group is a table within the table; lists are { name, list = fields }; the items of a list of variants begin
-- with a byte that chooses their fields.
protocol.events = {
  { "spawn", { "ship", "u8" }, { "x", "length" }, { "y", "length" } },
  { "shot", { "shot", "u16" }, { "ship", "u8" }, { "x", "length" }, { "y", "length" }, { "angle", "angle" } },
  { "shot_end", { "shot", "u16" }, { "ship", "u8" }, { "x", "length" }, { "y", "length" } },
  { "kill", { "ship", "u8" }, { "by", "u8" }, { "x", "length" }, { "y", "length" } },
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
    { "rows", list = { { "ship", "u8" }, { "kills", "u8" }, { "deaths", "u8" }, { "total", "u16" },
      { "name", "text" } } } },
  { "pong", { "stamp", "u32" }, { "tick", "u32" } },
}

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

local function scaled(kind, value)
  local units = math.floor(value * kind.scale + 0.5)
  if kind.wraps then return units % (kind.high + 1) end
  return math.max(kind.low, math.min(kind.high, units))
end

local write_fields

local function write_variant(out, variants, item)
  for number, variant in ipairs(variants) do
    if variant[1] == item.type then
      out[#out + 1] = string.pack("B", number)
      return write_fields(out, variant, 2, item)
    end
  end
  error("no such event: " .. tostring(item.type))
end

local function write_list(out, field, items)
  local count = math.min(#items, 255)
  out[#out + 1] = string.pack("B", count)
  for index = 1, count do
    if field.variants then
      write_variant(out, field.variants, items[index])
    else
      write_fields(out, field.list, 1, items[index])
    end
  end
end

function write_fields(out, fields, first, values)
  for index = first, #fields do
    local field = fields[index]
    local name, kind = field[1], field[2]
    local value = values[name]
    if kind == "text" then
      out[#out + 1] = string.pack("<s1", value)
    elseif kind then
      out[#out + 1] = string.pack("<" .. scalars[kind].format, scaled(scalars[kind], value))
    elseif type(value) == "string" then
      out[#out + 1] = value
    elseif field.group then
      write_fields(out, field.group, 1, value)
    else
      write_list(out, field, value)
    end
  end
end

local function encoder(messages)
  local numbers = {}
  for number, message in ipairs(messages) do numbers[message[1]] = number end
  return function(name, values)
    local number = numbers[name]
    local out = { string.pack("BB", protocol.version, number) }
    write_fields(out, messages[number], 2, values)
    return table.concat(out)
  end
end

--- encode_client("ping", { stamp = 1 }) -> bytes. Numbers out of range are clamped; text is at most 255 bytes.
--- A group or list that is the same in many messages may be given as bytes, encoded before.
protocol.encode_client = encoder(protocol.from_client)
protocol.encode_server = encoder(protocol.from_server)

--- The part of a snapshot that is the same for every player, to be given as `shared`.
function protocol.encode_shared(values)
  local out = {}
  write_fields(out, snapshot_shared, 1, values)
  return table.concat(out)
end

-- ---- reading ----

local SHORT = { short = true } -- thrown inside this file only

local function read_scalar(bytes, at, kind)
  local format = "<" .. kind.format
  if at + string.packsize(format) - 1 > #bytes then error(SHORT) end
  local units, after = string.unpack(format, bytes, at)
  if kind.scale == 1 then return units, after end
  return units / kind.scale, after
end

local function read_text(bytes, at)
  local length = bytes:byte(at)
  if not length or at + length > #bytes then error(SHORT) end
  local text = bytes:sub(at + 1, at + length)
  if not utf8.len(text) then error { sentence = "text is not UTF-8" } end
  return text, at + 1 + length
end

local read_fields

local function read_list(bytes, at, field)
  local items, count = {}
  count, at = read_scalar(bytes, at, scalars.u8)
  for index = 1, count do
    local fields, first, item = field.list, 1, {}
    if field.variants then
      local number
      number, at = read_scalar(bytes, at, scalars.u8)
      fields, first = field.variants[number], 2
      if not fields then error { sentence = "unknown event " .. number } end
      item.type = fields[1]
    end
    at = read_fields(bytes, at, fields, first, item)
    items[index] = item
  end
  return items, at
end

function read_fields(bytes, at, fields, first, values)
  for index = first, #fields do
    local field = fields[index]
    local name, kind = field[1], field[2]
    if kind == "text" then
      values[name], at = read_text(bytes, at)
    elseif kind then
      values[name], at = read_scalar(bytes, at, scalars[kind])
    elseif field.group then
      values[name] = {}
      at = read_fields(bytes, at, field.group, 1, values[name])
    else
      values[name], at = read_list(bytes, at, field)
    end
  end
  return at
end

local function read_message(messages, bytes)
  local message = messages[bytes:byte(2)]
  local values = { type = message[1] }
  local after = read_fields(bytes, 3, message, 2, values)
  if after ~= #bytes + 1 then
    error { sentence = ("%s is %d bytes too long"):format(message[1], #bytes + 1 - after) }
  end
  return values
end

local function decoder(messages)
  return function(bytes)
    if #bytes < 2 then return nil, "a message has at least 2 bytes" end
    local version, number = bytes:byte(1, 2)
    if version ~= protocol.version then
      return nil, ("this server speaks version %d of the arena protocol, you speak %d; reload the page")
        :format(protocol.version, version)
    end
    if not messages[number] then return nil, ("unknown message type %d"):format(number) end
    local ok, result = pcall(read_message, messages, bytes)
    if ok then return result end
    if result == SHORT then return nil, messages[number][1] .. " is too short" end
    if type(result) == "table" then return nil, result.sentence end
    error(result, 0)
  end
end

--- decode_client(bytes) -> { type = name, ... } or nil and a sentence that says what is wrong.
protocol.decode_client = decoder(protocol.from_client)
protocol.decode_server = decoder(protocol.from_server)

return protocol
