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
    since = { received = 0, received_bytes = 0, sent = 0, sent_bytes = 0 }, -- not told to the metrics yet
    connections = assert(metrics:gauge "server_connections"),
    bytes_in = assert(metrics:counter "server_bytes_in"),
    bytes_out = assert(metrics:counter "server_bytes_out"),
    packets_in = assert(metrics:counter "server_packets_in"),
    packets_out = assert(metrics:counter "server_packets_out"),
  }, figures_methods)
end

--- A message from a player, of so many bytes.
function figures_methods:received(bytes)
  local since = self.since
  since.received, since.received_bytes = since.received + 1, since.received_bytes + bytes
end

--- A message to a player, of so many bytes.
function figures_methods:sent(bytes)
  local since = self.since
  since.sent, since.sent_bytes = since.sent + 1, since.sent_bytes + bytes
end

--- Once a tick: there are thousands of messages a second, and a metric need not hear of each.
function figures_methods:tell()
  local since = self.since
  self.packets_in:add(since.received)
  self.bytes_in:add(since.received_bytes)
  self.packets_out:add(since.sent)
  self.bytes_out:add(since.sent_bytes)
  since.received, since.received_bytes, since.sent, since.sent_bytes = 0, 0, 0, 0
end

--- A connection came (1) or went (-1).
function figures_methods:connected(change)
  self.open = self.open + change
  self.connections:set(self.open)
end

return figures
