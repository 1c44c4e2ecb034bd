-- SPDX-License-Identifier: Apache-2.0
-- Settings of these scripts (`--set key=value`, or ARENA_KEY in the environment), checked.

local settings = {}

--- Ends the start of the scripts with a sentence for who started them: an error that is a table is logged without a
--- traceback.
local sentence = { __tostring = function(self) return self.text end }
local function refuse(text, ...)
  error(setmetatable({ text = text:format(...) }, sentence), 0)
end

--- As much of a value as a sentence can show.
local function some(text) return text:sub(1, 200) end

--- A number from low to high, or the default where nothing is set. Raises a sentence where it is no such number.
function settings.number(key, default, low, high)
  local text = host.config(key)
  if text == nil then return default end
  local value = tonumber(text)
  if not value or value ~= value or value < low or value > high then
    refuse("setting %s: %q is not a number from %g to %g", key, some(text), low, high)
  end
  return value
end

--- The same, for whole numbers.
function settings.integer(key, default, low, high)
  local value = settings.number(key, default, low, high)
  local whole = math.tointeger(value)
  if not whole then refuse("setting %s: %s is not a whole number", key, value) end
  return whole
end

--- One of these words, or the default.
function settings.choice(key, default, words)
  local text = host.config(key)
  if text == nil then return default end
  for _, word in ipairs(words) do
    if word == text then return word end
  end
  refuse("setting %s: %q is none of %s", key, some(text), table.concat(words, ", "))
end

--- A secret that stands in a link, or nil. What is wrong with one is said without it.
function settings.token(key)
  local text = host.config(key)
  if text and not (text:find "^[%w_-]+$" and #text >= 16) then
    refuse("setting %s: at least 16 letters, digits, - and _ are expected", key)
  end
  return text
end

--- An address that paths can be added to: "http://127.0.0.1:8080/" -> "http://127.0.0.1:8080".
function settings.address(key)
  local text = host.config(key)
  if not text then refuse("setting %s is missing: an address such as http://127.0.0.1:9080", key) end
  if not text:find "^https?://[^/]" then refuse("setting %s: %q is not an http address", key, some(text)) end
  return (text:gsub("/+$", ""))
end

return settings
