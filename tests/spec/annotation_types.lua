-- SPDX-License-Identifier: Apache-2.0
-- Reads one type of an annotation: string|number[], table<string, integer>, { a: T, b?: U }, fun(a: T): U, "text", T?
-- What a type looks like afterwards is told in annotations.lua.

local read_union

-- A reader is { text =, at =, names = }. Mistakes are raised, and caught by the function below.

local function skip_space(reader)
  reader.at = reader.text:find("%S", reader.at) or #reader.text + 1
end

-- What matches here, taken; nil if nothing does.
local function take(reader, pattern)
  local from, to, capture = reader.text:find("^" .. pattern, reader.at)
  if not from then
    return nil
  end
  reader.at = to + 1
  return capture or reader.text:sub(from, to)
end

local function expect(reader, pattern, what)
  skip_space(reader)
  local taken = take(reader, pattern)
  if not taken then
    error({ ("%s is missing at '%s'"):format(what, reader.text:sub(reader.at)) }, 0)
  end
  return taken
end

-- Items that commas part, up to a closing mark.
local function read_list(reader, closing, read_item)
  skip_space(reader)
  while not take(reader, closing) do
    read_item()
    skip_space(reader)
    if not take(reader, ",") then
      expect(reader, closing, (closing:gsub("%%", "")))
      return
    end
    skip_space(reader)
  end
end

local function read_named(reader, names)
  local name = expect(reader, "[%w_.]+", "a name")
  local optional = take(reader, "%?") ~= nil
  expect(reader, ":", ":")
  local found = read_union(reader)
  if names[name] then
    error({ name .. " is there twice" }, 0)
  end
  names[name] = { name = name, type = found, optional = optional or found.may_be_nil or false }
  return names[name]
end

local function read_fun(reader)
  local params, names = {}, {}
  read_list(reader, "%)", function() params[#params + 1] = read_named(reader, names) end)
  local before = reader.at
  skip_space(reader)
  if take(reader, ":") then
    read_union(reader)
  else
    reader.at = before
  end
  return { is = "fun", params = params }
end

local function read_map(reader)
  local key = read_union(reader)
  expect(reader, ",", "a comma")
  local value = read_union(reader)
  expect(reader, ">", ">")
  return { is = "map", key = key, value = value }
end

local function read_fields(reader)
  local fields = {}
  read_list(reader, "}", function() read_named(reader, fields) end)
  return { is = "table", fields = fields }
end

local function read_name(reader)
  local name = expect(reader, "[%a_][%w_.]*", "a type")
  if name == "true" or name == "false" then
    return { is = "literal", value = name == "true" }
  end
  reader.names[#reader.names + 1] = name
  return { is = "name", name = name }
end

local function read_atom(reader)
  skip_space(reader)
  if take(reader, "%(") then
    local inner = read_union(reader)
    expect(reader, "%)", ")")
    return inner
  elseif take(reader, "{") then
    return read_fields(reader)
  elseif take(reader, "fun%(") then
    return read_fun(reader)
  elseif take(reader, "table<") then
    return read_map(reader)
  end
  local literal = take(reader, '"([^"]*)"')
  return literal and { is = "literal", value = literal } or read_name(reader)
end

local function read_postfix(reader)
  local found = read_atom(reader)
  while true do
    if take(reader, "%[%]") then
      found = { is = "list", of = found }
    elseif take(reader, "%?") then
      found = { is = "union", found, may_be_nil = true }
    else
      return found
    end
  end
end

function read_union(reader)
  local all = { is = "union", read_postfix(reader) }
  while take(reader, "|") do
    all[#all + 1] = read_postfix(reader)
  end
  if #all == 1 then
    return all[1]
  end
  for _, each in ipairs(all) do
    all.may_be_nil = all.may_be_nil or each.may_be_nil or (each.is == "name" and each.name == "nil")
  end
  return all
end

--- The type at the beginning of text, what follows it, and the names in it; or nil, why not.
return function(text)
  local reader = { text = text, at = 1, names = {} }
  local ok, found = pcall(read_union, reader)
  if not ok then
    return nil, type(found) == "table" and found[1] or error(found, 0)
  end
  return found, text:sub(reader.at), reader.names
end
