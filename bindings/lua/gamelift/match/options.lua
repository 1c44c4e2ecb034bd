-- SPDX-License-Identifier: Apache-2.0
-- The options of match.new: which there are, what is taken where one is not given, what is refused. What each
-- is for is told in gamelift/match.lua.

local function nothing() end

local function is_port(value)
  return value >= 1 and value <= 65535 and value % 1 == 0
end

local function is_positive(value)
  return value > 0 and value < math.huge
end

local function is_not_negative(value)
  return value >= 0 -- infinity too, but no NaN
end

local function is_rate(value)
  return value > 0 and value <= 1000
end

local function is_list_of_strings(value)
  local count = 0
  for _, item in pairs(value) do
    if type(item) ~= "string" then
      return false
    end
    count = count + 1
  end
  return count == #value
end

local KNOWN = {
  server = { type = "userdata" },
  port = { type = "number", check = is_port, must_be = "a whole number from 1 to 65535" },
  log_paths = { type = "table", default = {}, check = is_list_of_strings, must_be = "a list of strings" },
  init = { type = "function", default = nothing },
  join_attempt = { type = "function", default = function() return true end },
  join = { type = "function", default = nothing },
  leave = { type = "function", default = nothing },
  loop = { type = "function", default = nothing },
  terminate = { type = "function", default = nothing },
  kick = { type = "function" },
  on_ended = { type = "function" },
  update = { type = "function", default = nothing },
  health = { type = "function" },
  on_state = { type = "function", default = nothing },
  log = { type = "function", default = nothing },
  on_connection = { type = "function" },
  on_log = { type = "function" },
  on_error = { type = "function" },
  unix_time = { type = "function", default = os.time },
  tick_rate = { type = "number", check = is_rate, must_be = "more than 0 and at most 1000" },
  drain_grace_s = { type = "number", default = 20, check = is_not_negative, must_be = "0 or more seconds" },
  seat_refresh_s = { type = "number", default = 15, check = is_positive, must_be = "more than 0 seconds" },
  backfill = { type = "table" },
}
local REQUIRED = { "server", "port", "kick", "on_ended" }

local BACKFILL = {
  open_seconds = { type = "number", default = 5, check = is_not_negative, must_be = "0 or more seconds" },
  retry_seconds = { type = "number", default = 10, check = is_not_negative, must_be = "0 or more seconds" },
  search_seconds = { type = "number", default = 300, check = is_not_negative, must_be = "0 or more seconds" },
  configuration = { type = "string" },
  player_of = { type = "function" },
}

-- What is wrong with what was given, as a sentence; nil: nothing.
local function objection(known, given, prefix)
  for key, value in pairs(given) do
    local option, name = known[key], prefix .. tostring(key)
    if not option then
      return "unknown option " .. name
    elseif type(value) ~= option.type then
      return ("%s must be a %s, not a %s"):format(name, option.type, type(value))
    elseif option.check and not option.check(value) then
      return ("%s must be %s"):format(name, option.must_be)
    end
  end
  return nil
end

local function missing(given)
  for _, key in ipairs(REQUIRED) do
    if given[key] == nil then
      return key .. " is missing"
    end
  end
  return nil
end

local function with_defaults(known, given)
  local all = {}
  for key, option in pairs(known) do
    all[key] = given[key]
    if all[key] == nil then
      all[key] = option.default
    end
  end
  return all
end

--- A copy with everything that was left out. Raises at the caller of match.new.
return function(given)
  local problem = type(given) ~= "table" and "a table of options is needed"
    or objection(KNOWN, given, "") or missing(given)
    or given.backfill and objection(BACKFILL, given.backfill, "backfill.")
  if problem then
    error("match.new: " .. problem, 3)
  end
  local options = with_defaults(KNOWN, given)
  options.backfill = given.backfill and with_defaults(BACKFILL, given.backfill)
  return options
end
