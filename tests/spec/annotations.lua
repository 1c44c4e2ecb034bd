-- SPDX-License-Identifier: Apache-2.0
-- Reads annotations of the Lua language server (---@class, ---@field, ...), as far as this project uses them, and
-- says of every line that it does not understand where it is. Runs on every Lua that the binding runs on.
--
-- A type is a table: { is = "name", name = } | { is = "literal", value = } | { is = "list", of = }
--   | { is = "map", key =, value = } | { is = "table", fields = } | { is = "union", each... }
--   | { is = "fun", params = }

local read_type = require "annotation_types"

local BUILT_IN = {
  any = true, boolean = true, ["function"] = true, integer = true, ["nil"] = true, number = true, string = true,
  table = true, thread = true, userdata = true,
}

local methods = {}
local class = { __index = methods }

local function complain(self, message, ...)
  self.problems[#self.problems + 1] = ("%s: "):format(self.at) .. message:format(...)
end

-- The type at the beginning of text, and what follows it; nil after a complaint.
local function take_type(self, text)
  local found, rest, names = read_type(text)
  if not found then
    complain(self, "no type: %s", rest)
    return nil, ""
  end
  for _, name in ipairs(names) do
    self.mentioned[#self.mentioned + 1] = { name = name, at = self.at }
  end
  return found, rest
end

local function comment_of(rest)
  return (rest:gsub("^%s*#?%s*", ""))
end

local tags = {}

function tags.meta(self, rest)
  if not rest:find "^[%w_.]+$" then
    complain(self, "no name after @meta: %s", rest)
  end
end

function tags.class(self, rest)
  local name, parents = rest:match "^([%w_.]+)%s*:?%s*(.*)$"
  if not name then
    return complain(self, "no name after @class: %s", rest)
  elseif self.classes[name] or self.aliases[name] then
    complain(self, "%s is there twice", name)
  end
  local made = { name = name, fields = {}, parents = {}, text = table.concat(self.doc, " ") }
  for parent in parents:gmatch "[%w_.]+" do
    made.parents[#made.parents + 1] = parent
    self.mentioned[#self.mentioned + 1] = { name = parent, at = self.at }
  end
  self.classes[name], self.open, self.doc = made, made, {}
end

function tags.field(self, rest)
  local name, optional, text = rest:match "^([%w_]+)(%??)%s+(.*)$"
  if not name then
    return complain(self, "no name after @field: %s", rest)
  elseif not self.open then
    return complain(self, "field %s is of no class", name)
  elseif self.open.fields[name] then
    complain(self, "field %s is there twice", name)
  end
  local field, after = take_type(self, text)
  if field then
    local may_be_nil = optional == "?" or field.may_be_nil
    self.open.fields[name] = { type = field, optional = may_be_nil or false, text = comment_of(after) }
  end
end

function tags.alias(self, rest)
  local name, text = rest:match "^([%w_.]+)%s*(.*)$"
  if not name then
    return complain(self, "no name after @alias: %s", rest)
  elseif self.classes[name] or self.aliases[name] then
    complain(self, "%s is there twice", name)
  end
  local whole = { is = "union" }
  if text ~= "" then
    whole = take_type(self, text) or whole
  end
  self.aliases[name], self.open_alias, self.doc = whole, whole, {}
end

function tags.param(self, rest)
  local name, optional, text = rest:match "^([%w_]+)(%??)%s+(.*)$"
  if not name then
    return complain(self, "no name after @param: %s", rest)
  end
  local found = take_type(self, text)
  self.params[#self.params + 1] = { name = name, type = found, optional = optional == "?" }
end

tags["return"] = function(self, rest)
  local found = take_type(self, rest)
  self.returns[#self.returns + 1] = found
end

-- One more choice of an alias: ---| "a" # what it means
local function read_choice(self, text)
  if not self.open_alias then
    return complain(self, "a choice of no alias: %s", text)
  end
  table.insert(self.open_alias, (take_type(self, text)))
end

-- ---- code

local function names_in(list)
  local names = {}
  for name in list:gmatch "[%w_.]+" do
    names[#names + 1] = name
  end
  return names
end

local function check_params(self, name, given)
  local documented = 0
  for i, param in ipairs(given) do
    local annotation = self.params[i]
    if annotation and annotation.name == param then
      documented = documented + 1
    elseif param ~= "..." then
      complain(self, "%s: parameter %d is %s in the code, and %s in @param", name, i, param,
        annotation and annotation.name or "missing")
    end
  end
  if #self.params > documented then
    complain(self, "%s: more @param than parameters", name)
  end
end

local function read_function(self, owner, mark, name, list)
  local of = self.locals[owner]
  if not of then
    return complain(self, "function %s%s%s: %s has no class", owner, mark, name, owner)
  end
  local full = of.name .. mark .. name
  if self.functions[of.name .. "." .. name] then
    complain(self, "%s is there twice", full)
  end
  local given = names_in(list)
  check_params(self, full, given)
  local text = table.concat(self.doc, " ")
  if text == "" then
    complain(self, "%s has no text", full)
  end
  self.functions[of.name .. "." .. name] = {
    of = of.name, name = name, is_method = mark == ":", given = given, params = self.params, returns = self.returns,
    text = text,
  }
end

-- What stands after a group of annotations ends it.
local function end_group(self)
  if (#self.params > 0 or #self.returns > 0) then
    complain(self, "@param or @return without a function")
  end
  self.open, self.open_alias, self.params, self.returns, self.doc = nil, nil, {}, {}, {}
end

local function read_code(self, line)
  local variable = line:match "^local ([%w_]+) = {}$"
  local owner, mark, name, list = line:match "^function ([%w_]+)([.:])([%w_]+)%(([%w_., ]*)%) end$"
  if variable then
    self.locals[variable] = self.open
  elseif owner then
    read_function(self, owner, mark, name, list)
    self.params, self.returns = {}, {}
  elseif line ~= "" and not line:find "^%-%-[^-]" and line ~= "--" and not line:find "^return [%w_]+$" then
    complain(self, "not an annotation: %s", line)
  end
  end_group(self)
end

local function read_line(self, line)
  local tag, rest = line:match "^%-%-%-@(%a+)%s*(.*)$"
  local choice = line:match "^%-%-%-|%s*(.*)$"
  local doc = line:match "^%-%-%- (.*)$"
  if tag and tags[tag] then
    tags[tag](self, rest)
  elseif choice then
    read_choice(self, choice)
  elseif doc then
    self.doc[#self.doc + 1] = doc
  else
    read_code(self, line)
  end
end

function methods:read(name, text)
  self.locals = {}
  local number = 0
  for line in text:gmatch "([^\n]*)\n" do
    number = number + 1
    self.at = name .. ":" .. number
    read_line(self, line)
  end
  end_group(self)
end

--- What is wrong with all that was read, one sentence each.
function methods:complaints()
  local all = {}
  for _, problem in ipairs(self.problems) do
    all[#all + 1] = problem
  end
  for _, mention in ipairs(self.mentioned) do
    if not (BUILT_IN[mention.name] or self.classes[mention.name] or self.aliases[mention.name]) then
      all[#all + 1] = ("%s: there is no type %s"):format(mention.at, mention.name)
    end
  end
  return all
end

--- The fields of a class, those of its parents included, by name.
function methods:fields(name)
  local of = assert(self.classes[name], name)
  local all = {}
  for _, parent in ipairs(of.parents) do
    for key, field in pairs(self:fields(parent)) do
      all[key] = field
    end
  end
  for key, field in pairs(of.fields) do
    all[key] = field
  end
  return all
end

--- The functions and methods of a class, by name.
function methods:functions_of(name)
  local found = {}
  for _, fn in pairs(self.functions) do
    if fn.of == name then
      found[fn.name] = fn
    end
  end
  return found
end

--- The strings that a type allows, as a set.
function methods:literals(wanted)
  local found = {}
  if wanted.is == "literal" then
    found[wanted.value] = true
  elseif wanted.is == "name" and self.aliases[wanted.name] then
    return self:literals(self.aliases[wanted.name])
  elseif wanted.is == "union" then
    for _, each in ipairs(wanted) do
      for value in pairs(self:literals(each)) do
        found[value] = true
      end
    end
  end
  return found
end

-- ---- does a value fit?

local fits

-- Every field is documented, and everything documented is there unless it may be nil.
local function objection_to_fields(self, value, fields, where)
  if type(value) ~= "table" then
    return ("%s is a %s"):format(where, type(value))
  end
  for key, each in pairs(value) do
    local field = fields[key]
    if not field then
      return ("%s.%s is not documented"):format(where, tostring(key))
    end
    local objection = fits(self, each, field.type, where .. "." .. key)
    if objection then
      return objection
    end
  end
  for key, field in pairs(fields) do
    if value[key] == nil and not field.optional then
      return ("%s.%s is not there"):format(where, key)
    end
  end
  return nil
end

local function objection_to_items(self, value, key_type, value_type, where)
  if type(value) ~= "table" then
    return ("%s is a %s"):format(where, type(value))
  end
  for key, each in pairs(value) do
    local objection = fits(self, key, key_type, where .. "'s key") or fits(self, each, value_type, where .. "[]")
    if objection then
      return objection
    end
  end
  return nil
end

local function fits_name(self, value, name, where)
  if self.aliases[name] then
    return fits(self, value, self.aliases[name], where)
  elseif self.classes[name] and not getmetatable(value) then
    return objection_to_fields(self, value, self:fields(name), where)
  end
  local is_object = self.classes[name] and (type(value) == "userdata" or type(value) == "table")
  local is_right = name == "any" or name == type(value) or is_object
    or (name == "integer" and type(value) == "number" and value % 1 == 0)
  return not is_right and ("%s is a %s, not a %s"):format(where, type(value), name) or nil
end

local function fits_one_of(self, value, types, where)
  local objection
  for _, each in ipairs(types) do
    objection = fits(self, value, each, where)
    if not objection then
      return nil
    end
  end
  return #types == 1 and objection or ("%s is %s, which is none of its types"):format(where, tostring(value))
end

function fits(self, value, wanted, where)
  if value == nil and wanted.may_be_nil then
    return nil
  elseif wanted.is == "name" then
    return fits_name(self, value, wanted.name, where)
  elseif wanted.is == "literal" then
    return value ~= wanted.value and ("%s is not %s"):format(where, tostring(wanted.value)) or nil
  elseif wanted.is == "union" then
    return fits_one_of(self, value, wanted, where)
  elseif wanted.is == "list" then
    return objection_to_items(self, value, { is = "name", name = "integer" }, wanted.of, where)
  elseif wanted.is == "map" then
    return objection_to_items(self, value, wanted.key, wanted.value, where)
  elseif wanted.is == "table" then
    return objection_to_fields(self, value, wanted.fields, where)
  end
  return type(value) ~= "function" and where .. " is no function" or nil
end

--- What of the arguments of a call is not as the function's type says; nil if nothing.
function methods:objection_to_call(of, ...)
  if select("#", ...) > #of.params then
    return ("%d arguments instead of %d"):format(select("#", ...), #of.params)
  end
  for i, param in ipairs(of.params) do
    local value = select(i, ...)
    local objection = not (value == nil and param.optional) and fits(self, value, param.type, param.name)
    if objection then
      return objection
    end
  end
  return nil
end

--- What of a value is not as its class says; nil if nothing.
function methods:objection(value, class_name)
  return fits(self, value, { is = "name", name = class_name }, class_name)
end

return function()
  return setmetatable({
    classes = {},   -- name -> { name, fields, parents, text }
    aliases = {},   -- name -> type
    functions = {}, -- "class.name" -> { of, name, is_method, given, params, returns, text }
    locals = {},    -- variable of the file that is read -> its class
    mentioned = {}, -- names of types, and where
    problems = {},
    params = {}, returns = {}, doc = {}, -- of the group that is being read
  }, class)
end
