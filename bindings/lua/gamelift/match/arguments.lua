-- SPDX-License-Identifier: Apache-2.0
-- What the methods of a match are handed, checked. The checks raise at the caller of the method.

local arguments = {}

--- A match that was replaced does nothing any more.
function arguments.check_living(self, method)
  if self.is_replaced then
    error(("match:%s: this match was replaced by a newer one"):format(method), 3)
  end
end

--- Times make the clock of everything that waits: one that is no number would stop it.
function arguments.check_seconds(value, what)
  if type(value) ~= "number" or value ~= value then
    local shown = type(value) == "number" and "NaN" or "a " .. type(value)
    error(("%s must be a number of seconds, not %s"):format(what, shown), 3)
  end
end

--- Why a match ends is handed to the game, and to the next script.
function arguments.check_reason(reason)
  if reason ~= nil and type(reason) ~= "string" then
    error("match:finish: reason must be a string, not a " .. type(reason), 3)
  end
end

--- The clock never comes back from an infinite step, and whoever waits would wait longer after one into the past.
function arguments.check_step(dt)
  if not (dt >= 0 and dt < math.huge) then
    error("match:tick: dt must be a finite number of seconds, 0 or more", 3)
  end
end

function arguments.check_timer(method, seconds, fn, least)
  if type(seconds) ~= "number" or not (seconds >= least and seconds < math.huge) then
    error(("match:%s: seconds must be a finite number, %g or more"):format(method, least), 3)
  elseif type(fn) ~= "function" then
    error(("match:%s: a function is needed, not a %s"):format(method, type(fn)), 3)
  end
end

local function is_player_session_id(text)
  return type(text) == "string" and #text <= 256 and text:find "^[%w.-]+$" ~= nil
end

local function is_player_id(text)
  return type(text) == "string" and #text >= 1 and #text <= 1024 and not text:find "%z"
end

--- Whether a player can be known by one of these. What comes from a player's connection can be anything.
function arguments.is_claim(player_session_id, player_id)
  return is_player_session_id(player_session_id) or (player_session_id == nil and is_player_id(player_id))
end

return arguments
