-- SPDX-License-Identifier: Apache-2.0
-- The maps of the arena, by the name that a game session's property "map" holds.

local maps = {}

maps.names = { "ring", "canyon", "islands" }
maps.default = "ring"

--- The map of this name, or of none; nil and a sentence where there is no such map.
function maps.find(name)
  name = name or maps.default
  for _, known in ipairs(maps.names) do
    if known == name then return require("maps." .. name) end
  end
  return nil, ("there is no map %q: the arena has %s"):format(name:sub(1, 40), table.concat(maps.names, ", "))
end

return maps
