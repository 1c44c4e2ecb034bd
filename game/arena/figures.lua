-- SPDX-License-Identifier: Apache-2.0
-- What the arena measures of its players' network, under the names that GameLift documents for engines; the plugin
-- measures the frames, and the SDK what it does itself.
--
-- Samples are taken in any case and cost next to nothing; they are sent where metrics run (--set gamelift.metrics=1).

local figures = {}
local figures_methods = {}
figures_methods.__index = figures_methods

--- metrics: gamelift.metrics of the server.
function figures.new(metrics)
  return setmetatable({
    open = 0,
    connections = assert(metrics:gauge "server_connections"),
    bytes_in = assert(metrics:counter "server_bytes_in"),
    bytes_out = assert(metrics:counter "server_bytes_out"),
    packets_in = assert(metrics:counter "server_packets_in"),
    packets_out = assert(metrics:counter "server_packets_out"),
  }, figures_methods)
end

--- A message from a player.
function figures_methods:received(bytes)
  self.packets_in:add()
  self.bytes_in:add(#bytes)
end

--- A message to a player.
function figures_methods:sent(bytes)
  self.packets_out:add()
  self.bytes_out:add(#bytes)
end

--- A connection came (1) or went (-1).
function figures_methods:connected(change)
  self.open = self.open + change
  self.connections:set(self.open)
end

return figures
