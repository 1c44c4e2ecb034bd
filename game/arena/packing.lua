-- SPDX-License-Identifier: Apache-2.0
-- From tables of fields to bytes and back: what protocol.lua's tables mean.
--
-- A field is { name, kind }: a scalar's name, or "text"; { name, group = fields } is a table within the table,
-- { name, list = fields } a list of them, and the items of { name, variants = list of fields } begin with a byte that
-- chooses their fields. Scalars that follow each other are written and read by one generated function: a snapshot has
-- hundreds of them.

local packing = {}

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

packing.SHORT = { short = true } -- what read functions raise where bytes are missing
local SHORT = packing.SHORT

-- ---- scalars that follow each other ----

--- One line of the generated writer: `units` holds what the field is on the wire.
local function write_line(units, name, kind)
  local line = ("local %s = (values.%s * %.17g + 0.5) // 1"):format(units, name, kind.scale)
  if kind.wraps then return ("%s %s = %s %% %d"):format(line, units, units, kind.high + 1) end
  return ("%s if %s < %d then %s = %d elseif %s > %d then %s = %d end"):format(
    line, units, kind.low, units, kind.low, units, kind.high, units, kind.high)
end

local function read_line(units, name, kind)
  if kind.scale == 1 then return ("values.%s = %s"):format(name, units) end
  return ("values.%s = %s / %.17g"):format(name, units, kind.scale)
end

--- fields: scalars only. Returns write(values) -> bytes, and read(bytes, at, values) -> where it ended.
function packing.compile_scalars(fields)
  local format, names, writes, reads = "<", {}, {}, {}
  for index, field in ipairs(fields) do
    local kind, units = scalars[field[2]], "units_" .. index
    format, names[index] = format .. kind.format, units
    writes[index], reads[index] = write_line(units, field[1], kind), read_line(units, field[1], kind)
  end
  local all, size = table.concat(names, ", "), string.packsize(format)
  local source = ([[
    local pack, unpack, SHORT = ...
    return function(values)
      %s
      return pack(%q, %s)
    end, function(bytes, at, values)
      if at + %d > #bytes + 1 then error(SHORT) end
      local %s, after = unpack(%q, bytes, at)
      %s
      return after
    end]]):format(table.concat(writes, "\n"), format, all, size, all, format, table.concat(reads, "\n"))
  return assert(load(source, "=packing", "t", { error = error }))(string.pack, string.unpack, SHORT)
end

local function scalar_step(fields)
  local write, read = packing.compile_scalars(fields)
  return {
    write = function(out, values) out[#out + 1] = write(values) end,
    read = read,
  }
end

-- ---- what is longer ----

local function text_step(name)
  local function read(bytes, at, values)
    local length = bytes:byte(at)
    if not length or at + length > #bytes then error(SHORT) end
    local text = bytes:sub(at + 1, at + length)
    if not utf8.len(text) then error { sentence = "text is not UTF-8" } end
    values[name] = text
    return at + 1 + length
  end
  return {
    write = function(out, values) out[#out + 1] = string.pack("<s1", values[name]) end,
    read = read,
  }
end

local function group_step(name, group)
  local function read(bytes, at, values)
    values[name] = {}
    return group.read(bytes, at, values[name])
  end
  return {
    write = function(out, values) group.write(out, values[name]) end,
    read = read,
  }
end

--- write_item(out, item), read_item(bytes, at, item) -> where it ended.
local function list_step(name, write_item, read_item)
  local function write(out, values)
    local items = values[name]
    local count = math.min(#items, 255)
    out[#out + 1] = string.char(count)
    for index = 1, count do write_item(out, items[index]) end
  end
  local function read(bytes, at, values)
    local items, count = {}, bytes:byte(at)
    if not count then error(SHORT) end
    at = at + 1
    for index = 1, count do
      items[index] = {}
      at = read_item(bytes, at, items[index])
    end
    values[name] = items
    return at
  end
  return { write = write, read = read }
end

local function variants_step(name, variants)
  local by_type = {}
  for number, variant in ipairs(variants) do
    by_type[variant[1]] = number
    variants[number].fields = packing.compile(variant, 2)
  end
  local function write_item(out, item)
    local number = by_type[item.type] or error("no such event: " .. tostring(item.type))
    out[#out + 1] = string.char(number)
    variants[number].fields.write(out, item)
  end
  local function read_item(bytes, at, item)
    local number = bytes:byte(at)
    if not number then error(SHORT) end
    local variant = variants[number] or error { sentence = "unknown event " .. number }
    item.type = variant[1]
    return variant.fields.read(bytes, at + 1, item)
  end
  return list_step(name, write_item, read_item)
end

--- A group or a list may be given as bytes, encoded before.
local function or_bytes(name, step)
  local write = step.write
  function step.write(out, values)
    local value = values[name]
    if type(value) == "string" then
      out[#out + 1] = value
    else
      write(out, values)
    end
  end
  return step
end

local function long_step(field)
  local name = field[1]
  if field[2] == "text" then return text_step(name) end
  if field.group then return or_bytes(name, group_step(name, packing.compile(field.group, 1))) end
  if field.variants then return or_bytes(name, variants_step(name, field.variants)) end
  local item = packing.compile(field.list, 1)
  return or_bytes(name, list_step(name, item.write, item.read))
end

--- The fields from number `first` on: { write(out, values) appends pieces of bytes, read(bytes, at, values) fills the
--- table and returns where it ended }. read raises SHORT, or { sentence }. Numbers out of range are clamped when
--- written; a text has at most 255 bytes, a list at most 255 items, and what is more is left out.
function packing.compile(fields, first)
  local steps, run = {}, {}
  local function end_run()
    if #run > 0 then steps[#steps + 1] = scalar_step(run) end
    run = {}
  end
  for index = first, #fields do
    local field = fields[index]
    if scalars[field[2]] then
      run[#run + 1] = field
    else
      end_run()
      steps[#steps + 1] = long_step(field)
    end
  end
  end_run()
  if #steps == 1 then return steps[1] end
  return {
    write = function(out, values)
      for index = 1, #steps do steps[index].write(out, values) end
    end,
    read = function(bytes, at, values)
      for index = 1, #steps do at = steps[index].read(bytes, at, values) end
      return at
    end,
  }
end

return packing
