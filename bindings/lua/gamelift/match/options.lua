-- SPDX-License-Identifier: Apache-2.0
-- The options of match.new: which there are, what is taken where one is not given, what is refused. What each
-- is for is told in gamelift/match.lua.

local options = {}

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

local function is_count(value)
  return value >= 0 and value < 2 ^ 31 and value % 1 == 0
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

local function seconds_above_0(default)
  return { type = "number", default = default, check = is_positive, must_be = "more than 0 seconds, and finite" }
end

local function seconds_or_0(default)
  return { type = "number", default = default, check = is_not_negative, must_be = "0 or more seconds" }
end

--- Every option by name: its type, its default, a check beyond the type and what that asks for.
options.known = {
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
  on_drop = { type = "function", default = nothing },
  on_reconnect = { type = "function", default = nothing },
  update = { type = "function", default = nothing },
  save = { type = "function" },
  restore = { type = "function" },
  health = { type = "function" },
  on_state = { type = "function", default = nothing },
  log = { type = "function" },
  on_connection = { type = "function" },
  on_log = { type = "function" },
  on_error = { type = "function" },
  unix_time = { type = "function", default = os.time },
  tick_rate = { type = "number", check = is_rate, must_be = "more than 0 and at most 1000" },
  drain_grace_s = seconds_or_0(20),
  seat_refresh_s = seconds_above_0(15),
  join_timeout_s = seconds_above_0(10),
  loop_timeout_s = seconds_above_0(30),
  reconnect_grace_s = { type = "number", default = 0, check = function(value) return value >= 0 and value <= 3600 end,
    must_be = "0 to 3600 seconds" },
  empty_timeout_s = seconds_above_0(nil),
  max_session_s = seconds_above_0(nil),
  max_script_errors = { type = "number", check = is_count, must_be = "a whole number, 0 or more" },
  backfill = { type = "table" },
}
options.required = { "server", "port", "kick", "on_ended" }

options.known_for_backfill = {
  open_seconds = seconds_or_0(5),
  retry_seconds = seconds_or_0(10),
  search_seconds = seconds_or_0(300),
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
  for _, key in ipairs(options.required) do
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
function options.read(given)
  local problem = type(given) ~= "table" and "a table of options is needed"
    or objection(options.known, given, "") or missing(given)
    or given.backfill and objection(options.known_for_backfill, given.backfill, "backfill.")
  if problem then
    error("match.new: " .. problem, 3)
  end
  local read = with_defaults(options.known, given)
  read.backfill = given.backfill and with_defaults(options.known_for_backfill, given.backfill)
  return read
end

return options
