-- SPDX-License-Identifier: Apache-2.0
-- The arena's server for bench_arena.py: the game itself, and the longest time between two ticks in each window.
--
-- Settings: game (the folder of the arena's scripts); begin (seconds since 1970, when the first window begins); noisy
-- (a port: its server does not return from a tick in the second window, and ends in the third).

local WINDOW_S = 6
local begin, is_noisy = tonumber(host.config "begin"), host.config "noisy" == tostring(host.port)
local window, longest, last, is_due = -1, 0, nil, true

local function be_noisy()
  if not is_due or (os.time() - begin) % WINDOW_S < 2 then return end
  is_due = false
  if window == 1 then
    while true do end
  elseif window == 2 then
    host.exit(0)
  end
end

local function look(now)
  local current = (os.time() - begin) // WINDOW_S
  if current ~= window then
    if not is_noisy and window >= 0 then host.log("info", ("gap: window %d, %.1f ms"):format(window, longest * 1e3)) end
    window, longest, is_due = current, 0, true
  end
  if last then longest = math.max(longest, now - last) end
  last = now
  if is_noisy and window >= 0 then be_noisy() end
end

local on = host.on
function host.on(event, fn)
  if event ~= "tick" then return on(event, fn) end
  on(event, function(dt, now)
    look(host.now())
    fn(dt, now)
  end)
end

local folder = host.config "game"
package.path = folder .. "/?.lua;" .. package.path
dofile(folder .. "/main.lua")
